"""A believable company to look around in: people, a signed agreement, three months of leads."""

from slaportal.demo.company import DEMO_SLUG, Invited, make_company
from slaportal.demo.history import tell_history
from slaportal.demo.team import organise

__all__ = ["DEMO_SLUG", "Invited", "make_company", "organise", "tell_history"]
