"""Walks WordprocessingML and DrawingML and gives the text that is visible (ECMA-376, part 1)."""

from lxml import etree  # type: ignore[import-untyped]

# Deleted and moved-away text, instructions of fields, the numbers behind a chart: none of it is seen.
_HIDDEN = frozenset({"del", "moveFrom", "delText", "delInstrText", "instrText", "tblGrid", "numCache"})
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "ptab": "\t", "noBreakHyphen": "-", "sym": " "}
_FALSE = frozenset({"0", "false", "off"})


def visible_text(root: etree._Element) -> str:
    """The visible text of one part: a line for each paragraph, cells of a row separated by tabs."""
    return _text(root)


def _text(element: etree._Element) -> str:
    name = _name(element)
    # Properties describe how text looks; the tab of a tab stop, for one, is not a tab in the text.
    if name in _HIDDEN or name.endswith(("Pr", "PrChange")):
        return ""
    if name in _BREAKS:
        return _BREAKS[name]
    if name in _LEAVES:
        return element.text or ""
    handler = _HANDLERS.get(name, _children)
    return handler(element)


def _children(element: etree._Element) -> str:
    return "".join(_text(child) for child in element)


def _paragraph(element: etree._Element) -> str:
    # A text box is anchored in the middle of a paragraph but stands beside it: it follows the paragraph it hangs on.
    boxes: list[str] = []
    line = "".join(_inline(child, boxes) for child in element)
    return line + "\n" + "".join(boxes)


def _inline(element: etree._Element, boxes: list[str]) -> str:
    text = _text(element)
    if _BOX not in text:
        return text
    pieces = text.split(_BOX)
    boxes.extend(pieces[1::2])
    return "".join(pieces[::2])


# Stands on both sides of a text box until its paragraph is complete. No XML document can contain it.
_BOX = "\x01"


def _box(element: etree._Element) -> str:
    # A box in a box has been taken apart already by the paragraphs of the inner one.
    return _BOX + _children(element).replace(_BOX, "") + _BOX


def _run(element: etree._Element) -> str:
    for hidden in element.iterfind("{*}rPr/{*}vanish"):
        value = next((v for k, v in hidden.attrib.items() if _local(k) == "val"), "true")
        if value not in _FALSE:
            return ""
    return _children(element)


def _row(element: etree._Element) -> str:
    cells = [_text(cell).strip("\n") for cell in element]
    filled = [cell for cell in cells if cell.strip()]
    # Short cells make a line, as a label and its value do; cells with several lines are the columns of a layout.
    return ("\n" if any("\n" in cell for cell in filled) else "\t").join(filled) + "\n"


def _alternatives(element: etree._Element) -> str:
    """The same drawing is stored for new and for old programs; the first one that has text is what is seen."""
    for child in element:
        text = _children(child)
        if text.strip():
            return text
    return ""


def _textpath(element: etree._Element) -> str:
    return f"{_BOX}{element.get('string', '')}\n{_BOX}"


def _point(element: etree._Element) -> str:
    """A name on an axis or in the legend of a chart."""
    return _children(element) + "\n"


def _name(element: etree._Element) -> str:
    return _local(str(element.tag))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


_LEAVES = frozenset({"t", "v"})
_HANDLERS = {
    "p": _paragraph,
    "r": _run,
    "tr": _row,
    "txbxContent": _box,
    "AlternateContent": _alternatives,
    "textpath": _textpath,
    "pt": _point,
}
