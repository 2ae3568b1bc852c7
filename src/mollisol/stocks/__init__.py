"""The stock of every sampling unit in every campaign, measured or modelled, and the error of the model."""
