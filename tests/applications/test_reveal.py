"""Reading an application masked, and having one part of it shown: to whom, why, for how long, and what is recorded."""

from datetime import timedelta

import pytest_asyncio

from ats.applications import desk
from ats.core.clock import read_clock
from tests.support.applying import CV, NOOR, PLAIN, SECRETS, apply
from tests.support.cast import sign_in

HERE = {"sec-fetch-site": "same-origin"}
REASON = "The candidate asked us to check it."
LETTER = b"Dear all,\n\nMy current gross salary is 4150 euro a month.\nI was born on 30 July 1985.\n"


@pytest_asyncio.fixture(loop_scope="session")
async def sent(client, cast, work, superuser):
    """Noor's application for the owner's vacancy, with a letter; both have been read. Gives its id."""
    answer = await apply(client, vacancy=cast.vacancy_slug, letter=("letter.txt", LETTER, "text/plain"))
    assert answer.status_code == 303
    await work()
    assert await superuser.fetchval("SELECT count(*) FROM document WHERE state = 'read'") == 2
    return await superuser.fetchval("SELECT id FROM application")


@pytest_asyncio.fixture(loop_scope="session")
async def parts(sent, superuser):
    """The masked parts by tier: {tier: [(finding id, its text)]}, as they truly are."""
    texts = {"cv": CV.decode(), "letter": LETTER.decode()}
    rows = await superuser.fetch(
        "SELECT finding.id, tier, start_at, end_at, purpose FROM finding JOIN document ON document.id = document_id "
        "WHERE tier <> 'standard' ORDER BY purpose, start_at"
    )
    found: dict = {"restricted": [], "confidential": []}
    for row in rows:
        found[row["tier"]].append((row["id"], texts[row["purpose"]][row["start_at"] : row["end_at"]]))
    assert len(found["restricted"]) >= 2 and found["confidential"]
    return found


async def read(client, sent):
    answer = await client.get(f"/desk/applications/{sent}")
    assert answer.status_code == 200
    return answer.text


async def reveal(client, finding, reason=REASON):
    return await client.post(f"/desk/findings/{finding}/reveal", data={"reason": reason}, headers=HERE)


async def test_nobody_reads_a_sensitive_part_before_it_is_shown(client, cast, sent, parts):
    for account in (cast.owner, cast.coordinator):
        await sign_in(client, account)
        page = await read(client, sent)
        assert PLAIN in page
        for _, text in (*parts["restricted"], *parts["confidential"]):
            assert text not in page, text
        assert not [secret for secret in SECRETS if secret in page]


async def test_the_page_shows_contact_date_and_what_the_person_chose(client, cast, sent):
    await sign_in(client, cast.owner)
    page = await read(client, sent)
    assert NOOR.name in page and NOOR.email in page and "+32470123456" in page
    assert "Erased on" in page and "1 year after it was sent" in page
    assert "No consent" in page and "No objection" in page


async def test_opening_an_application_is_audited(client, cast, sent, superuser):
    await sign_in(client, cast.owner)
    await read(client, sent)
    event = await superuser.fetchrow("SELECT * FROM audit_event WHERE tag = 'staff:application:view'")
    assert (event["actor_id"], event["actor_name"], event["object_id"]) == (cast.owner.id, "recruiter", sent)
    assert event["candidate_id"] is not None and event["detail"] == "{}"


async def test_the_coordinator_has_a_restricted_part_shown_for_a_reason(client, cast, sent, parts, superuser):
    await sign_in(client, cast.coordinator)
    finding, text = parts["restricted"][0]
    answer = await reveal(client, finding)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/applications/{sent}#finding-{finding}")
    page = await read(client, sent)
    assert text in page
    assert not [other for _, other in (*parts["restricted"][1:], *parts["confidential"]) if other in page]
    event = await superuser.fetchrow("SELECT * FROM audit_event WHERE tag = 'staff:finding:reveal'")
    assert (event["actor_id"], event["object_id"]) == (cast.coordinator.id, finding)
    assert '"restricted"' in event["detail"] and text not in event["detail"] and REASON not in event["detail"]


async def test_the_reason_is_kept_sealed(client, cast, sent, parts, superuser):
    await sign_in(client, cast.coordinator)
    await reveal(client, parts["restricted"][0][0])
    stored = await superuser.fetchval("SELECT reason FROM reveal")
    assert stored and REASON.encode() not in stored


async def test_a_recruiter_of_the_vacancy_has_a_confidential_part_shown(client, cast, sent, parts):
    await sign_in(client, cast.owner)
    finding, text = parts["confidential"][0]
    assert (await reveal(client, finding)).status_code == 303
    assert text in await read(client, sent)


async def test_a_recruiter_cannot_have_a_restricted_part_shown_and_reads_who_can(client, cast, sent, parts, superuser):
    await sign_in(client, cast.owner)
    finding, text = parts["restricted"][0]
    page = await read(client, sent)
    assert "Only the privacy coordinator can have this part shown." in page
    assert f"/desk/findings/{finding}/reveal" not in page
    assert f"/desk/findings/{parts['confidential'][0][0]}/reveal" in page
    assert "the reason that was given" in page
    assert (await reveal(client, finding)).status_code == 403
    assert text not in await read(client, sent)
    assert not await superuser.fetch("SELECT FROM reveal")


async def test_a_part_that_is_shown_is_shown_to_one_account_only(client, cast, sent, parts):
    finding, text = parts["confidential"][0]
    await sign_in(client, cast.coordinator)
    await reveal(client, finding)
    assert text in await read(client, sent)
    await sign_in(client, cast.owner)
    assert text not in await read(client, sent)


async def test_a_reason_is_needed(client, cast, sent, parts, superuser):
    await sign_in(client, cast.coordinator)
    finding, text = parts["restricted"][0]
    for reason, message in (("", "Please fill this in."), ("  short  ", desk.TOO_SHORT), ("x" * 501, "at most 500")):
        answer = await reveal(client, finding, reason)
        assert answer.status_code == 422 and message in answer.text and f"reason-{finding}-error" in answer.text
        assert text not in answer.text
    assert "short" in (await reveal(client, finding, "short")).text
    assert not await superuser.fetch("SELECT FROM reveal")
    assert not await superuser.fetch("SELECT FROM audit_event WHERE tag = 'staff:finding:reveal'")


async def test_a_form_of_another_site_has_nothing_shown(client, cast, sent, parts, superuser):
    await sign_in(client, cast.coordinator)
    finding, _ = parts["restricted"][0]
    answer = await client.post(
        f"/desk/findings/{finding}/reveal", data={"reason": REASON}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403 and not await superuser.fetch("SELECT FROM reveal")


async def test_a_part_is_masked_again_after_a_quarter_of_an_hour(client, cast, sent, parts, monkeypatch):
    await sign_in(client, cast.coordinator)
    finding, text = parts["restricted"][0]
    await reveal(client, finding)
    real = read_clock
    for minutes, visible in ((14, True), (16, False)):
        monkeypatch.setattr(desk, "read_clock", lambda passed=timedelta(minutes=minutes): real() + passed)
        assert (text in await read(client, sent)) is visible


async def test_what_is_found_but_not_masked_cannot_be_asked_for(client, cast, sent, superuser):
    contact = await superuser.fetchval("SELECT id FROM finding WHERE tier = 'standard' LIMIT 1")
    assert contact is not None
    await sign_in(client, cast.coordinator)
    assert (await reveal(client, contact)).status_code == 404


async def test_a_document_that_waits_says_so(client, cast, superuser):
    await apply(client, vacancy=cast.vacancy_slug)
    await sign_in(client, cast.owner)
    page = await read(client, await superuser.fetchval("SELECT id FROM application"))
    assert "This document is still being read" in page
    assert not [secret for secret in SECRETS if secret in page]


async def test_a_document_that_could_not_be_read_says_why(client, cast, work, superuser):
    await apply(client, vacancy=cast.vacancy_slug, cv=("cv.pdf", b"%PDF-1.7\nnothing more", "application/pdf"))
    await work()
    await sign_in(client, cast.owner)
    page = await read(client, await superuser.fetchval("SELECT id FROM application"))
    assert "This document could not be read" in page and "damaged or incomplete" in page


async def test_consent_and_objection_are_shown(client, cast, superuser):
    await apply(client, vacancy=cast.vacancy_slug, pool=True, objects=True)
    await sign_in(client, cast.owner)
    page = await read(client, await superuser.fetchval("SELECT id FROM application"))
    assert "3 years after it was sent" in page and "In the pool" in page and "to all affiliates since" in page


async def test_what_an_applicant_writes_is_text_and_never_markup(client, cast, work, superuser):
    wild = b"Curriculum vitae\n\n<script>alert(1)</script> {{ 7*7 }} & <b>bold</b> experience in Ghent\n"
    await apply(client, vacancy=cast.vacancy_slug, cv=("cv.txt", wild, "text/plain"))
    await work()
    await sign_in(client, cast.owner)
    page = await read(client, await superuser.fetchval("SELECT id FROM application"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }} &amp; &lt;b&gt;" in page
