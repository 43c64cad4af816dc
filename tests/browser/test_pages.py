"""Every page, in every language, light and dark, on a phone and on a desk: what is written, what shows, what is kept."""

from dataclasses import dataclass

import pytest

from ats.web.sessions import COOKIE
from tests.browser.looking import SCHEMES, look
from tests.browser.places import Places

LANGUAGES = ("nl", "fr", "en", "de")


@dataclass(frozen=True)
class Kind:
    """A kind of page. path: with {language} and the names of `Places`. role: whose session it needs, if anybody's.

    send: a form of it is sent empty, and what comes back is looked at. search: words that are looked for first.
    """

    name: str
    path: str
    role: str = ""
    send: bool = False
    search: str = ""
    status: int = 200


KINDS = (
    Kind("careers", "/{language}/jobs"),
    Kind("vacancy", "/{language}/jobs/{job}"),
    Kind("form", "/{language}/jobs/{job}/apply"),
    Kind("spontaneous form", "/{language}/apply"),
    Kind("form with errors", "/{language}/jobs/{job}/apply", send=True),
    Kind("thanks", "/{language}/thanks"),
    Kind("statement", "/{language}/privacy"),
    Kind("private page", "{private}?language={language}"),
    Kind("sent mail", "/demo/mail"),
    Kind("mail", "{mail}"),
    Kind("nothing", "/nothing", status=404),
    Kind("sign-in", "/desk/sign-in"),
    Kind("sign-in with errors", "/desk/sign-in", send=True),
    Kind("vacancies at the desk", "/desk?language={language}", "recruiter"),
    Kind("applications", "{listed}?language={language}", "recruiter"),
    Kind("nothing found", "{listed}?language={language}", "recruiter", search="zeppelin"),
    Kind("spontaneous applications", "/desk/spontaneous?language={language}", "recruiter"),
    Kind("application", "{application}?language={language}", "recruiter"),
    Kind("application for the coordinator", "{application}?language={language}", "privacy_coordinator"),
    Kind("pool", "/desk/pool?language={language}", "recruiter"),
    Kind("audit trail", "/desk/audit?language={language}", "privacy_coordinator"),
    Kind("accounts", "/desk/accounts?language={language}", "administrator"),
    Kind("not for you", "/desk/accounts?language={language}", "recruiter", status=403),
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_the_page_is_sound_in_every_language_at_every_width_and_in_both_colours(visiting, places: Places, kind):
    wrong = []
    for language in LANGUAGES:
        async with visiting(locale=language, storage_state=places.sessions.get(kind.role)) as page:
            answer = await page.goto(kind.path.format(language=language, **vars(places)))
            assert answer.status == kind.status
            if kind.search:
                await page.locator("main [type=search]").fill(kind.search)
                await page.locator("main [role=search] button").click()
                await page.locator(".empty").wait_for()
                # A search answers in the language of the account.
                await page.goto(f"{page.url}&language={language}")
                await page.locator(".empty").wait_for()
            if kind.send:
                await page.locator("main form button[type=submit]").click()
                await page.locator(".summary").wait_for()
            # Another language changes how long the words are, not what colour they have.
            wrong += await look(page, language, SCHEMES if language == LANGUAGES[0] else SCHEMES[:1])
            cookies = [each["name"] for each in await page.context.cookies()]
            assert cookies == ([COOKIE] if kind.role else [])
    assert wrong == []
