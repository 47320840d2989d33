"""The street network as arrays: nodes, edges between them, and the shape of each edge."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.messages import text

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CONNECTOR = "connector"
"""Road class of the straight line that joins a point to its street."""
UNCLASSIFIED = "unclassified"
"""Road class of a street whose source names none."""


@dataclass(frozen=True, slots=True, eq=False)
class StreetNetwork:
    """Streets as arrays; an edge joins two nodes and keeps its shape.

    Parallel edges and loops stay: they are drawn, and points are snapped to them. The search takes the cheaper of
    parallel edges, never their sum.

    Attributes
    ----------
    xy
        (n_node, 2) position on the plane [m].
    node_id
        (n_node,) the source's own id; nodes that the package adds have negative ids.
    u, v
        (n_edge,) node index of an edge's first and last vertex.
    length_m
        (n_edge,) length along the edge [m].
    class_code, class_names
        (n_edge,) position of the edge's road class in the names.
    oneway
        (n_edge,) 0 both ways, 1 from u to v only, -1 from v to u only.
    bridge, tunnel
        (n_edge,) whether the edge runs above or below the ground; points aren't snapped to it.
    foot
        (n_edge,) whether pedestrians are allowed.
    coords, offsets
        (n_vertex, 2) vertices of all edges [m]; those of edge e are ``coords[offsets[e]:offsets[e + 1]]``.
    crs
        Reference system of `xy` and `coords`, such as "EPSG:32650", or None when the plane has no name.
    lonlat
        (n_node, 2) longitude and latitude [degrees] where the source has them, else None.
    speed_kph
        (n_edge,) speed that the source states, NaN where it states none [km/h]; None when it states none at all.
    walk_stretch
        (n_edge, 2) how many times longer than on the flat it takes to walk the edge from u to v, and back; None
        where the slopes aren't known.
    component
        (n_node,) number of the connected part that the node lies in, directions ignored; 0 is the part that
        holds node 0.
    """

    xy: Floats
    node_id: NDArray[Any]
    u: Ints
    v: Ints
    length_m: Floats
    class_code: Ints
    class_names: tuple[str, ...]
    oneway: NDArray[np.int8]
    bridge: Bools
    tunnel: Bools
    foot: Bools
    coords: Floats
    offsets: Ints
    crs: str | None = None
    lonlat: Floats | None = None
    speed_kph: Floats | None = None
    walk_stretch: Floats | None = None
    component: NDArray[np.int32] = field(init=False)
    # What `cost` has made of these arrays for its search, together with what it made it of.
    _graphs: dict[bool, Any] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        n_edge, n_node = len(self.u), len(self.xy)
        columns = (self.v, self.length_m, self.class_code, self.oneway, self.bridge, self.tunnel, self.foot)
        if any(len(column) != n_edge for column in columns) or len(self.offsets) != n_edge + 1:
            raise NetworkError(text("network.edge_columns", n=n_edge))
        if self.speed_kph is not None and np.shape(self.speed_kph) != (n_edge,):
            raise NetworkError(text("network.edge_columns", n=n_edge))
        if self.walk_stretch is not None and np.shape(self.walk_stretch) != (n_edge, 2):
            raise NetworkError(text("network.edge_columns", n=n_edge))
        if n_edge and (min(self.u.min(), self.v.min()) < 0 or max(self.u.max(), self.v.max()) >= n_node):
            raise NetworkError(text("network.edge_ends", n=n_node))
        if not np.isfinite(self.xy).all() or not np.all((self.length_m >= 0) & np.isfinite(self.length_m)):
            raise NetworkError(text("network.not_finite"))
        pairs = coo_array((np.ones(n_edge, dtype=np.int8), (self.u, self.v)), shape=(n_node, n_node))
        object.__setattr__(self, "component", connected_components(pairs, directed=False)[1])

    @property
    def n_node(self) -> int:
        """Number of nodes."""
        return len(self.xy)

    @property
    def n_edge(self) -> int:
        """Number of edges."""
        return len(self.u)

    def component_length_m(self) -> Floats:
        """(n_component,) length of the streets of each connected part [m]."""
        n_component = int(self.component.max()) + 1 if self.n_node else 0
        return np.bincount(self.component[self.u], weights=self.length_m, minlength=n_component).astype(float)

    def edges_of(self, *road_class: str) -> Bools:
        """(n_edge,) whether an edge is of one of the classes."""
        wanted = np.array([name in road_class for name in self.class_names], dtype=bool)
        return wanted[self.class_code] if len(wanted) else np.zeros(self.n_edge, dtype=bool)


@dataclass(frozen=True, slots=True, eq=False)
class LineTable:
    """What is known of each line before it is cut into edges; arrays of (n_line,)."""

    class_code: Ints
    class_names: tuple[str, ...]
    oneway: NDArray[np.int8]
    bridge: Bools
    tunnel: Bools
    foot: Bools
    speed_kph: Floats | None


def line_table(
    n_line: int,
    *,
    road_class: Sequence[str | None] | None = None,
    oneway: ArrayLike | None = None,
    bridge: ArrayLike | None = None,
    tunnel: ArrayLike | None = None,
    foot: ArrayLike | None = None,
    speed_kph: ArrayLike | None = None,
) -> LineTable:
    """Line attributes as arrays; what isn't given is an unclassified two-way street on the ground.

    Speeds that aren't above zero count as not stated.

    Raises
    ------
    NetworkError
        A column hasn't one value a line, or a direction isn't 0, 1 or -1.
    """
    names = np.array(
        [UNCLASSIFIED] * n_line if road_class is None else [c or UNCLASSIFIED for c in road_class], str
    )
    class_names, class_code = np.unique(names, return_inverse=True)
    table = LineTable(
        class_code=class_code.astype(np.int64),
        class_names=tuple(str(name) for name in class_names),
        oneway=np.zeros(n_line, np.int8) if oneway is None else np.asarray(oneway, dtype=np.int8),
        bridge=np.zeros(n_line, bool) if bridge is None else np.asarray(bridge, dtype=bool),
        tunnel=np.zeros(n_line, bool) if tunnel is None else np.asarray(tunnel, dtype=bool),
        foot=np.ones(n_line, bool) if foot is None else np.asarray(foot, dtype=bool),
        speed_kph=_stated(speed_kph),
    )
    columns = (table.class_code, table.oneway, table.bridge, table.tunnel, table.foot)
    given = () if table.speed_kph is None else (table.speed_kph,)
    if any(np.shape(column) != (n_line,) for column in (*columns, *given)):
        raise NetworkError(text("network.edge_columns", n=n_line))
    if not np.isin(table.oneway, (-1, 0, 1)).all():
        raise NetworkError(text("network.oneway_values"))
    return table


def _stated(speed_kph: ArrayLike | None) -> Floats | None:
    if speed_kph is None:
        return None
    speeds = np.asarray(speed_kph, dtype=float)
    speeds = np.where((speeds > 0) & (speeds < np.inf), speeds, np.nan)
    return speeds if np.isfinite(speeds).any() else None


def from_edges(
    xy: ArrayLike,
    u: ArrayLike,
    v: ArrayLike,
    *,
    length_m: ArrayLike | None = None,
    road_class: Sequence[str | None] | None = None,
    oneway: ArrayLike | None = None,
    bridge: ArrayLike | None = None,
    tunnel: ArrayLike | None = None,
    foot: ArrayLike | None = None,
    speed_kph: ArrayLike | None = None,
    crs: str | None = None,
) -> StreetNetwork:
    """A network of straight edges between given nodes.

    Parameters
    ----------
    xy
        (n_node, 2) node positions [m].
    u, v
        (n_edge,) node indices.
    length_m
        (n_edge,) lengths [m]; straight lines when not given.
    road_class, oneway, bridge, tunnel, foot, speed_kph
        (n_edge,) as in `StreetNetwork`.
    crs
        Reference system of `xy`.

    Raises
    ------
    NetworkError
        An index outside the nodes, a negative length, or columns of unequal length.
    """
    nodes = np.asarray(xy, dtype=float).reshape(-1, 2)
    first, last = np.asarray(u, dtype=np.int64), np.asarray(v, dtype=np.int64)
    table = line_table(
        len(first),
        road_class=road_class,
        oneway=oneway,
        bridge=bridge,
        tunnel=tunnel,
        foot=foot,
        speed_kph=speed_kph,
    )
    ends = np.column_stack([first, last]).ravel()
    if len(ends) and (ends.min() < 0 or ends.max() >= len(nodes)):
        raise NetworkError(text("network.edge_ends", n=len(nodes)))
    straight = np.hypot(*(nodes[last] - nodes[first]).T)
    return StreetNetwork(
        xy=nodes,
        node_id=np.arange(len(nodes)),
        u=first,
        v=last,
        length_m=straight if length_m is None else np.asarray(length_m, dtype=float),
        class_code=table.class_code,
        class_names=table.class_names,
        oneway=table.oneway,
        bridge=table.bridge,
        tunnel=table.tunnel,
        foot=table.foot,
        coords=nodes[ends],
        offsets=np.arange(0, len(ends) + 1, 2),
        crs=crs,
        speed_kph=table.speed_kph,
    )


def checked_points(xy: ArrayLike) -> Floats:
    """(n_point, 2) positions as finite numbers.

    Raises
    ------
    NetworkError
        The array hasn't two columns, or a position isn't a number.
    """
    points = np.asarray(xy, dtype=float)
    points = points.reshape(-1, 2) if points.size == 0 else points
    if points.ndim != 2 or points.shape[1] != 2:
        raise NetworkError(text("network.points", row=1))
    bad = ~np.isfinite(points).all(axis=1)
    if bad.any():
        raise NetworkError(text("network.points", row=int(np.flatnonzero(bad)[0]) + 1))
    return points
