"""From the phases of a run to what a notebook holds of one moment: who is served, and by how many places."""

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from tuoyu_geo.coverage import coverage_table, nearest_facility
from tuoyu_geo.coverage_groups import coverage_curves, coverage_groups, remote_ids
from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Ground, ProjectNote
from tuoyu_geo.places import PlacesView, places_view
from tuoyu_geo.reach import detour_words
from tuoyu_geo.views.access import Access

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach


def who_is_served(
    layers: "Layers",
    *,
    demand: "Demand",
    reach: "Reach",
    candidates: "gpd.GeoDataFrame",
    serving: "NDArray[np.bool_]",
    place_share: "NDArray[np.float64]",
    policy: "Policy",
    note: ProjectNote,
    when: Literal["today", "plan"],
) -> Access:
    """Everything `Access` holds.

    Parameters
    ----------
    layers, demand, reach, candidates
        What the phases found.
    serving
        ``(n_facility,)`` which facilities serve.
    place_share
        ``(n_demand,)`` share of its needed places that each demand point gets, 0 to 1.
    policy
        The rules.
    note
        The title block.
    when
        What the moment is called.
    """
    import geopandas as gpd  # noqa: PLC0415  (slow to import)

    moment = {"share": serving}
    townships = layers.townships
    nearest = nearest_facility(reach, serving=serving).set_index(demand.points.index)
    points = demand.points.assign(
        cost_unit=reach.cost_unit, standard=reach.standard, snap_m=reach.snap_m, place_share=place_share
    )
    groups = coverage_groups(
        reach,
        demand=demand,
        townships=townships,
        remote=remote_ids(layers, demand=demand, reach=reach),
        serving=moment,
    )
    by_township = groups[groups["by"].eq("township")].pivot_table(
        index="group_id", columns="reading", values=["total", "share"], dropna=False
    )
    places = places_view(reach, demand=demand, township_ids=townships.index, policy=policy, serving=serving)
    where = layers.institutions.geometry
    if when == "plan":
        where = pd.concat([where, candidates.geometry])
    institutions = gpd.GeoDataFrame(
        places.institutions, geometry=where.reindex(places.institutions.index), crs=layers.crs
    )
    return Access(
        when=when,
        demand=points.join(nearest).join(places.demand),
        coverage=coverage_table(
            reach,
            demand=demand,
            townships=townships,
            policy=policy,
            serving=moment,
            place_share={"share": place_share},
        ),
        townships=pd.DataFrame({"name": townships["name"]}).assign(
            residents=by_township["total", "residents"],
            under3=by_township["total", "under3"],
            covered_share=by_township["share", "residents"],
            **{name: places.townships[name] for name in places.townships.columns},
        ),
        groups=groups,
        curve=coverage_curves(reach, demand=demand, townships=townships, serving=moment),
        institutions=institutions,
        nearest=places.nearest,
        equity=places.equity,
        lorenz=places.lorenz,
        ground=Ground(note=note, townships=townships, streets=layers.roads, water=layers.water),
        notes=_notes(places, demand=demand, reach=reach, policy=policy),
    )


def _notes(places: PlacesView, *, demand: "Demand", reach: "Reach", policy: "Policy") -> tuple[str, ...]:
    """What the figures rest on: the reading, and every estimate among the inputs."""
    institutions, unplaced = places.institutions, float(demand.unplaced["residents"].sum())
    guessed = int(institutions["ages_method"].eq("estimated").sum())
    silent = int(institutions["places"].isna().sum())
    estimated = int(demand.points["under3_method"].eq("estimated").sum())
    said = [
        policy.coverage.headline_note,
        text("served.ages_even"),
        text("served.under3_estimated", n=estimated, of=len(demand.points)) if estimated else "",
        text("served.ages_by_kind", n=guessed, of=len(institutions)) if guessed else "",
        text("served.no_places", n=silent) if silent else "",
        text("served.unplaced", n=unplaced) if unplaced else "",
        text("served.straight_line", factor=detour_words(reach)) if reach.method == "straight_line" else "",
        text("served.some_straight_lines", n=int(reach.straight_line.sum()), factor=detour_words(reach))
        if reach.method == "network" and np.isfinite(reach.detour_factor)
        else "",
    ]
    return tuple(sentence for sentence in said if sentence)
