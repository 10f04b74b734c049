"""Pages about agreements and the people who keep them."""
