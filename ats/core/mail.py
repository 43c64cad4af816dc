"""Handing mail over: to an SMTP server, or to a folder of .eml files (what `ats run` shows in the browser)."""

import os
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from ats.core.errors import Unavailable

TIMEOUT_SECONDS = 20
# ATS_MAIL_URL's ?starttls=: as aiosmtplib wants it; None tries, and goes on in clear where the server has none.
STARTTLS = {"required": True, "offered": None, "never": False}


class Mailer(Protocol):
    """Somewhere that takes mail. `key` names the message: handed over twice, it is the same message."""

    async def send(self, message: EmailMessage, key: str) -> None:
        """Hand the message over. Raises Unavailable when it was not taken."""

    async def check(self) -> None:
        """Raise Unavailable when mail could not be handed over now."""


class FolderMailer:
    """Writes each message to a file of its own, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def send(self, message: EmailMessage, key: str) -> None:
        """Write KEY.eml; a second time it is replaced by itself."""
        target = self.folder / f"{key}.eml"
        draft = self.folder / f".{key}.{os.getpid()}"
        try:
            draft.write_bytes(message.as_bytes())
            draft.replace(target)
        except OSError:
            draft.unlink(missing_ok=True)
            raise Unavailable from None

    async def check(self) -> None:
        """The folder must be writable."""
        if not os.access(self.folder, os.W_OK):
            raise Unavailable


class SmtpMailer:
    """Speaks SMTP: smtp://[user:password@]host[:port] with STARTTLS, smtps:// with TLS from the start.

    `?starttls=required` refuses a server that does not offer it; that is the default where there is a password.
    `?starttls=offered` takes it where it is offered (the default elsewhere), `?starttls=never` does not try. With TLS
    the certificate is checked against what this system trusts; SSL_CERT_FILE, as OpenSSL reads it, adds one's own.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        tls = parts.scheme == "smtps"
        starttls = parse_qs(parts.query).get("starttls", ["required" if parts.password else "offered"])[0]
        self._client = {
            "hostname": parts.hostname or "localhost",
            "port": parts.port or (465 if tls else 25),
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "use_tls": tls,
            "start_tls": False if tls else STARTTLS[starttls],
            "timeout": TIMEOUT_SECONDS,
        }

    async def send(self, message: EmailMessage, key: str) -> None:  # noqa: ARG002 -- stands in the Message-ID
        """Hand the message to the server. Its Message-ID comes from its key, so a repeat is recognised as one."""
        try:
            async with aiosmtplib.SMTP(**self._client) as client:  # type: ignore[arg-type]
                await client.send_message(message)
        except (aiosmtplib.SMTPException, OSError):
            # Their texts quote the recipient, so they end here.
            raise Unavailable from None

    async def check(self) -> None:
        """Connect and say hello."""
        try:
            async with aiosmtplib.SMTP(**self._client) as client:  # type: ignore[arg-type]
                await client.noop()
        except (aiosmtplib.SMTPException, OSError):
            raise Unavailable from None


def open_mailer(url: str) -> Mailer:
    """The mailer for ATS_MAIL_URL. Raises OSError when the folder cannot be made."""
    parts = urlsplit(url)
    if parts.scheme in ("smtp", "smtps"):
        return SmtpMailer(url)
    return FolderMailer(Path(unquote(parts.path) if parts.scheme == "file" else url).resolve())
