"""Pages about leads and handoffs."""
