"""Which township a row belongs to: by the table's word, by its code, and by where it stands."""

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import layer_finding
from tuoyu_geo.layers.values import plain_text
from tuoyu_geo.messages import text

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A point this near the border is not outside: borders of two sources never agree to the metre.
BORDER_M = 200.0
KINDS = (("街道", "street"), ("镇", "town"), ("乡", "township"))


def short_name(name: object) -> str:
    """A township's name without its kind: 燕南 for 燕南街道办事处."""
    plain = re.sub(r"\s", "", plain_text(name))
    return (
        re.sub(r"(街道办事处|街道|民族乡|畲族乡|回族乡|满族乡|镇|乡|办事处)(人民政府)?$", "", plain) or plain
    )


def same_township(first: object, second: object) -> bool:
    """Whether two names stand for one township: 燕南 and 燕南街道办事处 do."""
    return short_name(first) == short_name(second)


def kind_by_name(name: object) -> str | None:
    """Street, town or township, as the name ends."""
    plain = plain_text(name).removesuffix("办事处")
    return next((kind for ending, kind in KINDS if plain.endswith(ending)), None)


def code9(code: object) -> str:
    """The township part of a 9- or 12-digit code."""
    plain = plain_text(code)
    return plain[:9] if re.fullmatch(r"\d{12}", plain) else plain


def assign_townships(
    frame: gpd.GeoDataFrame,
    *,
    townships: gpd.GeoDataFrame,
    source: LayerSource,
) -> tuple["pd.Series[str]", list[Finding]]:
    """The township of each row.

    The table's word wins where it names a township; a row without one belongs where it stands. A row that stands in
    another township than the table says is a warning, one that stands outside the county an error.
    """
    points = frame.geometry.representative_point()
    here = locate(points, townships=townships)
    named = _by_name(townships)
    findings: list[Finding] = []
    result: list[str | None] = []
    borders = shapely.union_all(townships.geometry.array)
    for i, (said, stands, row) in enumerate(zip(frame["township"], here, frame["source_row"], strict=True)):
        name = frame["name"].iloc[i]
        if stands is None and points.iloc[i] is not None and not points.iloc[i].is_empty:
            findings.append(
                layer_finding(source, "outside", row=row, name=name, metres=borders.distance(points.iloc[i]))
            )
        known = [] if said is None else _known(said, townships=townships, named=named)
        told = known[0] if len(known) == 1 else None
        if said is not None and told is None:
            code = "township_ambiguous" if known else "township_unknown"
            findings.append(
                layer_finding(source, code, row=row, found=said, allowed="、".join(townships["name"]))
            )
        if told is not None and stands is not None and told != stands:
            findings.append(
                layer_finding(
                    source,
                    "township_elsewhere",
                    severity="warning",
                    row=row,
                    name=name,
                    said=townships["name"][told],
                    stands=townships["name"][stands],
                ),
            )
        result.append(told or stands)
    return pd.Series(result, index=frame.index, dtype=object), findings


def told_townships(frame: gpd.GeoDataFrame, *, townships: gpd.GeoDataFrame) -> "NDArray[np.object_]":
    """``(n,)`` the township id that each row's own word or code tells; None where it tells none for certain."""
    named = _by_name(townships)
    known = [
        [] if said is None else _known(said, townships=townships, named=named) for said in frame["township"]
    ]
    return np.array([one[0] if len(one) == 1 else None for one in known], dtype=object)


def _by_name(townships: gpd.GeoDataFrame) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for township_id, name in townships["name"].items():
        named.setdefault(short_name(name), []).append(str(township_id))
    return named


def _known(said: object, *, townships: gpd.GeoDataFrame, named: dict[str, list[str]]) -> list[str]:
    """The townships that a word or a code may stand for."""
    code = code9(said)
    return [code] if code in townships.index else named.get(short_name(said), [])


def locate(points: gpd.GeoSeries, *, townships: gpd.GeoDataFrame) -> list[str | None]:
    """The township in which each point stands, borders included; the earlier one where two share a border.

    A point within `BORDER_M` of the county belongs to the nearest township; one farther out to none.
    """
    shapes = np.asarray(townships.geometry.array, dtype=object)
    tree = shapely.STRtree(shapes)
    ids = townships.index.to_numpy(object)
    found: list[str | None] = [None] * len(points)
    point, polygon = tree.query(np.asarray(points.array, dtype=object), predicate="intersects")
    for i, j in sorted(zip(point.tolist(), polygon.tolist(), strict=True), reverse=True):
        found[i] = str(ids[j])
    for i, one in enumerate(points):
        if found[i] is None and one is not None and not one.is_empty:
            distances = shapely.distance(shapes, one)
            nearest = int(np.argmin(distances))
            if distances[nearest] <= BORDER_M:
                found[i] = str(ids[nearest])
    return found


def check_borders(townships: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """Townships that overlap by more than a hundredth of the smaller one."""
    findings = []
    shapes = np.asarray(townships.geometry.array, dtype=object)
    for i in range(len(shapes)):
        for j in range(i):
            shared_km2 = shapely.area(shapely.intersection(shapes[i], shapes[j])) / 1e6
            if shared_km2 > 0.01 * min(shapely.area(shapes[i]), shapely.area(shapes[j])) / 1e6:
                findings.append(
                    layer_finding(
                        source,
                        "overlap",
                        severity="warning",
                        row=townships["source_row"].iloc[i],
                        first=townships["name"].iloc[i],
                        second=townships["name"].iloc[j],
                        km2=shared_km2,
                    ),
                )
    return findings


def resolve_communities(
    frame: gpd.GeoDataFrame,
    *,
    communities: gpd.GeoDataFrame,
    source: LayerSource,
) -> tuple["pd.Series[str]", list[Finding]]:
    """The estate that each institution or candidate names, by id or by name; of two alike, the one in its township."""
    by_name: dict[str, list[str]] = {}
    for community_id, name in communities["name"].items():
        by_name.setdefault(plain_text(name), []).append(str(community_id))
    findings: list[Finding] = []
    result: list[str | None] = []
    for said, township_id, row in zip(
        frame["community"], frame["township_id"], frame["source_row"], strict=True
    ):
        known = (
            [] if said is None else [said] if said in communities.index else by_name.get(plain_text(said), [])
        )
        if len(known) > 1:
            known = [one for one in known if communities.loc[one, "township_id"] == township_id]
        if said is not None and len(known) != 1:
            findings.append(
                layer_finding(
                    source,
                    "community_unknown",
                    severity="warning",
                    row=row,
                    found=said,
                    n=text("layers.n_alike", n=len(known)),
                ),
            )
        result.append(known[0] if len(known) == 1 else None)
    return pd.Series(result, index=frame.index, dtype=object), findings
