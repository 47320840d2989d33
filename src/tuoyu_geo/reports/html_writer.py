"""report.html: the chapters as one page that opens without a network."""

import base64
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from tuoyu_geo.messages import text
from tuoyu_geo.reports.blocks import Block, Grid, Heading, Paragraph, Picture
from tuoyu_geo.schema import html_meta

if TYPE_CHECKING:
    from tuoyu_geo.outcome import ProjectNote


def html_bytes(blocks: Sequence[Block], *, pictures: Mapping[str, bytes], note: "ProjectNote") -> bytes:
    """The page as UTF-8, with style and pictures inside; it runs no script and fetches nothing."""
    style = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    chapters = [block for block in blocks if isinstance(block, Heading) and block.level == 1]
    entries = "".join(
        f'<li><a href="#c{number}">{escape(block.words)}</a></li>'
        for number, block in enumerate(chapters, start=1)
    )
    prepared = text("report.prepared", prepared_by=note.prepared_by or text("reports.nobody"), date=note.date)
    parts = [
        "<!doctype html>",
        f'<html lang="{text("words.html_lang")}"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        html_meta("report"),
        f"<title>{escape(text('report.html_title', title=note.title))}</title>",
        f"<style>{style}</style></head><body>",
        f"<header><h1>{escape(note.title)}</h1><p>{escape(prepared)}</p></header>",
        f"<nav><h2>{escape(text('report.contents'))}</h2><ol>{entries}</ol></nav><main>",
    ]
    number = 0
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            number += 1
        parts.append(_element(block, pictures=pictures, anchor=f"c{number}"))
    parts.append("</main></body></html>\n")
    return "\n".join(parts).encode()


def _element(block: Block, *, pictures: Mapping[str, bytes], anchor: str) -> str:
    match block:
        case Heading():
            level = block.level + 1
            return f'<h{level} id="{anchor}">{escape(block.words)}</h{level}>'
        case Paragraph():
            return f'<p class="{"warning" if block.warning else "text"}">{escape(block.words)}</p>'
        case Picture():
            data = base64.b64encode(pictures[block.name]).decode()
            caption = escape(block.caption)
            return f'<figure><img alt="{caption}" src="data:image/png;base64,{data}"><figcaption>{caption}</figcaption></figure>'
        case Grid():
            return _table(block)


def _table(block: Grid) -> str:
    head = "".join(f"<th>{escape(words)}</th>" for words in block.header)
    body = []
    for i, cells in enumerate(block.rows, start=1):
        total = ' class="total"' if block.total and i == len(block.rows) else ""
        shown = "".join(
            f'<td class="number">{escape(words)}</td>' if j in block.numeric else f"<td>{escape(words)}</td>"
            for j, words in enumerate(cells)
        )
        body.append(f"<tr{total}>{shown}</tr>")
    return (
        f'<div class="grid"><table><caption>{escape(block.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )
