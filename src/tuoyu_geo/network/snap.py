"""Join points to the nearest place on the nearest street."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.messages import text
from tuoyu_geo.network.assemble import insert_vertices
from tuoyu_geo.network.geodesy import metric_crs, to_lonlat
from tuoyu_geo.network.mode import WALK_M, Mode, usable
from tuoyu_geo.network.pieces import nearest_segment
from tuoyu_geo.network.street import CONNECTOR, Bools, Floats, Ints, StreetNetwork, checked_points

_SAME_PLACE_M = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Attached:
    """A network with points joined to it.

    Attributes
    ----------
    network
        The streets, split where points join them. Nodes of the network before keep their indices.
    node_idx
        (n_point,) the point's own node, or -1 when no street is near enough.
    snap_m
        (n_point,) straight distance to the nearest street that the mode uses [m], also when that was too far;
        infinite when there is no such street.
    edge_idx
        (n_point,) the nearest edge, counted in the network before, or -1 when there is none.
    foot_xy
        (n_point, 2) the nearest place on it [m]; the point itself when there is none.
    """

    network: StreetNetwork
    node_idx: Ints
    snap_m: Floats
    edge_idx: Ints
    foot_xy: Floats


def attach(
    network: StreetNetwork,
    xy: ArrayLike,
    *,
    max_snap_m: float,
    mode: Mode = WALK_M,
    min_component_m: float = 0.0,
) -> Attached:
    """Join points to the nearest place on the nearest street, as nodes of a new network.

    Parameters
    ----------
    network
        The streets.
    xy
        (n_point, 2) positions in the network's reference system [m].
    max_snap_m
        A point farther than this from any street isn't joined; closed.
    mode
        Streets that the mode doesn't use are passed over, and so are bridges and tunnels: a house beside a
        viaduct has no door to it. The last metres cost the mode's own: their length in metres, or their time
        at `Mode.access_kph`.
    min_component_m
        Streets in a connected part shorter than this in all are passed over [m]. Loose pieces are common in
        road data, and a point on one reaches nothing.

    Raises
    ------
    NetworkError
        A position isn't a number, or the distance is negative or not a number.
    """
    points = checked_points(xy)
    if not max_snap_m >= 0:
        raise NetworkError(text("network.max_snap", found=max_snap_m))

    near = _nearest_place(network, points, _snappable(network, mode=mode, min_component_m=min_component_m))
    joined = np.flatnonzero(near.distance_m <= max_snap_m)
    node_idx = np.full(len(points), -1, dtype=np.int64)
    if len(joined):
        split, foot = _split(network, near, joined)
        node_idx[joined] = split.n_node + np.arange(len(joined))
        network = _connect(split, foot, points[joined], near.distance_m[joined])
    return Attached(network, node_idx, near.distance_m, near.edge, near.xy)


def distance_to_class_m(network: StreetNetwork, xy: ArrayLike, *road_class: str) -> Floats:
    """(n_point,) straight distance to the nearest street of the classes, bridges and tunnels too [m]; else infinite."""
    return _nearest_place(network, checked_points(xy), network.edges_of(*road_class)).distance_m


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """(n_point,) the edge, the first vertex of the segment on it, where on both (0 to 1), position, distance."""

    edge: Ints
    vertex: Ints
    on_segment: Floats
    on_edge: Floats
    xy: Floats
    distance_m: Floats


def _snappable(network: StreetNetwork, *, mode: Mode, min_component_m: float) -> Bools:
    at_ground = usable(network, mode) & ~network.bridge & ~network.tunnel
    at_ground &= ~network.edges_of(CONNECTOR, *mode.no_access)
    long_enough = network.component_length_m() >= min_component_m
    return at_ground & long_enough[network.component[network.u]]


def _nearest_place(network: StreetNetwork, points: Floats, allowed: Bools) -> _Place:
    n_point = len(points)
    edge_of = np.repeat(np.arange(network.n_edge), np.diff(network.offsets))
    begins = allowed[edge_of]
    begins[network.offsets[1:] - 1] = False  # an edge's last vertex begins no segment
    vertex = np.flatnonzero(begins)
    if not n_point or not len(vertex):
        nowhere, zero = np.full(n_point, -1, dtype=np.int64), np.zeros(n_point)
        return _Place(nowhere, nowhere, zero, zero, points, np.full(n_point, np.inf))
    start, end = network.coords[vertex], network.coords[vertex + 1]
    found = nearest_segment(points, start, end)
    at = vertex[found.segment]
    along = end[found.segment] - start[found.segment]
    edge = edge_of[at]
    # metres on the plane from the edge's first vertex; the share of them is the share of the edge's length
    step = np.append(np.hypot(*np.diff(network.coords, axis=0).T), 0.0)
    before = np.concatenate([[0.0], np.cumsum(step)])
    length = before[network.offsets[edge + 1] - 1] - before[network.offsets[edge]]
    passed = before[at] - before[network.offsets[edge]] + found.share * step[at]
    return _Place(
        edge=edge,
        vertex=at,
        on_segment=found.share,
        on_edge=np.clip(passed / np.where(length > 0, length, 1.0), 0.0, 1.0),
        xy=start[found.segment] + found.share[:, None] * along,
        distance_m=found.distance_m,
    )


def _split(network: StreetNetwork, near: _Place, joined: Ints) -> tuple[StreetNetwork, Ints]:
    """The network with the edges split at the points' feet, and the node of each point's foot."""
    edge, share = near.edge[joined], near.on_edge[joined]
    foot = np.where(share < 0.5, network.u[edge], network.v[edge])
    at_end = np.minimum(share, 1 - share) * network.length_m[edge] <= _SAME_PLACE_M
    inner = np.flatnonzero(~at_end)
    if not len(inner):
        return network, foot
    inner = inner[np.lexsort([share[inner], edge[inner]])]
    # points with the same foot share its node
    e, s = edge[inner], share[inner]
    new = np.append(True, (e[1:] != e[:-1]) | ((s[1:] - s[:-1]) * network.length_m[e[1:]] > _SAME_PLACE_M))
    foot[inner] = network.n_node + np.cumsum(new) - 1
    chosen = joined[inner[new]]
    e, s = near.edge[chosen], near.on_edge[chosen]
    coords, offsets, inserted = insert_vertices(
        network.coords, network.offsets, line=e, segment=near.vertex[chosen],
        share=near.on_segment[chosen], xy=near.xy[chosen],
    )  # fmt: skip
    # part by part: an edge with k feet becomes k + 1 parts, which lie where the edge lay
    n_part = np.bincount(e, minlength=network.n_edge) + 1
    part_of = np.repeat(np.arange(network.n_edge), n_part)
    after_foot = np.arange(len(e)) + e + 1  # the part that begins at each foot
    u, v = network.u[part_of], network.v[part_of]
    foot_node = network.n_node + np.arange(len(e))
    u[after_foot], v[after_foot - 1] = foot_node, foot_node
    from_share, to_share = np.zeros(len(part_of)), np.ones(len(part_of))
    from_share[after_foot], to_share[after_foot - 1] = s, s
    first, last = offsets[:-1][part_of], offsets[1:][part_of] - 1
    first[after_foot], last[after_foot - 1] = inserted, inserted
    untouched = (n_part == 1)[part_of]
    length_m = network.length_m[part_of] * np.where(untouched, 1.0, to_share - from_share)
    return _renewed(
        network, part_of, u=u, v=v, length_m=length_m, shapes=(coords, first, last), new_xy=near.xy[chosen]
    ), foot


def _renewed(
    network: StreetNetwork,
    part_of: Ints,
    *,
    u: Ints,
    v: Ints,
    length_m: Floats,
    shapes: tuple[Floats, Ints, Ints],
    new_xy: Floats,
) -> StreetNetwork:
    coords, first, last = shapes
    count = last - first + 1
    offsets = np.concatenate([[0], np.cumsum(count)])
    inside = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - first, count)
    return StreetNetwork(
        xy=np.concatenate([network.xy, new_xy]),
        node_id=_with_new_ids(network.node_id, len(new_xy)),
        u=u,
        v=v,
        length_m=length_m,
        class_code=network.class_code[part_of],
        class_names=network.class_names,
        oneway=network.oneway[part_of],
        bridge=network.bridge[part_of],
        tunnel=network.tunnel[part_of],
        foot=network.foot[part_of],
        coords=coords[inside],
        offsets=offsets,
        crs=network.crs,
        lonlat=_with_new_lonlat(network, new_xy),
        speed_kph=None if network.speed_kph is None else network.speed_kph[part_of],
        # a part is as steep as the whole, so that the parts take as long as the whole
        walk_stretch=None if network.walk_stretch is None else network.walk_stretch[part_of],
    )


def _connect(network: StreetNetwork, foot: Ints, points: Floats, snap_m: Floats) -> StreetNetwork:
    """The network with each point as a node and a straight edge from its foot to it."""
    n = len(points)
    names = network.class_names if CONNECTOR in network.class_names else (*network.class_names, CONNECTOR)
    return StreetNetwork(
        xy=np.concatenate([network.xy, points]),
        node_id=_with_new_ids(network.node_id, n),
        u=np.concatenate([network.u, foot]),
        v=np.concatenate([network.v, network.n_node + np.arange(n)]),
        length_m=np.concatenate([network.length_m, snap_m]),
        class_code=np.concatenate([network.class_code, np.full(n, names.index(CONNECTOR))]),
        class_names=names,
        oneway=np.concatenate([network.oneway, np.zeros(n, dtype=np.int8)]),
        bridge=np.concatenate([network.bridge, np.zeros(n, dtype=bool)]),
        tunnel=np.concatenate([network.tunnel, np.zeros(n, dtype=bool)]),
        foot=np.concatenate([network.foot, np.ones(n, dtype=bool)]),
        coords=np.concatenate([network.coords, np.stack([network.xy[foot], points], axis=1).reshape(-1, 2)]),
        offsets=np.concatenate([network.offsets, network.offsets[-1] + 2 * np.arange(1, n + 1)]),
        crs=network.crs,
        lonlat=_with_new_lonlat(network, points),
        speed_kph=None
        if network.speed_kph is None
        else np.concatenate([network.speed_kph, np.full(n, np.nan)]),
        walk_stretch=None
        if network.walk_stretch is None
        else np.concatenate([network.walk_stretch, np.ones((n, 2))]),
    )


def _with_new_ids(node_id: NDArray[np.generic], n_new: int) -> NDArray[np.generic]:
    if node_id.dtype.kind not in "iu":
        return np.concatenate([node_id, [f"+{len(node_id) + k}" for k in range(n_new)]])
    lowest = min(0, int(node_id.min())) if len(node_id) else 0
    return np.concatenate([node_id, lowest - 1 - np.arange(n_new)])


def _with_new_lonlat(network: StreetNetwork, new_xy: Floats) -> Floats | None:
    if network.lonlat is None or network.crs is None:
        return None
    return np.concatenate([network.lonlat, to_lonlat(new_xy, metric_crs(network.crs))])
