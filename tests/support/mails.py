"""Reading the outgoing mail as its receiver does."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from ats.core.services import Services

_LINK = re.compile(r"https://\S+/my/\S+")


def mails(services: Services, to: str = "") -> list[EmailMessage]:
    """Every mail handed over so far, the oldest first; only those to one address if it is given."""
    folder = Path(services.settings.mail_url)
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    return [mail for mail in found if to in str(mail["To"])]


def private_path(services: Services, to: str) -> str:
    """The path of the private page in the latest mail to somebody that has one."""
    for mail in reversed(mails(services, to)):
        if link := _LINK.search(mail.get_content()):
            return urlsplit(link[0]).path
    raise AssertionError("no mail with a private link")
