"""The tables of links and nodes as they stand in their files, and everything that is wrong with them at once."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tuoyu_geo.errors import LayerNotFoundError
from tuoyu_geo.findings import Finding
from tuoyu_geo.messages import listed, text
from tuoyu_geo.network.faults import fault, refuse
from tuoyu_geo.network.graphml import line_shape
from tuoyu_geo.network.street import Floats, Ints

_ENCODINGS = ("utf-8-sig", "gb18030")
LISTED_ROWS = 100
"""Rows of one fault that are listed singly; how many more there are is said."""

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LinkTables:
    """What stands in both tables, checked.

    Attributes
    ----------
    node
        ``(n_node,)`` names of the nodes.
    raw
        ``(n_node, 2)`` their coordinates as they stand in the table.
    links
        A row a link, by field.
    ends
        ``(n_link, 2)`` node indices.
    shapes
        A ``(n_vertex, 2)`` line a link, as it stands in the table.
    """

    node: Sequence[str]
    raw: Floats
    links: Sequence[Row]
    ends: Ints
    shapes: Sequence[Floats]


def node_table_of(links: Path) -> Path:
    """The table of nodes that lies beside a table of links: its name with "node" for "link", else node.csv or nodes.csv.

    Raises
    ------
    LayerNotFoundError
        There is none.
    """
    names = [links.name.lower().replace("link", "node"), f"node{links.suffix}", f"nodes{links.suffix}"]
    for path in sorted(links.parent.iterdir()):
        if path.name.lower() in names and path != links:
            return path
    raise LayerNotFoundError(text("network.no_nodes", path=links.name, allowed=listed(dict.fromkeys(names))))


def read_link_tables(link_path: Path, node_path: Path) -> LinkTables:
    """Both tables.

    Raises
    ------
    LayerNotFoundError
        A table is not there.
    NetworkError
        Its findings name every column that is missing and every row that is wrong, in both tables.
    """
    node_rows, notes = _rows(node_path, "nodes")
    link_rows, more = _rows(link_path, "links")
    refuse([*notes, *more])
    if not link_rows:
        refuse([fault("no_streets_in", link_path)])
    faults = _Faults({})
    index: dict[str, int] = {}
    raw = np.array([[_number(row[axis]) for axis in ("x", "y")] for _, row in node_rows]).reshape(-1, 2)
    for i, (number, row) in enumerate(node_rows):
        if row["node"] in index:
            faults.add("node_twice", node_path, number, row["node"])
        index.setdefault(row["node"], i)
        if not np.isfinite(raw[i]).all():
            faults.add("node_position", node_path, number, f"{row['x']}, {row['y']}")
    ends = np.array([[index.get(row[end], -1) for end in ("from", "to")] for _, row in link_rows])
    shapes = [
        _link(row, number, ends=pair, raw=raw, path=link_path, faults=faults)
        for (number, row), pair in zip(link_rows, ends, strict=True)
    ]
    refuse([finding for found in faults.by_code.values() for finding in _listed(found)])
    return LinkTables(
        node=list(index), raw=raw, links=[row for _, row in link_rows], ends=ends, shapes=shapes
    )


class _Faults(NamedTuple):
    by_code: dict[str, list[Finding]]

    def add(self, code: str, path: Path, row: int, found: str) -> None:
        self.by_code.setdefault(code, []).append(fault(code, path, row=row, found=found[:60]))


def _link(row: Row, number: int, *, ends: Ints, raw: Floats, path: Path, faults: _Faults) -> Floats:
    """A link's line; what is wrong with the row is added to the faults."""
    for end, node in zip(("from", "to"), ends, strict=True):
        if node < 0:
            faults.add("node_unknown", path, number, row[end])
    straight = raw[ends] if (ends >= 0).all() else np.zeros((2, 2))
    shape = _shape(row["shape"], straight)
    if shape is None:
        faults.add("link_shape", path, number, row["shape"])
    if row["length"] and not 0 <= _number(row["length"]) < np.inf:
        faults.add("link_length", path, number, row["length"])
    return straight if shape is None else shape


def _listed(findings: list[Finding]) -> list[Finding]:
    """The first hundred, and how many more there are."""
    rest = findings[LISTED_ROWS:]
    if not rest:
        return findings
    first = rest[0]
    more = fault("and_more", Path(first.file), n=len(rest), found=first.found, row=first.row)
    return [*findings[:LISTED_ROWS], more]


def _decoded(path: Path) -> str:
    if not path.is_file():
        raise LayerNotFoundError(text("network.no_file", path=path.name))
    data = path.read_bytes()
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", errors="replace")


def _rows(path: Path, table: str) -> tuple[list[tuple[int, Row]], list[Finding]]:
    """The table's rows by field with their numbers, or what stands in the way."""
    with files(__package__).joinpath("link_columns.csv").open(encoding="utf-8") as stream:
        fields = [row for row in csv.DictReader(stream) if row["table"] == table]
    reader = csv.DictReader(io.StringIO(_decoded(path)))
    try:
        names = {str(name).strip().lower(): str(name) for name in reader.fieldnames or ()}
        columns = {
            field["field"]: next((names[one] for one in field["aliases"].split("|") if one in names), None)
            for field in fields
        }
        missing = [
            field["aliases"].partition("|")[0]
            for field in fields
            if field["required"] == "yes" and columns[field["field"]] is None
        ]
        if missing:
            found = listed(names.values())
            return [], [fault("columns_missing", path, missing=listed(missing), found=found)]
        rows: list[tuple[int, Row]] = [
            (
                reader.line_num,
                {
                    field: "" if column is None else (row[column] or "").strip()
                    for field, column in columns.items()
                },
            )
            for row in reader
        ]
    except csv.Error as error:  # a cell of megabytes, or bytes that are no text
        return [], [fault("no_table", path, reason=error)]
    return rows, []


def _shape(wkt: str, ends: Floats) -> Floats | None:
    """A link's line, or None where its WKT is no line."""
    try:
        shape = line_shape(wkt, ends).copy()
    except ValueError:
        return None
    if shape.ndim != 2 or shape.shape[1] != 2 or len(shape) < 2 or not np.isfinite(shape[1:-1]).all():
        return None
    # the link ends at its nodes, whatever its drawing's last digits say
    shape[0], shape[-1] = ends
    return shape


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")
