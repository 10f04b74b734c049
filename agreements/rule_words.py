"""Rules over a lead's attributes, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from agreements import formats
from agreements.criteria import AnyRule, Condition

# Attributes of leads, and answers about them, that starters and systems know by these keys.
FIELD_NAMES = {
    "name": gettext_lazy("name"),
    "company": gettext_lazy("company"),
    "email": gettext_lazy("e-mail address"),
    "phone": gettext_lazy("telephone"),
    "email_verified": gettext_lazy("e-mail address verified"),
    "do_not_contact": gettext_lazy("do not contact"),
    "origin": gettext_lazy("origin"),
    "campaign": gettext_lazy("campaign"),
    "medium": gettext_lazy("medium"),
    "utm_source": gettext_lazy("UTM source"),
    "utm_medium": gettext_lazy("UTM medium"),
    "utm_campaign": gettext_lazy("UTM campaign"),
    "language": gettext_lazy("language"),
    "country": gettext_lazy("country"),
    "state": gettext_lazy("state"),
    "employees": gettext_lazy("employees"),
    "industry": gettext_lazy("industry"),
    "segment": gettext_lazy("segment"),
    "tier": gettext_lazy("tier"),
    "score": gettext_lazy("score"),
    "points": gettext_lazy("points"),
    "job_title": gettext_lazy("job title"),
    "request": gettext_lazy("request"),
    "named_account": gettext_lazy("named account"),
    "pricing_page_visits": gettext_lazy("visits to the pricing page"),
    "webinars": gettext_lazy("webinars attended"),
    "emails_opened": gettext_lazy("e-mails opened"),
    "budget": gettext_lazy("budget"),
    "authority": gettext_lazy("authority"),
    "need": gettext_lazy("need"),
    "timeline": gettext_lazy("timeline"),
}


def rule_words(rule: AnyRule) -> str:
    """Say a rule: "employees is at least 50 and (e-mail is known or phone is known)"."""
    if isinstance(rule, Condition):
        return _condition(rule)
    parts = [
        rule_words(inner) if isinstance(inner, Condition) else f"({rule_words(inner)})"
        for inner in (rule.all or rule.any or ())
    ]
    separator = _(" and ") if rule.all is not None else _(" or ")
    return separator.join(parts)


def _condition(condition: Condition) -> str:
    sentences = {
        "is": _("%(field)s is %(value)s"),
        "is_not": _("%(field)s is not %(value)s"),
        "one_of": _("%(field)s is one of %(value)s"),
        "not_one_of": _("%(field)s is none of %(value)s"),
        "at_least": _("%(field)s is at least %(value)s"),
        "at_most": _("%(field)s is at most %(value)s"),
        "contains": _("%(field)s contains %(value)s"),
        "present": _("%(field)s is known"),
        "missing": _("%(field)s is missing"),
    }
    return sentences[condition.operator] % {
        "field": field_words(condition.field),
        "value": _value(condition.value),
    }


def operator_words(operator: str) -> str:
    """Say how a condition compares, as it is chosen; what is no operator as it is written."""
    return {
        "is": pgettext("operator", "is"),
        "is_not": pgettext("operator", "is not"),
        "one_of": pgettext("operator", "is one of"),
        "not_one_of": pgettext("operator", "is none of"),
        "contains": pgettext("operator", "contains"),
        "at_least": pgettext("operator", "is at least"),
        "at_most": pgettext("operator", "is at most"),
        "present": pgettext("operator", "is known"),
        "missing": pgettext("operator", "is missing"),
    }.get(operator, operator)


def field_words(field: str) -> str:
    """Name an attribute of a lead: a well-known one in the reader's language, else as written."""
    return str(FIELD_NAMES.get(field, field))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return formats.figure(value)
    if isinstance(value, list | tuple):
        return ", ".join(_value(item) for item in value)
    return str(value)
