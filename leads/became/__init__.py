"""What became of what was offered in a period."""
