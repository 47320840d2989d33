"""Coverage by township, by kind of area, and as a curve over the standard; every reading, every moment.

Each table counts the same people as `coverage_table`: those whose place is not known stand in the denominators of
their township and of its kind of area, and nowhere as covered.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tuoyu_geo.access import coverage_by_group, coverage_curve
from tuoyu_geo.areas import remote_villages
from tuoyu_geo.coverage import least_cost, nearest_facility, nearest_walk_m, reading_label
from tuoyu_geo.messages import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.layers import Layers
    from tuoyu_geo.reach import Reach
    from tuoyu_geo.reach.built_up import BuiltUp

CURVE_M = tuple(float(metres) for metres in range(300, 3001, 100))
"""Walking standards of the curve [m]."""
AREAS = ("urban", "rural", "remote")
"""Kinds of area, which together hold everybody; a remote village is no longer counted as rural."""
_PEOPLE = ("residents", "under3", "communities")


def remote_ids(layers: "Layers", *, demand: "Demand", reach: "Reach") -> "pd.Index[str]":
    """Ids of the villages that the layer or the project calls remote, and those that the policy's standard does.

    The standard judges, by the institutions that count today, the villages of which nobody said whether they are remote.
    """
    said = layers.villages["remote"]
    beyond = reach.beyond_remote(serving=reach.counted_mask)
    if beyond is None:
        return remote_villages(layers)
    far = pd.Series(beyond, index=demand.points.index).reindex(said.index, fill_value=False)
    return said.index[(said.eq(True) | (said.isna() & far)).to_numpy(bool)]


def people_rows(demand: "Demand", *, townships: "gpd.GeoDataFrame", remote: "pd.Index[str]") -> pd.DataFrame:
    """Everybody who counts: the demand points, and then a row for each township's people of no known place.

    Parameters
    ----------
    demand
        Who lives there.
    townships
        Index township_id, column area_kind.
    remote
        Ids of the remote villages.

    Returns
    -------
    Rows with township_id, area (of `AREAS`), residents, under3, communities (1 a demand point, 0 for people of no
    known place). The first ``len(demand.points)`` rows are the demand points, in their order.
    """
    points = demand.points
    area = points["area_kind"].where(~points.index.isin(remote), "remote")
    placed = pd.DataFrame(
        {
            "township_id": points["township_id"].to_numpy(object),
            "area": area.to_numpy(object),
            "residents": points["residents"].to_numpy(float),
            "under3": points["under3"].to_numpy(float),
            "communities": 1.0,
        },
    )
    left = demand.unplaced.reindex(townships.index, fill_value=0.0)
    unplaced = pd.DataFrame(
        {
            "township_id": townships.index.to_numpy(object),
            "area": townships["area_kind"].to_numpy(object),
            "residents": left["residents"].to_numpy(float),
            "under3": left["under3"].to_numpy(float),
            "communities": 0.0,
        },
    )
    return pd.concat([placed, unplaced], ignore_index=True)


def coverage_groups(
    reach: "Reach",
    *,
    demand: "Demand",
    townships: "gpd.GeoDataFrame",
    remote: "pd.Index[str]",
    serving: "Mapping[str, NDArray[np.bool_]]",
) -> pd.DataFrame:
    """Coverage in every reading, by township and by kind of area.

    Parameters
    ----------
    reach, demand
        What was worked out before.
    townships
        All townships; index township_id, columns name, area_kind.
    remote
        Ids of the remote villages.
    serving
        By name of the moment: ``(n_facility,)`` which facilities serve.

    Returns
    -------
    A row a group and reading: by ("township", "area"), group_id, name, reading, label, total (people, communities,
    townships, or km2 of built-up area where there is such a layer, by the kind of its township), and a moment's share (NaN where the group holds none) and, as ``<moment>_covered``, what it covers.
    """
    rows = people_rows(demand, townships=townships, remote=remote)
    n_unplaced = len(rows) - len(demand.points)
    index_of = {
        "township": (townships.index, townships.index.get_indexer(rows["township_id"]), townships["name"]),
        "area": (pd.Index(AREAS), pd.Index(AREAS).get_indexer(rows["area"]), None),
    }
    has_one = {
        moment: townships.index.isin(reach.facilities["township_id"][mask])
        for moment, mask in serving.items()
    }
    covered = {
        moment: np.concatenate(
            [
                nearest_facility(reach, serving=mask)["covered"].to_numpy(bool),
                np.zeros(n_unplaced, dtype=bool),
            ]
        )
        for moment, mask in serving.items()
    }
    of_township = {
        "township": np.arange(len(townships)),
        "area": pd.Index(AREAS).get_indexer(townships["area_kind"]),
    }
    parts = []
    for by, (ids, number, names) in index_of.items():
        for reading in (*_PEOPLE, "townships"):
            weight = np.ones(len(townships)) if reading == "townships" else rows[reading].to_numpy()
            groups = of_township[by] if reading == "townships" else number
            part = pd.DataFrame(
                {
                    "by": by,
                    "group_id": ids.to_numpy(object),
                    "name": [text(f"coverage.area_{one}") for one in ids]
                    if names is None
                    else names.to_numpy(object),
                    "reading": reading,
                    "label": text(f"coverage.reading_{reading}"),
                },
            )
            for moment in serving:
                flags = has_one[moment] if reading == "townships" else covered[moment]
                found = coverage_by_group(flags, weight, groups, n_group=len(ids))
                part["total"], part[f"{moment}_covered"], part[moment] = (
                    found.total,
                    found.covered,
                    found.share,
                )
            parts.append(part)
    if reach.built_up is not None:
        parts += [
            _built_up(reach.built_up, part, of_township[str(part["by"].iloc[0])], serving=serving)
            for part in parts
            if part["reading"].eq("townships").all()
        ]
    return pd.concat(parts, ignore_index=True)


def _built_up(
    built_up: "BuiltUp",
    groups: pd.DataFrame,
    group_of_township: "NDArray[np.int64]",
    *,
    serving: "Mapping[str, NDArray[np.bool_]]",
) -> pd.DataFrame:
    """Square kilometres of built-up area in the groups that townships form: each its own, or by their kind of area.

    No township is remote, so that kind of area has no row.
    """
    part = groups[["by", "group_id", "name"]].assign(
        reading="built_up",
        label=reading_label("built_up", quality=built_up.cells.quality),
    )
    cells = built_up.cells
    for moment, mask in serving.items():
        found = coverage_by_group(
            built_up.covered(mask), cells.area_km2, group_of_township[cells.township_idx], n_group=len(part)
        )
        part["total"], part[f"{moment}_covered"], part[moment] = found.total, found.covered, found.share
    return part[~(part["by"].eq("area") & part["group_id"].eq("remote"))]


def coverage_curves(
    reach: "Reach",
    *,
    demand: "Demand",
    townships: "gpd.GeoDataFrame",
    serving: "Mapping[str, NDArray[np.bool_]]",
) -> pd.DataFrame:
    """How coverage on foot grows with the standard, from 300 to 3,000 m.

    Parameters
    ----------
    reach, demand, serving
        As of `coverage_groups`; the walks of `reach` were searched to 3,000 m at least.
    townships
        All townships; index township_id, column area_kind.

    Returns
    -------
    A row a scope ("urban": those in urban areas, "all"; "built_up": the built-up area, where there is such a layer), reading
    and standard: scope, reading, label, standard_m
    (closed), and a share a moment, NaN where nobody is in the scope.
    """
    rows = people_rows(demand, townships=townships, remote=pd.Index([]))
    n_unplaced = len(rows) - len(demand.points)
    walk = {
        moment: np.concatenate([nearest_walk_m(reach, serving=mask), np.full(n_unplaced, np.inf)])
        for moment, mask in serving.items()
    }
    parts = []
    for scope, inside in (("urban", rows["area"].eq("urban").to_numpy()), ("all", np.ones(len(rows), bool))):
        for reading in _PEOPLE:
            weight = rows[reading].to_numpy()[inside]
            shares = {
                moment: coverage_curve(metres[inside], weight, CURVE_M).share
                for moment, metres in walk.items()
            }
            label = text(f"coverage.reading_{reading}")
            parts.append(
                pd.DataFrame(
                    {"scope": scope, "reading": reading, "label": label, "standard_m": CURVE_M, **shares}
                ),
            )
    if reach.built_up is not None:
        cells, walk_m = reach.built_up.cells, reach.built_up.walk_m
        shares = {
            moment: coverage_curve(least_cost(walk_m, serving=mask), cells.area_km2, CURVE_M).share
            for moment, mask in serving.items()
        }
        label = reading_label("built_up", quality=cells.quality)
        parts.append(
            pd.DataFrame(
                {"scope": "built_up", "reading": "built_up", "label": label, "standard_m": CURVE_M, **shares}
            )
        )
    return pd.concat(parts, ignore_index=True)


def coverage_records(groups: pd.DataFrame, curve: pd.DataFrame) -> dict[str, object]:
    """Both tables, with the moments "before" and "after", as `summary.json` holds them; None where there is no share."""
    keys = {"area": "area", "township": "code"}
    found: dict[str, object] = {
        f"by_{by}": [
            {
                key: str(row.group_id),
                "reading": row.reading,
                "total": row.total,
                "before": _plain(row.before),
                "after": _plain(row.after),
            }
            for row in groups[groups["by"].eq(by)].itertuples()
        ]
        for by, key in keys.items()
    }
    shares = {
        scope: {
            reading: {moment: [_plain(one) for one in rows[moment]] for moment in ("before", "after")}
            for reading, rows in part.groupby("reading", sort=False)
        }
        for scope, part in curve.groupby("scope", sort=False)
    }
    return found | {"curve": {"standard_m": list(CURVE_M), **shares}}


def _plain(share: float) -> float | None:
    return None if np.isnan(share) else float(share)
