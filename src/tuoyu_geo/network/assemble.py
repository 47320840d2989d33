"""Cut lines into edges where they meet."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.messages import text
from tuoyu_geo.network.geodesy import great_circle_m
from tuoyu_geo.network.street import Floats, Ints, LineTable, StreetNetwork


def assemble(
    vertex: Ints,
    offsets: Ints,
    table: LineTable,
    *,
    xy: Floats,
    vertex_id: NDArray[Any],
    lonlat: Floats | None = None,
    crs: str | None = None,
) -> StreetNetwork:
    """Lines over shared vertices, cut at their ends and wherever a vertex occurs twice.

    Parameters
    ----------
    vertex
        (n_total,) number of each line's vertices, one line after another; equal numbers are one place.
    offsets
        (n_line + 1,) where each line begins in `vertex`.
    table
        Attributes of the lines.
    xy, vertex_id, lonlat
        By vertex number: position [m], the source's id, longitude and latitude [degrees].
    crs
        Reference system of `xy`.

    Notes
    -----
    Lengths are great-circle lengths where `lonlat` is given, else lengths on the plane. Each is summed over the
    edge's own segments, so that an edge of 100 m is 100 m and not the difference of two large sums.

    Raises
    ------
    NetworkError
        No line has two different vertices.
    """
    line = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    kept = np.ones(len(vertex), dtype=bool)
    kept[1:] = (vertex[1:] != vertex[:-1]) | (line[1:] != line[:-1])
    long_enough = np.bincount(line[kept], minlength=len(offsets) - 1) > 1
    kept &= long_enough[line]
    vertex, line = vertex[kept], line[kept]
    if not len(vertex):
        raise NetworkError(text("network.no_streets"))

    last_of_line = np.append(line[1:] != line[:-1], True)
    first_of_line = np.append(True, last_of_line[:-1])
    is_node = np.bincount(vertex, minlength=len(xy)) > 1
    is_node[vertex[first_of_line | last_of_line]] = True
    cut = is_node[vertex]
    first = np.flatnonzero(cut & ~last_of_line)
    last = np.flatnonzero(cut & ~first_of_line)

    place = xy if lonlat is None else lonlat
    step = np.zeros(len(vertex))
    if lonlat is None:
        step[:-1] = np.hypot(*np.diff(place[vertex], axis=0).T)
    else:
        step[:-1] = great_circle_m(place[vertex[:-1]], place[vertex[1:]])
    step[last_of_line] = 0.0

    count = last - first + 1
    new_offsets = np.concatenate([[0], np.cumsum(count)])
    inside = np.arange(new_offsets[-1]) - np.repeat(new_offsets[:-1] - first, count)
    number = np.cumsum(is_node) - 1
    of_line = line[first]
    return StreetNetwork(
        xy=xy[is_node],
        node_id=vertex_id[is_node],
        u=number[vertex[first]],
        v=number[vertex[last]],
        length_m=np.add.reduceat(step, first),
        class_code=table.class_code[of_line],
        class_names=table.class_names,
        oneway=table.oneway[of_line],
        bridge=table.bridge[of_line],
        tunnel=table.tunnel[of_line],
        foot=table.foot[of_line],
        coords=xy[vertex[inside]],
        offsets=new_offsets,
        crs=crs,
        lonlat=None if lonlat is None else lonlat[is_node],
        speed_kph=None if table.speed_kph is None else table.speed_kph[of_line],
    )


def insert_vertices(
    coords: Floats, offsets: Ints, *, line: Ints, segment: Ints, share: Floats, xy: Floats
) -> tuple[Floats, Ints, Ints]:
    """Lines with further vertices on their segments.

    Parameters
    ----------
    coords, offsets
        The lines, one after another.
    line, segment, share, xy
        (n_new,) the line; the index in `coords` of the segment's first vertex; where on the segment, 0 to 1; and
        (n_new, 2) the position that the new vertex gets.

    Returns
    -------
    tuple
        Coordinates and offsets with the new vertices in order along each line, and (n_new,) where each of the
        new ones stands in them.
    """
    n_old = len(coords)
    at = np.concatenate([np.arange(n_old), segment])
    order = np.lexsort([np.concatenate([np.zeros(n_old), share]), at])
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    count = np.diff(offsets) + np.bincount(line, minlength=len(offsets) - 1)
    return (
        np.concatenate([coords, xy])[order],
        np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        place[n_old:],
    )
