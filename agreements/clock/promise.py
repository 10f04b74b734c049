"""What a clock promises: the kind of clock, how long it may run and what meets it."""

from dataclasses import dataclass
from enum import StrEnum

from agreements.durations import Duration


class ClockKind(StrEnum):
    """The clocks an agreement knows; what starts and meets each is in section 5 of the design."""

    HANDOVER = "handover"
    ROUTING = "routing"
    ACCEPTANCE = "acceptance"
    FIRST_FOLLOW_UP = "first_follow_up"
    PERSISTENCE = "persistence"
    DISPOSITION = "disposition"
    STAGE_AGE = "stage_age"


class Grade(StrEnum):
    """How far a follow-up got; a higher grade includes the lower ones."""

    rank: int

    ATTEMPT = "attempt", 1
    CONTACT = "contact", 2
    CONVERSATION = "conversation", 3

    def __new__(cls, value: str, rank: int = 0) -> "Grade":
        grade = str.__new__(cls, value)
        grade._value_ = value
        grade.rank = rank
        return grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One commitment as it applies to one handoff.

    `within` is the time allowed. `count` and `channels` are the attempts of a persistence promise
    and over how many channels. `evidence` is the grade a first follow-up must reach.
    `starts_received` says that the agreement has a routing promise, so that the clocks of sales
    start when sales received the handoff, otherwise at the offer. `warn_at` is the share of the
    open time after which the clock is at risk. `max_pause` limits each pause.
    `stage` is the stage whose entry starts a stage age clock (needed) or a handover clock (any
    stage where absent).
    """

    clause_key: str
    kind: ClockKind
    party: str
    within: Duration
    count: int = 1
    channels: int = 1
    evidence: Grade = Grade.ATTEMPT
    starts_received: bool = True
    warn_at: float = 0.8
    max_pause: Duration | None = None
    stage: str | None = None

    def __post_init__(self) -> None:
        if not 0 < self.warn_at <= 1:
            raise ValueError(
                f"Clause {self.clause_key} warns at {self.warn_at}: "
                "give a share above 0 and up to 1, such as 0.8."
            )
        if not 1 <= self.channels <= self.count:
            raise ValueError(
                f"Clause {self.clause_key} asks for {self.count} attempts over {self.channels} "
                "channels: give at least one of each, and no more channels than attempts."
            )
        if self.kind is ClockKind.STAGE_AGE and self.stage is None:
            raise ValueError(f"Clause {self.clause_key} limits the age of a stage: name the stage.")
