"""A believable company to look around in: people, a signed agreement, three months of leads."""

from slaportal.demo.company import DEMO_SLUG, Invited, make_company
from slaportal.demo.history import tell_history

__all__ = ["DEMO_SLUG", "Invited", "make_company", "tell_history"]
