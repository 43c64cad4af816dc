"""The text of a DOCX is what somebody who opens it sees, wherever it stands."""

import io
import zipfile
from collections.abc import Mapping

import docx
import pytest

from ats.documents.rules import DocumentRefused, Limits, Refusal
from worker.reading.docx import read_docx

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NAMESPACES = (
    f'xmlns:w="{_WORD}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
_WORDML = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_DOCUMENT_TYPE = _WORDML + "document.main+xml"


def container(parts: Mapping[str, str | bytes], types: Mapping[str, str], *, main: str = "word/document.xml") -> bytes:
    """A ZIP file with content types by name or ending, a relation to the main part, and the given parts."""
    overrides = "".join(
        f'<Default Extension="{name[1:]}" ContentType="{kind}"/>'
        if name.startswith(".")
        else f'<Override PartName="/{name}" ContentType="{kind}"/>'
        for name, kind in types.items()
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{overrides}</Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
            f'Target="{main}"/></Relationships>',
        )
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def document(body: str, **more: str) -> bytes:
    """A DOCX with this body; `header`, `footer` and `footnotes` make such a part."""
    parts = {"word/document.xml": f"<w:document {_NAMESPACES}><w:body>{body}</w:body></w:document>"}
    types = {"word/document.xml": _DOCUMENT_TYPE}
    for kind, content in more.items():
        parts[f"word/{kind}1.xml"] = f"<w:{kind} {_NAMESPACES}>{content}</w:{kind}>"
        types[f"word/{kind}1.xml"] = f"{_WORDML}{kind}+xml"
    return container(parts, types)


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*content: str) -> str:
    return f"<w:p>{''.join(content)}</w:p>"


def text_of(data: bytes) -> str:
    return read_docx(data, Limits()).text


def refusal(data: bytes) -> Refusal:
    with pytest.raises(DocumentRefused) as refused:
        read_docx(data, Limits())
    return refused.value.reason


def test_a_document_of_a_word_processor_is_read_in_order() -> None:
    made = docx.Document()
    made.add_heading("Curriculum vitae")
    table = made.add_table(2, 2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ("Name", "Ann", "Born", "1990"), strict=True):
        cell.text = text
    made.add_paragraph("After the table")
    made.sections[0].header.paragraphs[0].text = "Header"
    made.sections[0].footer.paragraphs[0].text = "Footer"
    buffer = io.BytesIO()
    made.save(buffer)
    assert text_of(buffer.getvalue()) == (
        "Header\n\nCurriculum vitae\nName\tAnn\nBorn\t1990\nAfter the table\n\nFooter"
    )


def test_tracked_insertions_are_read_and_deletions_are_not() -> None:
    body = paragraph(
        run("kept "),
        f"<w:ins>{run('inserted ')}</w:ins>",
        "<w:del><w:r><w:delText>deleted </w:delText></w:r></w:del>",
        f"<w:moveFrom>{run('from ')}</w:moveFrom><w:moveTo>{run('to')}</w:moveTo>",
    )
    assert text_of(document(body)) == "kept inserted to"


def test_content_controls_fields_hyperlinks_and_smart_tags_are_read() -> None:
    body = paragraph(
        f"<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent>{run('control ')}</w:sdtContent></w:sdt>",
        f"<w:fldSimple w:instr='DATE'>{run('field ')}</w:fldSimple>",
        f"<w:hyperlink>{run('link ')}</w:hyperlink>",
        f"<w:smartTag>{run('tag')}</w:smartTag>",
        "<w:r><w:instrText>HYPERLINK x</w:instrText></w:r>",
    )
    assert text_of(document(body)) == "control field link tag"


def test_a_text_box_is_read_once_and_after_the_paragraph_that_holds_it() -> None:
    inner = paragraph(run("in the box"))
    box = (
        "<w:r><mc:AlternateContent>"
        f"<mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent>{inner}</w:txbxContent></wps:txbx></w:drawing>"
        "</mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    assert text_of(document(paragraph(run("one "), box, run("sentence")))) == "one sentence\nin the box"
    old = f"<w:r><w:pict><v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></w:pict></w:r>"
    assert text_of(document(paragraph(run("old"), old))) == "old\nin the box"


def test_headers_footnotes_and_footers_are_read() -> None:
    data = document(
        paragraph(run("body")),
        header=paragraph(run("top")),
        footnotes=f"<w:footnote>{paragraph(run('note'))}</w:footnote>",
        footer=paragraph(run("bottom")),
    )
    assert text_of(data) == "top\n\nbody\n\nnote\n\nbottom"


def test_nested_tables_and_columns_of_a_layout_are_read() -> None:
    def cell(*paragraphs: str) -> str:
        return f"<w:tc><w:tcPr/>{''.join(paragraphs)}</w:tc>"

    nested = f"<w:tbl><w:tr>{cell(paragraph(run('inner')))}</w:tr></w:tbl>"
    left = cell(paragraph(run("left one")), paragraph(run("left two")))
    body = f"<w:tbl><w:tblGrid/><w:tr>{left}{cell(nested, paragraph())}</w:tr></w:tbl>"
    assert text_of(document(body)) == "left one\nleft two\ninner"


def test_hidden_text_is_not_read_and_a_tab_stop_is_not_a_tab() -> None:
    body = paragraph(
        "<w:pPr><w:tabs><w:tab w:val='left' w:pos='1'/></w:tabs></w:pPr>",
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>",
        "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>shown</w:t></w:r>",
        "<w:r><w:tab/><w:t>next</w:t><w:br/><w:t>line</w:t></w:r>",
    )
    assert text_of(document(body)) == "shown\tnext\nline"


def test_smart_art_is_read() -> None:
    drawing = "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"
    data = container(
        {
            "word/document.xml": f"<w:document {_NAMESPACES}><w:body>{paragraph(run('body'))}</w:body></w:document>",
            "word/diagrams/data1.xml": f"<x {_NAMESPACES}><a:p><a:r><a:t>in a shape</a:t></a:r></a:p></x>",
        },
        {"word/document.xml": _DOCUMENT_TYPE, "word/diagrams/data1.xml": drawing},
    )
    assert text_of(data) == "body\n\nin a shape"


def test_the_document_is_found_under_any_name_and_by_the_type_of_its_ending() -> None:
    body = f"<w:document {_NAMESPACES}><w:body>{paragraph(run('body'))}</w:body></w:document>"
    types = {".xml": _DOCUMENT_TYPE, "docProps/core.xml": "application/x"}
    parts = {"word/document2.xml": body, "docProps/core.xml": "<x><t>author</t></x>"}
    assert text_of(container(parts, types, main="/word/document2.xml")) == "body"


def test_other_containers_are_not_what_their_name_says() -> None:
    sheet = container({"xl/workbook.xml": "<x/>"}, {"xl/workbook.xml": "application/x"}, main="xl/workbook.xml")
    assert refusal(sheet) is Refusal.WRONG_TYPE
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("program.js", "alert(1)")
    assert refusal(buffer.getvalue()) is Refusal.WRONG_TYPE


def test_macros_and_controls_are_refused() -> None:
    good = {"word/document.xml": f"<w:document {_NAMESPACES}/>"}
    types = {"word/document.xml": _DOCUMENT_TYPE}
    assert refusal(container(good | {"word/vbaProject.bin": b"x"}, types)) is Refusal.ACTIVE_CONTENT
    assert refusal(container(good | {"word/activeX/activeX1.xml": "<x/>"}, types)) is Refusal.ACTIVE_CONTENT
    macro = {"word/document.xml": "application/vnd.ms-word.document.macroEnabled.main+xml"}
    assert refusal(container(good, macro)) is Refusal.ACTIVE_CONTENT


def test_a_document_type_in_any_part_and_any_encoding_is_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    types = {"word/document.xml": _DOCUMENT_TYPE}
    assert refusal(container({"word/document.xml": bomb}, types)) is Refusal.TOO_COMPLEX
    assert refusal(container({"word/document.xml": bomb.encode("utf-16")}, types)) is Refusal.TOO_COMPLEX
    disguised = f'<?xml version="1.0" encoding="IBM037"?>{bomb}'.encode("cp037")
    assert refusal(container({"word/document.xml": disguised}, types)) in (Refusal.TOO_COMPLEX, Refusal.BROKEN)
    unread = container({"word/document.xml": f"<w:document {_NAMESPACES}/>", "customXml/item1.xml": bomb}, types)
    assert refusal(unread) is Refusal.TOO_COMPLEX


def test_a_file_of_this_machine_is_not_read() -> None:
    trick = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + f"<w:document {_NAMESPACES}>&f;</w:document>"
    assert (
        refusal(container({"word/document.xml": trick}, {"word/document.xml": _DOCUMENT_TYPE})) is Refusal.TOO_COMPLEX
    )


def zipped(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize(
    "names",
    [
        ["a.xml", "a.xml"],
        ["a.xml", "A.XML"],
        ["../outside.xml"],
        ["/root.xml"],
        ["C:/root.xml"],
        [f"{number}.xml" for number in range(2_001)],
    ],
    ids=["twice", "twice but for case", "parent", "absolute", "drive", "2001 entries"],
)
def test_a_container_made_to_confuse_is_refused(names: list[str]) -> None:
    assert refusal(zipped(*((name, b"<a/>") for name in names))) is Refusal.TOO_COMPLEX


def test_a_link_in_the_container_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal(buffer.getvalue()) is Refusal.TOO_COMPLEX


def test_entries_that_share_their_bytes_are_refused() -> None:
    data = bytearray(zipped(("a.xml", b"<a/>" * 50), ("b.xml", b"<b/>" * 50)))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    # The second entry of the directory points to the first one's bytes.
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    assert refusal(bytes(data)) is Refusal.TOO_COMPLEX


def test_an_entry_that_is_bigger_than_it_says_is_refused() -> None:
    data = bytearray(zipped(("a.xml", b"<a>" + b" " * 100_000 + b"</a>")))
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    assert refusal(bytes(data)) is Refusal.BROKEN


def test_a_protected_or_damaged_container_is_refused_with_that_reason() -> None:
    data = bytearray(zipped(("a.xml", b"<a/>")))
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    assert refusal(bytes(data)) is Refusal.ENCRYPTED
    whole = document(paragraph(run("text")))
    assert refusal(whole[: len(whole) // 2]) is Refusal.BROKEN


def test_damaged_xml_and_deep_nesting_are_refused() -> None:
    types = {"word/document.xml": _DOCUMENT_TYPE}
    assert refusal(container({"word/document.xml": "<w:document"}, types)) is Refusal.BROKEN
    deep = f"<w:document {_NAMESPACES}>" + "<w:p>" * 5_000 + "</w:p>" * 5_000 + "</w:document>"
    assert refusal(container({"word/document.xml": deep}, types)) is Refusal.BROKEN
    assert refusal(container({}, types)) is Refusal.BROKEN


def test_a_document_without_text_is_refused_with_that_reason() -> None:
    assert refusal(document(paragraph())) is Refusal.NO_TEXT
