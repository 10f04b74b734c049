"""The exports of systems that many use: how they are recognised, and what is known of them. Pure.

HubSpot's contacts and Salesforce's leads are called as in export files that were published; RD
Station's leads and Pipedrive's people, leads and deals as in published programs that read such
exports. What marks HubSpot's contacts in Spanish and Portuguese is what published programs call the
fields of its screens. For the others the names are those of the systems' screens, too: no export
was at hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agreements.criteria import gettext_noop
from leads.guessing.roles import LEFT_OUT, ROLES_BY_NAME, plain_name

_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Preset:
    """What is known of one export of a system.

    ``marks`` are columns that no other system calls so. ``roles`` say of some columns what their
    names alone do not. ``time_zone`` is that of times which do not say their own.
    """

    key: str
    name: str
    source: str
    kind: str
    marks: tuple[str, ...]
    roles: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = ""

    def has_deal_id_in(self, column: str) -> bool:
        """Whether a column names each deal, where rows are deals and so name their leads by it."""
        return self.kind == "deal" and self.roles.get(plain_name(column)) == "lead"


PRESETS: tuple[Preset, ...] = (
    Preset(
        "hubspot-contacts", gettext_noop("HubSpot, contacts"), "hubspot", "contact",
        ("record id", "contact owner", "lead status", "lifecycle stage", "create date",
         "associated company", "primary associated company id", "marketing contact status",
         "became a marketing qualified lead date", "became a sales qualified lead date",
         "propietario del contacto", "etapa del ciclo de vida", "estado del lead",
         "proprietario do contato", "fase do ciclo de vida", "status do lead"),
        {"lead status": "own", "estado del lead": "own", "status do lead": "own",
         "last activity date": LEFT_OUT, "stage": "own",
         "primary associated company id": LEFT_OUT, "close date": LEFT_OUT},
    ),
    Preset(
        "hubspot-deals", gettext_noop("HubSpot, deals"), "hubspot deals", "deal",
        ("record id", "deal name", "deal stage", "deal owner", "pipeline", "close date",
         "closed lost reason", "associated contact ids"),
        {"deal stage": "deal_status", "deal name": "name", "record id": "lead"},
    ),
    Preset(
        "salesforce-leads", gettext_noop("Salesforce, leads"), "salesforce", "lead",
        ("isdeleted", "masterrecordid", "leadsource", "ownerid", "isconverted", "converteddate",
         "convertedaccountid", "convertedopportunityid", "systemmodstamp", "isunreadbyowner"),
        {"status": "own", "systemmodstamp": LEFT_OUT, "lasttransferdate": LEFT_OUT,
         "statecode": LEFT_OUT, "countrycode": LEFT_OUT, "rating": "own"},
        "UTC",
    ),
    Preset(
        "pipedrive-deals", gettext_noop("Pipedrive, deals"), "pipedrive", "deal",
        ("deal - id", "deal - title", "deal - status", "deal - value", "deal - stage",
         "deal - owner", "deal - won time", "deal - lost time", "deal - lost reason"),
        {"deal - id": "lead", "deal - title": "own", "deal - stage": "own",
         "deal - status": LEFT_OUT, "deal - deal closed on": LEFT_OUT},
        "UTC",
    ),
    Preset(
        "pipedrive-leads", gettext_noop("Pipedrive, leads"), "pipedrive leads", "lead",
        ("lead - id", "lead - title", "lead - owner", "lead - labels", "lead - lead created",
         "lead - contact person", "lead - source origin"),
        {"lead - id": "lead", "lead - title": "own"},
        "UTC",
    ),
    Preset(
        "pipedrive-people", gettext_noop("Pipedrive, people"), "pipedrive people", "contact",
        ("person - id", "person - name", "person - owner", "person - organization",
         "person - person created", "person - open deals", "person - closed deals",
         "person - marketing status", "person - last activity date"),
        {"person - last activity date": LEFT_OUT, "person - next activity date": LEFT_OUT},
        "UTC",
    ),
    Preset(
        "rdstation-leads", gettext_noop("RD Station Marketing, leads"), "rdstation", "lead",
        ("estagio no funil", "dono do lead", "primeira conversao", "data da primeira conversao",
         "origem da primeira conversao", "data da ultima conversao", "total de conversoes",
         "lead scoring - perfil", "lead scoring - interesse"),
        {"email": "email", "origem da ultima conversao": LEFT_OUT, "tags": "own",
         "eventos (ultimos 100)": LEFT_OUT, "url publica": LEFT_OUT},
        "America/Sao_Paulo",
    ),
    Preset(
        "rdstation-crm", gettext_noop("RD Station CRM, deals"), "rdstation crm", "deal",
        ("nome da negociacao", "etapa", "funil de vendas", "estado da negociacao",
         "valor unico", "valor recorrente", "data de fechamento", "motivo de perda"),
        {"valor unico": "amount", "etapa": "own"},
        "America/Sao_Paulo",
    ),
)  # fmt: skip


# Columns of exports that name no leads, by the sentence that refuses them: Salesforce's as its
# messages and exports name them, the others as the screens do.
OTHER_OBJECTS: Mapping[str, tuple[str, ...]] = {
    "hubspot_companies": (
        "record id",
        "create date",
        "company name",
        "company owner",
        "company domain name",
        "parent company",
        "number of associated contacts",
        "annual revenue",
        "target account",
    ),
    "hubspot_tickets": (
        "ticket id",
        "ticket name",
        "ticket status",
        "ticket owner",
        "ticket description",
        "time to close",
        "priority",
        "pipeline",
    ),
    "salesforce_accounts": (
        "isdeleted",
        "masterrecordid",
        "ownerid",
        "systemmodstamp",
        "parentid",
        "billingstreet",
        "billingcity",
        "billingcountry",
        "shippingstreet",
        "accountnumber",
        "tickersymbol",
    ),
    "salesforce_opportunities": (
        "isdeleted",
        "ownerid",
        "systemmodstamp",
        "accountid",
        "stagename",
        "expectedrevenue",
        "probability",
        "closedate",
        "isclosed",
        "iswon",
        "forecastcategory",
    ),
    "pipedrive_organizations": (
        "organization - id",
        "organization - name",
        "organization - owner",
        "organization - address",
        "organization - people",
        "organization - open deals",
    ),
    "pipedrive_activities": (
        "activity - id",
        "activity - type",
        "activity - subject",
        "activity - due date",
        "activity - done",
        "activity - duration",
        "activity - assigned to user",
    ),
}
_WHOSE = frozenset({"contactid", "whoid", "leadid", "lead - id", "deal - id", "id do lead"})


def object_without_leads(header: Sequence[str]) -> str:
    """Return of what this is an export, if that is known to name no leads; empty otherwise.

    Whatever has an e-mail address or a lead's id in it may be imported.
    """
    names = {plain_name(name) for name in header}
    if names & _WHOSE or any(ROLES_BY_NAME.get(name) == "email" for name in names):
        return ""
    most = max(len(names.intersection(preset.marks)) for preset in PRESETS)
    count, found = max(
        (len(names.intersection(marks)), key) for key, marks in OTHER_OBJECTS.items()
    )
    return found if count >= max(_FEWEST, most + 1) else ""


def preset_of(header: Sequence[str]) -> Preset | None:
    """Return the export whose columns these are; None where too few of them are known."""
    names = {plain_name(name) for name in header}
    scored = [(len(names.intersection(preset.marks)), preset) for preset in PRESETS]
    count, preset = max(scored, key=lambda pair: pair[0])
    return preset if count >= _FEWEST else None


def preset_named(key: str) -> Preset | None:
    """Return a preset by its key."""
    return next((preset for preset in PRESETS if preset.key == key), None)
