"""Settings from the environment: refuses nonsense at start-up, all at once, by name."""

import base64
import binascii
import difflib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from ats.core.blobs import FilesAccess
from ats.core.crypto import KEY_BYTES, Keyring
from ats.organisation import DEFAULT_FILE, Organisation, OrganisationError, load_organisation

SECRETS = frozenset({"ATS_MASTER_KEY", "ATS_DATABASE_URL", "ATS_OWNER_DATABASE_URL", "ATS_REDIS_URL", "ATS_MAIL_URL",
                     "ATS_FILES_SECRET_KEY"})  # fmt: skip
T = TypeVar("T")
LOG_LEVELS = ("debug", "info", "warning", "error")


class SettingsError(Exception):
    """The environment is unusable. `problems`: one sentence a problem, each beginning with the variable's name."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be configured. Secrets never show in the representation."""

    database_url: str
    redis_url: str
    files_url: str
    mail_url: str
    keyring: Keyring
    organisation: Organisation
    base_url: str
    mail_from: str
    owner_database_url: str = ""
    files_access: FilesAccess = FilesAccess()
    host: str = "127.0.0.1"
    port: int = 8420
    trusted_proxies: str = "127.0.0.1"
    upload_max_bytes: int = 20_000_000
    document_max_pages: int = 30
    database_pool: int = 10
    log_level: str = "info"
    demo: bool = False

    def __repr__(self) -> str:
        return f"Settings(base_url={self.base_url!r})"


class _Reader:
    """Takes values out of the environment and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.values = {name: value for name, value in environ.items() if name.startswith("ATS_")}
        self.problems: list[str] = []
        self.known: set[str] = set()

    def text(self, name: str, default: str | None = None) -> str:
        self.known.add(name)
        value = self.values.get(name, "")
        if name in SECRETS:
            value = self._from_file(name) or value
        value = value.strip()
        if value:
            return value
        if default is None:
            self.problems.append(f"{name} is missing")
        return default or ""

    def _from_file(self, name: str) -> str:
        self.known.add(f"{name}_FILE")
        path = self.values.get(f"{name}_FILE", "")
        if not path:
            return ""
        if self.values.get(name):
            self.problems.append(f"{name} and {name}_FILE are both set; keep one")
        try:
            return Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            self.problems.append(f"{name}_FILE names a file that cannot be read")
            return ""

    def url(self, name: str, schemes: tuple[str, ...], default: str | None = None) -> str:
        before = len(self.problems)
        value = self.text(name, default)
        if value and len(self.problems) == before:
            try:
                parts = urlsplit(value)
                scheme, _ = parts.scheme, parts.port
            except ValueError:
                self.problems.append(f"{name} is not a URL")
                return value
            if scheme not in schemes:
                self.problems.append(f"{name} must begin with {' or '.join(_shown(each) for each in schemes)}")
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name, str(default))
        if value.isascii() and value.isdigit() and low <= int(value) <= high:
            return int(value)
        self.problems.append(f"{name} must be a whole number from {low} to {high}")
        return default

    def flag(self, name: str) -> bool:
        value = self.text(name, "no")
        if value not in ("yes", "no"):
            self.problems.append(f"{name} must be yes or no")
        return value == "yes"

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in choices:
            self.problems.append(f"{name} must be one of {', '.join(choices)}")
        return value

    def refuse_unknown(self) -> None:
        for name in sorted(set(self.values) - self.known):
            near = difflib.get_close_matches(name, self.known, 1)
            self.problems.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ""))


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Build Settings from environment variables named ATS_*.

    Each secret can also be given as NAME_FILE, a path to a file that holds it. Raises SettingsError with all problems.
    """
    reader = _Reader(environ)
    settings = Settings(
        database_url=reader.url("ATS_DATABASE_URL", ("postgresql", "postgres")),
        owner_database_url=reader.url("ATS_OWNER_DATABASE_URL", ("postgresql", "postgres"), ""),
        redis_url=reader.url("ATS_REDIS_URL", ("redis", "rediss", "unix")),
        files_url=reader.url("ATS_FILES_URL", ("file", "s3", "")),
        files_access=FilesAccess(
            endpoint=reader.url("ATS_FILES_ENDPOINT", ("http", "https"), ""),
            region=reader.text("ATS_FILES_REGION", ""),
            access_key=reader.text("ATS_FILES_ACCESS_KEY", ""),
            secret_key=reader.text("ATS_FILES_SECRET_KEY", ""),
        ),
        mail_url=reader.url("ATS_MAIL_URL", ("smtp", "smtps", "file", "")),
        mail_from=_mail_from(reader),
        base_url=reader.url("ATS_BASE_URL", ("http", "https")).rstrip("/"),
        keyring=_parsed(reader, "ATS_MASTER_KEY", _keyring, Keyring({"none": bytes(KEY_BYTES)})),
        organisation=_organisation(reader),
        host=reader.text("ATS_HOST", "127.0.0.1"),
        port=reader.number("ATS_PORT", 8420, 0, 65535),
        trusted_proxies=reader.text("ATS_TRUSTED_PROXIES", "127.0.0.1"),
        upload_max_bytes=1_000_000 * reader.number("ATS_UPLOAD_MAX_MB", 20, 1, 100),
        document_max_pages=reader.number("ATS_DOCUMENT_MAX_PAGES", 30, 1, 300),
        database_pool=reader.number("ATS_DATABASE_POOL", 10, 2, 200),
        log_level=reader.choice("ATS_LOG_LEVEL", "info", LOG_LEVELS),
        demo=reader.flag("ATS_DEMO"),
    )
    reader.refuse_unknown()
    if reader.problems:
        raise SettingsError(reader.problems)
    return settings


def _shown(scheme: str) -> str:
    return f"{scheme}://" if scheme else "a folder's path"


def _parsed(reader: _Reader, name: str, parse: Callable[[str], T], fallback: T) -> T:
    before = len(reader.problems)
    value = reader.text(name)
    if len(reader.problems) > before:
        return fallback
    try:
        return parse(value)
    except ValueError as error:
        reader.problems.append(f"{name} {error}")
        return fallback


def _keyring(value: str) -> Keyring:
    """Parse `id:base64[,id:base64...]`: the first key wraps, the others only unwrap what they wrapped before."""
    keys: dict[str, bytes] = {}
    for part in value.split(","):
        key_id, colon, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not colon or not key_id.isalnum() or len(key) != KEY_BYTES:
            raise ValueError("must be id:base64 of 32 bytes, several separated by commas (see `ats key new`)")
        keys[key_id] = key
    return Keyring(keys)


def _organisation(reader: _Reader) -> Organisation:
    path = reader.text("ATS_ORGANISATION_FILE", str(DEFAULT_FILE))
    try:
        return load_organisation(Path(path))
    except OrganisationError as error:
        reader.problems += [f"ATS_ORGANISATION_FILE {problem}" for problem in error.problems]
        return load_organisation()


def _mail_from(reader: _Reader) -> str:
    value = reader.text("ATS_MAIL_FROM", "recruitment@infosentry.example")
    local, at, domain = value.partition("@")
    if not (local and at and "." in domain and value.isascii() and not set(value) & set(" \r\n<>,")):
        reader.problems.append("ATS_MAIL_FROM must be one plain e-mail address")
    return value
