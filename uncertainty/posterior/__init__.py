"""The posterior route: one declaration of error sources, compiled into three engines."""
