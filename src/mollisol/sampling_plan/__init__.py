"""A sampling plan: how many sampling units each stratum needs, and where they lie."""
