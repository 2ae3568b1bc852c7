"""The linear-compartment kernel: steps, steady states, inverses."""
