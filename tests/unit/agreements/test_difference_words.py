"""Every difference has a sentence, and none falls through as it is stored."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings

from agreements.difference import difference
from agreements.difference_words import Sentence, Wording, plain_words
from agreements.difference_words.fields import field_at
from agreements.editing import with_value, without
from agreements.starters import load_starter
from agreements.terms import Terms, parse_terms
from tests.unit.agreements.edited_documents import pairs_of_documents

STARTER = load_starter("inbound-en")
RAW = re.compile(r"[{}]|\['|\[\"|None|True|False|ABSENT|%\(")


def said(before: Any, after: Any, calendars: dict[str, str] | None = None) -> list[str]:
    wording = Wording(before, after, calendars)
    return [
        str(sentence).replace("\N{NO-BREAK SPACE}", " ")
        for clause in difference(before, after).clauses
        for sentence in wording.sentences(clause)
    ]


def changed(path: str, value: Any) -> list[str]:
    """What is said when one value of the starter changes."""
    return said(STARTER, with_value(STARTER, path, value))


def dropped(path: str) -> list[str]:
    return said(STARTER, without(STARTER, path))


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("kind", "service", "Kind of agreement: in several levels becomes the same for all leads."),
        ("time_zone", "America/Sao_Paulo",
         "Time zone: America/New York becomes America/Sao Paulo."),
        ("currency", "EUR", "Currency: USD becomes EUR."),
        ("exchange_rates", {"EUR": "1.085"}, "EUR · Exchange rate: now 1.085."),
        ("calendar", "always", "Calendar: us-ny becomes day and night."),
        ("hours", {"mon-thu": "08:00-12:00"},
         ("Opening hours: Monday to Friday 09:00–12:30, 13:00–17:30 becomes Monday to Thursday "
         "08:00–12:00.")),
        ("hours.seasons", [{"from": "06-15", "to": "09-15", "hours": {"mon-fri": "08:00-15:00"}}],
         ("Opening hours: Monday to Friday 09:00–12:30, 13:00–17:30 becomes Monday to Friday "
         "09:00–12:30, 13:00–17:30; from 15 June to 15 September: Monday to Friday 08:00–15:00.")),
        ("calendars", {"br": {"hours": {"sat": "09:00-10:00"}}},
         "br · Opening hours: now Saturday 09:00–10:00."),
        ("objectives.revenue.target", 600000, "Target: US$ 500,000 rises to US$ 600,000."),
        ("objectives.answer.statement", "Be quick.",
         ("Objective: “Answer everyone who asks for us before they ask somebody else.” becomes "
         "“Be quick.”")),
        ("assumptions", ["The advertising budget of last year is kept."],
         "No longer assumed: “No new competitor enters at half our price.”"),
        ("funnel.stages.sql.name", "Qualified", "SQL · Name: “SQL” becomes “Qualified”."),
        ("funnel.stages.opportunity.party", "marketing",
         "Opportunity · Party: sales becomes marketing."),
        ("funnel.rates.sal", "44.45%",
         "SAL · Conversion to the next stage: 44.44% rises to 44.45%."),
        ("funnel.lag.opportunity", 2,
         "Opportunity · Lag to the next stage: 1 month rises to 2 months."),
        ("funnel.goal.average_deal", 20000,
         "Average deal: US$ 25,000 falls to US$ 20,000."),
        ("funnel.goal.seasonality.mar", 10, "Weight of the month · March: 9 rises to 10."),
        ("funnel.targets", {"mql": {"may": 40}}, "MQL · Target set by hand · May: now 40."),
        ("funnel.targets", {"revenue": {"may": {"value": 9, "note": "fair"}}},
         "revenue · Note on the target · May: now “fair”."),
        ("capacity.contact_share", "45%",
         "Share of handoffs with a conversation: 40% rises to 45%."),
        ("scope.unit", "company", "What counts as a lead: a person becomes a company."),
        ("scope.join_by_email", False,
         "Leads with the same e-mail address are joined: yes becomes no."),
        ("handoff.rules.2.value", 30,
         "Condition of the handoff: employees is at least 20 becomes employees is at least 30."),
        ("handoff.scoring.1.points", 25,
         ("Points of a lead: 20 points where employees is at least 50 becomes 25 points where "
         "employees is at least 50.")),
        ("handoff.threshold", 70, "The threshold rises from 65 to 70 points."),
        ("handoff.threshold", 60, "The threshold falls from 65 to 60 points."),
        ("handoff.bypass.value", "demo",
         "Handed over without points: request is contact becomes request is demo."),
        ("handoff.required_fields", ["name", "company", "email", "phone", "country"],
         "Required fields: employees is dropped."),
        ("handoff.queue", "Inbound", "Queue that counts as received: now “Inbound”."),
        ("qualification.evidence", "contact",
         "Evidence before qualifying: a conversation becomes a contact."),
        ("tiers.vip.benefits", "A call.",
         ("VIP · Benefits: “A call within half an hour, and a meeting at a time the customer "
         "chooses.” becomes “A call.”")),
        ("tiers.gold", {"key": "gold", "name": "Gold", "benefits": "All"}, "New tier: Gold."),
        ("commitments.S1.within", "2h", "Accept or reject: 4 h becomes 2 h."),
        ("commitments.S2.within", "20min", "First follow-up: 30 min becomes 20 min for VIP."),
        ("commitments.S2.target", "0.95", "Target: 90% rises to 95% for VIP."),
        ("commitments.S2.target", "0.9", "Target: written in another form; in words it stays 90%."),
        ("commitments.M1.target", 30, "Accepted volume: the funnel's target becomes 30."),
        ("commitments.S5.count", 5, "Attempts: 6 falls to 5."),
        ("commitments.S5.channels", 3, "Channels: 2 rises to 3."),
        ("commitments.S7.from", "mql", "From the stage: SAL becomes MQL."),
        ("commitments.S8.period", "month", "Counted: a quarter becomes a month."),
        ("commitments.S6.period", "month", "Counted: stays a month, now written out."),
        ("commitments.S6.weight", "12.5", "Weight: 10 rises to 12.5."),
        ("commitments.S6.warn_at", "80.5%", "Warning level: 80% rises to 80.5%."),
        ("commitments.S2.tiers", ["premium"], "Tiers: Premium is added."),
        ("commitments.S6.where", {"field": "country", "operator": "is", "value": "US"},
         "For leads where: now country is US."),
        ("commitments.S6.measure", "acceptance",
         "Measure: Outcome in time becomes Accepted or rejected in time."),
        ("commitments.S6.party", "marketing", "Promised by: sales becomes marketing."),
        ("commitments.S6.values", {"by": "tier", "each": {"vip": 5}},
         "Value of one · VIP: now US$ 5."),
        ("reasons.rejection.duplicate.charged_to", "nobody",
         "“Duplicate or existing opportunity” · Charged to: marketing becomes nobody."),
        ("reasons.recycling.not_now.means", "not_reached",
         "“Not now, asked to be called later” · Means: not now becomes not reached."),
        ("reasons.pause.x", {"key": "x", "name": "Fair"}, "New reason for pausing: “Fair”."),
        ("pause.max", "3bd", "Longest pause: 5 working days becomes 3 working days."),
        ("contest.days", 5,
         "Time to contest a rejection: 3 working days rises to 5 working days."),
        ("recycle.returns_to", "owner",
         "A recycled lead returns to: marketing becomes its earlier owner."),
        ("late_logging", "2bd",
         "Time to log a follow-up by hand: 1 working day becomes 2 working days."),
        ("close.grace", "5bd",
         "Time for late facts after the month: 3 working days becomes 5 working days."),
        ("roles.2.informed", ["director"],
         "“Offer handoffs with complete data” · Informed: “director” is added."),
        ("channels.email.name", "Mail", "E-mail · Name: “E-mail” becomes “Mail”."),
        ("channels.email.use", "notice", "E-mail · Used: to reach leads becomes to tell the team."),
        ("escalation.4.at", "+2h",
         "Escalation: the director, 1 h after it is due becomes the director, 2 h after it is "),
        ("escalation.1.at", "70%",
         ("Escalation: the rep, when 80% of the time has passed becomes the rep, when 70% of the "
         "time has passed.")),
        ("notices.digest", "weekly", "Digest of the notices: daily becomes weekly."),
        ("review.cadence", "weekly", "How often both review: every month becomes every week."),
        ("review.weekday", "tue", "Day of the review: Monday becomes Tuesday."),
        ("review.minutes", 45, "Length of the review in minutes: 60 falls to 45."),
        ("review.participants", ["marketing lead", "sales lead", "RevOps"],
         "Taking part in the review: “director” is dropped."),
        ("odd", {"a": [1, True], "b": None}, "“odd.a”: now 1, yes."),
        ("tiers", 5, "Tiers: key: vip; name: VIP; when: any: field: request;"),
    ],
)  # fmt: skip
def test_it_works(path: str, value: Any, sentence: str) -> None:
    sentences = changed(path, value)
    assert any(each.startswith(sentence) for each in sentences), sentences


def test_what_is_new_is_said_whole() -> None:
    new = {
        "key": "M6", "party": "marketing", "measure": "stage_volume", "stage": "mql",
        "target": 327, "weight": 10, "consequence": "We talk.",
    }  # fmt: skip
    assert changed("commitments.M6", new) == [
        "New: Deliver 327 MQL a month.",
        "Weight: 10; Consequence: “We talk.”",
    ]
    assert changed("commitments.M6", new | {"statement": "Many leads."}) == [
        "New: Many leads.",
        (
            "Promised by: marketing; Measure: Volume of a stage; Stage: MQL; Target: 327; "
            "Weight: 10; Consequence: “We talk.”"
        ),
    ]
    assert changed("commitments.M6", {"key": "M6", "within": "soon"}) == ["New: M6", "Time: soon."]


def test_what_is_gone() -> None:
    assert dropped("commitments.S6") == [
        "No longer promised: An outcome with a reason within 15 working days, in 90%."
    ]
    assert dropped("tiers.vip") == ["Tier dropped: VIP."]
    assert dropped("handoff.threshold") == ["Threshold: 65 points is dropped."]
    assert dropped("contest") == [
        "Time to contest a rejection: stays 3 working days, no longer written out.",
        "Who decides what is contested: stays “director”, no longer written out.",
    ]
    assert dropped("roles.1") == ["Role dropped: “Attract and qualify leads”."]


def test_what_stands_elsewhere() -> None:
    tiers, reasons = STARTER["tiers"], STARTER["reasons"]["pause"]
    assert said(STARTER, STARTER | {"tiers": [tiers[1], tiers[0], tiers[2]]}) == [
        "The order of the tiers becomes Premium, VIP, Basic; the first that fits is a lead's tier."
    ]
    assert changed("reasons.pause", reasons[::-1]) == [
        (
            "The order of the reasons becomes “Waiting for an answer of the customer”, “The "
            "customer asked for a later time”."
        )
    ]
    rungs = STARTER["escalation"]
    assert changed("escalation", [*rungs[1:], rungs[0]]) == [
        "This rung of the ladder stands elsewhere: the rep, when 80% of the time has passed."
    ]
    agenda = STARTER["review"]["agenda"]
    assert changed("review.agenda", agenda[::-1])[-1].startswith(
        "Agenda of the review: the order becomes “Assumptions that no longer hold (5 minutes)”, "
    )


def test_long_texts_show_what_is_around_the_change() -> None:
    text = STARTER["handoff"]["definition"]
    after = with_value(STARTER, "handoff.definition", text.replace("65", "70"))
    clause = difference(STARTER, after).clauses[0]
    [sentence] = Wording(STARTER, after).sentences(clause)
    assert sentence.html == (
        "Definition of the handoff, worded anew: A person in a company of the target market, "
        'with at least <del><span class="visually-hidden">[deleted:] </span>65</del>'
        '<ins><span class="visually-hidden">[inserted:] </span>70</ins> '
        "points or a request for contact, …"
    )


def test_the_decisive_part_stands_out_and_nothing_is_markup() -> None:
    after = with_value(STARTER, "tiers.vip.name", "<i>Gold")
    [sentence] = Wording(STARTER, after).sentences(difference(STARTER, after).clauses[0])
    assert sentence.html == ("VIP · Name: “VIP” becomes <strong>“&lt;i&gt;Gold”</strong>.")
    assert unescape(re.sub("<strong>|</strong>", "", sentence.html)) == str(sentence)


def test_a_stop_is_not_said_twice() -> None:
    assert str(Sentence("New: %(after)s.", {"after": "“Done.”"})) == "New: “Done.”"
    assert str(Sentence("New: %(after)s.", {"after": "“Done”"})) == "New: “Done”."


def test_names_are_those_of_their_side() -> None:
    before = with_value(STARTER, "commitments.S7.from", "mql")
    after = with_value(STARTER, "funnel.stages.sal.name", "Taken")
    assert "From the stage: MQL becomes Taken." in said(before, after)
    assert said(
        STARTER, with_value(STARTER, "calendar", "us-ca"), {"us-ny": "NY", "us-ca": "CA"}
    ) == ["Calendar: NY becomes CA."]


def test_plain_words() -> None:
    assert plain_words({"a": [1, True, None], "b": {}}) == "a: 1, yes, nothing; b: nothing"


def _places(model: Any, prefix: str = "") -> Iterator[str]:
    """Every place a value of the terms may stand in, after the models themselves."""
    for name, info in model.model_fields.items():
        key = f"{prefix}{info.alias or name}"
        inner = [
            each
            for each in _models(info.annotation)
            if each.__module__.startswith("agreements.terms")
        ]
        is_list = "tuple[" in str(info.annotation) or "dict[" in str(info.annotation)
        if not inner:
            yield key
        for each in inner:
            yield from _places(each, f"{key}.x." if is_list else f"{key}.")


def _models(annotation: Any) -> Iterator[Any]:
    if isinstance(annotation, type) and hasattr(annotation, "model_fields"):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models(part)


KEYED_BY_THE_PARTIES = ("exchange_rates", "rates", "lag", "seasonality", "each")


@pytest.mark.parametrize("place", [*_places(Terms)])
def test_every_value_of_the_terms_has_a_name(place: str) -> None:
    steps = tuple(place.split("."))
    steps = (*steps, "x") if steps[-1] in KEYED_BY_THE_PARTIES else steps
    assert "“" not in str(field_at(steps).label)


def test_what_holds_where_nothing_is_said_is_what_the_terms_take() -> None:
    bare = parse_terms({"schema": 1, "time_zone": "UTC", "calendar": "always"})
    for place, taken in [
        ("contest.days", bare.contest.days), ("contest.arbiter", bare.contest.arbiter),
        ("recycle.horizon", bare.recycle.horizon), ("recycle.returns_to", bare.recycle.returns_to),
        ("late_logging", bare.late_logging), ("close.grace", bare.close.grace),
        ("capacity.minutes_per_attempt", bare.capacity.minutes_per_attempt),
        ("capacity.expected_attempts", bare.capacity.expected_attempts),
        ("capacity.minutes_per_conversation", bare.capacity.minutes_per_conversation),
        ("notices.quiet_outside_hours", bare.notices.quiet_outside_hours),
        ("notices.digest", bare.notices.digest), ("scope.unit", bare.scope.unit),
        ("scope.join_by_email", bare.scope.join_by_email), ("kind", bare.kind),
    ]:  # fmt: skip
        assert str(field_at(tuple(place.split("."))).otherwise) == str(taken), place
    assert field_at(("capacity", "contact_share")).otherwise == f"{bare.capacity.contact_share:.0%}"
    assert field_at(("capacity", "selling_share")).otherwise == f"{bare.capacity.selling_share:.0%}"


def test_a_text_in_the_place_of_an_entry_is_named_by_itself() -> None:
    """A draft may be wrong."""
    wrong = STARTER | {"objectives": ["Sell more.", *STARTER["objectives"]]}
    assert said(STARTER, wrong)[0] == "New objective: “Sell more.”"


@settings(max_examples=60)
@given(pairs_of_documents())
def test_every_change_has_a_sentence(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    with translation.override("en"):
        wording = Wording(*pair)
        for clause in difference(*pair).clauses:
            sentences = wording.sentences(clause)
            assert sentences, clause
            assert wording.title(clause)
            for sentence in sentences:
                assert str(sentence).strip()
                assert not RAW.search(str(sentence).replace("{x}", "")), (clause, str(sentence))


@settings(max_examples=30)
@given(pairs_of_documents())
def test_every_new_text_is_in_the_sentences(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = pair
    with translation.override("en"):
        wording = Wording(before, after)
        for clause in difference(before, after).clauses:
            whole = " ".join(str(sentence) for sentence in wording.sentences(clause))
            for change in clause.changes:
                if change.after == "señal":
                    assert "señal" in whole, clause


NAMED: list[tuple[str, Callable[[], str]]] = [
    ("es", lambda: changed("commitments.S1.within", "2h")[0]),
    ("pt-br", lambda: changed("handoff.threshold", 70)[0]),
]


@pytest.mark.parametrize(("language", "say"), NAMED)
def test_other_languages(language: str, say: Callable[[], str]) -> None:
    with translation.override(language):
        sentence = say()
    assert not re.search(r"becomes|rises|Accept|threshold", sentence)
