"""Hazards that candidates must keep away from: zones, lines and points, each kind with the distance that the policy asks for."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from tuoyu_geo.cut import cut
from tuoyu_geo.findings import Finding
from tuoyu_geo.messages import listed, text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.policy.model import Exclusion


def hazard_distances(layers: "Layers", *, policy: "Policy") -> pd.DataFrame:
    """The hazard that each candidate comes nearest to breaking the rule of, and how far it is.

    Distances are straight-line from the candidate's point, 0 inside a zone. A candidate is too near where the distance is
    below the one asked for (open), or 0 where 0 is asked for.

    Parameters
    ----------
    layers
        Candidates and hazards, in one metric CRS.
    policy
        The distances, by kind of hazard.

    Returns
    -------
    Index of the candidates; hazard_kind and hazard_name (None where no rule has a hazard), hazard_m, hazard_needed_m (NaN
    there), hazard_reason (a sentence where the candidate is too near, else None).
    """
    candidates, hazards = layers.candidates, layers.hazards
    points = np.asarray(candidates.geometry.array, dtype=object)
    nothing = pd.Series([None] * len(candidates), index=candidates.index, dtype=object)
    found = pd.DataFrame(
        {"hazard_kind": nothing, "hazard_name": nothing, "hazard_m": np.nan, "hazard_needed_m": np.nan}
    )
    reasons: list[list[str]] = [[] for _ in range(len(candidates))]
    margin = np.full(len(candidates), np.inf)
    for rule in policy.candidates.exclusions:
        own = hazards[_same_kind(hazards["kind"], rule.kind)]
        if not len(own) or not len(points):
            continue
        tree = shapely.STRtree(np.asarray(own.geometry.array, dtype=object))
        (at, which), away = tree.query_nearest(points, return_distance=True, all_matches=False)
        for i, k, metres in zip(at.tolist(), which.tolist(), away.tolist(), strict=True):
            name = own["name"].iloc[k]
            if metres - rule.distance_m < margin[i]:
                margin[i] = metres - rule.distance_m
                found.iloc[i] = [rule.kind, name, metres, rule.distance_m]
            if metres < rule.distance_m or metres == 0:
                reasons[i].append(_reason(rule, name=name, metres=metres))
    said = [listed(one) or None for one in reasons]
    return found.assign(hazard_reason=pd.Series(said, index=candidates.index, dtype=object))


def _same_kind(kinds: "pd.Series[Any]", kind: str) -> "NDArray[np.bool_]":
    return np.array([isinstance(one, str) and one.strip() == kind.strip() for one in kinds], dtype=bool)


def _reason(rule: "Exclusion", *, name: object, metres: float) -> str:
    words = {
        "kind": rule.kind,
        "name": text("hazards.named", name=name) if isinstance(name, str) and name.strip() else "",
        "needed": rule.distance_m,
        "source": rule.source,
        "verified": "" if rule.verified else text("policy.unverified"),
    }
    if metres == 0:
        return text("hazards.inside", **words)
    return text("hazards.too_near", metres=cut(metres, digits=1), **words)


def hazard_findings(layers: "Layers", *, policy: "Policy", file: str) -> list[Finding]:
    """Kinds of hazard for which the policy asks no distance, so that nobody keeps away from them."""
    known = {rule.kind.strip() for rule in policy.candidates.exclusions}
    kinds = layers.hazards["kind"].map(lambda one: one.strip() if isinstance(one, str) else "")
    return [
        Finding(
            code="hazard_without_rule",
            severity="warning",
            layer="hazards",
            file=file,
            row=int(rows["source_row"].iloc[0]),
            column=layers.mappings.get("hazards", {}).get("kind"),
            found=text("hazards.unknown_found", kind=kind or text("hazards.no_kind"), n=len(rows)),
            allowed=text("hazards.unknown_allowed", kinds=listed(sorted(known)) or "—"),
            remedy=text("hazards.unknown_remedy"),
        )
        for kind, rows in layers.hazards.groupby(kinds, sort=True)
        if kind not in known
    ]
