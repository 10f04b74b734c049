"""Rules over a lead's attributes, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements import formats
from agreements.criteria import AnyRule, Condition


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
    """Name an attribute of a lead: a known one in the reader's language, else as it is called."""
    known = {
        "name": _("name"),
        "company": _("company"),
        "email": _("e-mail address"),
        "phone": _("telephone"),
        "origin": _("origin"),
        "country": _("country"),
        "state": _("state"),
        "employees": _("employees"),
        "industry": _("industry"),
        "job_title": _("job title"),
        "request": _("request"),
        "named_account": _("named account"),
    }
    return known.get(field, field.replace("_", " "))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return formats.figure(value)
    if isinstance(value, list | tuple):
        return ", ".join(_value(item) for item in value)
    return str(value)
