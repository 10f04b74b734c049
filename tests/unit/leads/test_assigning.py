"""Who gets a handoff: rules, turns, load, and who is there before the promise runs out."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.business_time import Schedule, business_between
from agreements.criteria import Condition
from leads.assignment.rules import (
    Choice,
    Method,
    Passed,
    Person,
    TeamRule,
    Waiting,
    choose,
    deal,
    is_there,
    placed,
    taker_above,
    time_there,
    turns_after,
)
from tests.factories import local

OFFICE = Schedule(
    "America/Sao_Paulo",
    {day: [("09:00", "12:00"), ("13:00", "18:00")] for day in ("mon", "tue", "wed", "thu", "fri")},
)
NOW = local("2026-09-08 10:00")
DUE = local("2026-09-08 15:00")
ANA, BRUNO, CARLA = 1, 2, 3
AWAY_TODAY = ((local("2026-09-08 00:00"), local("2026-09-09 00:00")),)


def rule(method: Method = Method.ROUND_ROBIN, **fields: Any) -> TeamRule:
    known: dict[str, Any] = {"key": 7, "name": "Everybody", "people": (ANA, BRUNO, CARLA)}
    return TeamRule(method=method, **(known | fields))


def staff(*people: Person) -> dict[int, Person]:
    return {person.key: person for person in (people or map(Person, (ANA, BRUNO, CARLA)))}


def waiting(**fields: Any) -> Waiting:
    known: dict[str, Any] = {"attributes": {}, "schedule": OFFICE, "due_at": DUE}
    return Waiting(**(known | fields))


def test_it_works() -> None:
    south = Condition(field="state", operator="one_of", value=["MG", "RJ"])
    rules = [
        rule(key=1, name="Minas Gerais and Rio", when=south, method=Method.LOAD),
        rule(key=2, name="Everybody else", latest=ANA),
    ]
    team = staff(Person(ANA, 4), Person(BRUNO, 2), Person(CARLA, 3))

    minas = choose(rules, team, waiting(attributes={"state": "MG"}), now=NOW)
    assert (minas.person, minas.rule, minas.load) == (BRUNO, rules[0], 2)

    elsewhere = choose(rules, team, waiting(attributes={"state": "SP"}), now=NOW)
    assert (elsewhere.person, elsewhere.rule) == (BRUNO, rules[1])
    assert [(each.name, each.why) for each in elsewhere.passed] == [
        ("Minas Gerais and Rio", Passed.NOT_MET)
    ]


def test_of_equal_load_the_next_one_has_the_turn() -> None:
    team = staff(Person(ANA, 1), Person(BRUNO, 1), Person(CARLA, 1))
    assert choose([rule(Method.LOAD, latest=ANA)], team, waiting(), now=NOW).person == BRUNO


def test_several_are_dealt_one_after_the_other() -> None:
    asked = [(waiting(), NOW)] * 4
    in_turns = deal([rule(latest=ANA)], staff(), asked)
    assert [choice.person for choice in in_turns] == [BRUNO, CARLA, ANA, BRUNO]
    team = staff(Person(ANA, 2), Person(BRUNO, 0), Person(CARLA, 1))
    by_load = deal([rule(Method.LOAD)], team, asked)
    assert [(choice.person, choice.load) for choice in by_load] == [
        (BRUNO, 0), (CARLA, 1), (BRUNO, 1), (CARLA, 2),
    ]  # fmt: skip


def test_the_earlier_owner_gets_it_back() -> None:
    again = rule(Method.EARLIER_OWNER, people=())
    others = rule(key=8, latest=ANA)

    assert choose([again, others], staff(), waiting(earlier_owner=CARLA), now=NOW).person == CARLA

    first_time = choose([again, others], staff(), waiting(), now=NOW)
    assert first_time.person == BRUNO
    assert first_time.passed[0].why is Passed.NO_EARLIER_OWNER
    left = choose([again], staff(), waiting(earlier_owner=99), now=NOW)
    assert (left.person, left.passed[0].why) == (None, Passed.NO_EARLIER_OWNER)


def test_who_is_away_is_skipped_and_named() -> None:
    team = staff(Person(ANA, away=AWAY_TODAY), Person(BRUNO), Person(CARLA))
    choice = choose([rule()], team, waiting(), now=NOW)
    assert (choice.person, choice.skipped) == (BRUNO, (ANA,))

    busy = staff(Person(ANA, 0, away=AWAY_TODAY), Person(BRUNO, 5), Person(CARLA, 6))
    choice = choose([rule(Method.LOAD)], busy, waiting(), now=NOW)
    assert (choice.person, choice.skipped) == (BRUNO, (ANA,))


def test_a_rule_whose_people_are_all_away_passes_on() -> None:
    only_ana = rule(key=1, name="Ana's accounts", people=(ANA,))
    team = staff(Person(ANA, away=AWAY_TODAY), Person(BRUNO))

    choice = choose([only_ana, rule(people=(BRUNO,))], team, waiting(), now=NOW)
    assert choice.person == BRUNO
    assert (choice.passed[0].why, choice.passed[0].skipped) == (Passed.ALL_AWAY, (ANA,))

    queued = choose([only_ana], team, waiting(), now=NOW)
    assert (queued.person, queued.rule) == (None, None)


def test_nobody_gets_what_they_hold() -> None:
    choice = choose([rule(people=(ANA,))], staff(), waiting(holder=ANA), now=NOW)
    assert (choice.person, choice.passed[0].why) == (None, Passed.NOBODY)


def test_without_rules_it_stays_in_the_queue() -> None:
    assert choose([], staff(), waiting(), now=NOW) == Choice(None, None)


@pytest.mark.parametrize(
    ("back_at", "due_at", "is_back"),
    [
        ("2026-09-08 14:59", DUE, True),
        ("2026-09-08 15:00", DUE, False),
        ("2026-09-09 08:30", local("2026-09-09 09:00"), False),
        ("2026-09-08 10:01", local("2026-09-08 09:30"), False),
        ("2026-09-08 10:00", local("2026-09-08 09:30"), True),
        ("2026-09-08 10:01", None, False),
    ],
    ids=[
        "a minute before",
        "at the due time",
        "no open time left",
        "past due",
        "back",
        "no promise",
    ],
)
def test_who_comes_back_in_time_is_there(
    back_at: str, due_at: datetime | None, is_back: bool
) -> None:
    person = Person(ANA, away=((local("2026-09-07 18:00"), local(back_at)),))
    assert is_there(person, waiting(due_at=due_at), now=NOW) is is_back


def test_over_night_the_next_open_instant_counts() -> None:
    """Due at once, offered on a Saturday: whoever is there when the office opens."""
    saturday, monday = local("2026-09-12 15:00"), local("2026-09-14 00:00")
    person = Person(ANA, away=((local("2026-09-11 18:00"), monday),))
    assert is_there(person, waiting(due_at=saturday + timedelta(hours=1)), now=saturday)


def test_who_left_gives_the_turn_to_who_comes_behind() -> None:
    assert turns_after((1, 3), 2) == [3, 1]
    assert turns_after((1, 2), 9) == [1, 2]
    assert turns_after((1, 2, 3), 2) == [3, 1, 2]


# -- whatever happens

HOURS = st.integers(0, 24 * 14)
SPANS = st.lists(st.tuples(HOURS, st.integers(1, 24 * 7)), max_size=3)


def _away(spans: list[tuple[int, int]]) -> tuple[tuple[datetime, datetime], ...]:
    """Absences from two days ago on, each with its length in hours."""
    begin = NOW - timedelta(hours=48)
    return tuple(
        (begin + timedelta(hours=start), begin + timedelta(hours=start + length))
        for start, length in spans
    )


AWAY = SPANS.map(_away)
TEAMS = st.dictionaries(
    st.integers(1, 6), st.tuples(st.integers(0, 9), AWAY), min_size=1, max_size=6
).map(lambda told: {key: Person(key, *told[key]) for key in sorted(told)})


@given(TEAMS, HOURS, st.sampled_from(Method), st.integers(1, 6))
def test_never_to_somebody_away_for_all_of_the_promise(
    team: dict[int, Person], hours: int, method: Method, owner: int
) -> None:
    asked = waiting(due_at=NOW + timedelta(hours=hours), earlier_owner=owner)
    rules = [rule(method, people=tuple(team), latest=owner)]

    choice = choose(rules, team, asked, now=NOW)

    assert choice == choose(list(rules), dict(reversed(team.items())), asked, now=NOW)
    there = {key for key, person in team.items() if is_there(person, asked, now=NOW)}
    wanted = {owner} if method is Method.EARLIER_OWNER else set(team)
    assert (choice.person is None) == (not there & wanted)
    if choice.person is not None:
        assert choice.person in there
        assert not there & set(choice.skipped)
        if method is Method.LOAD:
            assert team[choice.person].load == min(team[key].load for key in there)


@given(TEAMS, st.lists(HOURS, min_size=1, max_size=40))
def test_turns_are_fair_to_within_one(team: dict[int, Person], hours: list[int]) -> None:
    """Among those who are always there, whoever else comes and goes."""
    held: Counter[int] = Counter()
    latest = None
    always = set(team)
    for hour in hours:
        at = NOW + timedelta(hours=hour)
        asked = waiting(due_at=at + timedelta(hours=4))
        always &= {key for key, person in team.items() if is_there(person, asked, now=at)}
        turn = rule(people=tuple(team), latest=latest)
        person = choose([turn], team, asked, now=at).person
        if person is not None:
            held[person], latest = held[person] + 1, person
    counts = [held[key] for key in always]
    assert max(counts, default=0) - min(counts, default=0) <= 1


@given(AWAY, HOURS)
def test_time_there_is_what_no_absence_covers(
    away: tuple[tuple[datetime, datetime], ...], hours: int
) -> None:
    """Hour by hour, as absences begin and end on the hour."""
    end = NOW + timedelta(hours=hours)
    steps = [NOW + timedelta(hours=step) for step in range(hours)]
    free = [at for at in steps if not any(start <= at < until for start, until in away)]
    wanted = sum(
        (business_between(OFFICE, at, at + timedelta(hours=1)) for at in free), start=NOW - NOW
    )
    assert time_there(OFFICE, NOW, end, away) == wanted


SOUTH = Condition(field="state", operator="is", value="RS")


def test_a_new_rule_stands_above_what_takes_every_lead() -> None:
    south, owner = rule(key=1, when=SOUTH), rule(Method.EARLIER_OWNER, key=2)
    everybody, again = rule(key=3), rule(Method.LOAD, key=4)
    rules: list[TeamRule] = []
    for each in (south, everybody, again, owner):
        rules = placed(each, rules)
    assert rules == [south, owner, everybody, again]
    assert [taker_above(rules, place) for place in range(4)] == [None, None, None, everybody]
