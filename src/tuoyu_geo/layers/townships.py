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
from tuoyu_geo.messages import listed, text

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A point this near the border is not outside: borders of two sources never agree to the metre.
BORDER_M = 200.0
OVERLAP_SHARE = 0.01
# Slivers below a hectare come of digitising; a wider or larger strip holds people who belong nowhere.
GAP_M2, GAP_WIDTH_M, BESIDE_M = 10_000.0, 100.0, 1.0
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
    """The township of each row, and what is wrong with it.

    The table's word wins where it names a township; then the row's own 12-digit code; a row with neither belongs
    where it stands.
    """
    here = np.array(locate(inner_points(frame.geometry), townships=townships), dtype=object)
    told = told_townships(frame, townships=townships)
    coded = coded_townships(frame, townships=townships)
    result = np.where(_some(told), told, np.where(_some(coded), coded, here))
    findings = [
        *check_township_names(frame, townships=townships, source=source),
        *check_codes(frame, told=told, coded=coded, townships=townships, source=source),
        *check_outside(frame, here=here, townships=townships, source=source),
        *check_township_by_location(frame, told=told, here=here, townships=townships, source=source),
    ]
    return pd.Series(result, index=frame.index, dtype=object), findings


def _some(values: "NDArray[np.object_]") -> "NDArray[np.bool_]":
    return np.array([value is not None for value in values], dtype=bool)


def check_township_names(
    frame: gpd.GeoDataFrame, *, townships: gpd.GeoDataFrame, source: LayerSource
) -> list[Finding]:
    """Words that name no township, or more than one."""
    named = _by_name(townships)
    findings = []
    meant: dict[object, list[str]] = {None: []}
    for said, row in zip(frame["township"], frame["source_row"], strict=True):
        if said not in meant:
            meant[said] = _known(said, townships=townships, named=named)
        known = meant[said]
        if said is not None and len(known) != 1:
            code = "township_ambiguous" if known else "township_unknown"
            findings.append(
                layer_finding(source, code, row=row, found=said, allowed=listed(townships["name"]))
            )
    return findings


def check_outside(
    frame: gpd.GeoDataFrame,
    *,
    here: "NDArray[np.object_]",
    townships: gpd.GeoDataFrame,
    source: LayerSource,
) -> list[Finding]:
    """Rows that stand outside the county, with how far."""
    points = np.asarray(inner_points(frame.geometry).array, dtype=object)
    placed = ~(shapely.is_missing(points) | shapely.is_empty(points))
    off = np.flatnonzero(placed & ~_some(here))
    borders = shapely.union_all(townships.geometry.array) if len(off) else None
    return [
        layer_finding(
            source,
            "outside",
            row=frame["source_row"].iloc[i],
            name=frame["name"].iloc[i],
            metres=shapely.distance(borders, points[i]),
        )
        for i in off
    ]


def check_township_by_location(
    frame: gpd.GeoDataFrame,
    *,
    told: "NDArray[np.object_]",
    here: "NDArray[np.object_]",
    townships: gpd.GeoDataFrame,
    source: LayerSource,
) -> list[Finding]:
    """Rows that stand in another township than the table says."""
    return [
        layer_finding(
            source,
            "township_elsewhere",
            severity="warning",
            row=frame["source_row"].iloc[i],
            name=frame["name"].iloc[i],
            said=townships["name"][told[i]],
            stands=townships["name"][here[i]],
        )
        for i in np.flatnonzero(_some(told) & _some(here) & (told != here))
    ]


def check_codes(
    frame: gpd.GeoDataFrame,
    *,
    told: "NDArray[np.object_]",
    coded: "NDArray[np.object_]",
    townships: gpd.GeoDataFrame,
    source: LayerSource,
) -> list[Finding]:
    """Rows whose 12-digit code is of another township than the table says, or of no township of the county."""
    findings = []
    for i, one in enumerate(frame.index):
        if not re.fullmatch(r"\d{12}", str(one)):
            continue
        words = {"row": frame["source_row"].iloc[i], "name": frame["name"].iloc[i], "found": one}
        if coded[i] is None:
            findings.append(layer_finding(source, "code_unknown", severity="warning", **words))
        elif told[i] is not None and told[i] != coded[i]:
            said, of_code = townships["name"][told[i]], townships["name"][coded[i]]
            findings.append(
                layer_finding(
                    source, "code_elsewhere", severity="warning", said=said, of_code=of_code, **words
                )
            )
    return findings


def coded_townships(frame: gpd.GeoDataFrame, *, townships: gpd.GeoDataFrame) -> "NDArray[np.object_]":
    """``(n,)`` the township id in each row's own 12-digit code; None where it has none, or one of no township."""
    codes = [code9(one) if re.fullmatch(r"\d{12}", str(one)) else None for one in frame.index]
    known = set(townships.index)
    return np.array([code if code in known else None for code in codes], dtype=object)


def inner_points(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """A point inside each shape: itself where it is one."""
    if shapes.geom_type.eq("Point").all():
        return shapes
    return shapes.representative_point()


def told_townships(frame: gpd.GeoDataFrame, *, townships: gpd.GeoDataFrame) -> "NDArray[np.object_]":
    """``(n,)`` the township id that each row's own word or code tells; None where it tells none for certain."""
    named = _by_name(townships)
    meant: dict[object, list[str]] = {None: []}
    for said in frame["township"].unique():
        if said is not None:
            meant[said] = _known(said, townships=townships, named=named)
    known = [meant[said] for said in frame["township"]]
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
    ids = townships.index.to_numpy(object)
    places = np.asarray(points.array, dtype=object)
    # Asked this way round, each border is prepared once, and many points are told fast.
    polygon, point = shapely.STRtree(places).query(shapes, predicate="intersects")
    found: NDArray[np.object_] = np.full(len(places), None, dtype=object)
    order = np.lexsort((-polygon, point))
    found[point[order]] = ids[polygon[order]]
    beyond = np.flatnonzero(
        (found == None) & ~(shapely.is_missing(places) | shapely.is_empty(places))  # noqa: E711  (elementwise)
    )
    if len(beyond):
        tree = shapely.STRtree(shapes)
        nearest, distance = tree.query_nearest(places[beyond], return_distance=True, all_matches=False)
        near = distance <= BORDER_M
        found[beyond[nearest[0][near]]] = ids[nearest[1][near]]
    return [None if one is None else str(one) for one in found]


def check_borders(townships: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """Both checks of the townships' borders."""
    return [*check_overlaps(townships, source=source), *check_gaps(townships, source=source)]


def check_overlaps(townships: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """Townships that overlap by more than a hundredth of the smaller one."""
    shapes = np.asarray(townships.geometry.array, dtype=object)
    area = shapely.area(shapes)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    findings = []
    for i, j in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        if i <= j:
            continue
        shared_m2 = shapely.area(shapely.intersection(shapes[i], shapes[j]))
        if shared_m2 > OVERLAP_SHARE * min(area[i], area[j]):
            findings.append(
                layer_finding(
                    source,
                    "overlap",
                    severity="warning",
                    row=townships["source_row"].iloc[i],
                    first=townships["name"].iloc[i],
                    second=townships["name"].iloc[j],
                    km2=shared_m2 / 1e6,
                ),
            )
    return findings


def check_gaps(townships: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """Land between townships that belongs to none: holes, and strips narrower than 100 m."""
    shapes = np.asarray(townships.geometry.array, dtype=object)
    union = shapely.union_all(shapes)
    filled = shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(union)])
    closed = filled.buffer(GAP_WIDTH_M / 2).buffer(-GAP_WIDTH_M / 2)
    findings = []
    for gap in shapely.get_parts(shapely.difference(closed.union(filled), union)):
        beside = np.flatnonzero(shapely.dwithin(shapes, gap, BESIDE_M))
        # A notch in the county's outer border lies beside one township.
        if shapely.area(gap) < GAP_M2 or len(beside) < 2:
            continue
        findings.append(
            layer_finding(
                source,
                "gap",
                severity="warning",
                row=townships["source_row"].iloc[beside[0]],
                names=listed(townships["name"].iloc[beside]),
                km2=shapely.area(gap) / 1e6,
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
