"""Which leads are the agreement's, which tier they get, and when they pass to sales."""

from typing import Literal

from agreements.criteria import Rule, ScoreRule
from agreements.terms.values import Count, Flag, Key, Section, Text, Texts


class Scope(Section):
    """Which leads are this agreement's, and what counts as one.

    `join_by_email` lets a new identity with the same verified e-mail join the lead it belongs to.
    """

    rule: Rule | None = None
    unit: Literal["person", "company"] = "person"
    join_by_email: Flag = True


class Tier(Section):
    """Which promises and benefits apply to some leads; the first whose rule holds is theirs."""

    key: Key
    name: Text
    when: Rule | None = None
    benefits: Text | None = None
    calendar: Key | None = None


class Handoff(Section):
    """When a lead qualifies to be offered: required fields, rules, and points over a threshold.

    All rules must hold; `bypass` stands for the points only. `queue` names the team queue whose
    assignment counts as received.
    """

    definition: Text | None = None
    required_fields: Texts = ()
    rules: tuple[Rule, ...] = ()
    scoring: tuple[ScoreRule, ...] = ()
    threshold: Count | None = None
    bypass: Rule | None = None
    queue: Text | None = None


class Qualification(Section):
    """What makes a lead an SQL.

    `required_answers` are asked when it is qualified; `answers_needed` of them suffice (all,
    where absent). `evidence` is the least a follow-up must have reached before.
    """

    definition: Text | None = None
    required_answers: Texts = ()
    answers_needed: Count | None = None
    evidence: Literal["attempt", "contact", "conversation"] | None = None
