"""Leads before the handoff: judged by the criteria, and offered."""
