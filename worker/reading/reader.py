"""Reads one document of any kind."""

from ats.documents.rules import Kind
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
    return _READERS[request.kind](request.data, request.limits)
