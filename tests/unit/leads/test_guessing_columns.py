"""What the columns of a file are, and the mapping that follows from it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from leads.files.cells import Setting
from leads.files.delimited import OTHER_OBJECTS as SENTENCES
from leads.files.delimited import UnableToReadFile
from leads.files.mapped_rows import RowReader
from leads.files.mapping import parse_mapping
from leads.files.row_problems import UnableToRead
from leads.guessing.columns import guess_columns
from leads.guessing.drafts import Draft, document_of
from leads.guessing.evidence import Evidence
from leads.guessing.found_columns import Column
from leads.guessing.looking import as_document, look
from leads.guessing.presets import OTHER_OBJECTS, PRESETS, object_without_leads, preset_of
from leads.guessing.roles import ROLES_BY_NAME, StageName, meaning_of, plain_name
from leads.told import Told, ToldAttributes, ToldDeal, ToldEvent, ToldFollowUp, ToldStage

STAGES = [
    StageName("lead", "Lead", "none"),
    StageName("mql", "MQL", "mql"),
    StageName("sql", "SQL", "sql"),
    StageName("customer", "Cliente", "customer"),
]
SETTING = Setting(
    stages=("lead", "mql", "sql", "customer"), person=len, currency="BRL", currencies={"BRL"}
)


def evidence(*cells: str) -> Evidence:
    found = Evidence()
    for cell in cells:
        found.add(cell)
    return found


def roles(columns: dict[str, Sequence[str]]) -> tuple[dict[str, str], str | None]:
    """Return the role of each column by its name, and the one that names the lead."""
    header = list(columns)
    guess = guess_columns(
        header, [evidence(*cells) for cells in columns.values()], STAGES, preset_of(header)
    )
    lead = header[guess.lead] if guess.lead >= 0 else None
    return {name: role for name, role in zip(header, guess.roles, strict=True) if role}, lead


def draft(roles: Sequence[str], lead: int = 0, **told: object) -> Draft:
    usual: dict[str, object] = {
        "encoding": "utf-8", "delimiter": ",", "time_zone": "America/Sao_Paulo", "source": "crm",
        "kind": "contact", "moment": "2026-09-08T13:00:00+00:00",
    }  # fmt: skip
    return Draft(roles=list(roles), lead=lead, **(usual | told))  # type: ignore[arg-type]


def columns(tmp_path: Path, header: Sequence[str], *rows: Sequence[str]) -> list[Column]:
    """Return columns as they are found in a file of such rows."""
    path = tmp_path / "file.csv"
    path.write_text("\n".join(";".join(row) for row in [header, *rows]) + "\n")
    found = as_document(look(path))
    return [Column(**column) for column in found["columns"]]


def told(draft: Draft, columns: Sequence[Column], row: Sequence[str]) -> list[Told]:
    """Return what a row tells under the mapping a draft comes to."""
    mapping = parse_mapping(document_of(draft, columns))
    return RowReader(mapping, [column.name for column in columns], SETTING)(row)


def test_it_works(tmp_path: Path) -> None:
    header = ["ID", "Nome", "E-mail", "Criado em", "Data MQL", "Responsável", "Valor", "Ganho em"]
    row = ["7", "João", "j@x.example", "31/08/2026", "04/09/2026 17:40", "Ana", "1.500,50", ""]
    found = columns(tmp_path, header, row)
    guess = guess_columns(header, [evidence(cell) for cell in row], STAGES)
    assert (guess.lead, guess.roles) == (
        0,
        ["", "name", "email", "known_at", "stage:mql", "person", "amount", "deal_won_at"],
    )

    facts = told(draft(guess.roles, decimal=","), found, row)

    known, reached = facts
    assert isinstance(known, ToldAttributes)
    assert known.attributes == {"name": "João", "email": "j@x.example"}
    assert known.occurred_at == datetime(2026, 8, 31, 3, tzinfo=UTC)
    assert isinstance(reached, ToldStage)
    assert (reached.stage, reached.external_id) == ("mql", "7/stage/mql")
    assert reached.occurred_at == datetime(2026, 9, 4, 20, 40, tzinfo=UTC)


def test_presets_know_the_exports_they_are_for() -> None:
    hubspot = [
        "Record ID", "First Name", "Last Name", "Email", "Phone Number", "Contact owner",
        "Primary Associated Company ID", "Last Activity Date", "Lead Status",
        "Marketing contact status", "Create Date", "Associated Company",
    ]  # fmt: skip
    found, lead = roles({name: [] for name in hubspot})
    assert lead == "Record ID"
    assert found == {
        "First Name": "first_name", "Last Name": "last_name", "Email": "email",
        "Phone Number": "phone", "Contact owner": "own", "Lead Status": "own",
        "Create Date": "known_at", "Associated Company": "company",
    }  # fmt: skip
    for preset in PRESETS:
        assert preset_of([*preset.marks]) == preset
    assert preset_of(["id", "name", "email"]) is None


def test_no_word_means_two_things() -> None:
    assert all(plain_name(word) == word for word in ROLES_BY_NAME)
    for preset in PRESETS:
        assert all(plain_name(word) == word for word in (*preset.marks, *preset.roles))


def test_what_is_in_a_column_can_contradict_its_name() -> None:
    found, _lead = roles({"id": ["1"], "created": ["yes", "no"], "contact": ["a@b.example"]})
    assert found == {"created": "own", "contact": "name"}
    found, lead = roles({"whatever": ["a@b.example"], "outcome": ["won"], "": ["x"]})
    assert (found, lead) == ({"whatever": "email", "outcome": "own"}, "whatever")


@pytest.mark.parametrize(
    ("cells", "role"),
    [
        (["01/09/2026", "yesterday", "02/09/2026"], "known_at"),
        (["01/09/2026", "2026-09-03", "?", "02/09/2026"], "known_at"),
        (["01/09/2026", "yesterday"], "own"),
        (["01/09/2026", "02/09/2026", "no", "yes", "no"], "own"),
    ],
)
def test_a_few_odd_cells_among_dates_are_mistakes(
    tmp_path: Path, cells: Sequence[str], role: str
) -> None:
    assert roles({"id": ["1"], "Created": cells})[0]["Created"] == role
    found = columns(tmp_path, ["id", "Created"], *(["1", cell] for cell in cells))[1]
    assert found.is_time is (role == "known_at")


def test_columns_without_a_name_of_their_own_are_left_out() -> None:
    header = ["id", "name", "name", "", "a{b}", "rejected_line"]
    guess = guess_columns(header, [evidence("x") for _ in header], STAGES)
    assert (guess.lead, guess.roles) == (0, [""] * 6)


@pytest.mark.parametrize(
    ("header", "unused"),
    [
        (["id", "owner", "amount", "currency", "lost reason", "deal id", "close date", "outcome"],
         {"owner", "amount", "currency", "lost reason", "deal id", "close date", "outcome"}),
        (["id", "owner", "currency", "lost reason", "lost date"], {"currency"}),
        (["id", "owner", "amount", "currency", "lost reason", "won date"], {"lost reason"}),
        (["id", "amount", "reason", "deal status", "close date"], set()),
        (["id", "owner", "note", "reason", "offered at"], {"note", "reason"}),
        (["id", "owner", "call date", "channel", "rejected at", "reason"], set()),
    ],
)  # fmt: skip
def test_what_would_tell_nothing_keeps_its_own_name(header: list[str], unused: set[str]) -> None:
    found, _lead = roles({name: [] for name in header})
    assert {name for name, role in found.items() if role == "own"} == unused


def test_a_role_is_given_once() -> None:
    found, _lead = roles({"id": ["1"], "phone": ["+55 11 98888-7777"], "mobile": ["+55 11 9"]})
    assert found == {"phone": "phone", "mobile": "own"}


@pytest.mark.parametrize(
    ("role", "word", "expected"),
    [
        ("stage_name", "Lead Qualificado", "mql"),
        ("stage_name", "Cliente", "customer"),
        ("stage_name", "Evangelist", ""),
        ("deal_status", "Ganho", "won"),
        ("outcome", "Não atendeu", "no_answer"),
        ("channel", "Ligação", "call"),
        ("channel", "Pombo", ""),
    ],
)
def test_words_of_the_source(role: str, word: str, expected: str) -> None:
    assert meaning_of(role, word, STAGES) == expected


def test_a_handoff_a_follow_up_and_a_deal(tmp_path: Path) -> None:
    header = [
        "id",
        "offered at",
        "owner",
        "call date",
        "outcome",
        "deal id",
        "amount",
        "status",
        "closed date",
    ]
    row = [
        "7",
        "2026-09-04 17:40",
        "Ana",
        "2026-09-08 11:20",
        "atendeu",
        "D1",
        "1500.5",
        "Ganho",
        "2026-09-20",
    ]
    found = columns(tmp_path, header, row)
    said = draft(
        [
            "",
            "offered",
            "person",
            "follow_up_at",
            "outcome",
            "deal_id",
            "amount",
            "deal_status",
            "deal_closed_at",
        ],
        values={"4": {"atendeu": "answered"}, "7": {"Ganho": "won", "Aberto": "-"}},
    )

    offered, assigned, touch, deal = told(said, found, row)

    assert isinstance(offered, ToldEvent)
    assert isinstance(assigned, ToldEvent)
    assert (offered.event, assigned.event, assigned.person_id) == ("offered", "assigned", 3)
    assert isinstance(touch, ToldFollowUp)
    assert (touch.channel, touch.outcome) == ("call", "answered")
    assert isinstance(deal, ToldDeal)
    assert (deal.status, deal.amount, deal.external_id) == ("won", Decimal("1500.50"), "D1/closed")
    assert told(said, found, [*row[:7], "Aberto", row[8]])[3:] == []


def test_names_of_stages_and_rows_without_a_date(tmp_path: Path) -> None:
    header = ["Email", "First Name", "Last Name", "Lifecycle Stage"]
    row = ["j@x.example", "João", "", "MQL"]
    found = columns(tmp_path, header, row)
    said = draft(["email", "first_name", "last_name", "stage_name"], values={"3": {"MQL": "mql"}})

    known, reached = told(said, found, row)

    assert isinstance(known, ToldAttributes)
    assert known.attributes == {"email": "j@x.example", "name": "João"}
    assert known.occurred_at == datetime(2026, 9, 8, 13, tzinfo=UTC)
    assert isinstance(reached, ToldStage)
    assert (reached.stage, reached.occurred_at) == ("mql", known.occurred_at)
    assert len(told(said, found, [*row[:3], "Evangelist"])) == 1


def test_when_a_row_was_changed_tells_which_revision_holds(tmp_path: Path) -> None:
    header, row = ["id", "name", "last modified"], ["7", "João", "2026-09-05 09:00"]
    found = columns(tmp_path, header, row)
    [known] = told(draft(["", "name", "changed_at"]), found, row)
    assert known.revised_at == datetime(2026, 9, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "no_header"),
        ("\n", "no_header"),
        ("id,name\n", "no_rows"),
        (",".join(f"c{number}" for number in range(10_000)) + "\n1\n", "too_many_columns"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "file.csv"
    path.write_text(content)
    with pytest.raises(UnableToReadFile) as refused:
        look(path)
    assert refused.value.code == code


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leads.guessing.looking.MOST_ROWS", 2)
    path = tmp_path / "file.csv"
    path.write_text("id\n1\n2\n3\n")
    with pytest.raises(UnableToReadFile, match="more than 2 rows"):
        look(path)


def test_zero_characters_and_halves_of_characters_can_be_kept(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes("id,n\0ame\n1,Jo\u00e3o\n2,a\0b\n".encode() + b"3,Jo\xe3o\n")
    found = as_document(look(path, encoding="utf-8"))
    assert [column["name"] for column in found["columns"]] == ["id", "name"]
    assert found["preview"] == [["1", "João"], ["2", "ab"], ["3", "Jo?o"]]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            ["Record ID", "Company name", "Company owner", "Create Date", "Phone Number", "City"],
            "hubspot_companies",
        ),
        (
            ["Ticket ID", "Ticket name", "Pipeline", "Ticket status", "Create date", "Priority"],
            "hubspot_tickets",
        ),
        (
            ["Id", "IsDeleted", "MasterRecordId", "Name", "ParentId", "BillingStreet",
             "BillingCity", "Phone", "OwnerId", "SystemModstamp"],
            "salesforce_accounts",
        ),
        (
            ["Id", "IsDeleted", "AccountId", "Name", "StageName", "Amount", "CloseDate", "IsWon",
             "OwnerId", "SystemModstamp"],
            "salesforce_opportunities",
        ),
        (
            ["Id", "AccountId", "ContactId", "Name", "StageName", "Amount", "CloseDate", "IsWon"],
            "",
        ),
        (
            ["Organization - ID", "Organization - Name", "Organization - Owner"],
            "pipedrive_organizations",
        ),
        (
            ["Activity - ID", "Activity - Type", "Activity - Subject", "Activity - Done"],
            "pipedrive_activities",
        ),
        (["Company name", "Company owner", "Parent company", "Email"], ""),
        (["id", "name", "priority"], ""),
    ],
)  # fmt: skip
def test_exports_that_name_no_leads_are_known(header: list[str], expected: str) -> None:
    assert object_without_leads(header) == expected


def test_what_presets_are_for_is_never_refused() -> None:
    assert not any(object_without_leads([*preset.marks]) for preset in PRESETS)
    assert OTHER_OBJECTS.keys() == SENTENCES.keys()


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_line_that_says_what_parts_the_cells_is_no_header(
    tmp_path: Path, first: str, encoding: str
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(f"{first}\r\nid;name\r\n1;Ana, Rui\r\n".encode(encoding))
    for delimiter in ("", ";"):
        looked = look(path, delimiter=delimiter)
        assert (looked.delimiter, looked.header, looked.rows) == (";", ["id", "name"], 1)
    assert look(path, delimiter=",").header == ["id;name"]


def test_telephones_and_days_of_registration_are_known() -> None:
    found, _lead = roles({"Person - ID": ["1"], "Person - Phone - Mobile": ["+55 11 98888-7777"]})
    assert found == {"Person - Phone - Mobile": "phone"}
    found, _lead = roles({"id": ["1"], "Data de cadastro": ["2026-09-01"]})
    assert found == {"Data de cadastro": "known_at"}
    assert roles({"id": ["1"], "Data de cadastro": []})[0] == {"Data de cadastro": "known_at"}


def test_the_currency_an_amount_is_written_in_is_read(tmp_path: Path) -> None:
    header = ["id", "valor", "ganho em"]
    found = columns(tmp_path, header, ["1", "R$ 1.234,01", "2026-09-01"])
    said = draft(["", "amount", "deal_won_at"], decimal=",")
    [deal] = told(said, found, ["1", "R$ 1.234,01", "2026-09-01"])
    assert isinstance(deal, ToldDeal)
    assert (deal.amount, deal.currency) == (Decimal("1234.01"), "BRL")
    with pytest.raises(UnableToRead, match="“USD” is not the currency of the agreement"):
        told(said, found, ["1", "US$ 10", "2026-09-01"])
