"""The terms document inside a version: read, checked, hashed, and written as YAML.

`parse_terms` turns the stored document into `Terms`, which the rest of the project asks for
promises, schedules, tiers and targets. The hash covers the document as stored, never the
parsed form.
"""

from agreements.terms.canonical import canonical_json, composed, terms_hash
from agreements.terms.checks import unsigned_problems
from agreements.terms.commitment_checks import warnings
from agreements.terms.commitments import FUNNEL, Commitment
from agreements.terms.document import Objective, Terms
from agreements.terms.funnel import Funnel, Goal, Stage
from agreements.terms.handoff import Handoff, Qualification, Scope, Tier
from agreements.terms.hours import ALWAYS, Calendar, Hours
from agreements.terms.measures import CLOCK_MEASURES, MEASURES, Measure
from agreements.terms.parsing import SCHEMA, parse_terms
from agreements.terms.problems import MESSAGES, Problem, TermsError
from agreements.terms.yaml import (
    document_from_yaml,
    in_reading_order,
    terms_from_yaml,
    terms_to_yaml,
)

__all__ = [
    "ALWAYS",
    "CLOCK_MEASURES",
    "FUNNEL",
    "MEASURES",
    "MESSAGES",
    "SCHEMA",
    "Calendar",
    "Commitment",
    "Funnel",
    "Goal",
    "Handoff",
    "Hours",
    "Measure",
    "Objective",
    "Problem",
    "Qualification",
    "Scope",
    "Stage",
    "Terms",
    "TermsError",
    "Tier",
    "canonical_json",
    "composed",
    "document_from_yaml",
    "in_reading_order",
    "parse_terms",
    "terms_from_yaml",
    "terms_hash",
    "terms_to_yaml",
    "unsigned_problems",
    "warnings",
]
