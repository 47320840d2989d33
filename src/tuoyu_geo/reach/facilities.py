"""What serves, and whom: institutions and candidates in one table, with their places and the ages they take."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers import read_ages
from tuoyu_geo.messages import listed, text

if TYPE_CHECKING:
    import geopandas as gpd

    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy


def counts_today(institutions: "gpd.GeoDataFrame", *, policy: "Policy") -> "pd.Series[bool]":
    """Which institutions count: by their registration and kind."""
    rule = policy.institutions
    counted: pd.Series[bool] = institutions["registration"].isin(rule.counted_registration) & institutions[
        "kind"
    ].isin(rule.counted_kinds)
    return counted


def facility_table(layers: "Layers", *, candidates: "gpd.GeoDataFrame", policy: "Policy") -> pd.DataFrame:
    """Institutions and then candidates, in the layers' order.

    Parameters
    ----------
    layers
        Valid layers.
    candidates
        Candidates as rated, with their places.
    policy
        Which institutions count, and which ages a kind takes.

    Returns
    -------
    Index facility_id; columns name, kind, township_id, community_id, places, spare_places (places not in use; NaN where
    the use is not known), counted, enrolled (NaN where not known), youngest_months (closed) and oldest_months (open),
    ages_method ("measured" where the institution states its ages, "estimated" where its kind tells).
    """
    institutions = layers.institutions
    rule = policy.institutions
    counted = counts_today(institutions, policy=policy)
    columns = ["name", "kind", "township_id", "community_id", "places"]
    today = pd.DataFrame(institutions[columns]).assign(
        spare_places=(institutions["places"] - institutions["enrolled"]).clip(lower=0),
        counted=counted,
        enrolled=institutions["enrolled"],
    )
    later = pd.DataFrame(candidates[columns]).assign(
        spare_places=candidates["places"], counted=False, enrolled=np.nan
    )
    parts = [part for part in (today, later) if len(part)]
    table = pd.concat(parts) if parts else today
    table.index.name = "facility_id"
    return _with_ages(table, stated=institutions["ages"], rule=rule.ages_months)


def _with_ages(
    table: pd.DataFrame, *, stated: "pd.Series[object]", rule: "Mapping[str, tuple[float, float]]"
) -> pd.DataFrame:
    read = [None if cell is None else read_ages(cell) for cell in stated] + [None] * (
        len(table) - len(stated)
    )
    # A kindergarten that is a candidate would open a class for two-year-olds.
    kinds = table["kind"].replace("kindergarten", "kindergarten_class")
    ages = [
        rule.get(kind, rule["other"]) if span is None else span
        for kind, span in zip(kinds, read, strict=True)
    ]
    return table.assign(
        youngest_months=[span[0] for span in ages],
        oldest_months=[span[1] for span in ages],
        ages_method=np.array(["estimated" if span is None else "measured" for span in read], dtype=object),
    )


def age_findings(layers: "Layers", *, facilities: pd.DataFrame, files: Mapping[str, str]) -> list[Finding]:
    """Institutions that count and whose ages are told by their kind alone, and ages that can't be read."""
    institutions = layers.institutions
    ours = facilities.iloc[: len(institutions)]
    guessed = ours["ages_method"].eq("estimated")
    without = ours[guessed & ours["counted"] & institutions["ages"].isna().to_numpy()]

    def finding(code: str, *, row: int | None, found: str) -> Finding:
        return Finding(
            code=code,
            severity="info" if row is None else "warning",
            layer="institutions",
            file=files.get("institutions", ""),
            row=row,
            column=None,
            found=found,
            allowed=text("facilities.ages_allowed"),
            remedy=text("facilities.ages_remedy"),
        )

    found = [
        finding(
            "ages_unreadable", row=int(row), found=text("facilities.ages_unreadable", name=name, found=cell)
        )
        for name, cell, row in zip(
            *(
                institutions.loc[guessed.to_numpy() & institutions["ages"].notna(), one]
                for one in ("name", "ages", "source_row")
            ),
            strict=True,
        )
    ]
    if len(without):
        names = listed(map(str, without["name"].iloc[:5])) + ("…" if len(without) > 5 else "")
        found.append(
            finding(
                "ages_by_kind", row=None, found=text("facilities.ages_by_kind", n=len(without), names=names)
            )
        )
    return found
