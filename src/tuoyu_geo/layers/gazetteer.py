"""Rows without coordinates, placed by a gazetteer: a layer of known places with names and 12-digit codes.

A row is matched by its own code, else by its name within the township that the table or its code tells; an
institution or a candidate also by the estate or village that it names. A match that is not the only one is none.
What stays unplaced is never dropped: it keeps its township, is counted in every total and is listed.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tuoyu_geo.findings import Finding, Severity
from tuoyu_geo.layers.reading import plain_text
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import layer_finding
from tuoyu_geo.layers.townships import coded_townships, told_townships
from tuoyu_geo.messages import text

# What an unplaced row is still counted by.
COUNTED = (
    "name",
    "township_id",
    "status",
    "area_kind",
    "residents",
    "planned_residents",
    "households",
    "persons_per_household",
    "floor_area_m2",
    "under3",
    "source_row",
)
PEOPLED = ("communities", "villages")


def short_place(name: object) -> str:
    """A village's or a neighbourhood's name without its kind: 忠义 for 忠义社区居委会."""
    plain = re.sub(r"\s", "", plain_text(name))
    plain = re.sub(r"\([^()]*\)$", "", plain)
    short = re.sub(
        r"(社区|村|居)?(居民委员会|居委会|村民委员会|村委会|委员会)$|(社区|小区|行政村|村)$", "", plain
    )
    return short or plain


def place_by_gazetteer(
    frame: gpd.GeoDataFrame,
    *,
    gazetteer: gpd.GeoDataFrame,
    townships: gpd.GeoDataFrame,
    source: LayerSource,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, list[Finding]]:
    """Shapes for rows that have none.

    Parameters
    ----------
    frame
        Rows, index the row's id; geometry None where a row has no coordinates.
    gazetteer
        Known places in the same CRS, index the code.
    townships
        Polygons, index township_id.
    source
        The layer's source.

    Returns
    -------
    The placed rows; the unplaced rows' `COUNTED` columns, index the row's id; and findings: how each was placed, and
    what stays unplaced with its people.
    """
    without = np.flatnonzero((frame.geometry.isna() | frame.geometry.is_empty).to_numpy())
    if not len(without):
        return frame, frame.iloc[:0].reindex(columns=list(COUNTED)), []
    told, coded = (one(frame, townships=townships) for one in (told_townships, coded_townships))
    home = np.where(told != None, told, coded)  # noqa: E711  (elementwise)
    index = _by_name(gazetteer, townships)
    shapes = np.asarray(frame.geometry.array, dtype=object).copy()
    findings: list[Finding] = []
    left = []
    for i in without.tolist():
        matches, how = _matches(frame, i, township=home[i], gazetteer=gazetteer, index=index)
        if len(matches) == 1:
            shapes[i] = gazetteer.geometry.iloc[matches[0]]
            words = {"name": frame["name"].iloc[i], "place": gazetteer["name"].iloc[matches[0]]}
            findings.append(
                layer_finding(
                    source,
                    "placed_by_name",
                    severity="info",
                    row=frame["source_row"].iloc[i],
                    how=text(f"layers.placed_by_{how}"),
                    **words,
                )
            )
        else:
            left.append(i)
            findings.append(_unplaced(frame, i, home[i], source, n=len(matches)))
    placed = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    unplaced = pd.DataFrame(frame.assign(township_id=home)).iloc[left].reindex(columns=list(COUNTED))
    keep = np.ones(len(frame), dtype=bool)
    keep[left] = False
    return placed[keep], unplaced, findings


def without_place_findings(findings: Sequence[Finding]) -> list[Finding]:
    """What place_rows noticed, less what a gazetteer may mend: empty coordinates; unreadable ones stay a warning."""
    kept = []
    for finding in findings:
        if finding.code == "coordinates_missing":
            continue
        if finding.code != "coordinates_unreadable":
            kept.append(finding)
        elif re.search(r"[\w\u4e00-\u9fff]", finding.original):
            kept.append(replace(finding, severity="warning"))
    return kept


def _unplaced(frame: gpd.GeoDataFrame, i: int, home: str | None, source: LayerSource, *, n: int) -> Finding:
    """An error where nobody could count the row: institutions, candidates, and rows of no known township."""
    row = frame.iloc[i]
    severity: Severity = "warning" if source.role in PEOPLED and home is not None else "error"
    return layer_finding(
        source,
        "unplaced" if severity == "warning" else "unplaced_uncounted",
        severity=severity,
        row=row["source_row"],
        name=row["name"],
        residents=np.nan_to_num(row.get("residents", 0.0)),
        households=np.nan_to_num(row.get("households", 0.0)),
        n=text("layers.n_alike", n=n),
    )


def _by_name(
    gazetteer: gpd.GeoDataFrame, townships: gpd.GeoDataFrame
) -> tuple[dict[str, list[int]], NDArray[np.object_]]:
    """Positions in the gazetteer by short name, and the township of each."""
    named: dict[str, list[int]] = {}
    for k, name in enumerate(gazetteer["name"]):
        named.setdefault(short_place(name), []).append(k)
    told, coded = (one(gazetteer, townships=townships) for one in (told_townships, coded_townships))
    return named, np.where(coded != None, coded, told)  # noqa: E711  (elementwise)


def _matches(
    frame: gpd.GeoDataFrame,
    i: int,
    *,
    township: str | None,
    gazetteer: gpd.GeoDataFrame,
    index: tuple[dict[str, list[int]], NDArray[np.object_]],
) -> tuple[Sequence[int], str]:
    """Positions in the gazetteer that a row may be, and whether by code, by name or by the place it names."""
    named, township_of = index
    code = str(frame.index[i])
    if re.fullmatch(r"\d{12}", code) and code in gazetteer.index:
        return np.flatnonzero(gazetteer.index == code).tolist(), "code"
    words = [("name", frame["name"].iloc[i])]
    if "community" in frame:
        words.append(("community", frame["community"].iloc[i]))
    for how, word in words:
        known = [] if word is None else named.get(short_place(word), [])
        # A place of no known township may be in any; one of another township is another place of the name.
        near = [k for k in known if township is None or township_of[k] in {township, None}]
        exact = [k for k in near if township is not None and township_of[k] == township]
        if near:
            return exact or near, how
    return [], "name"
