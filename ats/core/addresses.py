"""What must hold of each address in the settings, beyond its scheme. Each function gives the problem, or None."""

import ipaddress
from urllib.parse import SplitResult, parse_qsl

from ats.core.mail import STARTTLS


def redis_problem(parts: SplitResult) -> str | None:
    """A server and the number of a database, or a socket."""
    if parts.scheme == "unix":
        return None if parts.path.startswith("/") and not parts.hostname else "must name a socket: unix:///path"
    database = parts.path.strip("/")
    if not parts.hostname or (database and not (database.isascii() and database.isdigit())):
        return f"must be {parts.scheme}://host, with a port and the number of a database if need be"
    return None


def files_problem(parts: SplitResult) -> str | None:
    """A folder, or a bucket with a prefix."""
    if parts.scheme == "s3":
        return None if parts.netloc and "@" not in parts.netloc else "must be s3://bucket or s3://bucket/prefix"
    return _folder_problem(parts)


def _folder_problem(parts: SplitResult) -> str | None:
    if parts.scheme == "file" and (parts.netloc or not parts.path.strip("/")):
        return "must be file:///path of a folder"
    return None


def endpoint_problem(parts: SplitResult) -> str | None:
    """Where an S3-compatible store is; its keys are settings of their own, that never show."""
    if not parts.hostname or "@" in parts.netloc:
        return "must be an address alone; the keys are settings of their own"
    return None


def mail_problem(parts: SplitResult) -> str | None:
    """An SMTP server with how to use STARTTLS, or a folder."""
    if parts.scheme not in ("smtp", "smtps"):
        return _folder_problem(parts)
    if not parts.hostname or parts.path.strip("/"):
        return f"must be {parts.scheme}://host, with user:password@ and a port if need be"
    options = parse_qsl(parts.query, keep_blank_values=True)
    # With a typing error in it, passwords would go in clear where encryption was wanted.
    allowed = [[], *([("starttls", choice)] for choice in STARTTLS if parts.scheme == "smtp")]
    if options not in allowed:
        return f"may end with ?starttls={' or '.join(STARTTLS)} after smtp://, and with nothing after smtps://"
    return None


def base_problem(parts: SplitResult) -> str | None:
    """The public address; without TLS only on this machine."""
    if not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        return "must be the public address, such as https://jobs.example.be, with the mount prefix and nothing else"
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        return "must begin with https://: browsers drop the cookie of a sign-in that was sent without TLS"
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
