"""Hostile documents cost one answer each; the documents beside and after them are read."""

import asyncio
import io
import os
import time
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

import pikepdf
import psutil
import pytest
from reportlab.pdfgen.canvas import Canvas

from ats.documents.rules import DocumentRefused, Kind, Limits, Refusal
from worker.reading.messages import ChildLimits
from worker.sandbox import Sandbox

WORDML = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def simple_pdf(text: str = "A normal page") -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    canvas.drawString(72, 700, text)
    canvas.save()
    return buffer.getvalue()


def docx(main: bytes, **more: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/word/document.xml" ContentType="{WORDML}"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        archive.writestr("word/document.xml", main)
        for name, content in more.items():
            archive.writestr(f"word/{name}.xml", content)
    return buffer.getvalue()


def pdf_objects(*objects: bytes) -> bytes:
    """A PDF of the given objects, the first of which is the catalogue; the reader has to rebuild its table."""
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, content) for number, content in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer <</Root 1 0 R /Size %d>>\n%%%%EOF\n" % (len(objects) + 1)


def stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<</Length %d %s>>\nstream\n%s\nendstream" % (len(content), extra, content)


def deflated(megabytes: int) -> bytes:
    """A zlib stream of spaces: one flushed block, repeated, so that making it costs next to nothing."""
    block = b" " * 1_000_000
    packer = zlib.compressobj(9, wbits=-15)
    once = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 1
    for _ in range(megabytes):
        checksum = zlib.adler32(block, checksum)
    return b"\x78\xda" + once * megabytes + b"\x03\x00" + checksum.to_bytes(4, "big")


@cache
def flate_bomb() -> bytes:
    """A page whose content is a gibibyte, packed twice: a few kilobytes."""
    content = zlib.compress(deflated(1_000), 9)
    return pdf_objects(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>",
        stream(content, b"/Filter[/FlateDecode/FlateDecode]"),
    )


def form_bomb() -> bytes:
    """Ten forms, each of which draws the next one ten times."""
    forms = []
    for number in range(5, 15):
        content = b"/N Do " * 10 if number < 14 else b"0 0 m 9 9 l S"
        names = b"/Resources<</XObject<</N %d 0 R>>>>" % (number + 1) if number < 14 else b""
        forms.append(stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]" + names))
    return pdf_objects(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</XObject<</N 5 0 R>>>>>>",
        stream(b"/N Do"),
        *forms,
    )


def endless_pages() -> bytes:
    """A page tree that says it has a hundred million pages and contains itself."""
    return pdf_objects(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[2 0 R 2 0 R 2 0 R]/Count 100000000>>",
    )


def deep_pdf() -> bytes:
    return pdf_objects(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"[" * 500_000 + b"]" * 500_000
    )


def encrypted_pdf() -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(simple_pdf())) as document:
        document.save(buffer, encryption=pikepdf.Encryption(owner="owner", user="secret"))
    return buffer.getvalue()


HOSTILE: dict[str, tuple[Callable[[], bytes], Kind, set[Refusal]]] = {
    "empty": (lambda: b"", Kind.PDF, {Refusal.EMPTY}),
    "too large": (lambda: b"x" * 20_000_001, Kind.TEXT, {Refusal.TOO_LARGE}),
    "truncated PDF": (lambda: simple_pdf()[:300], Kind.PDF, {Refusal.BROKEN}),
    "encrypted PDF": (encrypted_pdf, Kind.PDF, {Refusal.ENCRYPTED}),
    "PDF that is none": (lambda: b"MZ" + bytes(5000), Kind.PDF, {Refusal.BROKEN}),
    "DOCX that is none": (simple_pdf, Kind.DOCX, {Refusal.BROKEN}),
    "text that is none": (lambda: simple_pdf() + b"\0", Kind.TEXT, {Refusal.WRONG_TYPE}),
    "PDF flate bomb": (flate_bomb, Kind.PDF, {Refusal.TOO_COMPLEX, Refusal.TIMEOUT}),
    "PDF of forms in forms": (form_bomb, Kind.PDF, {Refusal.TOO_COMPLEX, Refusal.TIMEOUT}),
    "endless pages": (endless_pages, Kind.PDF, {Refusal.TOO_MANY_PAGES, Refusal.BROKEN}),
    "deep PDF": (deep_pdf, Kind.PDF, {Refusal.BROKEN, Refusal.TOO_COMPLEX}),
    "zip bomb": (lambda: docx(b"<a>" + b" " * 100_000_000 + b"</a>"), Kind.DOCX, {Refusal.TOO_COMPLEX}),
    "XML bomb": (
        lambda: docx(
            b"<!DOCTYPE z [<!ENTITY a 'aaaaaaaaaa'>"
            + b"".join(b"<!ENTITY %c '%s'>" % (c + 1, b"&%c;" % c * 10) for c in range(97, 110))
            + b"]><z>&n;</z>"
        ),
        Kind.DOCX,
        {Refusal.TOO_COMPLEX},
    ),
    "deep XML": (lambda: docx(b"<a>" * 1_000_000 + b"</a>" * 1_000_000), Kind.DOCX, {Refusal.BROKEN}),
    "huge XML": (
        lambda: docx(b"<a>" + b"<b/>" * 11_000_000 + b"</a>"),
        Kind.DOCX,
        {Refusal.TOO_COMPLEX, Refusal.NO_TEXT, Refusal.BROKEN, Refusal.TIMEOUT},
    ),
    "long text": (lambda: b"x" * 1_000_001, Kind.TEXT, {Refusal.TOO_COMPLEX}),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_document_is_refused_in_time_and_the_next_one_is_read(name: str) -> None:
    make, kind, reasons = HOSTILE[name]
    data = make()
    sandbox = Sandbox(read_deadline=10)
    began = time.monotonic()
    with pytest.raises(DocumentRefused) as refused:
        await sandbox.read(data, kind)
    assert refused.value.reason in reasons
    # The deadline, and as much again for starting the child and for killing it on a busy machine.
    assert time.monotonic() - began < 20
    assert (await sandbox.read(simple_pdf(), Kind.PDF)).text == "A normal page"


async def test_a_hostile_document_does_not_hurt_the_one_that_is_read_beside_it() -> None:
    sandbox = Sandbox(readers=2, read_deadline=8)
    bomb, *good = await asyncio.gather(
        sandbox.read(form_bomb(), Kind.PDF),
        *(sandbox.read(simple_pdf(f"Document {number}"), Kind.PDF) for number in range(5)),
        return_exceptions=True,
    )
    assert isinstance(bomb, DocumentRefused)
    assert [getattr(each, "text", each) for each in good] == [f"Document {number}" for number in range(5)]


async def test_memory_is_limited_and_the_limit_is_what_stops_a_bomb() -> None:
    tight = Sandbox(reader=ChildLimits(memory=200_000_000, cpu=20))
    with pytest.raises(DocumentRefused) as refused:
        await tight.read(flate_bomb(), Kind.PDF)
    assert refused.value.reason is Refusal.TOO_COMPLEX
    assert (await tight.read(simple_pdf(), Kind.PDF)).text == "A normal page"


async def test_processor_time_is_limited_and_the_limit_is_what_stops_a_loop() -> None:
    tight = Sandbox(reader=ChildLimits(memory=1 << 40, cpu=1), read_deadline=30)
    began = time.monotonic()
    with pytest.raises(DocumentRefused) as refused:
        await tight.read(form_bomb(), Kind.PDF)
    assert refused.value.reason is Refusal.TIMEOUT
    assert time.monotonic() - began < 15


async def test_no_reader_is_left_behind() -> None:
    sandbox = Sandbox()
    for _ in range(3):
        await sandbox.read(simple_pdf(), Kind.PDF)
    mine = psutil.Process(os.getpid()).children()
    assert not [child for child in mine if "reader" in child.cmdline()]


async def test_a_page_limit_of_the_caller_is_kept() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for _ in range(3):
        canvas.drawString(72, 700, "page")
        canvas.showPage()
    canvas.save()
    sandbox = Sandbox()
    assert (await sandbox.read(buffer.getvalue(), Kind.PDF)).pages == 3
    with pytest.raises(DocumentRefused) as refused:
        await sandbox.read(buffer.getvalue(), Kind.PDF, limits=Limits(pages=2))
    assert refused.value.reason is Refusal.TOO_MANY_PAGES


async def test_a_refusal_says_nothing_about_the_document() -> None:
    with pytest.raises(DocumentRefused) as refused:
        await Sandbox().read(b"canary\0", Kind.TEXT)
    error: BaseException | None = refused.value
    while error is not None:
        assert "canary" not in repr(error)
        error = error.__cause__ or error.__context__
