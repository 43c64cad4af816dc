"""The demonstration's mailbox in the browser, and that it exists nowhere else."""

import os
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from lxml import html

from ats.core.errors import NotFound
from ats.core.mail import FolderMailer, SmtpMailer
from ats.core.services import Services
from ats.demo.mailbox import list_mails, read_mail, text_parts
from ats.web.paging import Cursor
from tests.rights.people import applied
from tests.support.app import serving

Work = Callable[[], Awaitable[int]]


@pytest.fixture
def demonstration(services: Services) -> Services:
    """The same services in a demonstration."""
    settings = msgspec.structs.replace(services.settings, demo=True)
    return Services(settings=settings, blobs=services.blobs, mailer=services.mailer, doorbell=services.doorbell)


async def post(mailer: FolderMailer, number: int, text: str = "Hello", subject: str = "") -> UUID:
    """Send a mail; a higher number is newer."""
    mail = EmailMessage()
    mail["Subject"] = subject or f"Mail {number}"
    mail["To"] = "Noor Willems <noor.willems@example.org>"
    mail.set_content(text)
    mail_id = uuid4()
    await mailer.send(mail, str(mail_id))
    os.utime(mailer.folder / f"{mail_id}.eml", (1_000_000 + number, 1_000_000 + number))
    return mail_id


@pytest.fixture
def mailer(services: Services) -> FolderMailer:
    """The folder that mail goes to."""
    assert isinstance(services.mailer, FolderMailer)
    return services.mailer


async def test_a_visitor_reads_a_mail_and_follows_its_link(demonstration: Services, work: Work) -> None:
    await applied(demonstration)
    await work()
    async with serving(demonstration) as client:
        listed = await client.get("/demo/mail?language=en")
        assert listed.status_code == 200
        assert "noor.willems@example.org" in listed.text
        (path,) = html.fromstring(listed.text).xpath("//a[contains(@href, '/demo/mail/')]/@href")
        mail = await client.get(path)
        assert mail.status_code == 200
        assert "Message-ID" in mail.text
        (link,) = html.fromstring(mail.text).xpath("//article//a/@href")
        assert "/my/" in link
        assert (await client.get(link)).status_code == 200


@pytest.mark.parametrize("path", ["/demo/mail", f"/demo/mail/{uuid4()}"])
async def test_without_the_demonstration_there_is_no_mailbox(
    client: httpx.AsyncClient, mailer: FolderMailer, path: str
) -> None:
    await post(mailer, 1)
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "name",
    ["../secret", "..%2f..%2fetc%2fpasswd", "%2e%2e%2fsecret", "secret", "secret.eml", "x" * 300, "%00", "C:%5Csecret",
     "..%5c..%5csecret"],
)  # fmt: skip
async def test_no_name_leads_out_of_the_mailbox(demonstration: Services, mailer: FolderMailer, name: str) -> None:
    secret = "never to be shown"
    for place in (mailer.folder / "secret.eml", mailer.folder.parent / "secret", mailer.folder.parent / "secret.eml"):
        place.write_text(f"Subject: {secret}\n\n{secret}")
    async with serving(demonstration) as client:
        answer = await client.get(f"/demo/mail/{name}")
    assert answer.status_code in (400, 404)
    assert secret not in answer.text


async def test_an_unknown_mail_is_not_found(demonstration: Services) -> None:
    async with serving(demonstration) as client:
        assert (await client.get(f"/demo/mail/{uuid4()}")).status_code == 404
        assert (await client.get("/demo/mail?page=nonsense")).status_code == 400
        assert (await client.post("/demo/mail")).status_code == 405


async def test_an_empty_mailbox_says_so(demonstration: Services) -> None:
    async with serving(demonstration) as client:
        assert "Nothing was sent yet" in (await client.get("/demo/mail?language=en")).text


async def test_markup_in_a_mail_stays_text(demonstration: Services, mailer: FolderMailer) -> None:
    mail_id = await post(mailer, 1, "<script>x</script> javascript:alert(1) https://ats.test/a?b=1&c=2", "<b>Bold</b>")
    async with serving(demonstration) as client:
        for path in ("/demo/mail", f"/demo/mail/{mail_id}"):
            page = html.fromstring((await client.get(path)).text)
            assert not page.xpath("//main//script | //main//b")
        assert page.xpath("//article//a/@href") == ["https://ats.test/a?b=1&c=2"]


async def test_the_newest_mail_comes_first_and_pages_go_both_ways(mailer: FolderMailer) -> None:
    sent = [await post(mailer, number) for number in range(5)]
    newest_first = sent[::-1]
    first = await list_mails(mailer, size=2)
    assert ([mail.id for mail in first.items], first.total, first.previous) == (newest_first[:2], 5, None)
    second = await list_mails(mailer, cursor=Cursor.parse(first.next or ""), size=2)
    assert [mail.id for mail in second.items] == newest_first[2:4]
    third = await list_mails(mailer, cursor=Cursor.parse(second.next or ""), size=2)
    assert ([mail.id for mail in third.items], third.next) == (newest_first[4:], None)
    back = await list_mails(mailer, cursor=Cursor.parse(third.previous or ""), size=2)
    assert [mail.id for mail in back.items] == newest_first[2:4]


async def test_what_is_no_mail_is_not_listed(mailer: FolderMailer) -> None:
    (mailer.folder / "notes.eml").write_text("Subject: x\n\nx")
    (mailer.folder / ".draft").write_text("Subject: x\n\nx")
    assert (await list_mails(mailer)).total == 0


async def test_mail_that_goes_to_a_server_is_not_here(tmp_path: Path) -> None:
    mailer = SmtpMailer("smtp://localhost")
    with pytest.raises(NotFound):
        await list_mails(mailer)
    with pytest.raises(NotFound):
        await read_mail(mailer, uuid4())


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("See https://ats.test/my/abc-_1.", ["https://ats.test/my/abc-_1"]),
        ("(http://a.test/x)", ["http://a.test/x"]),
        ("javascript:alert(1) ftp://a.test data:text/html,x", []),
        ("https://", []),
        ("", []),
    ],
)
def test_only_web_addresses_become_links(text: str, urls: list[str]) -> None:
    parts = text_parts(text)
    assert [part.url for part in parts if part.url] == urls
    assert "".join(part.text for part in parts) == text
