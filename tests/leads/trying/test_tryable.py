"""What of a text can be tried: parts with problems are taken as they are in force."""

from typing import Any

from leads.trying.drafts import tryable
from tests.factories import example_terms


def clause(key: str, **fields: Any) -> dict[str, Any]:
    known = {"key": key, "party": "sales", "measure": "acceptance", "within": "4h", "target": "0.9"}
    return known | fields


IN_FORCE = example_terms(commitments=[clause("S1"), clause("S2", measure="first_follow_up")])


def test_what_is_right_is_taken_as_it_is() -> None:
    draft = example_terms(commitments=[clause("S1", within="2h")])
    found = tryable(draft, IN_FORCE)
    assert found.terms is not None
    assert str(found.terms.commitment("S1").within) == "2h"
    assert (found.problems, found.borrowed_sections, found.borrowed_clauses) == ((), (), ())


def test_a_clause_with_a_problem_is_taken_as_in_force() -> None:
    draft = example_terms(commitments=[clause("S1", within="2h"), clause("S2", target="many")])
    found = tryable(draft, IN_FORCE)
    assert found.terms is not None
    assert str(found.terms.commitment("S1").within) == "2h"
    assert found.terms.commitment("S2").measure == "first_follow_up"
    assert (found.borrowed_clauses, found.left_out) == (("S2",), ())
    assert [problem.path for problem in found.problems] == ["commitments.S2.target"]


def test_a_clause_that_is_not_in_force_is_left_out() -> None:
    draft = example_terms(commitments=[clause("S1"), clause("S9", target="many")])
    for in_force in (IN_FORCE, None):
        found = tryable(draft, in_force)
        assert found.terms is not None
        assert [each.key for each in found.terms.commitments] == ["S1"]
        assert (found.borrowed_clauses, found.left_out) == ((), ("S9",))


def test_a_section_with_a_problem_is_taken_as_in_force() -> None:
    draft = example_terms(commitments=[clause("S1", within="2h")], tiers=[{"key": "VIP!"}])
    found = tryable(draft, IN_FORCE)
    assert found.terms is not None
    assert found.borrowed_sections == ("tiers",)
    assert str(found.terms.commitment("S1").within) == "2h"


def test_a_clause_of_a_tier_that_went_is_taken_too() -> None:
    draft = example_terms(tiers=[{"key": "VIP!"}], commitments=[clause("S1", tiers=["vip"])])
    found = tryable(draft, IN_FORCE)
    assert found.terms is not None
    assert found.borrowed_sections == ("tiers",)
    assert found.terms.commitment("S1").tiers == ()


def test_a_list_that_is_none_is_taken_as_in_force() -> None:
    found = tryable(example_terms(commitments="none"), IN_FORCE)
    assert found.terms is not None
    assert found.borrowed_sections == ("commitments",)
    assert [each.key for each in found.terms.commitments] == ["S1", "S2"]


def test_too_much_is_wrong() -> None:
    found = tryable({"schema": 1, "time_zone": "Nowhere"}, None)
    assert found.terms is None
    assert "time_zone" in [problem.path for problem in found.problems]


def test_nothing_can_be_borrowed_for_what_no_section_edits() -> None:
    assert tryable(IN_FORCE | {"schema": 7}, IN_FORCE).terms is None
    assert tryable(IN_FORCE | {"unheard_of": 7}, IN_FORCE).terms is None
