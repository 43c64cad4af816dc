"""Applying as a browser does: fetch the form, fill in its fields, send it with everything hidden in it."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from lxml import html

CV = (
    b"Curriculum vitae\n\nNoor Willems\nnoor.willems@example.org\n+32 470 12 34 56\n\n"
    b"Rijksregisternummer: 85.07.30-033-28\n\nErvaring\nPrivacyconsultant bij een bank in Antwerpen, 2019-2026.\n"
    b"Ik heb epilepsie en neem daar medicatie voor.\n"
)
SECRETS = ("85.07.30-033-28", "epilepsie")
PLAIN = "Privacyconsultant bij een bank in Antwerpen"


@dataclass(frozen=True)
class Applicant:
    """Somebody invented who applies."""

    name: str = "Noor Willems"
    email: str = "noor.willems@example.org"
    telephone: str = "+32 470 12 34 56"


NOOR = Applicant()
ELIAS = Applicant("Elias Dubois", "elias.dubois@example.com", "+32 471 65 43 21")


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden inputs of the page's multipart form."""
    form = html.fromstring(page).xpath("//form[@enctype='multipart/form-data']")[0]
    return {field.get("name"): field.get("value", "") for field in form.xpath(".//input[@type='hidden']")}


def form_path(language: str = "en", vacancy: str | None = None) -> str:
    """Where the form for a vacancy is, or the one for a spontaneous application."""
    return f"/{language}/jobs/{vacancy}/apply" if vacancy else f"/{language}/apply"


async def apply(
    client: httpx.AsyncClient,
    applicant: Applicant = NOOR,
    *,
    vacancy: str | None = None,
    language: str = "en",
    cv: tuple[str, bytes, str] = ("cv.txt", CV, "text/plain"),
    letter: tuple[str, bytes, str] | None = None,
    pool: bool = False,
    objects: bool = False,
    more: Mapping[str, str] | None = None,
) -> httpx.Response:
    """Send an application; gives the answer to the POST (303 when it was taken)."""
    path = form_path(language, vacancy)
    form = await client.get(path)
    assert form.status_code == 200, form.text
    data = {
        **hidden_fields(form.text),
        "name": applicant.name,
        "email": applicant.email,
        "telephone": applicant.telephone,
        **({"pool": "yes"} if pool else {}),
        **({"object": "yes"} if objects else {}),
        **(more or {}),
    }
    files = {"cv": cv, **({"letter": letter} if letter else {})}
    return await client.post(path, data=data, files=files)
