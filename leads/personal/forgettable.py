"""What would be blanked of a person, in words, before somebody decides to."""

from collections.abc import Iterator

from django.utils.translation import ngettext

from leads.any_of import AnyOf
from leads.column_names import attribute_name, column_names
from leads.models import FollowUp, HandoffEvent, Lead
from leads.personal.forgotten import Blanking, blanking
from leads.personal.traces import Traces
from leads.records import families_of


def would_blank(lead: Lead) -> list[str]:
    """Say what would be blanked of a lead, and of those that are one with it."""
    lead_ids = families_of([lead.pk]).all([lead.pk])
    return [*_said(lead, lead_ids, blanking())]


def _said(lead: Lead, lead_ids: set[int], rules: Blanking) -> Iterator[str]:
    kept, traces = rules.attributes(lead.attributes), Traces(lead_ids, rules)
    blanked = [key for key, value in lead.attributes.items() if kept[key] != value]
    if blanked:
        columns = column_names(lead_ids, blanked)
        yield ", ".join(attribute_name(key, columns) for key in sorted(blanked))
    of_leads, by_handoffs = AnyOf("lead", lead_ids), AnyOf("handoff__lead_id", lead_ids)
    notes = (
        FollowUp.objects.filter(of_leads).exclude(note="", next_step="").count()
        + HandoffEvent.objects.filter(by_handoffs).exclude(note="", answers=None).count()
    )
    if notes:
        yield ngettext("%(number)s note or answer", "%(number)s notes or answers", notes) % {
            "number": notes
        }
    rows = len(traces.audit()) + len(traces.messages())
    if rows:
        yield ngettext(
            "%(number)s line of the audit and of messages",
            "%(number)s lines of the audit and of messages",
            rows,
        ) % {"number": rows}
    if len(lead_ids) > 1:
        others = len(lead_ids) - 1
        yield ngettext(
            "the same of %(number)s lead that was found to be this one",
            "the same of %(number)s leads that were found to be this one",
            others,
        ) % {"number": others}
