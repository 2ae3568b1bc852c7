"""Sources, woody stocks and leakage by year of a period."""
