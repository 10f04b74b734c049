"""What other rules would make of what really happened; nothing is written.

The arithmetic is the one that measures: `leads.plain` over arrays, and `leads.replaying` for the
handoffs that are not plain.
"""
