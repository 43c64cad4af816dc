"""Every text that a person can see exists in every language, and every page and mail really shows it."""

import html
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from jinja2 import nodes
from lxml import html as lxml_html

from ats.core.access import Role, Staff
from ats.core.clock import read_clock
from ats.core.errors import AtsError
from ats.core.services import Services
from ats.documents.rules import DocumentRefused, Refusal
from ats.organisation import load_organisation
from ats.oversight.rules import DETAIL_LABELS, TAG_LABELS
from ats.retention.actions import sweep
from ats.rooms import HOLDING_PEOPLE
from ats.settings import Settings, read_settings
from ats.vacancies.rules import Contract
from ats.web import environment, i18n
from ats.web.errors import TITLES
from ats.web.paging import Cursor
from tests.rights.people import applied
from tests.support.app import serving
from tests.support.applying import CV, ELIAS, NOOR, Applicant, apply, form_path, hidden_fields
from tests.support.cast import add_account, make_vacancy, sign_in
from tests.support.environment import environment as variables
from tests.support.language import PLACEHOLDER, Unknown, Walk, ids, leaks, raw, share_shown, texts
from tests.support.mails import mails, private_path
from tests.support.messages import LANGUAGES, ROOT, load, strings, template

Work = Callable[[], Awaitable[int]]
TEMPLATES = sorted(path.relative_to(ROOT / "templates") for path in (ROOT / "templates").rglob("*.*"))
SLUG = "privacy-consultant"
SARA = Applicant("Sara Lambert", "sara.lambert@example.org", "+32 472 11 22 33")
LETTER = b"Geachte,\n\nMijn huidig brutoloon is 4150 euro per maand. Ik ben geboren op 30 juli 1985.\n"
ANNA = Applicant("Anna Peeters", "anna.peeters@example.org", "+32 473 44 55 66")
OLD_STATEMENT = "0" * 64
# A page after the last row.
FAR = Cursor(datetime(2000, 1, 1, tzinfo=UTC), UUID(int=0))
REASON = "De kandidaat vroeg ons dit na te kijken."


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing(language):
    catalog = load(language)
    assert [message.id for message in texts(template()) if (catalog.get(ids(message)[0]) is None)] == []
    assert [message.id for message in texts(catalog) if not all(strings(message))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_doubtful_and_none_is_left_over(language):
    catalog, wanted = load(language), template()
    assert [message.id for message in texts(catalog) if message.fuzzy] == []
    assert [message.id for message in texts(catalog) if wanted.get(ids(message)[0]) is None] == []


@pytest.mark.parametrize(("language", "rule"), [("nl", "(n != 1)"), ("fr", "(n > 1)"), ("de", "(n != 1)")])
def test_each_language_has_its_own_plural(language, rule):
    catalog = load(language)
    assert (catalog.num_plurals, catalog.plural_expr) == (2, rule)
    assert {len(strings(message)) for message in texts(catalog) if message.pluralizable} == {2}


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_the_same(language):
    wrong = []
    for message in texts(load(language)):
        wanted = [sorted(PLACEHOLDER.findall(text)) for text in ids(message)]
        found = [sorted(PLACEHOLDER.findall(text)) for text in strings(message)]
        # "One thing needs ..." may name its number in another language.
        if found[-1] != wanted[-1] or found[0] not in wanted:
            wrong.append(message.id)
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_can_stand_in_a_page_and_in_an_attribute(language):
    wrong = []
    for message in texts(load(language)):
        for text in strings(message):
            bare = PLACEHOLDER.sub("", text)
            if re.search(r'[<>&"%{}]', bare) or text != text.strip() or "  " in text:
                wrong.append(text)
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_ends_as_its_text_does(language):
    wrong = [
        text
        for message in texts(load(language))
        for text in strings(message)
        if (ids(message)[0][-1] in ".:?…") != (text[-1] in ".:?…")
        or (text[-1] in ":…" and text[-1] != ids(message)[0][-1])
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotes_and_spaces_are_those_of_the_language(language):
    quotes = {"nl": "“”", "fr": "«»", "de": "„“"}[language]
    for message in texts(load(language)):
        for text in strings(message):
            assert "'" not in text and set(re.findall("[«»„“”]", text)) <= set(quotes), text
            # A number stays on the line of its unit.
            assert not re.search(r"[sd}] (MB|Mo|kB|ko)\b", text), text
            if language == "fr":
                assert not re.search("(?<!\u202f)[:;?!»]|«(?!\u202f)", text), text


def test_the_texts_of_templates_and_code_are_found():
    places = {place for message in texts(template()) for place, _line in message.locations}
    # One of each kind: Python, a page, a macro, a mail.
    for kind in (r"^ats/.*\.py$", r"^templates/rights/", r"^templates/macros/", r"^templates/mail/.*\.txt$"):
        assert any(re.search(kind, place) for place in places), kind


def _failures(kind: type[AtsError] = AtsError) -> Iterator[type[AtsError]]:
    yield kind
    for each in kind.__subclasses__():
        if each.__module__.startswith("ats."):
            yield from _failures(each)


def test_what_the_code_says_by_name_is_in_the_catalogue():
    known = {message.id for message in texts(template())}
    said = {*TITLES.values(), *TAG_LABELS.values(), *DETAIL_LABELS.values()}
    said |= {each.message for each in Refusal} | {each.label for each in Contract}
    said |= {each.message for each in _failures() if each is not DocumentRefused}
    assert said - known == set()


@pytest.mark.parametrize("name", TEMPLATES, ids=str)
def test_a_template_says_nothing_outside_the_catalogue(name):
    if name.stem.startswith("statement.") and name.suffix == ".html":
        return
    tree = environment.environment("en", load_organisation().zone).parse((ROOT / "templates" / name).read_text())
    classes = {
        id(each)
        for block in tree.find_all(nodes.Block)
        if block.name in ("audience", "main_class", "section")
        for each in block.find_all(nodes.TemplateData)
    }
    data = "\0".join(each.data for each in tree.find_all(nodes.TemplateData) if id(each) not in classes)
    said = re.findall(r'\b(?:aria-label|title|alt|placeholder|data-sending)="([^"\0]+)"', data)
    said += re.findall(r"[^\W\d_]{2,}", re.sub(r"<[^>]*>", " ", re.sub(r'[\w-]+="[^"]*"', "", data)))
    assert said == []


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def unknown(language: str, services: Services) -> Iterator[Unknown]:
    """Everything that this language's catalogue was asked for in vain."""
    i18n.catalogue.cache_clear()
    environment.environment.cache_clear()
    made = Unknown()
    i18n.catalogue(language).add_fallback(made)
    yield made
    i18n.catalogue.cache_clear()
    environment.environment.cache_clear()


@pytest.fixture
def settings(servers, tmp_path) -> Settings:
    """A demonstration that takes small files only."""
    return read_settings(variables(servers.urls, tmp_path, ATS_DEMO="yes", ATS_UPLOAD_MAX_MB="1"))


@pytest_asyncio.fixture(loop_scope="session")
async def walk(services: Services, language: str) -> AsyncIterator[Walk]:
    async with serving(services) as client:
        yield Walk(client, language)


async def careers(walk: Walk) -> None:
    """What an applicant meets, errors of the form included."""
    here = walk.language
    await walk.see(f"/{here}/jobs")
    recruiter = await add_account("recruiter", Role.RECRUITER, language=here)
    await add_account("colleague", Role.RECRUITER, language=here)
    await make_vacancy(SLUG, recruiter.id)
    for path in ("jobs", f"jobs/{SLUG}", f"jobs/{SLUG}/apply", "thanks", "privacy", f"privacy/{OLD_STATEMENT}"):
        await walk.see(f"/{here}/{path}")
    form = form_path(here)
    hidden = hidden_fields(await walk.see(form))
    picture = {"cv": ("cv.jpg", b"\xff\xd8\xff\xe0" + bytes(600), "image/jpeg")}
    await walk.see(form, 422, "POST", data=hidden | {"name": "85.07.30-033.28", "email": "noor"}, files=picture)
    await walk.see(form, 422, "POST", data=hidden, files={"cv": ("cv.txt", bytes(1_200_000), "text/plain")})
    kept = {"cv": ("cv.txt", CV, "text/plain"), "letter": ("letter.txt", LETTER, "text/plain")}
    stale = {"statement": "0" * 64, "wording": "0" * 64, "pool": "yes", "telephone": "12"}
    await walk.see(form, 422, "POST", data=hidden | stale, files=kept)
    await walk.see(form, 422, "POST", data={"name": "Noor"}, files=kept)


async def private(walk: Walk, services: Services, work: Work) -> None:
    """A private page in its states, and leaving for good."""
    broken = ("cv.pdf", b"%PDF-1.7 broken", "application/pdf")
    await apply(walk.client, ELIAS, vacancy=SLUG, language=walk.language, cv=broken, pool=True)
    await apply(walk.client, SARA, language=walk.language, objects=True)
    letter = ("letter.txt", LETTER, "text/plain")
    await apply(walk.client, NOOR, vacancy=SLUG, language=walk.language, letter=letter, pool=True)
    await walk.see("/desk/sign-in")
    await work()
    elias = private_path(services, ELIAS.email)
    await walk.see(elias)
    await walk.send(elias + "/object", affiliate="infosentry-nederland")
    await work()
    await walk.send(elias + "/leave-pool")
    await walk.send(elias + "/object", affiliate="")
    await walk.see(private_path(services, SARA.email))
    standing = await applied(services, ANNA, days_ago=500, pool=True, language=walk.language)
    await walk.see(standing.path)
    await walk.see(standing.path + "/leave-pool", 200, "POST")


async def desk(walk: Walk, superuser: asyncpg.Pool, services: Services) -> None:
    """The desk of a recruiter who works on a vacancy, and of one who works on none."""
    vacancy = await superuser.fetchval("SELECT id FROM vacancy WHERE slug = $1", SLUG)
    await walk.see("/desk/sign-in", 422, "POST", data={"email": "recruiter@desk.example", "password": "wrong"})
    await sign_in(walk.client, await _staff(superuser, "colleague"))
    for path in ("/desk", f"/desk/spontaneous?page={FAR}", f"/desk/pool?page={FAR}"):
        await walk.see(path)
    await walk.send("/desk/spontaneous", q="xyzzy")
    await sign_in(walk.client, await _staff(superuser, "recruiter"))
    for path in ("/desk", f"/desk/vacancies/{vacancy}", "/desk/pool"):
        await walk.see(path)
    await walk.send(f"/desk/vacancies/{vacancy}", q="Noor")
    await walk.see("/desk/audit", 403)
    by_tier = "SELECT finding.id FROM finding JOIN document ON document.id = document_id WHERE tier = $1 LIMIT 1"
    finding = await superuser.fetchval(by_tier, "confidential")
    await walk.see(f"/desk/findings/{finding}/reveal", 422, "POST", data={"reason": "kort"})
    await walk.send(f"/desk/findings/{finding}/reveal", reason=REASON)
    for each in await superuser.fetch("SELECT id FROM application WHERE vacancy_id = $1", vacancy):
        await walk.see(f"/desk/applications/{each['id']}")
    coordinator = await add_account("coordinator", Role.PRIVACY_COORDINATOR, language=walk.language)
    await sign_in(walk.client, coordinator)
    restricted = await superuser.fetchval(by_tier, "restricted")
    await walk.send(f"/desk/findings/{restricted}/reveal", reason=REASON)
    # What waits, what is empty, and all vacancies.
    waiting = await applied(services, ANNA, days_ago=1, vacancy=vacancy, language=walk.language)
    empty = await make_vacancy("data-engineer")
    for path in (f"/desk/applications/{waiting.application_id}", f"/desk/vacancies/{empty}", "/desk"):
        await walk.see(path)
    await walk.see(private_path(services, NOOR.email))
    await walk.see(private_path(services, SARA.email))


async def oversight(walk: Walk, superuser: asyncpg.Pool, services: Services, work: Work) -> None:
    """The audit trail with an event of each kind that happened, the runs, and the accounts."""
    await walk.see("/desk/audit")
    await applied(services, ANNA, days_ago=400, language=walk.language)
    await walk.see("/desk/audit")
    noor = private_path(services, NOOR.email)
    own = await superuser.fetchval(
        "SELECT application.id FROM application JOIN candidate ON candidate.id = candidate_id WHERE email = $1",
        NOOR.email,
    )
    await walk.send(f"{noor}/withdraw/{own}")
    await work()
    now = read_clock()
    await sweep(services, HOLDING_PEOPLE, on=services.today(now), now=now + timedelta(hours=25))
    for path, status in (("", 200), ("?candidate=noor", 422), (f"?candidate={uuid4()}", 200), ("?tag=x", 400)):
        await walk.see(f"/desk/audit{path}", status)
    await sign_in(walk.client, await add_account("administrator", Role.ADMINISTRATOR, language=walk.language))
    await walk.see("/desk/accounts")


async def failures(walk: Walk) -> None:
    """Pages that say what went wrong."""
    await sign_in(walk.client, None)
    await walk.see("/nothing", 404)
    await walk.see(f"/{walk.language}/jobs", 405, "DELETE")
    await walk.see("/desk/sign-in", 415, "POST", content=b"{}", headers={"Content-Type": "application/json"})
    await walk.see("/desk/sign-in", 403, "POST", headers={"Sec-Fetch-Site": "cross-site"})
    await walk.see(form_path(walk.language), 413, "POST", files={"cv": ("cv.txt", bytes(5_000_000), "text/plain")})


async def demonstration(walk: Walk, services: Services) -> None:
    """The mail that was sent, as a page; and each mail as its receiver reads it."""
    for link in lxml_html.fromstring(await walk.see("/demo/mail")).xpath("//a[contains(@href, '/demo/mail/')]/@href"):
        await walk.see(link)
    for mail in mails(services):
        walk.pages[f"mail {mail['Subject']}"] = f"<p>{html.escape(mail['Subject'] + mail.get_content())}</p>"


async def _staff(superuser: asyncpg.Pool, name: str) -> Staff:
    row = await superuser.fetchrow(
        "SELECT id, name, role, language FROM account WHERE email = $1", f"{name}@desk.example"
    )
    return Staff(row["id"], row["name"], Role(row["role"]), row["language"])


async def test_every_page_and_mail_comes_wholly_in_the_language(
    walk: Walk, unknown: Unknown, services: Services, superuser: asyncpg.Pool, work: Work
):
    await superuser.execute(
        "INSERT INTO statement_version (hash, texts, created_at) VALUES ($1, $2, '2025-11-06 12:00Z')",
        OLD_STATEMENT,
        json.dumps(dict.fromkeys(("nl", "fr", "en", "de"), "<p>1.0</p>")),
    )
    await walk.see("/demo/mail")
    await careers(walk)
    await private(walk, services, work)
    await desk(walk, superuser, services)
    await oversight(walk, superuser, services, work)
    await failures(walk)
    await demonstration(walk, services)
    assert share_shown(walk) > 0.85
    assert {name: found for name, page in walk.pages.items() if (found := leaks(page))} == {}
    assert {name: found for name, page in walk.pages.items() if (found := raw(page, walk.language))} == {}
    # An error of a document is put together from translated texts before the form looks it up.
    composed = tuple(f"{i18n.translate(walk.language, label)}: " for label in ("CV", "Letter"))
    assert {text for text in unknown.asked if not text.startswith(composed)} == set()
    shown = environment.environment(walk.language, services.organisation.zone).cache
    assert {Path(name) for _, name in shown} >= {name for name in TEMPLATES if not name.stem.startswith("statement.")}


async def test_a_sentence_that_stayed_english_and_a_bare_name_are_noticed(client: httpx.AsyncClient):
    page = (await client.get("/en/apply")).text
    assert "Leave out what we do not need" in leaks(page)
    shown = "<p>talent_pool</p><p>candidate:pool:join</p><p>%(name)s</p><p>timeout</p>"
    assert {*raw(shown, "nl")} == {"timeout", "talent_pool", "candidate:pool:join", "%(name)"}
