"""The product on one machine by itself: where its data is, and the environment in which its processes run."""

import base64
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from ats.core.crypto import KEY_BYTES
from ats.core.embedded import EmbeddedError, EmbeddedUrls
from ats.core.embedded.errors import of_system

DEFAULT_PORT = 8420


class LocalData:
    """The data directory: the servers' own part, files, outgoing mail and the master key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers = folder / "servers"
        self.files = folder / "files"
        self.mail = folder / "mail"
        self.key_file = folder / "master.key"

    def prepare(self) -> None:
        """Make the directory and the master key where they are missing. Raises EmbeddedError."""
        try:
            self._prepare()
        except OSError as error:
            raise of_system(error, self.folder) from error

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # As root the servers run as another user, who must be able to pass through but not to look.
        self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for folder in (self.files, self.mail):
            folder.mkdir(mode=0o700, exist_ok=True)
        if self.key_file.exists():
            return
        if self.servers.exists():
            raise EmbeddedError(
                f"The master key {self.key_file} is missing; without it nothing in this data directory can be read.",
                "Put it back from your copy, or move the data directory away to start with an empty one.",
            )
        descriptor = os.open(self.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(new_master_key("local") + "\n")

    def environment(self, urls: EmbeddedUrls, *, port: int, demo: bool) -> dict[str, str]:
        """ATS_* variables for the product's processes; whatever else is set by hand goes before it."""
        return {
            "ATS_DATABASE_URL": urls.database_url,
            "ATS_OWNER_DATABASE_URL": urls.owner_database_url,
            "ATS_REDIS_URL": urls.redis_url,
            "ATS_FILES_URL": str(self.files),
            "ATS_MAIL_URL": str(self.mail),
            "ATS_MASTER_KEY_FILE": str(self.key_file),
            "ATS_BASE_URL": f"http://127.0.0.1:{port}",
            "ATS_PORT": str(port),
            "ATS_DEMO": "yes" if demo else "no",
            # The terminal is for the address and the sign-ins; what goes wrong still shows.
            "ATS_LOG_LEVEL": "warning",
        }


def new_master_key(key_id: str) -> str:
    """A fresh master key as ATS_MASTER_KEY takes it: id:base64 of 32 random bytes."""
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def with_environment(environ: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """`own` beneath what is set by hand; a secret that is set by hand replaces the file that we would name."""
    merged = {**own, **environ}
    for name in own:
        plain = name.removesuffix("_FILE")
        if name.endswith("_FILE") and environ.get(plain):
            del merged[name]
    return merged


def check_port(port: int) -> None:
    """Raises EmbeddedError when something else listens on 127.0.0.1:`port` already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise EmbeddedError(
                f"Port {port} of this machine is taken by another program.",
                f"Stop that program, or choose another port: `ats run --port {port + 1}`.",
            ) from None


def command(*words: str) -> tuple[str, ...]:
    """The command line of one of our own processes, run by the same Python."""
    return (sys.executable, "-m", "ats", *words)
