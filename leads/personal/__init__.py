"""Personal data: who is forgotten, what is left of them, and what is handed out on request."""
