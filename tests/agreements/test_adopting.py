"""Taking over agreements signed elsewhere, and what the database holds for ever."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from psycopg2.extras import DateTimeTZRange

from agreements.actions import contracts
from agreements.models import Agreement, AgreementVersion, Audit, CalendarRevision, Signature
from agreements.terms import TermsError, terms_hash
from tests.factories import EXAMPLE_CLOSURES, RECORDED_AT, example_terms, local, make_version

pytestmark = pytest.mark.django_db


def test_it_works() -> None:
    version = make_version(effective_date=date(2026, 1, 1))

    assert version.effective_from == local("2026-01-01 00:00")
    assert version.effective_to is None
    assert version.terms_hash == terms_hash(example_terms())
    assert {s.party for s in version.signatures.all()} == {"marketing", "sales"}
    assert Audit.objects.get(action="agreements.version.adopted").subject_id == str(version.pk)
    assert version.status_at(datetime(2026, 3, 1, tzinfo=UTC)) == "in_force"


def test_it_reaches_back_up_to_the_next_version() -> None:
    later = make_version(effective_date=date(2026, 6, 1))
    earlier = make_version(effective_date=date(2026, 1, 1))

    assert earlier.effective_to == later.effective_from
    assert (later.number, earlier.number) == (1, 2)


def test_a_covered_date_is_refused() -> None:
    make_version(effective_date=date(2026, 1, 1))
    with pytest.raises(contracts.UnableToAdopt, match="in force on 2026-02-01 already"):
        make_version(effective_date=date(2026, 2, 1))
    assert AgreementVersion.objects.count() == 1


def test_another_zone_is_refused() -> None:
    make_version(effective_date=date(2026, 6, 1))
    with pytest.raises(contracts.UnableToAdopt, match="Europe/Lisbon"):
        make_version(example_terms(time_zone="Europe/Lisbon"))


def test_bad_terms_leave_nothing_behind() -> None:
    with pytest.raises(TermsError):
        make_version(example_terms(hours={"mon": "18:00-09:00"}))
    assert not Agreement.objects.exists()


def test_a_calendar_that_exists_is_left_as_it_is() -> None:
    make_version()
    make_version(slug="other", closures={"office": {"closures": {"2026-05-01": "Labour Day"}}})
    assert CalendarRevision.objects.get().closures.keys() == set(
        EXAMPLE_CLOSURES["office"]["closures"]
    )


def test_holidays_of_a_country_are_found() -> None:
    make_version(closures={"office": {"country": "BR", "region": "SP", "years": [2026]}})
    assert CalendarRevision.objects.get().closures["2026-09-07"] == {
        "name": "Independência do Brasil",
        "hours": [],
    }


@pytest.mark.parametrize(
    ("language", "independence"),
    [
        ("en", "Independence Day"),
        ("pt-br", "Independência do Brasil"),
        ("es", "Independência do Brasil"),
    ],
)
def test_holidays_are_named_in_the_readers_language(language: str, independence: str) -> None:
    own = {"2026-10-12": "Feira do setor", "2026-12-24": ""}
    make_version(closures={"office": {"country": "BR", "years": [2026], "closures": own}})

    names = CalendarRevision.objects.get().names_in(language)

    assert names[date(2026, 9, 7)] == independence
    assert names[date(2026, 10, 12)] == "Feira do setor"
    assert names[date(2026, 12, 24)] == ""


def test_closures_of_no_country_keep_their_names() -> None:
    make_version()
    assert CalendarRevision.objects.get().names_in("es")[date(2026, 9, 7)] == "Independence"


@pytest.mark.parametrize(
    "change",
    [
        {"terms": {"schema": 1}},
        {"terms_hash": "0" * 64},
        {"number": 9},
        {"status": "draft"},
        {"effective": DateTimeTZRange(RECORDED_AT, None)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_signed_version_stays(change: dict[str, object]) -> None:
    version = make_version()
    with pytest.raises(DatabaseError, match="signed and cannot be changed"), transaction.atomic():
        AgreementVersion.objects.filter(pk=version.pk).update(**change)


def test_the_end_of_a_signed_version_may_be_set() -> None:
    version = make_version()
    period = DateTimeTZRange(version.effective_from, local("2026-07-01 00:00"))
    assert AgreementVersion.objects.filter(pk=version.pk).update(effective=period) == 1


def test_what_was_signed_is_not_deleted() -> None:
    version = make_version()
    for rows in (
        AgreementVersion.objects.filter(pk=version.pk),
        CalendarRevision.objects.all(),
        Signature.objects.all(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete(rows.db)


def test_signed_versions_never_overlap() -> None:
    version = make_version()
    AgreementVersion.objects.create(
        agreement=version.agreement,
        number=2,
        status="signed",
        terms=version.terms,
        terms_hash=version.terms_hash,
        effective=DateTimeTZRange(local("2026-03-01 00:00"), None),
        recorded_at=RECORDED_AT,
    )
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    transaction.set_rollback(True)
