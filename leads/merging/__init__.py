"""Leads that look like one, and what making them one would come to."""
