"""Reads PDF with pdfium."""

import io
import re

import pypdfium2
import pypdfium2.raw as pdfium

from ats.documents.rules import DocumentRefused, Limits, Refusal
from worker.reading.clean import clean
from worker.reading.messages import ReadResult

_PAGE_BREAK = "\n\n"
# pdfium marks a hyphen at the end of a line with a character that does not exist, and joins the lines.
_LINE_HYPHEN = re.compile("(?P<before>.)?\ufffe(?P<after>.)?", re.DOTALL)


def read_pdf(data: bytes, limits: Limits) -> ReadResult:
    """The text of a PDF, page by page.

    What is only painted (values of form fields, free-text notes) is first made part of the pages on a copy in memory:
    without that a reader would see text which the detector never got.

    Raises:
        DocumentRefused: ENCRYPTED, BROKEN, TOO_MANY_PAGES, TOO_COMPLEX or NO_TEXT.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise DocumentRefused(Refusal.ENCRYPTED if locked else Refusal.BROKEN) from None
    if len(document) > limits.pages:
        raise DocumentRefused(Refusal.TOO_MANY_PAGES)
    try:
        texts = _texts(_flattened(document), limits)
    except (pypdfium2.PdfiumError, ValueError):
        raise DocumentRefused(Refusal.BROKEN) from None
    if not any(texts):
        raise DocumentRefused(Refusal.NO_TEXT)
    starts = [0]
    for text in texts[:-1]:
        starts.append(starts[-1] + len(text) + len(_PAGE_BREAK))
    return ReadResult(text=_PAGE_BREAK.join(texts), pages=len(texts), page_starts=tuple(starts))


def _flattened(document: pypdfium2.PdfDocument) -> pypdfium2.PdfDocument:
    """The document with its annotations and form values drawn into the pages.

    The raw call is used: pdfium's form environment, which the library's own method wants, can hang on a small file.
    """
    changed = False
    for index in range(len(document)):
        page = document[index]
        result = pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY)
        page.close()
        if result == pdfium.FLATTEN_FAIL:
            raise DocumentRefused(Refusal.BROKEN)
        changed = changed or result == pdfium.FLATTEN_SUCCESS
    if not changed:
        return document
    copy = io.BytesIO()
    document.save(copy)
    document.close()
    return pypdfium2.PdfDocument(copy.getvalue())


def _texts(document: pypdfium2.PdfDocument, limits: Limits) -> list[str]:
    texts = []
    room = limits.characters
    for index in range(len(document)):
        page = document[index]
        text = clean(_LINE_HYPHEN.sub(_join, _page_text(page, room)))
        page.close()
        room -= len(text) + len(_PAGE_BREAK)
        texts.append(text)
    return texts


def _page_text(page: pypdfium2.PdfPage, room: int) -> str:
    textpage = page.get_textpage()
    if textpage.count_chars() > room:
        raise DocumentRefused(Refusal.TOO_COMPLEX)
    text: str = textpage.get_text_range(errors="ignore")
    textpage.close()
    return text


def _join(match: re.Match[str]) -> str:
    """Joins a word that was divided, and keeps the hyphen where it belongs to a number, a name or a compound."""
    before, after = match["before"] or "", match["after"] or ""
    divided = before.islower() and after.islower()
    return before + after if divided else f"{before}-{after}"
