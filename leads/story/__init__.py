"""One lead's page: its timeline, its clocks explained, and what stands beside them."""
