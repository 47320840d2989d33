"""Streets from a table of links and a table of nodes, as GMNS and traffic models keep them."""

import csv
import io
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import numpy as np
from pyproj import CRS, Transformer

from tuoyu_geo.errors import LayerNotFoundError, NetworkError
from tuoyu_geo.messages import listed, text
from tuoyu_geo.network.geodesy import metric_crs, utm_crs
from tuoyu_geo.network.graphml import line_lengths, line_shape, source_ids
from tuoyu_geo.network.speed import stated_kph
from tuoyu_geo.network.street import Floats, StreetNetwork, line_table

_TRUE = frozenset({"1", "true", "yes", "y", "t", "是"})
_ON_FOOT = ("walk", "ped", "all")
_ENCODINGS = ("utf-8-sig", "gb18030")

Row = Mapping[str, str]


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
    raise LayerNotFoundError(text("network.no_nodes", path=links, allowed=listed(names)))


def read_links(
    links: str | Path,
    nodes: str | Path | None = None,
    *,
    source_crs: str | int | CRS = 4326,
    crs: str | int | CRS | None = None,
) -> StreetNetwork:
    """Streets of a link table and a node table (CSV).

    Parameters
    ----------
    links
        Columns from_node_id, to_node_id and, where they are there, directed (true: from its first node to its
        second only), facility_type, free_speed [km/h], length_m [m], allowed_uses, bridge, tunnel and geometry
        (WKT). A column `length` is not used, since its unit is not in the table.
    nodes
        Columns node_id, x_coord, y_coord; found beside the links when None.
    source_crs
        Reference system of the coordinates.
    crs
        Reference system to project to; when None the source's own if that is in metres, else the UTM zone.

    Raises
    ------
    LayerNotFoundError
        A table is not there.
    NetworkError
        A column is missing, a node's position is no number or stands twice, a link names a node that isn't there,
        or there is no link; the row is named.
    """
    link_path = Path(links)
    node_path = node_table_of(link_path) if nodes is None else Path(nodes)
    node_rows, link_rows = _rows(node_path, "nodes"), _rows(link_path, "links")
    if not link_rows:
        raise NetworkError(text("network.no_streets_in", path=link_path))
    index: dict[str, int] = {}
    for number, row in enumerate(node_rows, start=2):
        if row["node"] in index:
            raise NetworkError(text("network.node_twice", path=node_path, row=number, found=row["node"]))
        index[row["node"]] = len(index)
    raw = np.array(
        [
            [_number(row[axis], node_path, number) for axis in ("x", "y")]
            for number, row in enumerate(node_rows, 2)
        ]
    ).reshape(-1, 2)
    ends = np.array(
        [
            [_node(row[end], index, link_path, number) for end in ("from", "to")]
            for number, row in enumerate(link_rows, start=2)
        ]
    )
    own = CRS.from_user_input(source_crs)
    shapes = [
        _shape(row, raw[pair], link_path, number)
        for number, (row, pair) in enumerate(zip(link_rows, ends, strict=True), 2)
    ]
    to_lonlat = Transformer.from_crs(own, own.geodetic_crs or 4326, always_xy=True)
    lonlat = np.column_stack(to_lonlat.transform(raw[:, 0], raw[:, 1]))
    target = metric_crs((utm_crs(lonlat) if own.is_geographic else own) if crs is None else crs)
    project = Transformer.from_crs(own, target, always_xy=True)
    coords = np.concatenate(shapes)
    offsets = np.concatenate([[0], np.cumsum([len(shape) for shape in shapes])])
    table = line_table(
        len(link_rows),
        road_class=[row["class"] or None for row in link_rows],
        oneway=[int(row["directed"].lower() in _TRUE) for row in link_rows],
        bridge=[row["bridge"].lower() in _TRUE for row in link_rows],
        tunnel=[row["tunnel"].lower() in _TRUE for row in link_rows],
        foot=[not row["uses"] or any(word in row["uses"].lower() for word in _ON_FOOT) for row in link_rows],
        speed_kph=[stated_kph(row["speed"]) for row in link_rows],
    )
    given = np.array([stated_kph(row["length"]) for row in link_rows])  # a number above zero, or NaN
    drawn = line_lengths(coords, offsets, geographic=own.is_geographic)
    return StreetNetwork(
        xy=np.column_stack(project.transform(raw[:, 0], raw[:, 1])),
        node_id=source_ids([row["node"] for row in node_rows]),
        u=ends[:, 0],
        v=ends[:, 1],
        length_m=np.where(np.isnan(given), drawn, given),
        class_code=table.class_code,
        class_names=table.class_names,
        oneway=table.oneway,
        bridge=table.bridge,
        tunnel=table.tunnel,
        foot=table.foot,
        coords=np.column_stack(project.transform(coords[:, 0], coords[:, 1])),
        offsets=offsets,
        crs=target.to_string(),
        lonlat=lonlat,
        speed_kph=table.speed_kph,
    )


def _decoded(path: Path) -> str:
    if not path.is_file():
        raise LayerNotFoundError(text("network.no_file", path=path))
    data = path.read_bytes()
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", errors="replace")


def _rows(path: Path, table: str) -> list[Row]:
    with files(__package__).joinpath("link_columns.csv").open(encoding="utf-8") as stream:
        fields = [row for row in csv.DictReader(stream) if row["table"] == table]
    reader = csv.DictReader(io.StringIO(_decoded(path)))
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
        raise NetworkError(
            text(
                "network.columns_missing",
                path=path,
                missing=listed(missing),
                found=listed(names.values()),
            )
        )
    return [
        {field: "" if column is None else (row[column] or "").strip() for field, column in columns.items()}
        for row in reader
    ]


def _number(cell: str, path: Path, row: int) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise NetworkError(text("network.node_position", path=path, row=row, found=cell))
    return value


def _node(name: str, index: Mapping[str, int], path: Path, row: int) -> int:
    if name not in index:
        raise NetworkError(text("network.node_unknown", path=path, row=row, found=name))
    return index[name]


def _shape(row: Row, ends: Floats, path: Path, number: int) -> Floats:
    try:
        shape = line_shape(row["shape"], ends)
    except ValueError as error:
        raise NetworkError(
            text("network.link_shape", path=path, row=number, found=row["shape"][:60])
        ) from error
    # the link ends at its nodes, whatever its drawing's last digits say
    shape = shape.copy()
    shape[0], shape[-1] = ends
    return shape
