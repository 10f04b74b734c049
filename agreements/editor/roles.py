"""Who does what: responsible, accountable, consulted, informed."""

from django.utils.translation import gettext_lazy as _

from agreements.editor.fields import Field, Rows
from agreements.editor.forms import SectionForm

FORM = SectionForm(
    name="roles",
    title=_("Roles"),
    intro=_("For each activity: who does it, who answers for it, who is asked, who is told."),
    fields=(
        Rows(
            "roles",
            label=_("Activities"),
            title=_("Activity"),
            add=_("Add an activity"),
            fields=(
                Field("activity", "text", _("Activity")),
                Field("responsible", "text", _("Responsible: does it")),
                Field("accountable", "text", _("Accountable: answers for it")),
                Field("consulted", "lines", _("Consulted: is asked before"), help=_("One a line.")),
                Field("informed", "lines", _("Informed: is told after"), help=_("One a line.")),
                Field("cadence", "text", _("How often")),
            ),
        ),
    ),
)
