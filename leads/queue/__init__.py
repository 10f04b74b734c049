"""A rep's queue: open handoffs, what runs out first on top, and the panel beside them."""
