"""Reads DOCX: all the text that somebody who opens the document would see, in the order of the document."""

from lxml import etree  # type: ignore[import-untyped]

from ats.documents.rules import DocumentRefused, Limits, Refusal
from worker.reading.archive import open_archive
from worker.reading.clean import clean
from worker.reading.messages import ReadResult
from worker.reading.wordtext import visible_text

_CONTENT_TYPES = "[Content_Types].xml"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_DRAWING = "application/vnd.openxmlformats-officedocument.drawingml."
_MAIN = _WORD + "document.main+xml"
_MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
# The parts that hold visible text, in the order in which they are read.
_PARTS = (
    _WORD + "header+xml",
    _MAIN,
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
    if _CONTENT_TYPES not in parts:
        raise DocumentRefused(Refusal.WRONG_TYPE)
    by_type: dict[str, list[str]] = {}
    for override in _parsed(parts[_CONTENT_TYPES]).iter("{*}Override"):
        name = override.get("PartName", "").lstrip("/")
        by_type.setdefault(override.get("ContentType", ""), []).append(name)
    if _MACRO_MAIN in by_type:
        raise DocumentRefused(Refusal.ACTIVE_CONTENT)
    if len(by_type.get(_MAIN, [])) != 1:
        raise DocumentRefused(Refusal.WRONG_TYPE)
    names = [name for kind in _PARTS for name in sorted(by_type.get(kind, []))]
    if by_type[_MAIN][0] not in parts:
        raise DocumentRefused(Refusal.BROKEN)
    return [name for name in names if name in parts]


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
