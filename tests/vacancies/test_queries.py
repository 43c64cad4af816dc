"""Which vacancies staff see, and what they are called."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from ats.core.errors import Conflict, Invalid, NotFound
from ats.core.services import Services
from ats.vacancies.actions import NewVacancy, Words, add_vacancy
from ats.vacancies.queries import load_vacancy_for, titles, vacancies_for
from ats.vacancies.rules import Contract
from tests.support.cast import Cast, make_vacancy


async def test_a_recruiter_loads_a_vacancy_that_is_assigned_to_them(cast: Cast) -> None:
    found = await load_vacancy_for(cast.owner, cast.vacancy)
    assert (found.id, found.slug, found.title) == (cast.vacancy, cast.vacancy_slug, "Privacy consultant")


async def test_somebody_elses_vacancy_does_not_exist_for_a_recruiter(cast: Cast) -> None:
    with pytest.raises(NotFound):
        await load_vacancy_for(cast.colleague, cast.vacancy)
    with pytest.raises(NotFound):
        await load_vacancy_for(cast.owner, cast.other_vacancy)


async def test_the_privacy_coordinator_loads_every_vacancy(cast: Cast) -> None:
    for vacancy_id in (cast.vacancy, cast.other_vacancy):
        assert (await load_vacancy_for(cast.coordinator, vacancy_id)).id == vacancy_id


async def test_an_administrator_sees_no_vacancy_at_all(cast: Cast) -> None:
    assert await vacancies_for(cast.administrator) == []
    with pytest.raises(NotFound):
        await load_vacancy_for(cast.administrator, cast.vacancy)


async def test_a_vacancy_that_does_not_exist_is_not_found_by_anybody(cast: Cast) -> None:
    for actor in (cast.owner, cast.coordinator):
        with pytest.raises(NotFound):
            await load_vacancy_for(actor, uuid4())


async def test_each_account_lists_its_own_vacancies(cast: Cast) -> None:
    assert [each.id for each in await vacancies_for(cast.owner)] == [cast.vacancy]
    assert await vacancies_for(cast.colleague) == []
    assert {each.id for each in await vacancies_for(cast.coordinator)} == {cast.vacancy, cast.other_vacancy}


async def test_titles_come_in_the_language_asked_for_or_in_one_that_exists(cast: Cast) -> None:
    only_german = await _add("nur-deutsch", texts={"de": Words("Technikerin", "Kurz.", "Lang.")})
    found = await titles([cast.vacancy, only_german, uuid4()], "fr")
    assert found == {cast.vacancy: "Consultant en vie privée", only_german: "Technikerin"}
    assert await titles([], "fr") == {}


async def test_two_vacancies_cannot_have_the_same_address(services: Services) -> None:
    await make_vacancy("data-engineer")
    with pytest.raises(Conflict):
        await make_vacancy("data-engineer")


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("slug", {"slug": "Data Engineer"}),
        ("slug", {"slug": "-engineer"}),
        ("slug", {"slug": "ingénieur"}),
        ("pay", {"pay_from": 0}),
        ("pay", {"pay_from": 4000, "pay_to": 3999}),
        ("texts", {"texts": {}}),
        ("texts", {"texts": {"es": Words("a", "b", "c")}}),
    ],
)
async def test_a_vacancy_that_cannot_be_shown_is_refused(services: Services, field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        await _add(**wrong)
    assert refused.value.fields.keys() == {field}


async def _add(slug: str = "data-engineer", **more: Any) -> UUID:
    values: dict[str, Any] = {
        "place": "Gent",
        "contract": Contract.PERMANENT,
        "pay_from": 3000,
        "pay_to": 4000,
        "published_on": date(2026, 1, 5),
        "texts": {"en": Words("Engineer", "Short.", "Long.")},
    }
    return await add_vacancy(NewVacancy(slug=slug, **(values | more)))
