"""The status of a version: which ones there are, what leads from one to another, and who may."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """Every status a version can show; the first five are stored, the others derived."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    SIGNED = "signed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SCHEDULED = "scheduled"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


STORED = (Status.DRAFT, Status.PROPOSED, Status.SIGNED, Status.DECLINED, Status.WITHDRAWN)
DERIVED = (Status.SCHEDULED, Status.IN_FORCE, Status.SUPERSEDED, Status.EXPIRED)


class Step(StrEnum):
    """What somebody does to a version."""

    DISCARD = "discard"
    PROPOSE = "propose"
    SIGN = "sign"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    ADOPT = "adopt"


class Who(StrEnum):
    """Whose step it is."""

    EITHER_PARTY = "either party"
    PROPOSER = "the party that proposed"
    UNSIGNED_PARTY = "a party that has not signed"
    ADMINISTRATOR = "an administrator"


@dataclass(frozen=True, slots=True)
class Transition:
    """One allowed step between two stored statuses; `signatures` counts those after it."""

    source: Status
    step: Step
    target: Status
    who: Who
    signatures: int = 0


# Proposing freezes the text, so a declined or withdrawn one stays and its copy is the new draft.
TRANSITIONS = (
    Transition(Status.DRAFT, Step.PROPOSE, Status.PROPOSED, Who.EITHER_PARTY),
    Transition(Status.DRAFT, Step.DISCARD, Status.WITHDRAWN, Who.EITHER_PARTY),
    Transition(Status.DRAFT, Step.ADOPT, Status.SIGNED, Who.ADMINISTRATOR, signatures=2),
    Transition(Status.PROPOSED, Step.SIGN, Status.PROPOSED, Who.UNSIGNED_PARTY, signatures=1),
    Transition(Status.PROPOSED, Step.SIGN, Status.SIGNED, Who.UNSIGNED_PARTY, signatures=2),
    Transition(Status.PROPOSED, Step.DECLINE, Status.DECLINED, Who.EITHER_PARTY),
    Transition(Status.PROPOSED, Step.WITHDRAW, Status.WITHDRAWN, Who.PROPOSER),
)


class UnableToStep(ValueError):
    """The step does not start at this status, or is not this party's to make.

    `code` says which of the two: "wrong_status" or "not_yours".
    """

    def __init__(self, step: Step, status: Status, code: str, why: str) -> None:
        self.step, self.status, self.code = step, status, code
        super().__init__(f"Cannot {step} a version that is {status}: {why}")


def next_status(
    status: str,
    step: Step,
    *,
    party: str | None,
    proposed_by: str | None = None,
    signed_by: Collection[str] = (),
) -> Status:
    """Return the stored status a step leads to; `party` None is the administrator.

    Raises UnableToStep when the step does not start here, or is not this party's to make.
    """
    source = Status(status)
    signatures = min(len(set(signed_by)) + 1, 2) if step is Step.SIGN else None
    possible = [t for t in TRANSITIONS if t.source is source and t.step is step]
    if not possible:
        raise UnableToStep(step, source, "wrong_status", f"possible are {_steps_in_words(source)}.")
    allowed = [t for t in possible if _may(t.who, party, proposed_by, signed_by)]
    if not allowed:
        raise UnableToStep(step, source, "not_yours", f"that is for {possible[0].who}.")
    return next(t.target for t in allowed if signatures in (None, t.signatures))


def steps_from(status: str) -> tuple[Step, ...]:
    """Return the steps that start at a stored status, each once."""
    return tuple(dict.fromkeys(t.step for t in TRANSITIONS if t.source == status))


def status_at(
    stored: str,
    *,
    effective_from: datetime | None,
    effective_to: datetime | None,
    now: datetime,
    next_from: datetime | None = None,
) -> Status:
    """Return the status shown at `now` of a version in force over [effective_from, effective_to).

    A signed version that is over is superseded when the next one begins (`next_from`) at the
    very instant it ends, else expired. Raises ValueError for a signed version without a start.
    """
    status = Status(stored)
    if status is not Status.SIGNED:
        return status
    if effective_from is None:
        raise ValueError("A signed version needs the instant it comes into force.")
    if now < effective_from:
        return Status.SCHEDULED
    if effective_to is None or now < effective_to:
        return Status.IN_FORCE
    return Status.SUPERSEDED if next_from == effective_to else Status.EXPIRED


def state_diagram() -> str:
    """Draw the table as a Mermaid state diagram for the documentation."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    for transition in TRANSITIONS:
        ordinal = {1: " first", 2: " second"}.get(transition.signatures, "")
        step = transition.step + (ordinal if transition.step is Step.SIGN else "")
        lines.append(f"    {transition.source} --> {transition.target}: {step} ({transition.who})")
    lines += [
        "    state signed {",
        "        [*] --> scheduled",
        "        scheduled --> in_force: effective from",
        "        in_force --> superseded: the next version begins",
        "        in_force --> expired: effective to",
        "    }",
        "    declined --> [*]",
        "    withdrawn --> [*]",
        "    signed --> [*]",
    ]
    return "\n".join(lines) + "\n"


def _may(who: Who, party: str | None, proposed_by: str | None, signed_by: Collection[str]) -> bool:
    match who:
        case Who.ADMINISTRATOR:
            return party is None
        case Who.PROPOSER:
            return party == proposed_by
        case Who.UNSIGNED_PARTY:
            return party is not None and party not in signed_by
        case Who.EITHER_PARTY:
            return True


def _steps_in_words(status: Status) -> str:
    return ", ".join(steps_from(status)) or "no further steps"
