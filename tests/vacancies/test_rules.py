"""When a vacancy is open."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as some

from ats.vacancies.rules import SLUG, Contract, is_open

DAYS = some.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))


@given(published_on=DAYS, today=DAYS)
def test_an_unclosed_vacancy_is_open_from_its_publication_on(published_on: date, today: date) -> None:
    assert is_open(published_on, None, today) == (today >= published_on)


@given(published_on=DAYS, days=some.integers(0, 4000))
def test_a_vacancy_is_closed_on_its_closing_day_and_open_the_day_before(published_on: date, days: int) -> None:
    closed_on = published_on + timedelta(days=days)
    assert not is_open(published_on, closed_on, closed_on)
    assert is_open(published_on, closed_on, closed_on - timedelta(days=1)) == (days > 0)


def test_an_address_holds_only_lower_case_letters_digits_and_single_hyphens() -> None:
    assert all(SLUG.fullmatch(slug) for slug in ("a", "data-engineer", "dpo-2"))
    assert not any(SLUG.fullmatch(slug) for slug in ("", "A", "a--b", "-a", "a-", "a_b", "é", "a\n"))


def test_every_contract_has_a_name() -> None:
    assert all(contract.label for contract in Contract)
