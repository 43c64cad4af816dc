"""A job that failed for good is found by the doctor, listed, and tried anew when an operator says so."""

import pytest

from ats.core.clock import read_clock
from ats.core.tables import Outbox
from tests.support.applying import apply
from tests.support.environment import environment
from tests.test_cli import ats
from tests.test_doctor import doctor


@pytest.fixture
def environ(services, servers, tmp_path):
    return environment(servers.urls, tmp_path)


async def test_dead_jobs_are_found_listed_and_revived(client, environ, work):
    assert (await apply(client)).status_code == 303
    await Outbox.update({Outbox.dead_at: read_clock(), Outbox.last_error: "Unavailable"}, force=True)
    assert await work() == 0
    _, findings = await doctor(environ)
    assert findings["jobs"][0] is False
    assert "ats jobs revive" in findings["jobs"][1]
    listed = await ats(environ, "jobs", "dead")
    assert listed.status == 0
    assert "documents.process  Unavailable" in listed.out
    revived = await ats(environ, "jobs", "revive")
    assert "2 jobs will be tried again" in revived.out
    assert await work() == 2
    assert (await ats(environ, "jobs", "dead")).out == ""
