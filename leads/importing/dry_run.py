"""Tell what would become of the rows of a file: nothing is written, and no row is locked."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime

from agreements.models import Agreement
from leads.any_of import AnyOf
from leads.facts_of_leads import leads_told_of_no_more
from leads.files.mapping import BARRED
from leads.files.row_problems import UnableToRead
from leads.first_stages import is_first_stage, leads_with_a_stage, named_in
from leads.importing.batches import LINES_SHOWN, Batch, Kept
from leads.ingest import Ingested, rows_of_facts
from leads.models import (
    Deal,
    Fact,
    FollowUp,
    HandoffEvent,
    Lead,
    LeadChange,
    Satisfaction,
    StageEntry,
)
from leads.naming import leads_by_name, leads_by_verified_email, verified_emails
from leads.personal.forgotten import Forgotten, forgotten_known, names_by_address
from leads.told import (
    Named,
    Told,
    ToldAttributes,
    ToldDeal,
    ToldEvent,
    ToldFollowUp,
    ToldSatisfaction,
    ToldStage,
    by_source,
)

MODELS: dict[type[Told], type[Fact]] = {
    ToldStage: StageEntry,
    ToldEvent: HandoffEvent,
    ToldFollowUp: FollowUp,
    ToldDeal: Deal,
    ToldSatisfaction: Satisfaction,
    ToldAttributes: LeadChange,
}
"""As what facts of each kind are kept."""

_LEAD, _EMAIL, _FORGOTTEN, _RETURNED = "lead", "e-mail", "forgotten", "returned"
_LISTED, _UNLISTED, _DEED = "listed", "unlisted", "deed: "
_Name = tuple[str, str, str]


class DryRun:
    """Compares rows, batch by batch, with what is kept and with what the file told before."""

    def __init__(self, agreement: Agreement, now: datetime) -> None:
        self._agreement, self._now = agreement, now

    def foresee_all(self, batches: Iterable[Batch]) -> Iterator[Kept]:
        """Tell of batch after batch what an import would make of it."""
        with closing(_ToldBefore()) as before:
            for batch in batches:
                yield self._foresee(batch, before)
            unlisted, first_unlisted = before.count(_UNLISTED)
            yield Kept(unlisted=unlisted, first_unlisted=first_unlisted)

    def _foresee(self, batch: Batch, before: "_ToldBefore") -> Kept:
        refused = [(row, why) for row in batch if (why := _refusal_of(row.cells))]
        lines = {row.line for row, _why in refused}
        taken = [row for row in batch if row.line not in lines]
        facts = [fact for row in taken for fact in row.facts]
        warned = {
            "doubled": [row.line for row in taken if _is_doubled(row.facts, before)],
            "future": [row.line for row in taken if any(map(self._is_to_come, row.facts))],
            "barred": [row.line for row in taken if any(map(_bars, row.facts))],
            "silent": [row.line for row in taken if not row.facts],
        }
        self._mark_unlisted(taken, before)
        foreseen = self._told(facts, before) if facts else Ingested()
        return Kept(
            foreseen,
            taken=len(taken),
            silent=sum(not row.facts for row in taken),
            refused=refused,
            warned=warned,
        )

    def _is_to_come(self, fact: Told) -> bool:
        return fact.occurred_at > self._now

    def _mark_unlisted(self, rows: Batch, before: "_ToldBefore") -> None:
        """Mark the leads that come to be in no list with their first lines; others no more."""
        line_of: dict[Named, int] = {}
        listed: set[Named] = set()
        for row in rows:
            for fact in row.facts:
                line_of.setdefault(fact.lead, row.line)
                if isinstance(fact, ToldStage | ToldEvent):
                    listed.add(fact.lead)
        others = {name for name in line_of.keys() - listed if not before.marks(_listed(name))}
        if others:
            listed |= self._listed_already(others)
        for name in listed:
            before.add(_listed(name))
        before.remove(map(_unlisted, listed))
        for name in others - listed:
            if not before.marks(_unlisted(name)):
                before.add(_unlisted(name), line_of[name])

    def _listed_already(self, names: set[Named]) -> set[Named]:
        """Return those whose lead, or the one it was merged into, is in a list by what is kept."""
        known = leads_by_name(names)
        leads = Lead.objects.filter(AnyOf("pk", {*known.values()}))
        kept = {pk: merged or pk for pk, merged in leads.values_list("pk", "merged_into")}
        families = Lead.objects.filter(AnyOf("pk", {*kept, *kept.values()}))
        listed = set(families.of_agreement(self._agreement).values_list("pk", flat=True))
        return {name for name, pk in known.items() if listed & {pk, kept.get(pk, pk)}}

    def _told(self, facts: Sequence[Told], before: "_ToldBefore") -> Ingested:
        """Count what would become of facts."""
        names = {fact.lead for fact in facts}
        known = leads_by_name(names)
        unknown = names - known.keys()
        first_told = {name for name in unknown if not before.marks(_lead(name))}
        forgotten = forgotten_known(known)
        born_forgotten = _born_forgotten(facts, unknown, first_told, before)
        foreseen = Ingested(
            leads=self._new_leads(facts, first_told, before),
            returned=_count_returned({*known.values()}, before),
            forgotten=forgotten.count(facts) + born_forgotten,
        )
        with_stage = self._with_a_stage(facts, known)
        groups: defaultdict[type[Told], list[Told]] = defaultdict(list)
        for fact in forgotten.renamed(facts):
            groups[type(fact)].append(fact)
        for kind, group in groups.items():
            counted = _counted(kind, group, forgotten, before, with_stage)
            foreseen.add(counted)
            foreseen.add(Ingested(by_kind={kind.kind: counted}))
        return foreseen

    def _with_a_stage(self, facts: Sequence[Told], known: Mapping[Named, int]) -> set[Named]:
        """Return the leads that have a stage, of those of whom one is told only if not."""
        asked = {name: known[name] for name in named_in(facts) if name in known}
        found = leads_with_a_stage(self._agreement, {*asked.values()})
        return {name for name, pk in asked.items() if pk in found}

    def _new_leads(
        self, facts: Sequence[Told], first_told: Collection[Named], before: "_ToldBefore"
    ) -> int:
        """Count the leads that nobody knew by name or by verified e-mail address."""
        emails = verified_emails(facts, self._agreement, self._now)
        missing = sorted(first_told)
        taken = set(leads_by_verified_email(set(emails.values())))
        taken.update(email for email in emails.values() if before.marks(_email(email)))
        new = 0
        for name in missing:
            email = emails.get(name)
            new += email is None or email not in taken
            if email is not None:
                taken.add(email)
        for name in missing:
            before.add(_lead(name))
        for email in emails.values():
            before.add(_email(email))
        return new


def _count_returned(lead_ids: Collection[int], before: "_ToldBefore") -> int:
    """Count the leads known of which nothing holds any more, each once."""
    names = [_returned(pk) for pk in leads_told_of_no_more(lead_ids)]
    first_told = [name for name in names if not before.marks(name)]
    for name in first_told:
        before.add(name)
    return len(first_told)


def _born_forgotten(
    facts: Sequence[Told],
    unknown: Collection[Named],
    first_told: Collection[Named],
    before: "_ToldBefore",
) -> int:
    """Count the facts about new leads that came with an address of somebody who was forgotten."""
    for name in names_by_address(fact for fact in facts if fact.lead in first_told):
        before.add(_forgotten(name))
    found = {name for name in unknown if before.marks(_forgotten(name))}
    return sum(fact.lead in found for fact in facts)


def _is_doubled(facts: Sequence[Told], before: "_ToldBefore") -> bool:
    """Tell whether a row tells a deed that an earlier row of the file told, whatever it said.

    Rows about one lead may well tell the same of it, and that it reached the same stage.
    """
    names = {(_DEED + fact.kind, fact.source, fact.external_id) for fact in facts if _is_deed(fact)}
    is_doubled = any(before.marks(name) for name in names)
    for name in names:
        before.add(name)
    return is_doubled


def _bars(fact: Told) -> bool:
    """Tell whether a fact says that the lead is not to be contacted."""
    return isinstance(fact, ToldAttributes) and fact.attributes.get(BARRED) is True


def _is_deed(fact: Told) -> bool:
    return isinstance(fact, ToldEvent | ToldFollowUp | ToldDeal | ToldSatisfaction)


def _refusal_of(cells: Sequence[str]) -> UnableToRead | None:
    """Return why the database could not take a row: half of a character cannot be written."""
    try:
        "".join(cells).encode()
    except UnicodeError as error:
        return UnableToRead("refused", reason=str(error))
    return None


def _counted(
    kind: type[Told],
    facts: Sequence[Told],
    forgotten: Forgotten,
    before: "_ToldBefore",
    with_stage: Collection[Named],
) -> Ingested:
    """Count which facts of one kind are new, revised or repeated, as keeping them would."""
    kept, counted = _kept_marks(MODELS[kind], facts), Ingested()
    for fact in facts:
        name = (kind.kind, fact.source, fact.external_id)
        mark = _mark(forgotten.content_hash(fact), fact.revised_at)
        marks = kept[fact.source, fact.external_id] | before.marks(name)
        if fact.lead in with_stage and mark not in marks and is_first_stage(fact):
            continue
        counted.repeated += mark in marks
        counted.known += mark in kept[fact.source, fact.external_id]
        counted.revised += bool(marks) and mark not in marks
        counted.new += not marks
        before.add(name, mark)
    return counted


def _kept_marks(
    model: type[Fact], facts: Sequence[Told]
) -> defaultdict[tuple[str, str], frozenset[str]]:
    names = by_source((fact.source, fact.external_id) for fact in facts)
    kept: defaultdict[tuple[str, str], frozenset[str]] = defaultdict(frozenset)
    for source, external_ids in names.items():
        for external_id, content_hash, revised_at, *_ in rows_of_facts(model, source, external_ids):
            kept[source, external_id] |= {_mark(content_hash, revised_at)}
    return kept


def _mark(content_hash: str, revised_at: datetime | None) -> str:
    """Tell revisions of a fact apart."""
    return f"{content_hash} {revised_at.timestamp() if revised_at else ''}"


def _lead(name: Named) -> _Name:
    return (_LEAD, *name)


def _listed(name: Named) -> _Name:
    return (_LISTED, *name)


def _unlisted(name: Named) -> _Name:
    return (_UNLISTED, *name)


def _forgotten(name: Named) -> _Name:
    return (_FORGOTTEN, *name)


def _returned(lead_id: int) -> _Name:
    return (_RETURNED, "", str(lead_id))


def _email(address: str) -> _Name:
    return (_EMAIL, "", address)


class _ToldBefore:
    """What the file told in earlier rows, in a file of its own, so that memory stays small."""

    def __init__(self) -> None:
        # Without a name it is a scratch file that goes when it is closed.
        self._scratch = sqlite3.connect("")
        self._scratch.execute(
            "CREATE TABLE told (kind, source, name, mark, PRIMARY KEY (kind, source, name, mark)) "
            "WITHOUT ROWID"
        )

    def marks(self, name: _Name) -> set[str]:
        """Return the marks of what was told under a name."""
        found = self._scratch.execute(
            "SELECT mark FROM told WHERE kind = ? AND source = ? AND name = ?", name
        )
        return {mark for (mark,) in found}

    def count(self, kind: str) -> tuple[int, list[int]]:
        """Return how many names of a kind were kept with a line, and the first of these lines."""
        of_kind = "FROM told WHERE kind = ?"
        (count,) = self._scratch.execute(f"SELECT COUNT(*) {of_kind}", (kind,)).fetchone()
        first = self._scratch.execute(
            f"SELECT mark {of_kind} ORDER BY mark LIMIT {LINES_SHOWN}", (kind,)
        )
        return count, [line for (line,) in first]

    def add(self, name: _Name, mark: str | int = "") -> None:
        """Keep that something was told."""
        self._scratch.execute("INSERT OR IGNORE INTO told VALUES (?, ?, ?, ?)", (*name, mark))

    def remove(self, names: Iterable[_Name]) -> None:
        """Keep no more that something was told."""
        self._scratch.executemany(
            "DELETE FROM told WHERE kind = ? AND source = ? AND name = ?", names
        )

    def close(self) -> None:
        """Throw the scratch file away."""
        self._scratch.close()
