"""Assignment: who gets a handoff, by which rules, and who is there to take it."""
