"""What projects declare for other programmes; beside it their rules, one folder a programme."""
