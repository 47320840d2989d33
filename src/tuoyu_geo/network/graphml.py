"""Streets from a GraphML file as OSMnx saves it."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from tuoyu_geo.doctype import states_doctype
from tuoyu_geo.errors import NetworkError
from tuoyu_geo.messages import text
from tuoyu_geo.network.faults import fault, refuse
from tuoyu_geo.network.geodesy import great_circle_m, metric_crs, to_lonlat, to_plane, utm_crs
from tuoyu_geo.network.speed import stated_kph
from tuoyu_geo.network.street import Floats, Ints, StreetNetwork, line_table

Attributes = dict[str, str]
_FALSE = frozenset({"", "no", "false", "0", "none", "nan"})
_LENGTH_DECIMALS = 3


class _Graph(NamedTuple):
    attributes: Attributes
    directed: bool
    node_id: list[str]
    nodes: list[Attributes]
    ends: list[tuple[str, str]]
    edges: list[Attributes]


def read_graphml(
    path: str | Path,
    *,
    crs: str | int | CRS | None = None,
    moved: Callable[[Floats], Floats] | None = None,
) -> StreetNetwork:
    """Streets of a GraphML file.

    Parameters
    ----------
    path
        The file. Nodes need `x` and `y`; the graph's `crs` is taken as EPSG:4326 when it has none. Of the edges
        `length` [m], `highway`, `geometry` (WKT), `bridge`, `tunnel`, `foot` and `maxspeed` are used when they are there.
    crs
        Reference system to project to; when None the file's own if that is in metres, else the UTM zone of the
        middle.
    moved
        Brings ``(n, 2)`` longitudes and latitudes of the file to WGS 84, where they are of another datum.

    Returns
    -------
    StreetNetwork
        An arc and its opposite of equal length become one edge for both ways; an arc without an opposite is
        one-way.

    Raises
    ------
    NetworkError
        The file isn't GraphML, a node lacks its position, an edge names a node that isn't there, or no edges.
    """
    try:
        graph = _parse(Path(path))
        node_xy = np.array([[node["x"], node["y"]] for node in graph.nodes], dtype=float)
        index = {name: i for i, name in enumerate(graph.node_id)}
        tail, head = (np.array([index[end[k]] for end in graph.ends], dtype=np.int64) for k in (0, 1))
        own_crs = CRS.from_user_input(graph.attributes.get("crs", "EPSG:4326"))
        _refuse_nowhere(node_xy, geographic=own_crs.is_geographic)
        shapes = [
            line_shape(edge.get("geometry"), node_xy[[t, h]])
            for edge, t, h in zip(graph.edges, tail, head, strict=True)
        ]
        if shapes:
            _refuse_nowhere(np.concatenate(shapes), geographic=own_crs.is_geographic)
        given_m = np.array([float(edge.get("length", "nan")) for edge in graph.edges])
    except (ET.ParseError, LookupError, ValueError, CRSError) as error:
        wrong = fault("not_graphml", Path(path), reason=error)
        raise NetworkError(text("network.faults", n=1), findings=[wrong]) from error
    if not shapes:
        refuse([fault("no_streets_in", Path(path))])

    coords, offsets = (
        np.concatenate(shapes),
        np.concatenate([[0], np.cumsum([len(shape) for shape in shapes])]),
    )
    if moved is not None:
        node_xy, coords = (
            moved(points if own_crs.is_geographic else to_lonlat(points, own_crs))
            for points in (node_xy, coords)
        )
        own_crs = CRS.from_epsg(4326)
    geographic = own_crs.is_geographic
    lonlat = node_xy if geographic else to_lonlat(node_xy, own_crs)
    own_or_utm = utm_crs(lonlat) if geographic else own_crs
    target = metric_crs(own_or_utm if crs is None else crs)
    length_m = np.where(np.isnan(given_m), line_lengths(coords, offsets, geographic=geographic), given_m)
    plane = (
        coords
        if target == own_crs
        else to_plane(coords if geographic else to_lonlat(coords, own_crs), target)
    )
    kept, oneway = _pair_arcs(tail, head, length_m, directed=graph.directed)
    table = line_table(
        len(kept),
        road_class=[_first_value(graph.edges[e].get("highway")) for e in kept],
        oneway=oneway,
        bridge=[_flag(graph.edges[e].get("bridge")) for e in kept],
        tunnel=[_flag(graph.edges[e].get("tunnel")) for e in kept],
        foot=[_first_value(graph.edges[e].get("foot")) != "no" for e in kept],
        speed_kph=[stated_kph(_first_value(graph.edges[e].get("maxspeed"))) for e in kept],
    )
    count = np.diff(offsets)[kept]
    new_offsets = np.concatenate([[0], np.cumsum(count)])
    inside = np.arange(new_offsets[-1]) - np.repeat(new_offsets[:-1] - offsets[kept], count)
    return StreetNetwork(
        xy=node_xy if target == own_crs else to_plane(lonlat, target),
        node_id=source_ids(graph.node_id),
        u=tail[kept],
        v=head[kept],
        length_m=length_m[kept],
        class_code=table.class_code,
        class_names=table.class_names,
        oneway=table.oneway,
        bridge=table.bridge,
        tunnel=table.tunnel,
        foot=table.foot,
        coords=plane[inside],
        offsets=new_offsets,
        crs=target.to_string(),
        lonlat=lonlat,
        speed_kph=table.speed_kph,
    )


def _parse(path: Path) -> _Graph:
    keys: dict[str, str] = {}
    graph = _Graph({}, True, [], [], [], [])
    with path.open("rb") as stream:
        if states_doctype(iter(partial(stream.read, 1 << 16), b"")):
            raise ValueError("<!DOCTYPE>")
    for _, element in ET.iterparse(path):  # noqa: S314
        tag = element.tag.rpartition("}")[2]
        if tag == "key":
            keys[element.attrib["id"]] = element.attrib["attr.name"]
        elif tag in {"node", "edge", "graph"}:
            values = {
                keys[d.attrib["key"]]: d.text or "" for d in element if d.tag.rpartition("}")[2] == "data"
            }
            if tag == "node":
                graph.node_id.append(element.attrib["id"])
                graph.nodes.append(values)
            elif tag == "edge":
                graph.ends.append((element.attrib["source"], element.attrib["target"]))
                graph.edges.append(values)
            else:
                return graph._replace(
                    attributes=values, directed=element.attrib.get("edgedefault") != "undirected"
                )
            element.clear()
    raise ValueError("<graph>")


def _refuse_nowhere(xy: Floats, *, geographic: bool) -> None:
    """Refuse nodes that lie nowhere on Earth.

    Raises
    ------
    ValueError
        There are some.
    """
    if not np.isfinite(xy).all() or (geographic and (np.abs(xy.reshape(-1, 2)) > (180, 90)).any()):
        raise ValueError("x, y: nan, inf, |x| > 180, |y| > 90")


def line_shape(wkt: str | None, ends: Floats) -> Floats:
    """(n_vertex, 2) a WKT line's positions, or the straight line between its ends where there is no WKT.

    Raises
    ------
    ValueError
        It is no line of two positions and more.
    """
    if not wkt:
        return ends
    inner = re.fullmatch(r"\s*LINESTRING\s*(?:Z\s*)?\((.*)\)\s*", wkt)
    if inner is None:
        raise ValueError(wkt[:60])
    line = np.array([point.split()[:2] for point in inner.group(1).split(",")], dtype=float)
    if line.shape[1:] != (2,) or len(line) < 2:
        raise ValueError(wkt[:60])
    return line


def line_lengths(coords: Floats, offsets: Ints, *, geographic: bool) -> Floats:
    """(n_line,) lengths on the sphere where positions are degrees, else on the plane [m]."""
    step = np.zeros(len(coords))
    step[:-1] = (
        great_circle_m(coords[:-1], coords[1:]) if geographic else np.hypot(*np.diff(coords, axis=0).T)
    )
    step[offsets[1:] - 1] = 0.0
    return np.asarray(np.add.reduceat(step, offsets[:-1]))


def _pair_arcs(tail: Ints, head: Ints, length_m: Floats, *, directed: bool) -> tuple[Ints, NDArray[np.int8]]:
    """Which arcs to keep, and their direction: an arc and its opposite are one edge for both ways."""
    if not directed:
        return np.arange(len(tail)), np.zeros(len(tail), dtype=np.int8)
    waiting: dict[tuple[int, int, float], list[int]] = {}
    opposite = np.full(len(tail), -1, dtype=np.int64)
    rounded = np.round(length_m, _LENGTH_DECIMALS).tolist()
    for e, (t, h, metres) in enumerate(zip(tail.tolist(), head.tolist(), rounded, strict=True)):
        partners = waiting.get((h, t, metres))
        if partners:
            opposite[partners.pop(0)] = e
            opposite[e] = e
        else:
            waiting.setdefault((t, h, metres), []).append(e)
    kept = np.flatnonzero(opposite != np.arange(len(tail)))
    return kept, (opposite[kept] < 0).astype(np.int8)


def _first_value(raw: str | None) -> str | None:
    # where several ways were merged OSMnx writes the list of their values
    words = re.findall(r"[\w:]+", raw) if raw else []
    return words[0] if words else None


def _flag(raw: str | None) -> bool:
    return (_first_value(raw) or "").lower() not in _FALSE


def source_ids(names: list[str]) -> NDArray[Any]:
    """Ids as whole numbers where all are, else as text."""
    try:
        return np.array([int(name) for name in names], dtype=np.int64)
    except ValueError:
        return np.array(names)
