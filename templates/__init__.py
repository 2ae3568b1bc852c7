"""The monitoring report: Jinja templates and what fills them."""
