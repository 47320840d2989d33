"""Streets from an OpenStreetMap extract."""

import bz2
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import osmium
from pyproj import CRS

from tuoyu_geo.errors import LayerNotFoundError, NetworkError
from tuoyu_geo.messages import listed, text
from tuoyu_geo.network.assemble import assemble
from tuoyu_geo.network.faults import fault, refuse
from tuoyu_geo.network.geodesy import metric_crs, to_plane, utm_crs
from tuoyu_geo.network.graphml import read_graphml
from tuoyu_geo.network.street import Floats, StreetNetwork, line_table

SUFFIXES = (".osm", ".osm.bz2", ".osm.pbf", ".graphml")

NOT_STREETS = frozenset(
    {
        "abandoned", "bus_stop", "construction", "corridor", "elevator", "no", "planned", "platform", "proposed",
        "raceway", "razed", "rest_area", "services",
    }
)  # fmt: skip
"""Values of `highway` that nobody walks or drives along, or not yet. Everything else is carried with its class,
motorways too: a mode decides what it uses."""

_FORWARD = frozenset({"yes", "true", "1"})
_BACKWARD = frozenset({"-1", "reverse"})
_ROUND = frozenset({"roundabout", "circular"})
# Under a house or over a culvert the street stays on the ground.
_NO_TUNNEL = frozenset({"no", "building_passage", "culvert"})

_LOOKED_AT_BYTES = 50_000_000
_MOST_RATIO = 200
# There libosmium opens files by names in the machine's code page, and gets them in UTF-8.
_NARROW_NAMES = os.name == "nt"


def read_osm(
    path: str | Path,
    *,
    crs: str | int | CRS | None = None,
    moved: Callable[[Floats], Floats] | None = None,
) -> StreetNetwork:
    """Streets of an OpenStreetMap file.

    Parameters
    ----------
    path
        A file named .osm, .osm.bz2, .osm.pbf, or .graphml as OSMnx saves it.
    crs
        Reference system to project to; the UTM zone of the middle when None.
    moved
        Brings ``(n, 2)`` longitudes and latitudes of the file to WGS 84, where they are of another datum.

    Returns
    -------
    StreetNetwork
        A node wherever streets meet or a way ends; `node_id` is OpenStreetMap's. Lengths are great-circle lengths
        along the way with OSMnx's earth radius [m]. `foot` is False where the tags forbid walking. Private ways
        stay open: the people behind the gate live there.

    Raises
    ------
    LayerNotFoundError
        There is no such file.
    NetworkError
        Another kind of file, a file that isn't what its name says, or one without streets.
    """
    file = Path(path)
    if not file.is_file():
        raise LayerNotFoundError(text("network.no_file", path=file))
    suffix = next((known for known in SUFFIXES if file.name.lower().endswith(known)), None)
    if suffix is None:
        refuse([fault("suffix", file, found=file.suffix, allowed=listed(SUFFIXES))])
    if suffix == ".graphml":
        return read_graphml(file, crs=crs, moved=moved)
    if suffix == ".osm.bz2" and _is_bomb(file):
        refuse([fault("bomb", file)])
    try:
        ways = _read_ways(_opened(file, form=str(suffix).removeprefix(".")))
    except (RuntimeError, ValueError, MemoryError, osmium.InvalidLocationError) as error:
        wrong = fault("not_osm", file, suffix=suffix, reason=error)
        raise NetworkError(text("network.faults", n=1), findings=[wrong]) from error
    if not ways.refs:
        refuse([fault("no_streets_in", file)])

    vertex_id, first, vertex = np.unique(np.array(ways.refs), return_index=True, return_inverse=True)
    lonlat = np.array(ways.lonlat)[first]
    lonlat = lonlat if moved is None else moved(lonlat)
    target = utm_crs(lonlat) if crs is None else metric_crs(crs)
    return assemble(
        vertex.astype(np.int64),
        np.concatenate([[0], np.cumsum(ways.n_vertex)]).astype(np.int64),
        line_table(
            len(ways.n_vertex),
            road_class=ways.road_class,
            oneway=ways.oneway,
            bridge=ways.bridge,
            tunnel=ways.tunnel,
            foot=ways.foot,
        ),
        xy=to_plane(lonlat, target),
        vertex_id=vertex_id,
        lonlat=lonlat,
        crs=target.to_string(),
    )


def _is_bomb(path: Path) -> bool:
    """Whether the beginning of a .bz2 unpacks to hundreds of times its size; an extract packs to a tenth."""
    unpacked = 0
    with path.open("rb") as packed:
        try:
            with bz2.open(packed) as stream:
                while unpacked < _LOOKED_AT_BYTES and (block := stream.read(1 << 20)):
                    unpacked += len(block)
        except (OSError, EOFError, ValueError):
            return False  # whoever reads it says what is wrong
        return unpacked >= _LOOKED_AT_BYTES and unpacked > _MOST_RATIO * packed.tell()


class _Ways(NamedTuple):
    refs: list[int]
    lonlat: list[tuple[float, float]]
    n_vertex: list[int]
    road_class: list[str]
    oneway: list[int]
    bridge: list[bool]
    tunnel: list[bool]
    foot: list[bool]


def _opened(file: Path, *, form: str) -> osmium.io.File | osmium.io.FileBuffer:
    """The file for the reader: by its name, or where the reader would not find that, as bytes."""
    if _NARROW_NAMES and not str(file).isascii():
        return osmium.io.FileBuffer(file.read_bytes(), form)
    return osmium.io.File(str(file), form)


def _read_ways(file: osmium.io.File | osmium.io.FileBuffer) -> _Ways:
    ways = _Ways([], [], [], [], [], [], [], [])
    reader = (
        osmium.FileProcessor(file)
        .with_locations()
        .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        .with_filter(osmium.filter.KeyFilter("highway"))
    )
    for way in reader:
        if not isinstance(way, osmium.osm.Way):
            continue  # the filter passes ways alone; this tells the type checker
        tags = dict(way.tags)
        if tags["highway"] in NOT_STREETS:
            continue
        # An extract cuts ways at its border: nodes outside are named but absent, and the way has a gap there.
        run: list[tuple[int, float, float]] = []
        for node in [*way.nodes, None]:
            if node is not None and node.location.valid():
                run.append((node.ref, node.lon, node.lat))
                continue
            if len(run) > 1:
                _add(ways, run, tags)
            run = []
    return ways


def _add(ways: _Ways, run: list[tuple[int, float, float]], tags: Mapping[str, str]) -> None:
    ways.refs.extend(ref for ref, _, _ in run)
    ways.lonlat.extend((lon, lat) for _, lon, lat in run)
    ways.n_vertex.append(len(run))
    ways.road_class.append(tags["highway"])
    ways.oneway.append(_direction(tags))
    ways.bridge.append(tags.get("bridge", "no") != "no")
    ways.tunnel.append(tags.get("tunnel", "no") not in _NO_TUNNEL)
    ways.foot.append(_foot(tags))


def _direction(tags: Mapping[str, str]) -> int:
    oneway = tags.get("oneway")
    if oneway in _FORWARD:
        return 1
    if oneway in _BACKWARD:
        return -1
    return int(oneway is None and tags.get("junction") in _ROUND)


def _foot(tags: Mapping[str, str]) -> bool:
    if "foot" in tags:
        return tags["foot"] != "no"
    return tags.get("access") != "no"
