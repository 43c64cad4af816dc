"""Objecting to sharing from the private page."""

from collections.abc import Awaitable, Callable

import asyncpg
import httpx
import msgspec
import pytest

from ats.core.services import Services
from ats.sharing.queries import may_share
from tests.rights.people import applied
from tests.support.app import serving
from tests.support.applying import ELIAS, NOOR
from tests.support.mails import mails

Work = Callable[[], Awaitable[int]]
DONE = "?done=objected"


async def test_objecting_to_all_covers_every_affiliate_also_later_ones(
    client: httpx.AsyncClient, services: Services, work: Work
) -> None:
    known = await applied(services)
    answer = await client.post(known.path + "/object", data={"affiliate": ""})
    assert answer.status_code == 303
    assert answer.headers["location"] == known.path + DONE
    for key in [*(affiliate.key for affiliate in services.organisation.affiliates), "one-that-comes-later"]:
        assert not await may_share(known.candidate_id, key)
    page = (await client.get(known.path + DONE)).text
    assert "Your objection is in force" in page
    assert "Being carried out" in page
    assert "Share with nobody" not in page
    await work()
    page = (await client.get(known.path)).text
    assert "Carried out and confirmed on" in page
    (mail,) = [each for each in mails(services, NOOR.email) if "objection" in str(each["Subject"])]
    assert "any of them" in mail.get_content()


async def test_objecting_to_one_affiliate_leaves_the_others(
    client: httpx.AsyncClient, services: Services, work: Work
) -> None:
    known = await applied(services)
    first, second = services.organisation.affiliates
    answer = await client.post(known.path + "/object", data={"affiliate": first.key})
    assert answer.headers["location"] == known.path + DONE
    assert not await may_share(known.candidate_id, first.key)
    assert await may_share(known.candidate_id, second.key)
    page = (await client.get(known.path)).text
    assert f"Do not share with {second.name}" in page
    assert f"Do not share with {first.name}" not in page
    assert "Share with nobody" in page
    await work()
    (mail,) = [each for each in mails(services, NOOR.email) if "objection" in str(each["Subject"])]
    assert first.name in mail.get_content()


async def test_objecting_again_gives_the_same_answer_and_is_carried_out_once(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool, work: Work
) -> None:
    known = await applied(services, objects=True)
    answers = [await client.post(known.path + "/object", data={"affiliate": ""}) for _ in range(3)]
    assert {answer.headers["location"] for answer in answers} == {known.path + DONE}
    await work()
    assert await superuser.fetchval("SELECT count(*) FROM sharing_objection") == 1
    assert await superuser.fetchval("SELECT count(*) FROM audit_event WHERE tag LIKE '%:sharing:%'") == 2


@pytest.mark.parametrize("affiliate", ["nobody", "x" * 500, "infosentry nederland", "\x00"])
async def test_an_unknown_affiliate_is_refused_and_nothing_is_recorded(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool, affiliate: str
) -> None:
    known = await applied(services)
    answer = await client.post(known.path + "/object", data={"affiliate": affiliate})
    assert answer.status_code in (400, 404, 422)
    assert await superuser.fetchval("SELECT count(*) FROM sharing_objection") == 0


async def test_a_body_that_is_no_form_is_refused_with_its_status(client: httpx.AsyncClient, services: Services) -> None:
    known = await applied(services)
    answer = await client.post(known.path + "/object", json={"affiliate": ""})
    assert answer.status_code == 415


async def test_objecting_works_from_another_site_and_without_cookies_because_the_link_is_the_key(
    client: httpx.AsyncClient, services: Services
) -> None:
    known = await applied(services)
    answer = await client.post(known.path + "/object", data={"affiliate": ""}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 303


async def test_an_objection_holds_for_its_own_person_only(client: httpx.AsyncClient, services: Services) -> None:
    noor = await applied(services, NOOR)
    elias = await applied(services, ELIAS)
    await client.post(noor.path + "/object", data={"affiliate": ""})
    assert await may_share(elias.candidate_id, services.organisation.affiliates[0].key)


async def test_an_organisation_without_affiliates_says_that_it_shares_nothing(services: Services) -> None:
    organisation = msgspec.structs.replace(services.organisation, affiliates=[])
    settings = msgspec.structs.replace(services.settings, organisation=organisation)
    alone = Services(settings=settings, blobs=services.blobs, mailer=services.mailer, doorbell=services.doorbell)
    known = await applied(services)
    async with serving(alone) as client:
        page = (await client.get(known.path)).text
    assert "We do not share applications with other companies" in page
    assert f'action="{known.path}/object' not in page
