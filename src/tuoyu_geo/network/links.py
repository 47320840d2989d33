"""Streets from a table of links and a table of nodes, as GMNS and traffic models keep them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from pyproj import CRS, Transformer

from tuoyu_geo.network.geodesy import metric_crs, to_lonlat, utm_crs
from tuoyu_geo.network.graphml import line_lengths, source_ids
from tuoyu_geo.network.link_tables import node_table_of, read_link_tables
from tuoyu_geo.network.speed import stated_kph
from tuoyu_geo.network.street import Floats, StreetNetwork, line_table

_TRUE = frozenset({"1", "true", "yes", "y", "t", "是"})
_ON_FOOT = ("walk", "ped", "all")


def read_links(
    links: str | Path,
    nodes: str | Path | None = None,
    *,
    source_crs: str | int | CRS = 4326,
    crs: str | int | CRS | None = None,
    place: Callable[[Floats], Floats] | None = None,
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
    place
        Brings ``(n, 2)`` coordinates, as they stand in the tables, into `crs`, which then must be given: for datums
        that PROJ doesn't know, such as GCJ-02. `source_crs` then only says whether they are degrees or metres.

    Raises
    ------
    LayerNotFoundError
        A table is not there.
    NetworkError
        A column is missing, a node's position is no number or stands twice, a link names a node that isn't there,
        has a length that is no number, or there is no link; its findings name every such row.
    """
    link_path = Path(links)
    node_path = node_table_of(link_path) if nodes is None else Path(nodes)
    tables = read_link_tables(link_path, node_path)
    own = CRS.from_user_input(source_crs)
    coords = np.concatenate(tables.shapes)
    offsets = np.concatenate([[0], np.cumsum([len(shape) for shape in tables.shapes])])
    if place is not None and crs is not None:
        target = metric_crs(crs)
        xy, plane = place(tables.raw), place(coords)
        lonlat = to_lonlat(xy, target)
        around = to_lonlat(plane, target) if own.is_geographic else plane
    else:
        lonlat = tables.raw if own.is_geographic else to_lonlat(tables.raw, own)
        target = metric_crs((utm_crs(lonlat) if own.is_geographic else own) if crs is None else crs)
        project = Transformer.from_crs(own, target, always_xy=True)
        xy, plane = (np.column_stack(project.transform(*points.T)) for points in (tables.raw, coords))
        around = coords
    table = line_table(
        len(tables.links),
        road_class=[row["class"] or None for row in tables.links],
        oneway=[int(row["directed"].lower() in _TRUE) for row in tables.links],
        bridge=[row["bridge"].lower() in _TRUE for row in tables.links],
        tunnel=[row["tunnel"].lower() in _TRUE for row in tables.links],
        foot=[
            not row["uses"] or any(word in row["uses"].lower() for word in _ON_FOOT) for row in tables.links
        ],
        speed_kph=[stated_kph(row["speed"]) for row in tables.links],
    )
    given = np.array([stated_kph(row["length"]) for row in tables.links])  # a number above zero, or NaN
    drawn = line_lengths(around, offsets, geographic=own.is_geographic)
    return StreetNetwork(
        xy=xy,
        node_id=source_ids(list(tables.node)),
        u=tables.ends[:, 0],
        v=tables.ends[:, 1],
        length_m=np.where(np.isnan(given), drawn, given),
        class_code=table.class_code,
        class_names=table.class_names,
        oneway=table.oneway,
        bridge=table.bridge,
        tunnel=table.tunnel,
        foot=table.foot,
        coords=plane,
        offsets=offsets,
        crs=target.to_string(),
        lonlat=lonlat,
        speed_kph=table.speed_kph,
    )
