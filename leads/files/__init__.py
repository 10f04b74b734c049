"""Files of rows, and the facts that their rows tell. Pure."""
