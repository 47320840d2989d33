"""What the plan can't meet, in sentences."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from tuoyu_geo.messages import listed, text

if TYPE_CHECKING:
    import geopandas as gpd

    from tuoyu_geo.policy import Policy


def shortfall_sentences(
    townships: "gpd.GeoDataFrame",
    *,
    candidates: "gpd.GeoDataFrame",
    coverage: pd.DataFrame,
    places: Mapping[str, float],
    policy: "Policy",
    unmet_estates: int,
) -> tuple[str, ...]:
    """What the plan can't meet, a sentence each; quotas name the township, its candidates and why they dropped out."""
    sentences = []
    for township_id, row in townships[townships["shortfall"] > 0].iterrows():
        local = candidates[candidates["township_id"] == township_id]
        dropped = local["unusable_reason"].dropna().value_counts()
        sentences.append(
            text(
                "plan.short_quota",
                name=row["name"],
                minimum=row["quota"],
                existing=row["existing"],
                proposed=row["proposed"],
                short=row["shortfall"],
                n=len(local),
                usable=int(local["usable"].sum()),
                dropped=listed(text("plan.dropped", reason=reason, n=n) for reason, n in dropped.items())
                or text("plan.dropped_none"),
            ),
        )
    head = coverage[coverage["headline"]].iloc[0]
    if head["after"] < policy.coverage.target_share - 1e-9:
        sentences.append(
            text(
                "plan.short_coverage",
                label=head["label"],
                share=math.floor(head["after"] * 1000) / 1000,
                target=policy.coverage.target_share,
            )
        )
    if places["existing"] + places["proposed"] < places["required"]:
        sentences.append(
            text(
                "plan.short_places", have=places["existing"] + places["proposed"], required=places["required"]
            )
        )
    if unmet_estates:
        sentences.append(text("plan.short_estates", n=unmet_estates))
    return tuple(sentences)
