"""The streets of a project, from whichever file it names, and everything that is wrong with them."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tuoyu_geo.errors import LayerNotFoundError, NetworkError
from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.datum import to_wgs84
from tuoyu_geo.layers.datum_check import check_streets_datum
from tuoyu_geo.layers.kinds import NETWORK_ENDINGS, is_link_table
from tuoyu_geo.layers.place import place_rows, stated_crs
from tuoyu_geo.layers.table import RawTable
from tuoyu_geo.messages import one_line, text
from tuoyu_geo.network import StreetNetwork, read_links, read_osm, walk_stretch
from tuoyu_geo.network.roads import from_roads, street_lines
from tuoyu_geo.reach.terrain import read_elevation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tuoyu_geo.layers import Layers, LayerSource

    Floats = NDArray[np.float64]

POINT_LAYERS = ("communities", "villages", "institutions", "candidates")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Streets:
    """Streets as far as they could be read.

    Attributes
    ----------
    network
        None where the project has no roads, or they can't be used.
    findings
        What was noticed, faults of the files and of the elevations included.
    """

    network: StreetNetwork | None
    findings: tuple[Finding, ...]


def read_streets(
    layers: "Layers", *, roads: "LayerSource | None", elevation: tuple[str, Path] | None = None
) -> Streets:
    """Streets of a road layer, a network file or a link table; faults are findings and don't raise.

    Parameters
    ----------
    layers
        The project's layers, which need not be valid.
    roads
        Where the roads come from; None for a project without.
    elevation
        A raster of elevations, by which walks in minutes are slower uphill: its name in the project, and the file.
    """
    if roads is None or any(one.severity == "error" and one.layer == "roads" for one in layers.findings):
        return Streets(network=None, findings=())  # what is wrong with the roads is told by the layers
    findings: list[Finding] = []
    network = None
    try:
        network, notes = _network(layers, roads)
        findings += notes
    except NetworkError as error:
        findings += [_of_file(one, roads) for one in error.findings] or [_unusable(roads, error)]
    except LayerNotFoundError as error:
        findings.append(_unusable(roads, error))
    if network is not None:
        points = [getattr(layers, role).geometry for role in POINT_LAYERS]
        findings += check_streets_datum(street_lines(network), places=pd.concat(points), source=roads)
    if elevation is not None:
        stretch, notes = _slopes(network, *elevation, crs=layers.crs)
        findings += notes
        network = network if network is None or stretch is None else replace(network, walk_stretch=stretch)
    return Streets(network=network, findings=tuple(findings))


def _network(layers: "Layers", roads: "LayerSource") -> tuple[StreetNetwork | None, list[Finding]]:
    if roads.path.name.lower().endswith(NETWORK_ENDINGS):
        moved = None
        if roads.datum in {"gcj02", "bd09"}:

            def moved(lonlat: "Floats") -> "Floats":
                return np.column_stack(to_wgs84(lonlat[:, 0], lonlat[:, 1], datum=str(roads.datum)))

        return read_osm(roads.path, crs=layers.crs, moved=moved), []
    if is_link_table(roads.path):
        return _links(roads, crs=layers.crs)
    return (from_roads(layers.roads) if len(layers.roads) else None), []


def _links(roads: "LayerSource", *, crs: str) -> tuple[StreetNetwork | None, list[Finding]]:
    """A link table, its coordinates placed as any other layer's: datum, seven parameters, zone and order."""
    own, notes = stated_crs(roads)
    if own is None:
        return None, notes
    found: list[Finding] = []

    def place(raw: "Floats") -> "Floats":
        shapes = gpd.GeoSeries(np.asarray(shapely.points(raw), dtype=object))
        table = RawTable(frame=pd.DataFrame(index=shapes.index), row=np.arange(len(raw)), geometry=shapes)
        placed, more = place_rows(table, columns={}, source=roads, target=crs)
        found.extend(one for one in more if one not in found)
        if any(one.severity == "error" for one in found):
            raise NetworkError(text("network.faults", n=len(found)), findings=found)
        return np.asarray(shapely.get_coordinates(placed))

    network = read_links(roads.path, source_crs=own, crs=crs, place=place)
    return network, found


def _slopes(
    network: StreetNetwork | None, name: str, path: Path, *, crs: str
) -> tuple["Floats | None", list[Finding]]:
    """How the slope stretches walks, and what is wrong with the elevations."""
    bounds = None if network is None else (*network.xy.min(axis=0), *network.xy.max(axis=0))
    try:
        elevation_m = read_elevation(path, crs=crs, bounds=bounds)
    except LayerNotFoundError:
        return None, [_elevation_finding("missing", name)]
    except NetworkError as error:
        return None, [_elevation_finding("form", name, reason=error)]
    if network is None:
        return None, []
    known = np.isfinite(elevation_m(network.xy))
    if not known.any():
        return None, [_elevation_finding("elsewhere", name)]
    notes = []
    if not known.all():
        share = 1 - float(known.mean())
        notes.append(
            _elevation_finding("partly", name, severity="warning", n=int((~known).sum()), share=share)
        )
    return walk_stretch(network, elevation_m), notes


def _elevation_finding(code: str, file: str, *, severity: str = "error", **words: object) -> Finding:
    return Finding(
        code=f"elevation_{code}",
        severity="warning" if severity == "warning" else "error",
        layer="elevation",
        file=file,
        row=None,
        column=None,
        found=text(f"streets.elevation_{code}_found", **words),
        allowed=text(f"streets.elevation_{code}_allowed"),
        remedy=text(f"streets.elevation_{code}_remedy"),
    )


def _of_file(finding: Finding, roads: "LayerSource") -> Finding:
    """The finding with its file as the project names it; a table of nodes lies beside its links."""
    return replace(finding, file=str(Path(roads.file).with_name(finding.file).as_posix()))


def _unusable(roads: "LayerSource", error: Exception) -> Finding:
    return Finding(
        code="streets_unusable",
        severity="error",
        layer="roads",
        file=roads.file,
        row=None,
        column=None,
        found=one_line(str(error)),
        allowed=text("streets.unusable_allowed"),
        remedy=text("streets.unusable_remedy"),
    )
