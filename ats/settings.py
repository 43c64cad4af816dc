"""Settings from the environment: refuses nonsense at start-up, all at once, by name."""

import base64
import difflib
import ipaddress
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

import msgspec

from ats.core.addresses import base_problem, endpoint_problem, files_problem, mail_problem, redis_problem
from ats.core.blobs import FilesAccess
from ats.core.crypto import KEY_BYTES, Keyring
from ats.organisation import DEFAULT_FILE, Organisation, OrganisationError, load_organisation

SECRETS = frozenset({"ATS_MASTER_KEY", "ATS_DATABASE_URL", "ATS_OWNER_DATABASE_URL", "ATS_REDIS_URL", "ATS_MAIL_URL",
                     "ATS_FILES_SECRET_KEY"})  # fmt: skip
POSTGRESQL = ("postgresql", "postgres")
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

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """What pretty tracebacks show; msgspec's own would give every field."""
        return [("base_url", self.base_url)]


class _Reader:
    """Takes values out of the environment and collects what is wrong with them."""

    # Stands for a file that was reported already, so that its value is not called missing as well.
    UNREADABLE = "-"

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
            value = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            self.problems.append(f"{name}_FILE names a file that cannot be read")
            return self.UNREADABLE
        if not value:
            self.problems.append(f"{name}_FILE names an empty file")
            return self.UNREADABLE
        return value

    def url(
        self,
        name: str,
        schemes: tuple[str, ...],
        default: str | None = None,
        check: Callable[[SplitResult], str | None] = lambda _parts: None,
    ) -> str:
        """A URL with one of `schemes` ("" for an absolute path); `check` gives what else is wrong with it."""
        before = len(self.problems)
        value = self.text(name, default)
        if value and len(self.problems) == before:
            try:
                parts = urlsplit(value)
                scheme, _ = parts.scheme, parts.port
            except ValueError:
                self.problems.append(f"{name} is not a URL")
                return value
            if scheme not in schemes or (not scheme and not value.startswith("/")):
                self.problems.append(f"{name} must begin with {' or '.join(_shown(each) for each in schemes)}")
            elif problem := check(parts):
                self.problems.append(f"{name} {problem}")
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name, str(default))
        # Python refuses to read thousands of digits at all.
        if value.isascii() and value.isdigit() and len(value) < 10 and low <= int(value) <= high:
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
    mail_url = reader.url("ATS_MAIL_URL", ("smtp", "smtps", "file", ""), check=mail_problem)
    settings = Settings(
        database_url=reader.url("ATS_DATABASE_URL", POSTGRESQL),
        owner_database_url=reader.url("ATS_OWNER_DATABASE_URL", POSTGRESQL, ""),
        redis_url=reader.url("ATS_REDIS_URL", ("redis", "rediss", "unix"), check=redis_problem),
        files_url=reader.url("ATS_FILES_URL", ("file", "s3", ""), check=files_problem),
        files_access=FilesAccess(
            endpoint=reader.url("ATS_FILES_ENDPOINT", ("http", "https"), "", endpoint_problem),
            region=reader.text("ATS_FILES_REGION", ""),
            access_key=reader.text("ATS_FILES_ACCESS_KEY", ""),
            secret_key=reader.text("ATS_FILES_SECRET_KEY", ""),
        ),
        mail_url=mail_url,
        mail_from=_mail_from(reader, mail_url),
        base_url=reader.url("ATS_BASE_URL", ("http", "https"), check=base_problem).rstrip("/"),
        keyring=_parsed(reader, "ATS_MASTER_KEY", _keyring, Keyring({"none": bytes(KEY_BYTES)})),
        organisation=_organisation(reader),
        host=reader.text("ATS_HOST", "127.0.0.1"),
        port=reader.number("ATS_PORT", 8420, 0, 65535),
        trusted_proxies=_trusted_proxies(reader),
        upload_max_bytes=1_000_000 * reader.number("ATS_UPLOAD_MAX_MB", 20, 1, 100),
        document_max_pages=reader.number("ATS_DOCUMENT_MAX_PAGES", 30, 1, 300),
        database_pool=reader.number("ATS_DATABASE_POOL", 10, 2, 200),
        log_level=reader.choice("ATS_LOG_LEVEL", "info", LOG_LEVELS),
        demo=reader.flag("ATS_DEMO"),
    )
    if bool(settings.files_access.access_key) != bool(settings.files_access.secret_key):
        reader.problems.append("ATS_FILES_ACCESS_KEY and ATS_FILES_SECRET_KEY belong together; set both or neither")
    reader.refuse_unknown()
    if reader.problems:
        raise SettingsError(reader.problems)
    return settings


def _shown(scheme: str) -> str:
    return f"{scheme}://" if scheme else "/ (a folder's absolute path)"


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
        except ValueError:
            key = b""
        if not colon or not key_id.isalnum() or len(key) != KEY_BYTES:
            raise ValueError("must be id:base64 of 32 bytes, several separated by commas (see `ats key new`)")
        if key_id in keys:
            raise ValueError("has two keys with the same id")
        keys[key_id] = key
    return Keyring(keys)


def _organisation(reader: _Reader) -> Organisation:
    path = reader.text("ATS_ORGANISATION_FILE", str(DEFAULT_FILE))
    try:
        return load_organisation(Path(path))
    except OrganisationError as error:
        reader.problems += [f"ATS_ORGANISATION_FILE {problem}" for problem in error.problems]
        return load_organisation()


def _mail_from(reader: _Reader, mail_url: str) -> str:
    # Only mail that stays in a folder may come from an address that is nobody's.
    value = reader.text("ATS_MAIL_FROM", None if mail_url.startswith("smtp") else "recruitment@infosentry.example")
    local, at, domain = value.partition("@")
    if value and not (local and at and "." in domain and value.isascii() and not set(value) & set(" \r\n<>,")):
        reader.problems.append("ATS_MAIL_FROM must be one plain e-mail address")
    return value


def _trusted_proxies(reader: _Reader) -> str:
    value = reader.text("ATS_TRUSTED_PROXIES", "127.0.0.1")
    try:
        for each in value.split(","):
            ipaddress.ip_network(each.strip())
    except ValueError:
        reader.problems.append("ATS_TRUSTED_PROXIES must be IP addresses or networks, separated by commas")
    return value
