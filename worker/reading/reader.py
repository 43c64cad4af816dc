"""Reads one document of any kind."""

from ats.documents.rules import DocumentRefused, Kind, Refusal
from worker.reading.docx import read_docx
from worker.reading.messages import ReadRequest, ReadResult
from worker.reading.pdf import read_pdf
from worker.reading.plain import read_plain

_READERS = {Kind.PDF: read_pdf, Kind.DOCX: read_docx, Kind.TEXT: read_plain}


def read(request: ReadRequest) -> ReadResult:
    """The text of a document.

    Raises:
        DocumentRefused: why it cannot be read.
    """
    try:
        return _READERS[request.kind](request.data, request.limits)
    except (DocumentRefused, MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001 - whatever else a parser raises on a strange file, that file cannot be read
        raise DocumentRefused(Refusal.BROKEN) from None
