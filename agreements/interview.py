"""The interview: a few answers in plain words, and the first draft they make of a starter. Pure.

Answers are a mapping shaped like the document. Most stand at the place where the document has
the same value (`funnel.rates.lead`, `commitments.S2.within`); the others are questions of their
own: the goal, what each quarter brings, countries, size, how often in time. What cannot be read
is kept as typed; the terms say what is wrong with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from agreements.editing import value_at, with_value, without
from agreements.editing.places import NoSuchPlace
from agreements.terms.values import MONTHS

STEPS = ("objectives", "funnel", "handoff", "follow_up", "document", "review")
GOALS = ("revenue", "customers", "units")
QUARTERS = ("q1", "q2", "q3", "q4")

Document = dict[str, Any]
Answers = Mapping[str, Any]

_PLACES = (
    "assumptions",
    "handoff.definition",
    "handoff.required_fields",
    "handoff.threshold",
    "calendar",
    "contest.days",
    "contest.arbiter",
    "review.cadence",
    "review.weekday",
    "review.time",
    "review.minutes",
    "review.participants",
    "review.agenda",
)
_ASKED_OF = {
    "handover": ("within",),
    "routing": ("within",),
    "acceptance": ("within",),
    "acceptance_rate": ("target",),
    "first_follow_up": ("within",),
    "persistence": ("count", "channels", "within"),
    "disposition": ("within",),
    "conversion_rate": ("target",),
}
_SENTENCES = {
    "en": {
        "revenue": "Win {goal} {currency} of new revenue in the year.",
        "customers": "Win {goal} new customers in the year.",
        "units": "Sell {goal} units in the year.",
    },
    "es": {
        "revenue": "Ganar {goal} {currency} de ingresos nuevos en el año.",
        "customers": "Ganar {goal} clientes nuevos en el año.",
        "units": "Vender {goal} unidades en el año.",
    },
    "pt": {
        "revenue": "Conquistar {goal} {currency} de receita nova no ano.",
        "customers": "Conquistar {goal} novos clientes no ano.",
        "units": "Vender {goal} unidades no ano.",
    },
}
_EVEN = Decimal(1)
_SIX_PLACES = Decimal("0.000001")


def fitted(
    starter: Answers, *, time_zone: str, currency: str, calendars: Sequence[str]
) -> Document:
    """Return a starter in an agreement's zone and currency, with a calendar that is there."""
    document = {**starter, "time_zone": time_zone, "currency": currency}
    if document.get("calendar") not in calendars:
        document.pop("calendar", None)
    return document


def first_answers(starter: Answers, language: str) -> Document:
    """Return the answers the starter itself gives: what nobody changes stays as it is there."""
    answers: Document = {"language": language}
    for path in asked_places(starter):
        value = at(starter, path)
        if value is not None:
            answers = _put(answers, path, value)
    objectives = starter.get("objectives") or [{}, {}]
    goal = at(starter, "funnel.goal") or {}
    kind = next((each for each in GOALS if each in goal), "revenue")
    first_month = goal.get("first_month", "jan")
    own: Document = {
        "goal": {
            "kind": kind,
            "amount": goal.get(kind),
            "average_deal": goal.get("average_deal"),
            "first_month": first_month,
        },
        "quarters": _quarters(goal.get("seasonality") or {}, first_month),
        "second_objective": objectives[1].get("statement") if len(objectives) > 1 else None,
        "countries": _of_rule(starter, "country"),
        "employees": _of_rule(starter, "employees"),
        "asked_for": bool(at(starter, "handoff.bypass")),
        "in_time": _usual_share(starter),
        "director_after": _director_after(starter),
    }
    return answers | own


def draft_from(answers: Answers, starter: Answers) -> Document:
    """Return the draft that answers make of a starter; with no other answers, the starter itself.

    Only the objective is written anew, because it names the goal.
    """
    document = dict(starter)
    for path in asked_places(starter):
        document = _placed(document, path, at(answers, path))
    first = first_answers(starter, str(answers.get("language", "en")))
    document = _with_goal(document, answers, first)
    document = _with_rules(document, answers)
    document = _with_definition(document, starter)
    document = _with_shares(document, answers, first)
    document = _with_director(document, answers)
    return _with_fitting_warnings(document)


def asked_places(starter: Answers) -> tuple[str, ...]:
    """Return the places of a starter that the interview asks about as they are."""
    rates = [f"funnel.rates.{key}" for key in at(starter, "funnel.rates") or {}]
    days = [f"hours.{days}" for days in starter.get("hours") or {} if days != "seasons"]
    promises = [
        f"commitments.{each['key']}.{key}"
        for each in starter.get("commitments", ())
        for key in _ASKED_OF.get(each["measure"], ())
    ]
    return (*_PLACES, *rates, *days, *promises)


def asked_in_target(measure: str) -> bool:
    """Whether a promise of this measure is asked for its target by itself."""
    return "target" in _ASKED_OF.get(measure, ())


# -- the goal, the year


def _with_goal(document: Document, answers: Answers, first: Answers) -> Document:
    goal = answers.get("goal") or {}
    kind = goal.get("kind") if goal.get("kind") in GOALS else "revenue"
    deal = None if kind == "customers" else goal.get("average_deal")
    told = {kind: goal.get("amount"), "average_deal": deal, "first_month": goal.get("first_month")}
    written = {key: value for key, value in told.items() if value is not None}
    season = _season(document, answers, first)
    funnel = {**document["funnel"], "goal": written | ({"seasonality": season} if season else {})}
    return document | {
        "funnel": funnel,
        "objectives": list(_objectives(document, answers, str(kind))),
    }


def _objectives(document: Document, answers: Answers, kind: str) -> Iterator[Document]:
    amount = at(answers, "goal.amount")
    keys = [each["key"] for each in document.get("objectives", ())]
    statement = answers.get("objective") or _goal_sentence(document, answers, kind)
    measure = {} if kind == "units" else {"measure": kind}
    target = {} if amount is None or not measure else {"target": amount}
    yield {"key": keys[0] if keys else "goal", "statement": statement, **measure, **target}
    if answers.get("second_objective"):
        before = document["objectives"][1] if len(keys) > 1 else {"key": "second"}
        yield {**before, "statement": answers["second_objective"]}


def _goal_sentence(document: Document, answers: Answers, kind: str) -> str:
    language = answers.get("language")
    sentence = _SENTENCES.get(str(language), _SENTENCES["en"])[kind]
    amount = _number(at(answers, "goal.amount"))
    places = 0 if amount is not None and amount == amount.to_integral_value() else 2
    goal = f"{amount:,.{places}f}" if amount is not None else str(at(answers, "goal.amount") or "…")
    if language != "en" and amount is not None:
        goal = goal.translate(str.maketrans(",.", ".,"))
    return sentence.format(goal=goal, currency=document.get("currency") or "").replace("  ", " ")


def months_from(first_month: str) -> tuple[str, ...]:
    """Return the twelve months from one on; from January where it is none."""
    start = MONTHS.index(first_month) if first_month in MONTHS else 0
    return MONTHS[start:] + MONTHS[:start]


def _weights(season: Mapping[str, Any], first_month: str) -> list[list[Decimal]]:
    """The weights of the months in each quarter of the goal's year; even without a season."""
    months = months_from(first_month)
    weights = [_number(season.get(month, _EVEN)) or Decimal(0) for month in months]
    return [weights[at : at + 3] for at in range(0, len(MONTHS), 3)]


def _quarters(season: Mapping[str, Any], first_month: str) -> dict[str, str]:
    """What each quarter brings of the year, in whole per cent."""
    sums = [sum(weights, Decimal(0)) for weights in _weights(season, first_month)]
    whole = sum(sums) or Decimal(1)
    return {
        quarter: f"{round(part / whole * 100)}%"
        for quarter, part in zip(QUARTERS, sums, strict=True)
    }


def _season(document: Document, answers: Answers, first: Answers) -> dict[str, Any]:
    """Weigh the months: by the answer between quarters, as the starter does within one."""
    own: dict[str, Any] = at(document, "funnel.goal.seasonality") or {}
    quarters, first_month = answers.get("quarters") or {}, at(answers, "goal.first_month") or "jan"
    if quarters == first["quarters"] and first_month == at(first, "goal.first_month"):
        return own
    season: dict[str, Any] = {}
    months = iter(months_from(str(first_month)))
    for quarter, weights in zip(QUARTERS, _weights(own, str(first_month)), strict=True):
        told = quarters.get(quarter, "0%")
        share, whole = _number(str(told).removesuffix("%")), sum(weights, Decimal(0))
        for weight in weights:
            part = weight / whole if whole else Decimal(1) / 3
            season[next(months)] = told if share is None else _written(share * part)
    return season


# -- who passes


def _with_rules(document: Document, answers: Answers) -> Document:
    handoff = dict(document.get("handoff") or {})
    countries, employees = answers.get("countries"), answers.get("employees")
    asked = []
    if countries:
        asked.append({"field": "country", "operator": "one_of", "value": list(countries)})
    if employees is not None:
        asked.append({"field": "employees", "operator": "at_least", "value": employees})
    kept = [
        rule
        for rule in handoff.get("rules", ())
        if rule.get("field") not in ("country", "employees")
    ]
    handoff["rules"] = [*asked, *kept]
    if handoff.get("threshold") is None:
        for key in ("scoring", "bypass"):
            handoff.pop(key, None)
    if not answers.get("asked_for"):
        handoff.pop("bypass", None)
    return document | {"handoff": handoff}


def _with_definition(document: Document, starter: Answers) -> Document:
    """Name the points asked for in the starter's own sentence on who is handed over."""
    path, own = "handoff.definition", at(starter, "handoff.definition")
    points = [at(each, "handoff.threshold") for each in (starter, document)]
    if not own or at(document, path) != own or None in points:
        return document
    return _placed(document, path, own.replace(str(points[0]), str(points[1])))


def _of_rule(starter: Answers, field: str) -> Any:
    rules = at(starter, "handoff.rules") or ()
    return next((rule.get("value") for rule in rules if rule.get("field") == field), None)


# -- how it is followed


def _sales_clocks(document: Answers) -> list[Document]:
    kinds = ("acceptance", "first_follow_up", "persistence", "disposition", "stage_age")
    return [each for each in document.get("commitments", ()) if each["measure"] in kinds]


def _usual_share(starter: Answers) -> Any:
    shares = [each["target"] for each in _sales_clocks(starter)]
    return max(shares, key=shares.count) if shares else None


def _with_shares(document: Document, answers: Answers, first: Answers) -> Document:
    """Ask the same share of every clock of sales, where another than the starter's was told."""
    share = answers.get("in_time")
    if share == first["in_time"]:
        return document
    for each in _sales_clocks(document):
        document = _placed(document, f"commitments.{each['key']}.target", share)
    return document


def _director_after(starter: Answers) -> str | None:
    rungs = [rung["at"] for rung in starter.get("escalation", ()) if rung["notify"] == "director"]
    return next((rung.removeprefix("+") for rung in rungs if rung.startswith("+")), None)


def _with_director(document: Document, answers: Answers) -> Document:
    after = answers.get("director_after")
    ladder = [rung for rung in document.get("escalation", ()) if rung["notify"] != "director"]
    if after is not None:
        ladder.append({"at": f"+{after}", "notify": "director"})
    return document | {"escalation": ladder}


def _with_fitting_warnings(document: Document) -> Document:
    """Leave out a warning level beyond the share promised: then it is nine tenths of that."""
    for each in document.get("commitments", ()):
        target, warn_at = _share(each.get("target")), _share(each.get("warn_at"))
        is_share = target is not None and str(each["target"]).endswith("%")
        if is_share and warn_at is not None and target is not None and warn_at > target:
            document = without(document, f"commitments.{each['key']}.warn_at")
    return document


# -- places and numbers


def at(document: Answers, path: str) -> Any:
    """Return what stands at a place, None if nothing does."""
    try:
        return value_at(document, path)
    except NoSuchPlace:
        return None


def _put(answers: Document, path: str, value: Any) -> Document:
    """Put an answer in its place; answers have mappings where the document has lists of entries."""
    placed: Document = with_value(answers, path, value)
    return placed


def _placed(document: Document, path: str, value: Any) -> Document:
    try:
        changed: Document = (
            without(document, path) if value is None else with_value(document, path, value)
        )
    except NoSuchPlace:
        return document
    return changed


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**15 else None


def _share(value: Any) -> Decimal | None:
    number = _number(str(value).removesuffix("%"))
    return number / 100 if number is not None and str(value).endswith("%") else number


def _written(value: Decimal) -> Any:
    """Write a weight as terms write numbers: an integer, or a decimal text."""
    exact = value.quantize(_SIX_PLACES).normalize()
    return int(exact) if exact == exact.to_integral_value() else f"{exact:f}"
