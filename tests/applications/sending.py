"""Sending the application form by hand: every field under the test's control."""

from dataclasses import dataclass, field
from typing import Any

import httpx
from lxml import html

from tests.support.applying import CV, NOOR, form_path, hidden_fields

PDF = b"%PDF-1.7\n" + b"0" * 2000
TYPED = {"name": NOOR.name, "email": NOOR.email, "telephone": NOOR.telephone}
CV_FILE = ("cv.txt", CV, "text/plain")
LETTER_FILE = ("letter.txt", b"Dear reader, this is my letter.", "text/plain")


@dataclass
class Sheet:
    """A form as it came: its hidden fields, and where to send it."""

    path: str
    hidden: dict[str, str] = field(default_factory=dict)

    async def send(
        self, client: httpx.AsyncClient, fields: dict[str, str] | None = None, files: dict[str, Any] | None = None
    ) -> httpx.Response:
        """POST the hidden fields, `fields` and `files`; without files it goes urlencoded."""
        return await client.post(self.path, data=self.hidden | (fields or {}), files=files)


async def open_form(client: httpx.AsyncClient, vacancy: str | None = None, language: str = "en") -> Sheet:
    """Fetch the form."""
    path = form_path(language, vacancy)
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return Sheet(path, hidden_fields(answer.text))


def shown_again(answer: httpx.Response) -> Sheet:
    """The form in an answer that refused one, to be sent again where it says."""
    form = html.fromstring(answer.text).xpath("//form[@enctype='multipart/form-data']")[0]
    return Sheet(form.get("action"), hidden_fields(answer.text))


def typed(answer: httpx.Response) -> dict[str, str]:
    """What stands in the visible fields of a shown form, ticked boxes included."""
    form = html.fromstring(answer.text).xpath("//form[@enctype='multipart/form-data']")[0]
    fields = form.xpath(".//input[not(@type='hidden' or @type='file') and (not(@type='checkbox') or @checked)]")
    return {each.get("name"): each.get("value") for each in fields}


def errors(answer: httpx.Response) -> dict[str, str]:
    """The error beside each field, by the field's name; what concerns the whole form under ""."""
    tree = html.fromstring(answer.text)
    found = {
        "": " ".join(item.text_content() for item in tree.xpath("//div[@class='summary']//li[not(a)]")),
        **{
            link.get("href").removeprefix("#field-"): link.text_content()
            for link in tree.xpath("//div[@class='summary']//li/a")
        },
    }
    return {name: text for name, text in found.items() if text}
