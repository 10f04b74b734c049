"""Rules are shown, read back and changed without a word being lost."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation

from agreements.criteria import RULE_MESSAGES
from agreements.editing import problems_of
from agreements.editor import rules
from agreements.editor.deeds import after_deed
from agreements.editor.fields import Field, Rows
from agreements.editor.rules import ShownCondition, ShownGroup, read_rule, read_rules
from agreements.editor.typed import Separators
from agreements.starters import load_starter, starter_names

ENGLISH, SPANISH = Separators(".", ","), Separators(",", ".")

DEMO = {"field": "request", "operator": "one_of", "value": ["demo", "pricing"]}
BIG = {"field": "employees", "operator": "at_least", "value": 1500}
NAMED = {"field": "named_account", "operator": "is", "value": True}
EMAIL, PHONE = ({"field": field, "operator": "present"} for field in ("email", "phone"))
REACHABLE = {"any": [EMAIL, PHONE]}
MIXED = {"all": [BIG, REACHABLE, DEMO]}


def sent(group: ShownGroup) -> dict[str, str]:
    """What the form of a rule would send if nobody typed anything."""
    values = {}
    if group.join and (group.depth or len(group.entries) > 1):
        values[f"{group.name}.join"] = group.join
    for entry in group.entries:
        if isinstance(entry, ShownGroup):
            values |= sent(entry)
        else:
            values[f"{entry.name}.field"] = entry.typed.field
            values[f"{entry.name}.operator"] = entry.typed.operator
            values[f"{entry.name}.value"] = entry.typed.value
    return values


def form(values: dict[str, str]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data[name] = value
    return data


def shown(stored: Any, separators: Separators = ENGLISH, path: str = "rule") -> ShownGroup:
    problems = problems_of({"scope": {"rule": stored}}) if path != "rule" else ()
    return rules.shown_rule(stored, "rule", path, problems, separators)


def typed(
    stored: Any, separators: Separators = ENGLISH, changes: Mapping[str, str] | None = None
) -> Any:
    """Read a stored rule back after some of its values were typed anew."""
    values = sent(shown(stored, separators))
    values |= {f"rule.{name}": value for name, value in (changes or {}).items()}
    return read_rule(form(values), "rule", stored, separators)


def rules_of(value: Any) -> list[Any]:
    """Every rule in a document, wherever it is."""
    if isinstance(value, dict):
        inner = [rule for item in value.values() for rule in rules_of(item)]
        return [value, *inner] if value.keys() & {"field", "any", "all"} else inner
    return [rule for item in value for rule in rules_of(item)] if isinstance(value, list) else []


def test_it_works() -> None:
    group = shown(MIXED)
    first, reachable, last = group.entries
    assert isinstance(first, ShownCondition)
    assert (first.name, first.typed.field, first.typed.value) == ("rule.1", "employees", "1,500")
    assert isinstance(reachable, ShownGroup)
    assert (reachable.join, reachable.can_nest, group.can_nest) == ("any", False, True)
    assert isinstance(last, ShownCondition)
    assert last.typed.value == "demo, pricing"
    assert "employees is at least 1,500" in group.words

    assert typed(MIXED, changes={"1.value": "2,000"})["all"][0] == BIG | {"value": 2000}
    assert typed(MIXED, changes={"join": "any"}) == {"any": MIXED["all"]}


ODD: list[Any] = [
    None, [], "rich", 5, {}, {"all": []}, {"any": "x"}, {"all": [3, None, []]}, {"field": "a"},
    {"field": 3, "operator": None, "value": {"x": 1}}, {"field": "a", "operator": "like"},
    {"field": "a", "operator": "is_not", "value": False}, {"any": [DEMO]}, {"all": [REACHABLE]},
    {"field": "a", "operator": "present", "value": "b"}, {"field": "a", "all": [DEMO]},
    {"field": "a", "operator": "one_of", "value": ["Acme, Inc.", "B", 7, "007", True]},
    {"field": "a", "operator": "one_of", "value": "alone"}, {"all": [{"any": [{"all": [BIG]}]}]},
    {"field": "a", "operator": "at_least", "value": "1000.50"},
    {"field": " spaced ", "operator": "is", "value": " x "},
]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
@pytest.mark.parametrize("stored", ODD, ids=str)
def test_what_is_shown_and_sent_back_stays(stored: Any, language: str) -> None:
    separators = ENGLISH if language == "en" else SPANISH
    with translation.override(language):
        assert typed(stored, separators) == stored


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
@pytest.mark.parametrize("starter", starter_names())
def test_every_rule_of_the_starters_stays(starter: str, language: str) -> None:
    separators = ENGLISH if language == "en" else SPANISH
    found = rules_of(load_starter(starter))
    assert len(found) > 10
    with translation.override(language):
        for stored in found:
            assert typed(stored, separators) == stored


def test_a_list_of_rules_stays_a_list() -> None:
    stored = [BIG, REACHABLE]
    group = rules.shown_rules(stored, "rule", "rule", (), ENGLISH)
    values = sent(group)
    assert group.join == ""
    assert read_rules(form(values), "rule", stored, ENGLISH) == stored
    values["rule.1.operator"] = "at_most"
    changed = read_rules(form(values), "rule", stored, ENGLISH)
    assert changed == [BIG | {"operator": "at_most"}, REACHABLE]


@pytest.mark.parametrize(
    ("operator", "text", "stored"),
    [
        ("is", "demo", {"operator": "is", "value": "demo"}),
        ("is", "12", {"operator": "is", "value": 12}),
        ("is", "0034", {"operator": "is", "value": "0034"}),
        ("is", "", {"operator": "is"}),
        ("is_yes", "left over", {"operator": "is", "value": True}),
        ("is_no", "", {"operator": "is", "value": False}),
        ("present", "left over", {"operator": "present"}),
        ("missing", "", {"operator": "missing"}),
        ("one_of", "demo, pricing , ", {"operator": "one_of", "value": ["demo", "pricing"]}),
        ("one_of", "Acme, Inc.; B", {"operator": "one_of", "value": ["Acme, Inc.", "B"]}),
        ("not_one_of", "", {"operator": "not_one_of", "value": []}),
        ("at_least", "1,500", {"operator": "at_least", "value": 1500}),
        ("at_most", "2.5", {"operator": "at_most", "value": "2.5"}),
        ("at_least", "many", {"operator": "at_least", "value": "many"}),
    ],
)
def test_values_are_stored_by_their_operator(
    operator: str, text: str, stored: dict[str, Any]
) -> None:
    was = {"field": "a", "operator": "contains", "value": "before"}
    new = typed(was, changes={"1.operator": operator, "1.value": text})
    assert new == {"field": "a"} | stored


def test_numbers_are_typed_as_the_reader_writes_them() -> None:
    assert typed(BIG, SPANISH, {"1.value": "2.000,5"}) == BIG | {"value": "2000.5"}


def test_what_is_wrong_stands_at_its_condition() -> None:
    wrong = {"all": [BIG | {"value": "many"}, {"any": []}, {"field": "", "operator": "is"}]}
    group = shown(wrong, path="scope.rule")
    first, inner, last = group.entries
    assert "needs a number" in first.errors[0]
    assert inner.errors == [RULE_MESSAGES["group_all_or_any"]]
    assert last.errors
    assert group.errors == []
    assert group.words == ""


def test_what_is_wrong_with_a_single_condition_is_told_once() -> None:
    group = shown({"field": "a", "operator": "one_of", "value": []}, path="scope.rule")
    assert group.errors == []
    assert len(group.entries[0].errors) == 1


FIELDS = (
    Field("scope.rule", "rule", "Scope"),
    Field("handoff.rules", "rules", "Rules"),
    Rows("handoff.scoring", "Points", "Add", "Points", (Field("when", "rule", "When"),)),
    Rows("tiers", "Tiers", "Add", "Tier", (Field("when", "rule", "When"),)),
)


@pytest.mark.parametrize(
    ("deed", "stored", "after"),
    [
        ("add scope.rule", None, rules.NEW),
        ("add scope.rule", DEMO, {"all": [DEMO, rules.NEW]}),
        ("group scope.rule", DEMO, {"all": [DEMO, {"any": [rules.NEW]}]}),
        ("add scope.rule.2", MIXED, {"all": [BIG, {"any": [*REACHABLE["any"], rules.NEW]}, DEMO]}),
        ("up scope.rule.3", MIXED, {"all": [BIG, DEMO, REACHABLE]}),
        ("down scope.rule.2.1", {"all": [BIG, REACHABLE]}, {"all": [BIG, {"any": [PHONE, EMAIL]}]}),
        ("remove scope.rule.1", {"any": [DEMO, BIG]}, BIG),
        ("remove scope.rule.1", DEMO, None),
        ("remove scope.rule.2.1", {"all": [BIG, {"any": [DEMO]}]}, BIG),
        ("remove scope.rule.9", MIXED, MIXED),
        ("add scope.rule.1", MIXED, MIXED),
        ("dance scope.rule.1", MIXED, MIXED),
    ],
)  # fmt: skip
def test_deeds_on_a_rule(deed: str, stored: Any, after: Any) -> None:
    part = (
        {"scope": {"rule": stored, "unit": "person"}} if stored else {"scope": {"unit": "person"}}
    )
    expected = {"scope": {"unit": "person"} | ({"rule": after} if after else {})}
    assert after_deed(FIELDS, part, deed) == expected


def test_deeds_on_rules_in_lists() -> None:
    part: dict[str, Any] = {
        "handoff": {"rules": [BIG], "scoring": [{"points": 5}, {"when": DEMO, "points": 1}]},
        "tiers": [{"key": "vip", "when": DEMO}, {"key": "other"}],
    }
    added = after_deed(FIELDS, part, "add handoff.rules")
    assert added["handoff"]["rules"] == [BIG, rules.NEW]
    assert after_deed(FIELDS, added, "remove handoff.rules.2") == part

    scored = after_deed(FIELDS, part, "add handoff.scoring.1.when")
    assert scored["handoff"]["scoring"][0] == {"points": 5, "when": rules.NEW}
    assert scored["handoff"]["scoring"][1] == {"when": DEMO, "points": 1}

    tiers = after_deed(FIELDS, part, "remove tiers.1.when.1")["tiers"]
    assert tiers == [{"key": "vip"}, {"key": "other"}]
    assert after_deed(FIELDS, part, "up tiers.2")["tiers"] == part["tiers"][::-1]
    for nothing in ("", "up", "add", "remove tiers.7", "up tiers.x", "add tiers.1.whenever"):
        assert after_deed(FIELDS, part, nothing) == part
