"""The equations of Gold Standard 402 and its modules 402.1, 402.4, 402.6 and 402.7."""
