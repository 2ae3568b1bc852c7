"""The findings log of an audit: requests, answers and closures, in one file that only grows."""
