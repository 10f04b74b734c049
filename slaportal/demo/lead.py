"""One lead of the demo, and what becomes of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from leads.told import Named, Told, ToldAttributes, ToldDeal, ToldEvent, ToldFollowUp, ToldStage
from slaportal.demo.names import ATTRIBUTES, FITTING, WHY_BELOW, WHY_CONTESTED, person
from slaportal.demo.world import World

_SOURCE = "demo-crm"
# How often marketing goes by the criteria: offers who meets them, and does not offer who lacks
# something. The others are what people talk about in a review.
_SHARE_BY_CRITERIA = {True: 0.95, False: 0.98}
_MOST_DRAWS = 40
# How far the time until a contest is seen to strays from the usual: it is a matter of days.
_SHORT_TAIL = 0.4
# How quick each rep is: the median minutes to a first follow-up, and how often they give up early.
_PACES = {"Ana Souza": (9, 0.05), "Bruno Lima": (22, 0.25), "Carla Dias": (14, 0.10)}
_SLOWEST = (34, 0.35)
# After how many days sales wants to see a lead again, and how often marketing then offers it anew.
_DAYS_TO_COME_BACK = (7, 14, 21, 30, 60)
_SHARE_COMES_BACK = 0.85
_MOST_HANDOFFS = 3


class Lead:
    """A lead that came at an instant; ``told`` are the facts about it."""

    def __init__(self, world: World, number: int, at: datetime) -> None:
        self._world, self._random = world, world.random
        self._name, self._at = Named(_SOURCE, f"L{number:05d}"), at
        self._marketer = self._random.choice(world.marketers)
        self._handoffs = 0
        self.told: list[Told] = []

    def _tell(self, kind: type[Told], at: datetime, **details: Any) -> None:
        self.told.append(
            kind(
                lead=self._name,
                source=_SOURCE,
                external_id=f"{self._name.external_id}-{len(self.told) + 1}",
                occurred_at=at,
                **details,
            )
        )

    def _event(self, event: str, at: datetime, **details: Any) -> None:
        self._tell(ToldEvent, at, event=event, handoff=self._handoff, **details)

    def _later(self, median: float) -> None:
        self._at = self._world.later(self._rep, self._at, median)

    def arrive(self, *, is_offered: bool) -> None:
        """Become known, with attributes that mostly fit what becomes of it."""
        goes_by = self._random.random() < _SHARE_BY_CRITERIA[is_offered]
        is_meant = is_offered if goes_by else not is_offered
        known, values = person(self._random), ATTRIBUTES
        if is_meant:
            # Who asks for a talk always meets the criteria: those who do not must ask for less.
            known |= self._drawn({"request": ATTRIBUTES["request"]})
            values = ATTRIBUTES | FITTING
        for _draw in range(_MOST_DRAWS):
            attributes = self._drawn(values) | known
            self._meets = self._world.meets_criteria(attributes)
            if self._meets == is_meant:
                break
        self._is_request = attributes["request"] in {"demonstração", "preço", "contato"}
        self._tell(ToldAttributes, self._at, attributes=attributes)
        self._tell(ToldStage, self._at, stage="lead")

    def _drawn(self, values: Mapping[str, Sequence[object]]) -> dict[str, Any]:
        return {key: self._random.choice(each) for key, each in values.items()}

    def be_nurtured(self) -> None:
        """Get what marketing automation sends to who is not with sales."""
        at = self._at
        for _message in range(self._random.randrange(4)):
            at += timedelta(days=self._random.uniform(5, 15))
            self._touch("email", "sent", at, is_automated=True)

    def qualify_and_offer(self) -> None:
        """Reach the MQL stage, and be offered."""
        self._tell(ToldStage, self._at, stage="mql")
        self._be_offered()

    def _be_offered(self) -> None:
        """Be offered and assigned, mostly within minutes, and go on from there."""
        self._handoffs += 1
        self._handoff = Named(_SOURCE, f"{self._name.external_id}-H{self._handoffs}")
        self._rep = self._world.somebody_there(self._at)
        self._median, self._gives_up = _PACES.get(self._rep.name, _SLOWEST)
        self._at += timedelta(minutes=self._random.choices([1, 3, 25], [80, 15, 5])[0])
        note = "" if self._meets else self._random.choice(WHY_BELOW)
        self._event("offered", self._at, person_id=self._marketer.pk, note=note)
        self._at += timedelta(minutes=self._random.choices([1, 3, 40], [85, 12, 3])[0])
        self._event("assigned", self._at, person_id=self._rep.pk)
        if self._random.random() < 0.11:
            self._be_rejected()
        else:
            self._be_accepted()

    def _be_rejected(self) -> None:
        self._later(70)
        reasons = ["outside_market", "wrong_data", "duplicate", "wrong_territory"]
        reason = self._random.choices(reasons, [6, 2, 2, 1])[0]
        self._event("rejected", self._at, person_id=self._rep.pk, reason=reason)
        if self._random.random() < 0.4 and self._wins_contest():
            self._later(self._median * 3)
            self._follow_up()
        else:
            self.be_nurtured()

    def _wins_contest(self) -> bool:
        """Have the rejection contested, and tell whether it was overturned within days."""
        world, marketer = self._world, self._marketer
        self._at = world.later(marketer, self._at, 3 * 60, _SHORT_TAIL)
        note = self._random.choice(WHY_CONTESTED)
        self._event("contested", self._at, person_id=marketer.pk, note=note)
        self._at = world.later(world.arbiter, self._at, 3 * 8 * 60, _SHORT_TAIL)
        is_overturned = self._random.random() < 0.5
        self._event("decided", self._at, person_id=world.arbiter.pk, is_overturned=is_overturned)
        return is_overturned

    def _be_accepted(self) -> None:
        slow = 3.5 if self._at.weekday() == 0 and self._at.hour < 11 else 1.0
        self._later(self._median * slow * (1 if self._is_request else 3))
        self._event("accepted", self._at, person_id=self._rep.pk)
        self._tell(ToldStage, self._at, stage="sal")
        self._follow_up()

    def _follow_up(self) -> None:
        for attempt in range(6):
            channel = "email" if attempt % 3 == 2 else "call"
            if self._random.random() < 0.34:
                self._touch(channel, "conversation", self._at)
                self._conclude()
                return
            self._touch(channel, "sent" if channel == "email" else "no_answer", self._at)
            if attempt >= 2 and self._random.random() < self._gives_up:
                break
            self._later(8 * 60)
        self._be_recycled()

    def _be_recycled(self) -> None:
        """Go back to marketing, and mostly be offered anew on the day that sales named."""
        self._later(30)
        until = self._at + timedelta(days=self._random.choice(_DAYS_TO_COME_BACK))
        self._event("recycled", self._at, person_id=self._rep.pk, reason="not_reached", until=until)
        if self._handoffs < _MOST_HANDOFFS and self._random.random() < _SHARE_COMES_BACK:
            self._at = self._world.later(self._marketer, until, 60)
            self._be_offered()

    def _touch(
        self, channel: str, outcome: str, at: datetime, *, is_automated: bool = False
    ) -> None:
        self._tell(
            ToldFollowUp,
            at,
            channel=channel,
            outcome=outcome,
            evidence="system",
            is_automated=is_automated,
            person_id=None if is_automated else self._rep.pk,
        )

    def _conclude(self) -> None:
        if self._random.random() < 0.06:
            self._wait_for_the_customer()
        self._later(18 * 60)
        if self._random.random() < 0.42:
            reasons = ["no_need", "no_budget", "no_fit"]
            reason = self._random.choice(reasons)
            self._event("disqualified", self._at, person_id=self._rep.pk, reason=reason)
            return
        self._event("qualified", self._at, person_id=self._rep.pk)
        self._tell(ToldStage, self._at, stage="sql")
        if self._random.random() < 0.6:
            self._later(3 * 8 * 60)
            self._tell(ToldStage, self._at, stage="opportunity")
            self._decide_to_buy()

    def _wait_for_the_customer(self) -> None:
        """Pause for less than the agreement allows; the clocks resume by themselves."""
        self._later(20)
        reason = self._random.choice(["asked_by_customer", "waiting_for_customer"])
        until = self._at + timedelta(days=self._random.randrange(2, 6))
        self._event("paused", self._at, person_id=self._rep.pk, reason=reason, until=until)
        self._at = until

    def _decide_to_buy(self) -> None:
        self._later(6 * 8 * 60)
        amount = Decimal(self._random.randrange(9_000, 46_000, 500))
        if self._random.random() < 0.28:
            self._tell(ToldStage, self._at, stage="customer")
            self._tell(ToldDeal, self._at, status="won", amount=amount, currency="BRL")
        else:
            self._tell(ToldDeal, self._at, status="lost", amount=amount, currency="BRL")
