"""Reads DOCX: all the text that somebody who opens the document would see, in the order of the document."""

import posixpath

from lxml import etree  # type: ignore[import-untyped]

from ats.documents.rules import DocumentRefused, Limits, Refusal
from worker.reading.archive import open_archive
from worker.reading.clean import clean
from worker.reading.messages import ReadResult
from worker.reading.wordtext import visible_text

_CONTENT_TYPES = "[Content_Types].xml"
_RELATIONS = "_rels/.rels"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_DRAWING = "application/vnd.openxmlformats-officedocument.drawingml."
_MAIN = _WORD + "document.main+xml"
_MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
# The parts that hold visible text and are read before and after the document, in this order.
_BEFORE = (_WORD + "header+xml",)
_AFTER = (
    _WORD + "footnotes+xml",
    _WORD + "endnotes+xml",
    _DRAWING + "diagramData+xml",
    _DRAWING + "chart+xml",
    _WORD + "footer+xml",
)


def read_docx(data: bytes, limits: Limits) -> ReadResult:
    """The visible text of a DOCX: headers, body, notes, diagrams and charts, footers.

    Where a page ends is decided by whoever prints the document, so it counts as one page.

    Raises:
        DocumentRefused: what `open_archive` refuses; WRONG_TYPE for another kind of container, ACTIVE_CONTENT, BROKEN,
            TOO_COMPLEX or NO_TEXT.
    """
    parts = open_archive(data)
    texts: list[str] = []
    for name in _visible_parts(parts):
        text = clean(visible_text(_parsed(parts[name])))
        # The same header is often stored three times: for the first, the even and the other pages.
        if text and text not in texts:
            texts.append(text)
    joined = "\n\n".join(texts)
    if len(joined) > limits.characters:
        raise DocumentRefused(Refusal.TOO_COMPLEX)
    if not joined:
        raise DocumentRefused(Refusal.NO_TEXT)
    return ReadResult(text=joined, pages=1, page_starts=(0,))


def _visible_parts(parts: dict[str, bytes]) -> list[str]:
    if _CONTENT_TYPES not in parts or _RELATIONS not in parts:
        raise DocumentRefused(Refusal.WRONG_TYPE)
    types = _types(parts)
    main = _main_part(parts)
    if types.get(main) == _MACRO_MAIN:
        raise DocumentRefused(Refusal.ACTIVE_CONTENT)
    if types.get(main) != _MAIN:
        # A part that is announced and missing is damage; a container without a document is another kind of file.
        raise DocumentRefused(Refusal.WRONG_TYPE if main in parts else Refusal.BROKEN)
    before = [name for kind in _BEFORE for name in sorted(parts) if types[name] == kind]
    after = [name for kind in _AFTER for name in sorted(parts) if types[name] == kind]
    return [*before, main, *after]


def _types(parts: dict[str, bytes]) -> dict[str, str]:
    """The content type of each part: its own, or that of its ending."""
    root = _parsed(parts[_CONTENT_TYPES])
    own = {each.get("PartName", "").lstrip("/"): each.get("ContentType", "") for each in root.iter("{*}Override")}
    endings = {each.get("Extension", "").lower(): each.get("ContentType", "") for each in root.iter("{*}Default")}
    return {name: own.get(name, endings.get(name.rpartition(".")[2].lower(), "")) for name in parts}


def _main_part(parts: dict[str, bytes]) -> str:
    """The name of the part that is the document; it is not always called the same."""
    for relation in _parsed(parts[_RELATIONS]).iter("{*}Relationship"):
        if relation.get("Type", "").endswith("/officeDocument"):
            target: str = relation.get("Target", "")
            return posixpath.normpath(target).lstrip("/")
    raise DocumentRefused(Refusal.WRONG_TYPE)


def _parsed(xml: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        raise DocumentRefused(Refusal.BROKEN) from None
    # Told by the parser itself, because the search through the bytes cannot know every encoding.
    if root.getroottree().docinfo.doctype:
        raise DocumentRefused(Refusal.TOO_COMPLEX)
    return root
