"""Leads, handoffs, follow-ups and clocks by call."""
