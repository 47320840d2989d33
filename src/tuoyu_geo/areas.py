"""Which kind of area is it: urban (judged by walking), rural (by a longer ride), or a remote village (入户指导).

In this order of preference:

1. what the project sets for the community or village itself;
2. what the layer's own column says in words (城区, 农村);
3. the urban-rural class (城乡分类代码: 111, 112, 121, 122, 123 are town; 210, 220 country);
4. what the project sets for its township;
5. the kind of its township for an estate and a residents' committee (居委会); a village is rural.

A village is remote where the layer or the project says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import pandas as pd

from tuoyu_geo.findings import Finding
from tuoyu_geo.messages import listed, text

if TYPE_CHECKING:
    import geopandas as gpd

    from tuoyu_geo.layers import Layers

Area = Literal["urban", "rural", "remote"]
CLASSES = ("111", "112", "121", "122", "123", "210", "220")
"""统计上划分城乡的规定 (国函〔2008〕60号): 111 主城区 … 220 村庄."""
# Digits 10 to 12 of a division code: 001 to 199 are residents' committees (居委会).
_COMMITTEES = range(1, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRule:
    """Settings of `[areas]`.

    Attributes
    ----------
    urban_classes
        Urban-rural classes that are judged as town.
    urban_township_kinds
        Kinds of township whose estates and residents' committees are urban where no class is stated.
    chosen
        Kind of area by the id of a community, village or township.
    """

    urban_classes: tuple[str, ...]
    urban_township_kinds: tuple[str, ...]
    chosen: Mapping[str, Area]


def with_areas(
    layers: "Layers", *, rule: AreaRule, files: Mapping[str, str]
) -> "tuple[Layers, list[Finding]]":
    """Layers with the kind of area of every township, community and village settled.

    Parameters
    ----------
    layers
        Valid layers.
    rule
        The project's settings.
    files
        File of each layer, as the project names it.

    Returns
    -------
    The layers with area_kind ("urban", "rural") and, of villages, remote settled; and findings: settings for ids that
    no layer holds (errors), classes that don't exist, and how many rows were judged by township alone.
    """
    findings = _unknown_ids(layers, rule)
    townships = layers.townships.assign(area_kind=_of_townships(layers.townships, rule))
    frames = {}
    for role in ("communities", "villages"):
        frame: gpd.GeoDataFrame = getattr(layers, role)
        kinds, by_township, notes = _of_rows(frame, role, rule, townships=townships, file=files.get(role, ""))
        frames[role] = frame.assign(area_kind=kinds)
        findings += notes
        if by_township:
            findings.append(
                Finding(
                    code="area_by_township",
                    severity="info",
                    layer=role,
                    file=files.get(role, ""),
                    row=None,
                    column=None,
                    found=text("areas.by_township", n=by_township, of=len(frame)),
                    allowed=text("areas.by_township_allowed"),
                    remedy=text("areas.by_township_remedy"),
                ),
            )
    remote = frames["villages"]["remote"].copy()
    for village_id in remote.index:
        said = rule.chosen.get(str(village_id))
        if said is not None:
            remote[village_id] = said == "remote"
    frames["villages"] = frames["villages"].assign(remote=remote)
    return replace(layers, townships=townships, **frames), findings


def _of_townships(townships: "gpd.GeoDataFrame", rule: AreaRule) -> "pd.Series[str]":
    return pd.Series(
        [rule.chosen.get(str(one), kind) for one, kind in townships["area_kind"].items()],
        index=townships.index,
        dtype=object,
    )


def _of_rows(
    frame: "gpd.GeoDataFrame",
    role: str,
    rule: AreaRule,
    *,
    townships: "gpd.GeoDataFrame",
    file: str,
) -> "tuple[pd.Series[str], int, list[Finding]]":
    kinds, findings, by_township = [], [], 0
    township_kind = townships["kind"].to_dict()
    columns = ["township_id", "area_kind", "area_class", "area_stated", "source_row"]
    for row in frame[columns].itertuples():
        chosen, of_township = (rule.chosen.get(str(one)) for one in (row.Index, row.township_id))
        number = "" if row.area_class is None else str(row.area_class)[:3]
        known = number in CLASSES
        if row.area_class is not None and not known:
            findings.append(
                Finding(
                    code="area_class",
                    severity="warning",
                    layer=role,
                    file=file,
                    row=int(row.source_row),
                    column=None,
                    found=text("areas.class_unknown", found=row.area_class),
                    allowed=listed(CLASSES),
                    remedy=text("areas.class_remedy"),
                ),
            )
        if chosen is not None:
            kinds.append("urban" if chosen == "urban" else "rural")
        elif row.area_stated:
            kinds.append(row.area_kind)
        elif known:
            kinds.append("urban" if number in rule.urban_classes else "rural")
        elif of_township is not None:
            kinds.append(of_township)
        else:
            by_township += 1
            townlike = role == "communities" or _is_committee(str(row.Index))
            in_town = township_kind.get(row.township_id) in rule.urban_township_kinds
            kinds.append("urban" if townlike and in_town else "rural")
    return pd.Series(kinds, index=frame.index, dtype=object), by_township, findings


def _is_committee(code: str) -> bool:
    return len(code) == 12 and code.isdigit() and int(code[9:]) in _COMMITTEES


def _unknown_ids(layers: "Layers", rule: AreaRule) -> list[Finding]:
    known = {
        str(one) for frame in (layers.townships, layers.communities, layers.villages) for one in frame.index
    }
    villages = {str(one) for one in layers.villages.index}
    findings = []
    for one, area in rule.chosen.items():
        key = "unknown_id" if one not in known else "not_a_village"
        if one in known and (area != "remote" or one in villages):
            continue
        findings.append(
            Finding(
                code=f"area_{key}",
                severity="error",
                layer="project",
                file="project.toml",
                row=None,
                column=f"areas.chosen.{one}",
                found=text(f"areas.{key}", id=one),
                allowed=text(f"areas.{key}_allowed"),
                remedy=text("areas.id_remedy"),
            ),
        )
    return findings


def remote_villages(layers: "Layers") -> "pd.Index[str]":
    """Ids of the villages that the layer or the project calls remote."""
    return layers.villages.index[layers.villages["remote"].eq(True).to_numpy(bool)]
