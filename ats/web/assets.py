"""Static files, read once at start-up and addressed by their content, so that browsers can keep them for ever."""

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

FOLDER = Path(__file__).with_name("static")
MEDIA_TYPES = {
    ".css": "text/css",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_DIGEST_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, media type and content hash, and the name under which it can be cached for ever."""

    content: bytes
    media_type: str
    digest: str
    hashed_name: str


class Assets:
    """All files of one folder, by name ("icons/logo.svg") and by hashed name ("icons/logo.0123456789abcdef.svg")."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._by_name: dict[str, Asset] = {}
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in MEDIA_TYPES:
                name = path.relative_to(folder).as_posix()
                self._by_name[name] = _read(name, path)
        self._by_hash = {asset.hashed_name: asset for asset in self._by_name.values()}

    def hashed(self, name: str) -> str:
        """The hashed name of a file. Raises LookupError for a file that does not exist."""
        return self._by_name[name].hashed_name

    def find(self, name: str) -> tuple[Asset, bool] | None:
        """The file of that name or hashed name, and whether the name says its content; None if there is none."""
        if asset := self._by_hash.get(name):
            return asset, True
        if asset := self._by_name.get(name):
            return asset, False
        return None


def _read(name: str, path: Path) -> Asset:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:_DIGEST_LENGTH]
    plain = PurePosixPath(name)
    hashed = plain.with_name(f"{plain.stem}.{digest}{plain.suffix}")
    return Asset(content, MEDIA_TYPES[path.suffix], digest, str(hashed))
