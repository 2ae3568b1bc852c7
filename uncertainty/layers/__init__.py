"""The layers of doubt: measurement, scaling, process model, and what they do to a credited value."""
