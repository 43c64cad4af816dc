"""The demonstration's mailbox: reads the folder of .eml files that the mailer writes."""

import asyncio
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path
from uuid import UUID

import msgspec

from ats.core.errors import NotFound
from ats.core.mail import FolderMailer, Mailer
from ats.web.paging import PAGE_SIZE, Cursor, Page, make_page

_URL = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")


class MailCard(msgspec.Struct, frozen=True):
    """A mail in the list."""

    id: UUID
    at: datetime
    to: str
    subject: str


class TextPart(msgspec.Struct, frozen=True):
    """A stretch of a mail's text; `url` when it is an address to follow, else ""."""

    text: str
    url: str = ""


class Mail(msgspec.Struct, frozen=True):
    """A whole mail: its headers as they are, and its text. language: of the text, "" when the mail does not say."""

    subject: str
    to: str
    language: str
    headers: list[tuple[str, str]]
    parts: list[TextPart]


async def list_mails(mailer: Mailer, *, cursor: Cursor | None = None, size: int = PAGE_SIZE) -> Page[MailCard]:
    """One page of what was sent, the newest first. Raises NotFound when mail goes to a server instead of a folder."""
    return await asyncio.to_thread(_list, _folder(mailer), cursor, size)


async def read_mail(mailer: Mailer, mail_id: UUID) -> Mail:
    """One mail. Raises NotFound."""
    # The name is made from a UUID, so no path from outside ever reaches the file system.
    return await asyncio.to_thread(_read, _folder(mailer) / f"{mail_id}.eml")


def _folder(mailer: Mailer) -> Path:
    if not isinstance(mailer, FolderMailer):
        raise NotFound
    return mailer.folder


def _list(folder: Path, cursor: Cursor | None, size: int) -> Page[MailCard]:
    found = sorted(_mails(folder), reverse=True)
    if cursor is None:
        chosen = found[: size + 1]
    elif cursor.backwards:
        chosen = [each for each in reversed(found) if each > (cursor.at, cursor.id)][: size + 1]
    else:
        chosen = [each for each in found if each < (cursor.at, cursor.id)][: size + 1]
    cards = [_card(folder, at, mail_id) for at, mail_id in chosen]
    return make_page(cards, total=len(found), cursor=cursor, key=lambda card: (card.at, card.id), size=size)


def _mails(folder: Path) -> Iterable[tuple[datetime, UUID]]:
    for path in folder.glob("*.eml"):
        try:
            yield datetime.fromtimestamp(path.stat().st_mtime, UTC), UUID(path.stem)
        except (OSError, ValueError):
            # Replaced or removed meanwhile, or not one of ours.
            continue


def _card(folder: Path, at: datetime, mail_id: UUID) -> MailCard:
    with (folder / f"{mail_id}.eml").open("rb") as file:
        headers = BytesHeaderParser(policy=policy.default).parse(file)
    return MailCard(mail_id, at, str(headers["To"]), str(headers["Subject"]))


def _read(path: Path) -> Mail:
    try:
        with path.open("rb") as file:
            message = BytesParser(EmailMessage, policy=policy.default).parse(file)
    except FileNotFoundError:
        raise NotFound from None
    body = message.get_body(("plain",))
    return Mail(
        subject=str(message["Subject"]),
        to=str(message["To"]),
        language=str(message.get("Content-Language", "")),
        headers=[(name, str(value)) for name, value in message.items()],
        parts=text_parts(body.get_content() if body is not None else ""),
    )


def text_parts(text: str) -> list[TextPart]:
    """Split a mail's text at the web addresses in it; anything else, whatever it looks like, stays text."""
    parts = []
    end = 0
    for match in _URL.finditer(text):
        parts += [TextPart(text[end : match.start()]), TextPart(match[0], url=match[0])]
        end = match.end()
    return [part for part in [*parts, TextPart(text[end:])] if part.text]
