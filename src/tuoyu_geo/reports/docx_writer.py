"""report.docx: the chapters as a Word text in the manner of an official document (after GB/T 9704)."""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from tuoyu_geo.messages import text
from tuoyu_geo.reports.blocks import Block, Grid, Heading, Paragraph, Picture
from tuoyu_geo.reports.book import FORBIDDEN
from tuoyu_geo.reports.fixed_zip import fixed_zip
from tuoyu_geo.schema import stated

if TYPE_CHECKING:
    from tuoyu_geo.outcome import ProjectNote

# GB/T 9704-2012: A4, head 37 mm, left 28 mm, type area 156 x 225 mm; 仿宋 size 3 (16 pt), 22 lines a page.
TYPE_WIDTH_MM = 156
BODY, CHAPTER, SONG = "仿宋_GB2312", "黑体", "宋体"


def docx_bytes(blocks: Sequence[Block], *, pictures: Mapping[str, bytes], note: "ProjectNote") -> bytes:
    """The document; the same bytes from the same blocks and pictures."""
    document = Document()
    _page(document)
    _styles(document)
    _front(document, note)
    for block in blocks:
        match block:
            case Heading():
                document.add_heading(_clean(block.words), level=block.level)
            case Paragraph():
                _paragraph(document, block)
            case Grid():
                _grid(document, block)
            case Picture():
                _picture(document, block, pictures[block.name])
    day = dt.datetime.fromisoformat(note.date)
    core = document.core_properties
    core.title, core.author, core.last_modified_by, core.comments = (
        _clean(note.title),
        "tuoyu-geo",
        "tuoyu-geo",
        "",
    )
    core.created = core.modified = day
    core.revision = 1
    core.keywords = stated("report")
    buffer = io.BytesIO()
    document.save(buffer)
    return fixed_zip(buffer.getvalue())


def _clean(words: str) -> str:
    return FORBIDDEN.sub("", words)


def _page(document: Any) -> None:  # noqa: ANN401  (python-docx names no types)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _add_run(footer, "— ", size=14, font=SONG)
    for kind, words in (("begin", None), (None, "PAGE"), ("end", None)):
        run = _add_run(footer, "", size=14, font=SONG)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = words
        run._r.append(mark)  # noqa: SLF001  (python-docx has no fields)
    _add_run(footer, " —", size=14, font=SONG)


def _styles(document: Any) -> None:  # noqa: ANN401
    normal = document.styles["Normal"]
    _font(normal, BODY, size=16)
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    normal.paragraph_format.line_spacing = Pt(28)
    normal.paragraph_format.space_after = Pt(0)
    for level, font in ((1, CHAPTER), (2, BODY)):
        style = document.styles[f"Heading {level}"]
        _font(style, font, size=16, bold=level > 1)
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(14), Pt(4)
        style.paragraph_format.keep_with_next = True


def _font(owner: Any, name: str, *, size: float, bold: bool = False) -> None:  # noqa: ANN401
    owner.font.name, owner.font.size, owner.font.bold = name, Pt(size), bold
    fonts = owner.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("ascii", "hAnsi", "eastAsia"):
        fonts.set(qn(f"w:{script}"), name)


def _add_run(paragraph: Any, words: str, *, size: float, font: str) -> Any:  # noqa: ANN401
    run = paragraph.add_run(_clean(words))
    _font(run, font, size=size)
    return run


def _front(document: Any, note: "ProjectNote") -> None:  # noqa: ANN401
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(36)
    title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(40), Pt(16)
    _add_run(title, note.title, size=22, font=text("report.font_title"))
    under = document.add_paragraph()
    under.alignment = WD_ALIGN_PARAGRAPH.CENTER
    prepared_by = note.prepared_by or text("reports.nobody")
    _add_run(under, text("report.prepared", prepared_by=prepared_by, date=note.date), size=14, font=BODY)


def _paragraph(document: Any, block: Paragraph) -> None:  # noqa: ANN401
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Pt(32)
    run = paragraph.add_run(_clean(block.words))
    if block.warning:
        run.font.bold = True
        run.font.color.rgb = RGBColor(0x9C, 0x1C, 0x1C)


def _grid(document: Any, block: Grid) -> None:  # noqa: ANN401
    caption = document.add_paragraph()
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before = Pt(6)
    _add_run(caption, block.caption, size=12, font=CHAPTER)
    table = document.add_table(rows=0, cols=len(block.header), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    unit = TYPE_WIDTH_MM / sum(block.widths)
    widths = [Mm(width * unit).twips for width in block.widths]
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):  # noqa: SLF001
        column.set(qn("w:w"), str(width))
    for i, cells in enumerate([block.header, *block.rows]):
        bold = i == 0 or (block.total and i == len(block.rows))
        sides = [
            "center" if i == 0 else "right" if j in block.numeric else "left"
            for j in range(len(block.header))
        ]
        table._tbl.append(_row(cells, widths=widths, sides=sides, bold=bold, repeat=i == 0))  # noqa: SLF001
    document.add_paragraph().paragraph_format.line_spacing = Pt(10)


def _row(
    cells: Sequence[str], *, widths: Sequence[int], sides: Sequence[str], bold: bool, repeat: bool
) -> Any:  # noqa: ANN401
    """A table row as XML: python-docx takes seconds for a few hundred rows."""
    row = OxmlElement("w:tr")
    properties = _child(row, "trPr")
    _child(properties, "cantSplit")
    if repeat:
        _child(properties, "tblHeader")
    for words, width, side in zip(cells, widths, sides, strict=True):
        cell = _child(row, "tc")
        _child(_child(cell, "tcPr"), "tcW", w=width, type="dxa")
        paragraph = _child(cell, "p")
        layout = _child(paragraph, "pPr")
        _child(layout, "spacing", line=14 * 20, lineRule="exact")
        _child(layout, "jc", val=side)
        run = _child(paragraph, "r")
        look = _child(run, "rPr")
        _child(look, "rFonts", ascii=SONG, hAnsi=SONG, eastAsia=SONG)
        if bold:
            _child(look, "b")
        _child(look, "sz", val=18)
        _child(run, "t").text = _clean(words)
    return row


def _child(parent: Any, name: str, **attributes: object) -> Any:  # noqa: ANN401
    element = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), str(value))
    parent.append(element)
    return element


def _picture(document: Any, block: Picture, data: bytes) -> None:  # noqa: ANN401
    holder = document.add_paragraph()
    holder.alignment = WD_ALIGN_PARAGRAPH.CENTER
    # A fixed line height would cut the picture off.
    holder.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    holder.paragraph_format.keep_with_next = True
    holder.add_run().add_picture(io.BytesIO(data), width=Mm(TYPE_WIDTH_MM))
    caption = document.add_paragraph()
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _add_run(caption, block.caption, size=12, font=CHAPTER)
