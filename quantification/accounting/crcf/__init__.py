"""The equations of carbon farming in the European Union, as far as they are known."""
