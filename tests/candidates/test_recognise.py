"""Who comes back is met again, and who is on their way out is not."""

from datetime import timedelta

import pytest

from ats.candidates.actions import Contact, new_link, recognise
from ats.candidates.queries import data_key, load_candidate_for, load_person
from ats.core import db
from ats.core.clock import read_clock
from ats.core.crypto import Unreadable
from ats.core.errors import NotFound
from tests.retention.looking import make_due
from tests.rights.people import applied
from tests.support.applying import ELIAS, NOOR


async def meet(services, email):
    async with db.transaction():
        return await recognise(services, Contact("Noor Willems", email, "", "en"))


@pytest.mark.parametrize("email", [NOOR.email, NOOR.email.upper(), f" {NOOR.email.title()} "])
async def test_an_address_is_recognised_however_it_is_written(services, email):
    known = await applied(services)
    met = await meet(services, email)
    assert (met.candidate_id, met.is_new) == (known.candidate_id, False)
    assert met.data_key == await data_key(services, known.candidate_id)


async def test_another_address_is_another_person_with_another_key(services):
    known = await applied(services)
    other = await applied(services, ELIAS)
    assert known.candidate_id != other.candidate_id
    assert await data_key(services, known.candidate_id) != await data_key(services, other.candidate_id)
    assert (await meet(services, "noor.willems@example.com")).is_new


async def test_somebody_past_their_date_comes_back_as_a_new_person_with_a_new_key(services, superuser):
    known = await applied(services)
    old = await data_key(services, known.candidate_id)
    await make_due(superuser, known.application_id, services.today(read_clock()))
    again = await applied(services)
    assert again.candidate_id != known.candidate_id
    assert await data_key(services, again.candidate_id) != old
    # The old link leads nowhere, the new one to the new application alone.
    with pytest.raises(NotFound):
        await load_candidate_for(known.path.removeprefix("/my/"))
    assert (await load_candidate_for(again.path.removeprefix("/my/"))).id == again.candidate_id


async def test_a_key_that_was_copied_to_another_person_does_not_open(services, superuser):
    known = await applied(services)
    other = await applied(services, ELIAS)
    await superuser.execute(
        "UPDATE candidate_key SET wrapped = (SELECT wrapped FROM candidate_key WHERE candidate_id = $1) "
        "WHERE candidate_id = $2",
        known.candidate_id, other.candidate_id,
    )  # fmt: skip
    with pytest.raises(Unreadable):
        await data_key(services, other.candidate_id)


async def test_a_link_is_kept_as_a_hash_and_works_as_long_as_the_data_lives(services, superuser):
    known = await applied(services)
    async with db.transaction():
        token = await new_link(known.candidate_id, now=read_clock() - timedelta(days=364))
    assert (await load_candidate_for(token)).id == known.candidate_id
    rows = await superuser.fetch("SELECT each::text FROM private_link AS each")
    assert not [row for row in rows if token in row[0]]
    assert all(len(row[0]) == 32 for row in await superuser.fetch("SELECT token_hash FROM private_link"))
    for wrong in ("", token[:-1], token.swapcase(), "x" * 43, "\ud800"):
        with pytest.raises(NotFound):
            await load_candidate_for(wrong)


async def test_a_person_who_is_gone_has_neither_name_nor_key(services, superuser):
    known = await applied(services)
    await make_due(superuser, known.application_id, services.today(read_clock()))
    with pytest.raises(NotFound):
        await load_person(known.candidate_id)
    with pytest.raises(NotFound):
        await data_key(services, known.candidate_id)
