"""In which language a page speaks: the English that it should not show, and names of the code."""

import gettext
import html
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

import httpx
from babel.messages.catalog import Catalog, Message
from lxml import html as lxml_html

from tests.support.messages import load, strings, template

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def ids(message: Message) -> Sequence[str]:
    """The English of a text: one, or one for each plural form."""
    return message.id if isinstance(message.id, tuple | list) else (message.id,)


def texts(catalog: Catalog) -> list[Message]:
    """Everything but the header."""
    return [message for message in catalog if message.id]


class Unknown(gettext.NullTranslations):
    """Notes what is looked up in a catalogue that lacks it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def gettext(self, message: str) -> str:
        self.asked.add(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self.asked.add(msgid1)
        return msgid1 if n == 1 else msgid2


class Walk:
    """A visitor who reads in one language and keeps every page."""

    def __init__(self, client: httpx.AsyncClient, language: str) -> None:
        self.client, self.language = client, language
        self.pages: dict[str, str] = {}
        client.headers["Accept-Language"] = language

    async def see(self, path: str, status: int = 200, method: str = "GET", **sent: Any) -> str:
        """Fetch, hold the answer to a status, and keep the page."""
        answer = await self.client.request(method, path, **sent)
        assert answer.status_code == status, (path, answer.status_code, answer.text[-600:])
        self.pages[f"{len(self.pages)} {method} {path}"] = answer.text
        return answer.text

    async def send(self, path: str, **fields: str) -> str:
        """Send a form that is taken, and keep the page to which it leads."""
        answer = await self.client.post(path, data=fields)
        assert answer.status_code == 303, (path, answer.status_code, answer.text[-600:])
        return await self.see(answer.headers["location"])


def share_shown(walk: Walk) -> float:
    """How much of the templates' texts the walk's pages show in their language, from 0 to 1."""
    shown = " ".join(" ".join(html.unescape(page).split()) for page in walk.pages.values())
    wanted = [each for each in texts(load(walk.language)) if each.locations[0][0].startswith("templates/")]
    found = [
        message
        for message in wanted
        if any(all(" ".join(part.split()) in shown for part in PLACEHOLDER.split(text)) for text in strings(message))
    ]
    return len(found) / len(wanted)


SENTENCES = {
    part
    for message in texts(template())
    for text in ids(message)
    for part in (each.strip() for each in PLACEHOLDER.split(text))
    if len(part.split()) > 3
}


def leaks(page: str) -> list[str]:
    """The English sentences of more than three words that a page or a mail shows."""
    text = " ".join(html.unescape(page).split())
    return sorted(each for each in SENTENCES if each in text)


def codes(kind: type[StrEnum] = StrEnum) -> Iterator[str]:
    """The values of the product's enumerations, and its systems' names: stored, never meant for people."""
    yield from ("worker", "retention", "command")
    for each in kind.__subclasses__():
        if each.__module__.startswith("ats."):
            yield from (str(value) for value in each)


# The audit page still shows these as they are stored.


def raw(page: str, language: str) -> list[str]:
    """Names of the code that a page shows: snake_case, tags, unfilled placeholders, a value of an enumeration alone."""
    tree = lxml_html.fromstring(page)
    for each in tree.xpath("//script | //style | //code | //blockquote | //*[contains(@class, 'document-text')]"):
        each.drop_tree()
    words = {string for message in texts(load(language)) for string in strings(message)}
    found = [each for text in tree.itertext() if (each := text.strip()) in {*codes()} - words]
    names = r"\b[a-z]+_[a-z_]+\b|\b[a-z]+:[a-z]+:[a-z-]+\b|%\(\w+\)|\{\{"
    return found + re.findall(names, " ".join(tree.itertext()))
