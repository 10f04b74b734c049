"""The clocks of many plain handoffs at once, by arrays: the same rows as replaying each alone.

Most handoffs are plain: offered, assigned and ended at most once, without pauses, blackouts,
absences or facts typed in late. `leads.replaying` does the others, and is the reference.
"""
