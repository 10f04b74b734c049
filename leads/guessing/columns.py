"""Guess what the columns of a file mean, from their names and from what is in them. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from leads.files.delimited import LINE, REASON
from leads.guessing.evidence import Evidence
from leads.guessing.presets import Preset
from leads.guessing.roles import (
    ASKED,
    FIRST_BESIDE_LAST,
    FLAGS,
    LEFT_OUT,
    NUMBERS,
    OWN_NAME,
    UNDECIDED,
    StageName,
    asked_role,
    is_time_role,
    is_undecided,
    meaning_of,
    plain_name,
    role_of_words,
    stage_key,
    usual_role,
)
from leads.guessing.uses import without_unused


@dataclass(frozen=True, slots=True)
class ColumnsGuess:
    """What each column is, in the order of the file, and which one names the lead; -1 for none."""

    roles: list[str]
    lead: int


def guess_columns(
    header: Sequence[str],
    columns: Sequence[Evidence],
    stages: Sequence[StageName],
    preset: Preset | None = None,
    asked: Collection[str] = (),
) -> ColumnsGuess:
    """Guess what each column is. No role but a column's own name, or a yes or no, is given twice.

    ``asked`` are the keys of attributes that signed terms ask for besides those that all know.

    Of columns called alike, as a telephone and a mobile, the one that is filled most has it; of two
    that could be the state, the one that is called so without doubt, unless it is half empty. What
    would tell nothing, as an owner of no handoff, keeps its own name, too.
    """
    roles = [
        _role_of(name, column, stages, preset, asked) if is_usable(header, place) else LEFT_OUT
        for place, (name, column) in enumerate(zip(header, columns, strict=True))
    ]
    lead = roles.index("lead") if "lead" in roles else -1
    roles = [LEFT_OUT if role == "lead" else role for role in roles]
    roles = _with_stage_names(roles, columns, stages)
    roles = _with_first_names(header, roles, columns)
    given = _fullest(header, roles, columns)
    roles = [
        role if given.get(role, place) == place else OWN_NAME for place, role in enumerate(roles)
    ]
    roles = without_unused(roles)
    return ColumnsGuess(roles, lead if lead >= 0 else _naming(roles))


def _with_stage_names(
    roles: Sequence[str], columns: Sequence[Evidence], stages: Sequence[StageName]
) -> list[str]:
    """Take what names stages for just that, whatever it is called, where no column is called so."""
    if any(role == "stage_name" or role.startswith("stage:") for role in roles):
        return [*roles]
    return [
        "stage_name"
        if role == OWN_NAME
        and not column.has_more
        and role_of_words(column.different, stages) == "stage_name"
        else role
        for role, column in zip(roles, columns, strict=True)
    ]


def _with_first_names(
    header: Sequence[str], roles: Sequence[str], columns: Sequence[Evidence]
) -> list[str]:
    """Take a name beside a column of last names for the first one, where it may be just that."""
    if "last_name" not in roles or "first_name" in roles:
        return [*roles]
    last = columns[roles.index("last_name")].different
    return [
        "first_name"
        if role == "name"
        and plain_name(name) in FIRST_BESIDE_LAST
        and not _mostly_end_with(column.different, last)
        else role
        for name, role, column in zip(header, roles, columns, strict=True)
    ]


def _mostly_end_with(names: Collection[str], last: Collection[str]) -> bool:
    endings = tuple(f" {plain_name(name)}" for name in last)
    return sum(plain_name(name).endswith(endings) for name in names) > len(names) / 2


def _fullest(
    header: Sequence[str], roles: Sequence[str], columns: Sequence[Evidence]
) -> dict[str, int]:
    """Return by role the place of its column; of equally full ones the first.

    Of what the terms ask for, one whose name may say something else has to be twice as full.
    """
    given: dict[str, int] = {}
    weights: dict[str, int] = {}
    for place, role in enumerate(roles):
        if role in {OWN_NAME, LEFT_OUT, *FLAGS}:
            continue
        may_be_other = role.startswith(ASKED) and is_undecided(header[place])
        weight = columns[place].filled * (1 if may_be_other else 2)
        if role not in given or weight > weights[role]:
            given[role], weights[role] = place, weight
    return given


def is_usable(header: Sequence[str], place: int) -> bool:
    """Tell whether a column has a name of its own that can be written into a mapping."""
    name = header[place]
    is_own = bool(name) and header.count(name) == 1 and name not in {LINE, REASON}
    # A mapping writes columns in braces where it puts a text together.
    return is_own and not {"{", "}"} & {*name}


def _role_of(
    name: str,
    column: Evidence,
    stages: Sequence[StageName],
    preset: Preset | None,
    asked: Collection[str],
) -> str:
    plain = plain_name(name)
    role = (preset.roles.get(plain) if preset else None) or role_called(
        name, column.different, stages, asked
    )
    if preset and plain in preset.roles and not preset.roles[plain]:
        return LEFT_OUT
    if role.startswith("stage:"):
        role = _of_agreement(role, stages)
    if role:
        return role if _fits(role, column) else OWN_NAME
    return _role_by_content(column)


def role_called(
    name: str, words: Collection[str], stages: Sequence[StageName], asked: Collection[str] = ()
) -> str:
    """Return what a column is by its name; its words decide where the name leaves it open.

    One that is called like an attribute asked for is that, and nothing else.
    """
    plain = plain_name(name)
    of_words = role_of_words(words, stages) if plain in UNDECIDED else ""
    told = UNDECIDED.get(plain) or usual_role(name)
    return of_words or asked_role(name, asked, words) or told


def stage_role(name: str, words: Collection[str], stages: Sequence[StageName]) -> str:
    """Return which stage a column dates by its name, or that it names stages; empty for neither."""
    role = role_called(name, words, stages)
    if role.startswith("stage:"):
        return _of_agreement(role, stages)
    return role if role == "stage_name" else ""


def _of_agreement(role: str, stages: Sequence[StageName]) -> str:
    key = stage_key(role.partition(":")[2], stages)
    return f"stage:{key}" if key else ""


def _fits(role: str, column: Evidence) -> bool:
    """Tell whether what is in a column can be what its name says; an empty one can be anything."""
    if not column.filled:
        return True
    if is_time_role(role):
        return column.is_time
    if role in NUMBERS:
        return column.numbers > 0
    if role in FLAGS:
        return not column.has_more and any(meaning_of(role, word, ()) for word in column.different)
    return not (role in {"deal_status", "stage_name", "channel", "outcome"} and column.has_more)


def _role_by_content(column: Evidence) -> str:
    """Return what the cells say where the name says nothing; other columns keep their name."""
    if not column.filled:
        return LEFT_OUT
    if column.is_mostly(column.emails):
        return "email"
    return OWN_NAME if column.longest <= 1000 else LEFT_OUT


def _naming(roles: Sequence[str]) -> int:
    """Return the column that names the lead where none is called so: the e-mail address."""
    by_role = {role: place for place, role in enumerate(roles)}
    return next((by_role[role] for role in ("email", "phone") if role in by_role), -1)
