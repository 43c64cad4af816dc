"""Opens the ZIP container of an office document, and believes nothing that it says about itself."""

import io
import posixpath
import re
import stat
import zipfile
import zlib

from ats.documents.rules import DocumentRefused, Refusal

_ENTRIES = 2_000
_ENTRY_BYTES = 48_000_000
_TOTAL_BYTES = 64_000_000
_CHUNK = 65_536
_LOCAL_HEADER = 30
_ENCRYPTED = 0x1
_XML = (".xml", ".rels")
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_MACROS = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml|activex/.*)$", re.IGNORECASE)


def open_archive(data: bytes) -> dict[str, bytes]:
    """The XML parts of an office document, by name.

    Every entry is inflated and its real bytes are counted; the sizes in the directory are the sender's word. Only parts
    in XML are kept.

    Raises:
        DocumentRefused: BROKEN, ENCRYPTED, ACTIVE_CONTENT, or TOO_COMPLEX for what is made to exhaust or to confuse:
            too many or too big entries, two entries of one name or in one place, a path that leaves the container, a
            link, an XML part with a document type.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_directory(entries)
            _check_overlap(data, entries, archive.start_dir)
            return _inflated(archive, entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError):
        raise DocumentRefused(Refusal.BROKEN) from None


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename.lower() for entry in entries]
    if len(entries) > _ENTRIES or len(set(names)) < len(names):
        raise DocumentRefused(Refusal.TOO_COMPLEX)
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise DocumentRefused(Refusal.ENCRYPTED)
        if _MACROS.search(entry.filename):
            raise DocumentRefused(Refusal.ACTIVE_CONTENT)
        path = posixpath.normpath(entry.filename)
        outside = path.startswith(("/", "..")) or "\\" in entry.filename or ":" in entry.filename
        if outside or stat.S_ISLNK(entry.external_attr >> 16):
            raise DocumentRefused(Refusal.TOO_COMPLEX)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DocumentRefused(Refusal.BROKEN)
    if sum(entry.file_size for entry in entries) > _TOTAL_BYTES:
        raise DocumentRefused(Refusal.TOO_COMPLEX)


def _check_overlap(data: bytes, entries: list[zipfile.ZipInfo], directory: int) -> None:
    """Refuses entries that share bytes, by which a small file can hold the same bomb a thousand times."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    for entry, limit in zip(ordered, [*(e.header_offset for e in ordered[1:]), directory], strict=True):
        header = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER]
        if len(header) < _LOCAL_HEADER:
            raise DocumentRefused(Refusal.BROKEN)
        variable = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        if entry.header_offset + _LOCAL_HEADER + variable + entry.compress_size > limit:
            raise DocumentRefused(Refusal.TOO_COMPLEX)


def _inflated(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    parts = {}
    total = 0
    for entry in entries:
        keep = entry.filename.lower().endswith(_XML)
        content = bytearray()
        size = 0
        with archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > _ENTRY_BYTES or total + size > _TOTAL_BYTES:
                    raise DocumentRefused(Refusal.TOO_COMPLEX)
                if keep:
                    content += chunk
        total += size
        if keep:
            parts[entry.filename] = _checked(bytes(content))
    return parts


def _checked(xml: bytes) -> bytes:
    """An XML part without a document type: entities are the way to bombs and to files of this machine."""
    # In UTF-16 every other byte is zero.
    if _DOCTYPE.search(xml.replace(b"\0", b"")):
        raise DocumentRefused(Refusal.TOO_COMPLEX)
    return xml
