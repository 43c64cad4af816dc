"""Handing mail over: to real SMTP servers on loopback, and to a folder."""

import asyncio
import datetime as dt
import ipaddress
import logging
import ssl
import threading
import traceback
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.utils import formataddr

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ats.core import mail
from ats.core.errors import Unavailable
from ats.core.mail import FolderMailer, SmtpMailer, open_mailer

PASSWORD = "correct-horse"


class Post:
    """What a server did: the messages that it took, and whether they came encrypted."""

    def __init__(self, refuses=False, delay=0.0):
        self.taken, self.encrypted, self.users = [], [], []
        self._refuses, self._delay = refuses, delay

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 -- the name that aiosmtpd calls
        if self._refuses:
            return f"550 5.1.1 <{address}> does not exist here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, session, envelope):  # noqa: N802 -- the name that aiosmtpd calls
        await asyncio.sleep(self._delay)
        self.taken.append(envelope)
        self.encrypted.append(session.ssl is not None)
        return "250 taken"

    def authenticate(self, _server, _session, _envelope, _mechanism, data):
        self.users.append(data.login.decode())
        return AuthResult(success=data.password.decode() == PASSWORD, handled=False)


@asynccontextmanager
async def smtp(post, *, starttls=None, tls=None, auth=False):
    """A real server on loopback; gives its port."""
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    made = []

    def session():
        made.append(
            SMTP(
                post,
                hostname="localhost",
                tls_context=starttls,
                auth_require_tls=starttls is not None,
                authenticator=post.authenticate if auth else None,
                auth_required=auth,
                loop=asyncio.get_running_loop(),
            )
        )
        return made[-1]

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for each in made:
            if each.transport is not None:
                each.transport.abort()
        await server.wait_closed()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody knows: (context of the server, its file)."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "post.example")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context, folder / "certificate.pem"


@pytest.fixture
def trusted(certificate, monkeypatch):
    """The same certificate, which this system trusts now."""
    context, file = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return context


def letter(name="Zoë Müller-Łukasz", address="zoe@example.org"):
    message = EmailMessage()
    message["From"] = formataddr(("Infosentry NV", "jobs@example.be"))
    message["To"] = formataddr((name, address))
    message["Subject"] = "Je sollicitatie – ontvangen"
    message["Message-ID"] = "<0b5b@ats.test>"
    message.set_content("Dag Zoë,\n\nWe hebben je sollicitatie ontvangen.\n")
    return message


async def refused(mailer):
    """Whether the message is not taken, in words that name nobody."""
    with pytest.raises(Unavailable) as caught:
        await mailer.send(letter(), "key")
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    for private in ("zoe", "Zoë", PASSWORD, "does not exist", "sollicitatie"):
        assert private not in told.replace(__file__, "")
    return True


async def test_a_plain_server_takes_a_message_with_any_name():
    post = Post()
    async with smtp(post) as port:
        await SmtpMailer(f"smtp://127.0.0.1:{port}").check()
        await SmtpMailer(f"smtp://127.0.0.1:{port}").send(letter(), "key")
    (taken,) = post.taken
    assert taken.rcpt_tos == ["zoe@example.org"]
    assert taken.mail_from == "jobs@example.be"
    assert b"=?utf-8?" in taken.content
    assert taken.content.partition(b"\r\n\r\n")[0].isascii()


async def test_a_message_that_is_handed_over_again_has_the_same_id():
    post = Post()
    async with smtp(post) as port:
        for _ in range(2):
            await SmtpMailer(f"smtp://127.0.0.1:{port}").send(letter(), "key")
    first, second = post.taken
    assert b"Message-ID: <0b5b@ats.test>" in first.content
    assert first.content == second.content


async def test_starttls_is_used_where_it_is_offered(trusted):
    post = Post()
    async with smtp(post, starttls=trusted) as port:
        await SmtpMailer(f"smtp://127.0.0.1:{port}").send(letter(), "key")
        await SmtpMailer(f"smtp://127.0.0.1:{port}?starttls=required").send(letter(), "key")
        await SmtpMailer(f"smtp://127.0.0.1:{port}?starttls=never").send(letter(), "key")
    assert post.encrypted == [True, True, False]


async def test_a_server_without_starttls_is_refused_where_it_is_required():
    post = Post()
    async with smtp(post) as port:
        assert await refused(SmtpMailer(f"smtp://127.0.0.1:{port}?starttls=required"))
        with pytest.raises(Unavailable):
            await SmtpMailer(f"smtp://127.0.0.1:{port}?starttls=required").check()
    assert post.taken == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_a_password_is_given_to_nobody_in_clear_unless_that_is_asked_for():
    post = Post()
    async with smtp(post, auth=True) as port:
        assert await refused(SmtpMailer(f"smtp://mailer:{PASSWORD}@127.0.0.1:{port}"))
        assert post.users == []
        await SmtpMailer(f"smtp://mailer:{PASSWORD}@127.0.0.1:{port}?starttls=never").send(letter(), "key")
    assert post.users == ["mailer"]


async def test_user_and_password_are_those_of_the_url_with_every_character(trusted):
    post = Post()
    async with smtp(post, starttls=trusted, auth=True) as port:
        await SmtpMailer(f"smtp://me%40example.be:{PASSWORD}@127.0.0.1:{port}").send(letter(), "key")
        assert await refused(SmtpMailer(f"smtp://mailer:wrong%2Fword@127.0.0.1:{port}"))
    assert set(post.users) == {"me@example.be", "mailer"}
    assert post.encrypted == [True]


async def test_tls_from_the_start_wants_a_certificate_that_the_system_trusts(certificate, monkeypatch):
    post = Post()
    context, file = certificate
    async with smtp(post, tls=context) as port:
        assert await refused(SmtpMailer(f"smtps://127.0.0.1:{port}"))
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        await SmtpMailer(f"smtps://127.0.0.1:{port}").send(letter(), "key")
        # The right certificate for another name is no better than none.
        assert await refused(SmtpMailer(f"smtps://localhost:{port}"))
    assert len(post.taken) == 1


async def test_starttls_with_an_unknown_certificate_is_refused_even_where_it_is_only_offered(certificate):
    post = Post()
    async with smtp(post, starttls=certificate[0]) as port:
        assert await refused(SmtpMailer(f"smtp://127.0.0.1:{port}"))
    assert post.taken == []


async def test_a_refused_recipient_is_an_error_that_names_nobody():
    post = Post(refuses=True)
    async with smtp(post) as port:
        assert await refused(SmtpMailer(f"smtp://127.0.0.1:{port}"))


async def test_a_server_that_is_down_is_unavailable():
    async with smtp(Post()) as port:
        pass
    assert await refused(SmtpMailer(f"smtp://127.0.0.1:{port}"))
    with pytest.raises(Unavailable):
        await SmtpMailer(f"smtp://127.0.0.1:{port}").check()


async def test_a_server_that_is_too_slow_is_unavailable(monkeypatch):
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.3)
    async with smtp(Post(delay=5)) as port:
        assert await refused(SmtpMailer(f"smtp://127.0.0.1:{port}"))


async def test_a_folder_takes_each_message_once_however_often_it_is_handed_over(tmp_path):
    mailer = open_mailer(str(tmp_path / "mail"))
    assert isinstance(mailer, FolderMailer)
    await mailer.check()
    for _ in range(2):
        await mailer.send(letter(), "one")
    await mailer.send(letter(), "two")
    assert sorted(path.name for path in (tmp_path / "mail").iterdir()) == ["one.eml", "two.eml"]
    assert (tmp_path / "mail").stat().st_mode & 0o077 == 0


async def test_whoever_reads_the_folder_never_sees_half_a_message(tmp_path):
    mailer = FolderMailer(tmp_path)
    message = letter()
    message.set_content("x" * 2_000_000)
    whole, seen, over = len(message.as_bytes()), set(), threading.Event()

    def look():
        while not over.is_set():
            seen.update(path.stat().st_size for path in tmp_path.glob("*.eml"))

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for _ in range(10):
            await mailer.send(message, "one")
            await asyncio.sleep(0)
    finally:
        over.set()
        reader.join()
    assert seen <= {whole}


async def test_a_folder_that_is_gone_is_unavailable_and_leaves_no_draft(tmp_path):
    mailer = open_mailer((tmp_path / "mail").as_uri())
    (tmp_path / "mail").rmdir()
    assert await refused(mailer)
    with pytest.raises(Unavailable):
        await mailer.check()
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "key.eml").mkdir()
    assert await refused(mailer)
    assert [path.name for path in (tmp_path / "mail").iterdir()] == ["key.eml"]
