"""What is known of the exports of many systems, tried on headers as they write them."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leads.files.cells import Setting
from leads.files.mapped_rows import RowReader
from leads.files.mapping import parse_mapping
from leads.guessing.columns import guess_columns
from leads.guessing.drafts import Draft, document_of, roles_to_translate
from leads.guessing.evidence import Evidence
from leads.guessing.found_columns import Column
from leads.guessing.looking import as_document, look
from leads.guessing.presets import preset_of
from leads.guessing.roles import StageName, meaning_in, stage_key
from leads.told import Told, ToldAttributes, ToldDeal, ToldStage

STAGES = [StageName("lead", "Lead", "none"), StageName("mql", "MQL", "mql")]
RD_STATION = {
    "Email": "ana@exemplo.example", "Nome": "Ana Paula da Silva", "Telefone": "",
    "Celular": "+55 (47) 99647-0159", "Facebook": "", "Twitter": "", "Linkedin": "",
    "Website": "", "Cargo": "Compradora", "Empresa": "Silva Peças", "País": "", "Estado": "SC",
    "Cidade": "Itajaí", "Biografia": "", "Estágio no funil": "Lead Qualificado",
    "Dono do Lead": "vendas@acme.example",
    "Data da última oportunidade": "2026-09-02 16:30:10 -0300",
    "Data da última venda": "", "Valor da última venda": "221.72", "Lead Scoring - Perfil": "d",
    "Lead Scoring - Interesse": "10", "Status para comunicação por email": "true",
    "Tags": "revenda,newsletter", "URL pública": "https://example.com/leads/public/1",
    "Total de conversões": "2", "Data da primeira conversão": "2026-08-31 09:15:00 -0300",
    "Origem da primeira conversão": "Busca Paga | Google", "Data da última conversão": "",
    "Origem da última conversão": "E-mail", "Eventos (Últimos 100)": "guia-de-custos",
}  # fmt: skip
PIPEDRIVE_PEOPLE = {
    "Person - Marketing status": "No consent", "Person - First name": "Ana",
    "Person - Last name": "Silva", "Person - Email - Work": "ana@exemplo.example",
    "Person - Email - Home": "", "Person - Email - Other": "",
    "Person - Phone - Work": "+55 47 99647-0159", "Person - Phone - Mobile": "",
    "Person - Organization": "Silva Peças", "Person - Name": "Ana Silva", "Person - ID": "17",
    "Person - Owner": "Rui", "Person - Person created": "2026-08-31 12:15:00",
    "Person - Update time": "2026-09-02 10:00:00",
}  # fmt: skip
RD_STATION_CRM = {
    "Nome da negociação": "Renovação", "E-mail": "ana@exemplo.example", "Etapa": "Fechamento",
    "Funil de vendas": "Padrão", "Estado da negociação": "Vendida", "Valor único": "1500,50",
    "Data de fechamento": "20/09/2026", "Motivo de perda": "", "Responsável": "Rui",
}  # fmt: skip
PIPEDRIVE_DEALS = [
    "Deal - Title", "Deal - Owner", "Person - Email - Work", "Person - Phone - Work",
    "Deal - Deal created", "Deal - ID", "Deal - Pipeline", "Deal - Source", "Deal - Stage",
    "Person - ID", "Person - Owner", "Person - Person created", "Deal - Contact person",
    "Deal - Lost reason", "Deal - Status", "Person - Name",
]  # fmt: skip


def guessed(
    tmp_path: Path, cells: dict[str, str], *others: dict[str, str], **looked: str
) -> tuple[dict[str, str], list[Told]]:
    """Return the role of each column of a file, and what its first row and the others tell."""
    header = list(cells)
    path = tmp_path / "export.csv"
    with path.open("w", encoding=looked.get("encoding", "utf-8"), newline="") as file:
        csv.writer(file, delimiter=looked.get("delimiter", ",")).writerows([header, cells.values()])
    found = as_document(look(path))
    preset = preset_of(header)
    assert preset
    evidence = [_seen(cell) for cell in cells.values()]
    guess = guess_columns(header, evidence, STAGES, preset)
    columns = [Column(**column) for column in found["columns"]]
    draft = Draft(
        roles=list(guess.roles), lead=guess.lead, encoding=found["encoding"],
        delimiter=found["delimiter"], time_zone=preset.time_zone or "UTC", source=preset.source,
        kind=preset.kind, moment="2026-09-08T13:00:00+00:00", decimal=found["decimal"],
        preset=preset.key,
    )  # fmt: skip
    for place, role in roles_to_translate(draft, columns).items():
        word = cells[header[place]]
        draft.values[str(place)] = {word: meaning_in(header[place], role, word, STAGES)}
    setting = Setting(stages=("lead", "mql"), person=len, currency="BRL", currencies={"BRL"})
    read = RowReader(parse_mapping(document_of(draft, columns)), header, setting)
    facts = [fact for row in (cells, *others) for fact in read([*row.values()])]
    return dict(zip(header, guess.roles, strict=True)), facts


def _seen(cell: str) -> Evidence:
    evidence = Evidence()
    evidence.add(cell)
    return evidence


@pytest.mark.parametrize(
    "written", [{}, {"encoding": "utf-16", "delimiter": "\t"}], ids=["csv", "Unicode text"]
)
def test_leads_of_rd_station(tmp_path: Path, written: dict[str, str]) -> None:
    roles, facts = guessed(tmp_path, RD_STATION, **written)
    assert roles["Dono do Lead"] == "own"
    assert roles["URL pública"] == roles["Eventos (Últimos 100)"] == ""
    known, reached = facts
    assert isinstance(known, ToldAttributes)
    assert known.lead.external_id == "ana@exemplo.example"
    assert known.occurred_at == datetime(2026, 8, 31, 12, 15, tzinfo=UTC)
    assert known.attributes["phone"] == "+55 (47) 99647-0159"
    assert known.attributes["origin"] == "Busca Paga | Google"
    assert known.attributes["dono_do_lead"] == "vendas@acme.example"
    assert isinstance(reached, ToldStage)
    assert reached.stage == "mql"


@pytest.mark.parametrize(
    ("status", "barred"),
    [("true", None), ("false", True), ("subscribed", None), ("Descadastrado", True)],
)
def test_who_may_not_be_written_to_by_rd_station_is_barred(
    tmp_path: Path, status: str, barred: bool | None
) -> None:
    cells = RD_STATION | {"Status para comunicação por email": status}
    known = guessed(tmp_path, cells)[1][0]
    assert isinstance(known, ToldAttributes)
    assert known.attributes.get("do_not_contact") is barred


@pytest.mark.parametrize(
    "header",
    [
        ["ID de registro", "Correo", "Propietario del contacto", "Estado del lead",
         "Etapa del ciclo de vida"],
        ["ID do registro", "E-mail", "Proprietário do contato", "Status do lead",
         "Fase do ciclo de vida"],
    ],
)  # fmt: skip
def test_contacts_of_hubspot_in_spanish_and_portuguese(tmp_path: Path, header: list[str]) -> None:
    cells = dict(zip(header, ["7", "ana@example.com", "Bruno", "Nuevo", "MQL"], strict=True))
    preset = preset_of(header)
    assert preset is not None
    assert preset.key == "hubspot-contacts"
    roles, _facts = guessed(tmp_path, cells)
    assert [*roles.values()] == ["", "email", "own", "own", "stage_name"]


@pytest.mark.parametrize(
    ("name", "cell", "expected"),
    [
        ("Número de telefone", "+55 11 98888-7777", "phone"), ("País/Região", "Brasil", "country"),
        ("Empresa associada", "Silva", "company"), ("Empresa asociada", "Gil", "company"),
        ("Número de teléfono", "+34 600 123 123", "phone"), ("País/Región", "España", "country"),
        ("Cancelou a inscrição de todos os e-mails", "Sim", "do_not_contact"),
        ("Canceló la suscripción a todos los correos electrónicos", "true", "do_not_contact"),
        ("Unsubscribed from all marketing", "Yes", "do_not_contact"),
        ("Consent to contact", "withdrawn", "do_not_contact"),
        ("Cancelou a inscrição de todos os e-mails", "ontem", "own"),
        ("Opted out of email: Marketing information", "Yes", "own"),
    ],
)  # fmt: skip
def test_columns_of_hubspot_in_every_language(name: str, cell: str, expected: str) -> None:
    guess = guess_columns(["Record ID", name], [_seen("1"), _seen(cell)], STAGES)
    assert guess.roles[1] == expected


@pytest.mark.parametrize(
    ("name", "cell", "expected"),
    [
        ("Persona - Nombre", "Ana Gil", "name"), ("Pessoa - Nome", "Ana Silva", "name"),
        ("Persona - Teléfono - Trabajo", "+34 600 123 123", "phone"),
        ("Pessoa - Organização", "Silva Peças", "company"),
        ("Pessoa - Status de marketing", "Descadastrado", "do_not_contact"),
        ("Nombre y apellidos", "Ana Gil", "name"), ("Telemóvel", "+351 912 345 678", "phone"),
        ("Nº empleados", "35", "employees"), ("Nº de colaboradores", "35", "employees"),
    ],
)  # fmt: skip
def test_columns_of_pipedrive_and_of_lists_in_spanish_and_portuguese(
    name: str, cell: str, expected: str
) -> None:
    guess = guess_columns(["ID", name], [_seen("1"), _seen(cell)], STAGES)
    assert guess.roles[1] == expected


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("Lead calificado de marketing", "mql"), ("Lead cualificado para ventas", "sql"),
        ("Lead qualificado por vendas", "sql"),
    ],
)  # fmt: skip
def test_stages_of_hubspot_in_spanish_and_portuguese(word: str, stage: str) -> None:
    assert stage_key(word, [StageName("mql", "M", "mql"), StageName("sql", "S", "sql")]) == stage


def test_people_of_pipedrive(tmp_path: Path) -> None:
    roles, facts = guessed(tmp_path, PIPEDRIVE_PEOPLE)
    assert roles["Person - Owner"] == "own"
    (known,) = facts
    assert isinstance(known, ToldAttributes)
    assert (known.lead.external_id, known.occurred_at) == (
        "17",
        datetime(2026, 8, 31, 12, 15, tzinfo=UTC),
    )
    told = {name: known.attributes[name] for name in ("name", "email", "company")}
    assert told == {"name": "Ana Silva", "email": "ana@exemplo.example", "company": "Silva Peças"}


def test_deals_of_pipedrive_stay_deals_with_their_people() -> None:
    preset = preset_of(PIPEDRIVE_DEALS)
    assert preset
    assert preset.key == "pipedrive-deals"


def test_each_deal_of_rd_station_is_one(tmp_path: Path) -> None:
    later = RD_STATION_CRM | {"Data de fechamento": "21/09/2026"}
    other = RD_STATION_CRM | {"Nome da negociação": "Expansão", "Valor único": "200,00"}
    nameless = RD_STATION_CRM | {"Nome da negociação": ""}
    roles, facts = guessed(tmp_path, RD_STATION_CRM, later, other, nameless)
    assert roles["Nome da negociação"] == "deal_name"
    deals = [fact for fact in facts if isinstance(fact, ToldDeal)]
    assert len({deal.external_id for deal in deals}) == len(deals) == 4
    assert {deal.lead.external_id for deal in deals} == {"ana@exemplo.example"}


@pytest.mark.parametrize(
    ("cells", "closed"),
    [
        (
            {
                "Deal - ID": "61", "Deal - Title": "Silva Peças", "Deal - Value": "900",
                "Deal - Status": "won", "Deal - Won time": "2026-09-01 12:15:00",
                "Deal - Deal created": "2026-08-31 12:15:00",
            },
            {"Deal - Won time": "2026-09-04 10:00:00"},
        ),
        (
            {
                "Record ID": "61", "Deal Name": "Silva Peças", "Deal Stage": "Ganho",
                "Amount": "900", "Close Date": "2026-09-01 12:15", "Pipeline": "Sales",
                "Create Date": "2026-08-31 12:15",
            },
            {"Close Date": "2026-09-04 10:00"},
        ),
    ],
    ids=["Pipedrive", "HubSpot"],
)  # fmt: skip
def test_a_deal_that_is_the_row_stays_one_when_its_closing_is_corrected(
    tmp_path: Path, cells: dict[str, str], closed: dict[str, str]
) -> None:
    _roles, facts = guessed(tmp_path, cells, cells | closed)
    was, corrected = (fact for fact in facts if isinstance(fact, ToldDeal))
    assert was.external_id == corrected.external_id
    assert was.lead.external_id == "61"
    assert was.occurred_at < corrected.occurred_at
