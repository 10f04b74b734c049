"""Deeds about a handoff: what may be done, what people say of it, and taking it back."""
