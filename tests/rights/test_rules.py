"""What objections mean for each affiliate, and who could be shown what was found."""

from datetime import UTC, datetime

import pii
from ats.organisation import Affiliate
from ats.rights.rules import found_labels, sharing_choice
from ats.sharing.queries import Objection

NOW = datetime(2026, 11, 24, tzinfo=UTC)
AFFILIATES = [Affiliate("one", "One BV"), Affiliate("two", "Two SA")]


def test_without_an_objection_every_affiliate_is_open() -> None:
    choice = sharing_choice(AFFILIATES, [])
    assert not choice.objected
    assert [each.objection for each in choice.affiliates] == [None, None]


def test_an_objection_to_one_affiliate_stands_with_it_only() -> None:
    objection = Objection("two", NOW, None)
    choice = sharing_choice(AFFILIATES, [objection])
    assert choice.objected and choice.to_all is None
    assert [each.objection for each in choice.affiliates] == [None, objection]


def test_an_objection_to_all_is_told_apart() -> None:
    objection = Objection("", NOW, NOW)
    choice = sharing_choice(AFFILIATES, [objection])
    assert choice.to_all is objection
    assert choice.objected


def test_an_objection_to_a_company_that_is_no_affiliate_any_more_is_harmless() -> None:
    choice = sharing_choice(AFFILIATES, [Objection("gone", NOW, NOW)])
    assert [each.key for each in choice.affiliates] == ["one", "two"]


def test_every_label_is_sorted_by_who_could_be_shown_it() -> None:
    found = found_labels([str(label) for label in pii.Label])
    assert sorted([*found.restricted, *found.confidential, "CONTACT"]) == sorted(str(label) for label in pii.Label)
    assert "HEALTH" in found.restricted and "NATIONAL_ID" in found.restricted
    assert "SALARY" in found.confidential and "FAMILY" in found.confidential
