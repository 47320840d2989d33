"""What one file holds: told by its content, never by its name or folder."""

import csv
import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
# "pmed1   5819", "Brighton and Hove 027E,3627": a name, and a number at the end.
NAMED = re.compile(rf"(?P<name>\S.*?)\s*[\s,;:=]\s*(?P<value>{NUMBER.pattern})", re.ASCII)
MOST_BYTES = 200_000_000


class InstanceError(ValueError):
    """A file can't be read as what it seems to be; the message says where and why."""


class NotTextError(InstanceError):
    """A file is empty, or holds something other than text."""


class NoInstanceError(ValueError):
    """A file is none of the formats, nor does it look like one; the message says what it looks like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Numbers between spaces: the line and the words of every line that is not blank."""

    line: tuple[int, ...]
    words: tuple[tuple[str, ...], ...]

    @property
    def width(self) -> tuple[int, ...]:
        """Words in each line."""
        return tuple(len(one) for one in self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A number, as written, to each name: best answers of instances, or the demand of places."""

    value: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table with a heading: line numbers, and the cells of every row."""

    heading: tuple[str, ...]
    line: tuple[int, ...]
    cells: tuple[tuple[str, ...], ...]


def read_text(path: Path) -> str:
    """The text of a file.

    Raises
    ------
    InstanceError
        It can't be opened, is empty, too long, or not text.
    """
    try:
        if not path.is_file():
            raise InstanceError("not a file")
        if path.stat().st_size > MOST_BYTES:
            raise InstanceError(f"{path.stat().st_size:,} bytes; {MOST_BYTES:,} at most")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as fault:
        raise InstanceError(f"can't be opened: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise NotTextError(f"not text in UTF-8 (byte {fault.start:,})") from fault
    if not text.strip():
        raise NotTextError("empty")
    if "\0" in text:
        raise NotTextError("not text: it holds zero bytes")
    return text


def read_piece(text: str) -> Rows | Named | Sheet:
    """What the text is.

    Raises
    ------
    InstanceError
        It looks like a table, and its rows don't fit its heading.
    NoInstanceError
        It is neither numbers nor a table.
    """
    lines = [(k, line.strip()) for k, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if lines[0][1][0] in "{[<":
        raise NoInstanceError("JSON or markup")
    separator = max(",;\t", key=lines[0][1].count)
    cells = [cell.strip() for cell in lines[0][1].split(separator)]
    is_sheet = len(cells) > 1 and not all(_is_like_number(cell) for cell in cells)
    if _are_named(lines) and len(cells) <= 2:
        return _named(lines)
    if is_sheet:
        return _sheet(text, separator)
    words = [tuple(line.split()) for _, line in lines]
    n_number = sum(_is_like_number(word) for row in words for word in row)
    if n_number > sum(map(len, words)) / 2:
        return Rows(line=tuple(k for k, _ in lines), words=tuple(words))
    raise NoInstanceError("prose")


def _is_like_number(word: str) -> bool:
    """Whether a word begins as a number does, and was meant as one."""
    return word[:1] != "" and word[0] in "+-.0123456789"


def _body(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The lines of names and numbers, without a heading that is none."""
    return lines if NAMED.fullmatch(lines[0][1]) else lines[1:]


def _are_named(lines: list[tuple[int, str]]) -> bool:
    """Whether the lines are names with a number each, two thirds of them at least: the others are then at fault."""
    body = _body(lines)
    n_named = sum(
        (found := NAMED.fullmatch(line)) is not None and not _is_like_number(found["name"])
        for _, line in body
    )
    return n_named > 0 and 3 * n_named >= 2 * len(body)


def _named(lines: list[tuple[int, str]]) -> Named:
    value: dict[str, str] = {}
    for k, line in _body(lines):
        found = NAMED.fullmatch(line)
        if found is None:
            raise InstanceError(f"line {k}: {line[:40]!r} is no name with a number")
        name = found["name"].strip().strip('"')
        if value.setdefault(name, found["value"]) != found["value"]:
            raise InstanceError(f"line {k}: {name} has two values, {value[name]} and {found['value']}")
    return Named(value=value)


def _sheet(text: str, separator: str) -> Sheet:
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    line, rows = [], []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                line.append(reader.line_num)
                rows.append(tuple(cell.strip() for cell in row))
    except csv.Error as fault:
        raise InstanceError(f"line {reader.line_num}: {fault}") from fault
    heading, cells = (rows[0], rows[1:]) if rows else ((), [])
    if len(heading) < 2:
        raise NoInstanceError("prose")
    if not cells:
        raise InstanceError("a heading, and no row below it")
    wrong = [k for k, row in enumerate(cells) if len(row) != len(heading)]
    if 2 * len(wrong) > len(cells):
        raise NoInstanceError("prose")
    if wrong:
        k = wrong[0]
        raise InstanceError(f"line {line[k + 1]}: {len(cells[k])} cells under {len(heading)} headings")
    return Sheet(heading=heading, line=tuple(line[1:]), cells=tuple(cells))
