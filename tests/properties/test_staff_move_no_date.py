"""Nothing that the desk offers moves a due date, in whatever order it is done."""

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ats.rooms import rooms
from tests.rights.people import applied
from tests.support.applying import ELIAS
from tests.support.cast import PASSWORD, sign_in

# What the forms of the desk ask for, all at once: each takes its own.
TYPED = {"reason": "The candidate asked us to check this.", "q": "Noor bank"}
# Method, the route as it is declared, and how it is used: {x} is filled from what exists.
ACTS = (
    ("GET", "/desk", "/desk"),
    ("GET", "/desk/vacancies/{id}", "/desk/vacancies/{vacancy}"),
    ("GET", "/desk/vacancies/{id}", "/desk/vacancies/{vacancy}?q=Noor+bank"),
    ("GET", "/desk/vacancies/{id}", "/desk/vacancies/{other_vacancy}"),
    ("GET", "/desk/spontaneous", "/desk/spontaneous?q=Elias"),
    ("POST", "/desk/vacancies/{id}", "/desk/vacancies/{vacancy}"),
    ("POST", "/desk/spontaneous", "/desk/spontaneous"),
    ("GET", "/desk/applications/{id}", "/desk/applications/{application}"),
    ("GET", "/desk/applications/{id}", "/desk/applications/{pooled}"),
    ("POST", "/desk/findings/{id}/reveal", "/desk/findings/{restricted}/reveal"),
    ("POST", "/desk/findings/{id}/reveal", "/desk/findings/{confidential}/reveal"),
    ("GET", "/desk/pool", "/desk/pool"),
    ("GET", "/desk/audit", "/desk/audit"),
    ("GET", "/desk/accounts", "/desk/accounts"),
    ("GET", "/desk/sign-in", "/desk/sign-in"),
    ("POST", "/desk/sign-in", "/desk/sign-in"),
    ("POST", "/desk/sign-out", "/desk/sign-out"),
)
ROLES = ("owner", "colleague", "coordinator", "administrator")
sequences = st.lists(st.tuples(st.sampled_from(ROLES), st.sampled_from(ACTS)), min_size=1, max_size=8)


@pytest_asyncio.fixture(loop_scope="session")
async def places(client, cast, services, superuser, work):
    """Two people, one of them in the pool, and everything that an address of the desk can name."""
    first = await applied(services, vacancy=cast.vacancy, days_ago=300)
    pooled = await applied(services, ELIAS, pool=True, days_ago=500)
    await work()
    found = await superuser.fetch(
        "SELECT finding.id, tier FROM finding JOIN document ON document.id = document_id WHERE application_id = $1",
        first.application_id,
    )
    tiers = {row["tier"]: row["id"] for row in found}
    return {
        "vacancy": cast.vacancy,
        "other_vacancy": cast.other_vacancy,
        "application": first.application_id,
        "pooled": pooled.application_id,
        "restricted": tiers["restricted"],
        "confidential": tiers.get("confidential", tiers["restricted"]),
    }


async def clocks(superuser):
    return [
        await superuser.fetch("SELECT * FROM application ORDER BY id"),
        await superuser.fetch("SELECT * FROM pool_membership"),
        await superuser.fetch("SELECT * FROM consent_event ORDER BY id"),
    ]


def test_claim_15_every_address_of_the_desk_is_among_the_acts():
    declared = {
        (str(method), path.replace(":str}", "}"))
        for room in rooms(demo=False)
        for handler in room.handlers
        for path in handler.paths
        for method in handler.http_methods
        if path.startswith("/desk")
    }
    assert {(method, route) for method, route, _ in ACTS} == {each for each in declared if each[0] != "HEAD"}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(sequences)
async def test_claim_15_no_sequence_of_acts_of_staff_moves_a_due_date(client, cast, superuser, places, acts):
    before = await clocks(superuser)
    assert len(before[0]) == 2
    answers = set()
    for role, (method, _, path) in acts:
        await sign_in(client, getattr(cast, role))
        data = {**TYPED, "email": f"{role}@desk.example", "password": PASSWORD} if method == "POST" else None
        answer = await client.request(method, path.format(**places), data=data)
        answers.add(answer.status_code)
        assert answer.status_code < 500, path
    assert answers
    assert await clocks(superuser) == before


async def test_claim_15_the_acts_do_what_they_are_meant_to(client, cast, superuser, places):
    """The control: of those who may, the acts succeed, and leave their traces."""
    before = await clocks(superuser)
    for method, _, path in ACTS:
        role = "administrator" if path == "/desk/accounts" else "coordinator"
        await sign_in(client, getattr(cast, role))
        data = {**TYPED, "email": f"{role}@desk.example", "password": PASSWORD} if method == "POST" else None
        answer = await client.request(method, path.format(**places), data=data)
        assert answer.status_code in {200, 303}, (path, answer.status_code)
    tags = {row["tag"] for row in await superuser.fetch("SELECT DISTINCT tag FROM audit_event")}
    assert {"staff:application:view", "staff:finding:reveal", "staff:session:sign-in"} <= tags
    assert await clocks(superuser) == before
