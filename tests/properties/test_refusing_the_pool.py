"""Who leaves the box empty is treated like everybody else."""

from ats.core.clock import add_years
from tests.rights.people import applied
from tests.support.applying import ELIAS, NOOR
from tests.support.cast import sign_in
from tests.support.mails import mails

# What belongs to the person, the moment or the choice itself.
OWN = {"id", "candidate_id", "form_hash", "applied_at", "basis", "due_on", "blob_path", "wrapped_key", "name", "content",
       "masked", "read_at", "sent_at", "application_id", "subject_id", "created_at", "run_after", "lease_id", "done_at",
       "object_id", "at", "document_id", "email"}  # fmt: skip


async def held(superuser, candidate_id):
    found = {}
    for table, condition in (
        ("application", "candidate_id = $1"),
        ("document", "application_id IN (SELECT id FROM application WHERE candidate_id = $1)"),
        ("outbox", "candidate_id = $1"),
        ("sharing_objection", "candidate_id = $1"),
        ("message", "candidate_id = $1"),
    ):
        rows = await superuser.fetch(f"SELECT * FROM {table} WHERE {condition}", candidate_id)
        found[table] = sorted(
            str({key: value for key, value in row.items() if key not in OWN and key != "context"}) for row in rows
        )
    return found


async def test_claim_35_refusing_the_pool_changes_nothing_else(client, cast, services, superuser, work):
    yes = await applied(services, NOOR, vacancy=cast.vacancy, title="Privacy consultant", pool=True)
    no = await applied(services, ELIAS, vacancy=cast.vacancy, title="Privacy consultant")
    await work()
    assert await held(superuser, yes.candidate_id) == await held(superuser, no.candidate_id)
    row = await superuser.fetchrow("SELECT * FROM application WHERE id = $1", no.application_id)
    assert row["due_on"] == add_years(row["applied_on"], services.organisation.retention.application_years)
    # Both stand in the same list, in the order in which they came, and both can be read.
    await sign_in(client, cast.owner)
    page = (await client.get(f"/desk/vacancies/{cast.vacancy}")).text
    assert 0 < page.index(ELIAS.name) < page.index(NOOR.name)
    for known in (yes, no):
        assert (await client.get(f"/desk/applications/{known.application_id}")).status_code == 200
    await sign_in(client, None)
    subjects = [[str(mail["Subject"]) for mail in mails(services, each.email)] for each in (NOOR, ELIAS)]
    assert subjects[0] == subjects[1]
    assert len(subjects[0]) == 1
    for known in (yes, no):
        assert (await client.get(known.path)).status_code == 200
