"""What each candidate could offer, at which sizes and cost, and why some can't be used."""

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from tuoyu_geo.candidates.hazards import hazard_distances, hazard_findings
from tuoyu_geo.findings import Finding
from tuoyu_geo.messages import text
from tuoyu_geo.reach.facilities import counts_today
from tuoyu_geo.siting import Sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy


def rate_candidates(
    layers: "Layers",
    *,
    policy: "Policy",
    files: dict[str, str],
    open_by: int | None = None,
    spacing_m: float | None = None,
) -> "tuple[gpd.GeoDataFrame, list[Finding]]":
    """Candidates with what each could offer, and why some can't be used.

    Parameters
    ----------
    layers
        Valid layers.
    policy
        The policy.
    files
        File of each layer, as the project names it.
    open_by
        Candidates that open in a later year can't be used; None lets all in.
    spacing_m
        Candidates closer than this, straight-line, to an institution that counts can't be used; None lets all in.

    Returns
    -------
    The candidates with columns added: places (those stated, but no more than the floor area ÷ area a place, rounded down;
    that number where none are stated), places_stated (NaN where none are), places_method ("measured": as stated, "capped": by
    the area, "estimated": from it), hazard_kind, hazard_name, hazard_m and hazard_needed_m (as `hazards.hazard_distances`),
    unusable_reason (text or None), usable; and findings for those left out or capped.
    """
    candidates = layers.candidates
    by_area = np.floor(candidates["area_m2"] / policy.places.area_per_place_m2 + 1e-9)
    stated = candidates["places"]
    is_capped = stated > by_area
    places = stated.where(~is_capped, by_area).fillna(by_area).fillna(0.0)
    hazards = hazard_distances(layers, policy=policy)
    near = _near_institutions(layers, policy=policy, spacing_m=spacing_m)
    reasons = [
        _reason(
            row,
            places=n_places,
            hazard=hazard,
            near=too_near,
            policy=policy,
            open_by=open_by,
            spacing_m=spacing_m,
        )
        for (_, row), n_places, hazard, too_near in zip(
            candidates.iterrows(), places, hazards["hazard_reason"], near, strict=True
        )
    ]
    rated = candidates.assign(
        places=places,
        places_stated=stated,
        places_method=np.select([is_capped, stated.notna()], ["capped", "measured"], "estimated"),
        **{name: hazards[name] for name in ("hazard_kind", "hazard_name", "hazard_m", "hazard_needed_m")},
        unusable_reason=pd.Series(reasons, index=candidates.index, dtype=object),
    )
    rated["usable"] = rated["unusable_reason"].isna()
    findings = [
        Finding(
            code="candidate_unusable",
            severity="info",
            layer="candidates",
            file=files.get("candidates", ""),
            row=int(row.source_row),
            column=None,
            found=text("plan.unusable_found", name=row.name, reason=row.unusable_reason),
            allowed=text("plan.unusable_allowed"),
            remedy=text("plan.unusable_remedy"),
        )
        for row in rated[~rated["usable"]]
        .reset_index()[["source_row", "name", "unusable_reason"]]
        .itertuples(index=False)
    ]
    return rated, [
        *findings,
        *hazard_findings(layers, policy=policy, file=files.get("hazards", "")),
        *_capped_findings(
            rated[is_capped],
            policy=policy,
            file=files.get("candidates", ""),
            column=layers.mappings.get("candidates", {}).get("places"),
        ),
    ]


def _capped_findings(
    capped: "gpd.GeoDataFrame", *, policy: "Policy", file: str, column: str | None
) -> list[Finding]:
    """A finding for each candidate that states more places than its floor area has room for."""
    rule = policy.places
    return [
        Finding(
            code="candidate_places_capped",
            severity="warning",
            layer="candidates",
            file=file,
            row=int(row.source_row),
            column=column,
            found=text("plan.capped_found", name=row.name, places=row.places_stated, area=row.area_m2),
            allowed=text(
                "plan.capped_allowed",
                each=rule.area_per_place_m2,
                most=row.places,
                verified="" if rule.area_verified else text("policy.unverified"),
            ),
            remedy=text("plan.capped_remedy", most=row.places),
        )
        for row in capped.reset_index()[
            ["source_row", "name", "places", "places_stated", "area_m2"]
        ].itertuples(index=False)
    ]


def _reason(  # noqa: PLR0911  (one return a reason)
    row: "pd.Series[Any]",
    *,
    places: float,
    hazard: str | None,
    near: str | None,
    policy: "Policy",
    open_by: int | None,
    spacing_m: float | None,
) -> str | None:
    """Why a candidate can't be used; None where it can."""
    rule = policy.candidates
    if isinstance(row["exclusion"], str) and row["exclusion"].strip():
        return row["exclusion"].strip()
    if hazard is not None:
        return hazard
    if not np.isnan(row["floor"]) and not rule.lowest_floor <= row["floor"] <= rule.highest_floor:
        return text("plan.floor_reason", floor=row["floor"], low=rule.lowest_floor, high=rule.highest_floor)
    # Who states places has a use in mind, and the smallest class will do; else room is asked for the first one.
    is_stated = not np.isnan(row["places"])
    smallest = min(policy.places.class_places) if is_stated else _classes(row["kind"], policy)[0]
    if places < (min(smallest, row["places"]) if is_stated else smallest) and not np.isnan(row["area_m2"]):
        return text(
            "plan.area_reason",
            area=row["area_m2"],
            needed=smallest * policy.places.area_per_place_m2,
            smallest=smallest,
        )
    if places <= 0:
        return text("plan.no_places_reason")
    if open_by is not None and row["open_year"] > open_by:
        return text("plan.late_reason", year=row["open_year"], by=open_by)
    if near is not None:
        return text("plan.near_reason", name=near, metres=spacing_m)
    return None


def _near_institutions(layers: "Layers", *, policy: "Policy", spacing_m: float | None) -> list[str | None]:
    """For each candidate an institution that counts and stands closer than the spacing, straight-line."""
    candidates = layers.candidates
    counted = layers.institutions[counts_today(layers.institutions, policy=policy)]
    if spacing_m is None or not len(counted) or not len(candidates):
        return [None] * len(candidates)
    tree = cKDTree(np.column_stack([counted.geometry.x, counted.geometry.y]))
    found = tree.query(np.column_stack([candidates.geometry.x, candidates.geometry.y]), k=[1])
    away, at = np.asarray(found[0]), np.asarray(found[1])
    names = counted["name"].to_numpy()
    return [
        str(names[i]) if metres < spacing_m else None
        for metres, i in zip(away[:, 0].tolist(), at[:, 0].tolist(), strict=True)
    ]


def _classes(kind: object, policy: "Policy") -> tuple[int, ...]:
    rule = policy.places
    return rule.kindergarten_class_places if kind == "kindergarten" else rule.class_places


def smaller_sizes(
    candidates: "gpd.GeoDataFrame",
    *,
    cost: "NDArray[np.float64]",
    policy: "Policy",
    stated_places: Literal["exactly", "at_most"],
    fixed_cost_share: float,
) -> Sizes:
    """The sizes below its full one that each candidate can be built at: one class, two, three, and so on.

    Parameters
    ----------
    candidates
        As `rate_candidates` gives them.
    cost
        ``(n_candidate,)`` cost at full size, in any one unit.
    policy
        The policy, with the places of each class.
    stated_places
        Whether a candidate whose places are stated has "exactly" those, or "at_most".
    fixed_cost_share
        Share of the cost that does not shrink with the places; the rest is taken as proportional to them.
    """
    found = [
        (j, size, cost[j] * (fixed_cost_share + (1 - fixed_cost_share) * size / full))
        for j, (kind, full, method) in enumerate(
            zip(candidates["kind"], candidates["places"], candidates["places_method"], strict=True)
        )
        if stated_places == "at_most" or method == "estimated"
        for size in _class_sums(_classes(kind, policy), below=full)
    ]
    columns = list(zip(*found, strict=True)) if found else [(), (), ()]
    return Sizes(
        column=np.array(columns[0], dtype=np.int64),
        places=np.array(columns[1], dtype=np.float64),
        cost=np.array(columns[2], dtype=np.float64),
    )


def _class_sums(classes: tuple[int, ...], *, below: float) -> "Iterator[float]":
    total, k = float(classes[0]), 1
    while total < below:
        yield total
        total, k = total + classes[k % len(classes)], k + 1
