"""All layers of a project: read, recognised, cleaned, placed and checked; every finding of every layer at once."""

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from tuoyu_geo.findings import Finding, Severity, by_severity
from tuoyu_geo.layers import checks, checks_figures, gazetteer, townships
from tuoyu_geo.layers.clean import POSITION_FIELDS, clean_columns
from tuoyu_geo.layers.datum_check import check_datum
from tuoyu_geo.layers.fields import fields_of, match_columns
from tuoyu_geo.layers.kinds import NETWORK_ENDINGS, is_link_table
from tuoyu_geo.layers.model import Layers
from tuoyu_geo.layers.place import place_rows
from tuoyu_geo.layers.population import empty_cells, load_population
from tuoyu_geo.layers.read import read_table
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import layer_finding

SINGULAR = {
    "townships": "township_id",
    "gazetteer": "place_id",
    "communities": "community_id",
    "villages": "village_id",
    "institutions": "institution_id",
    "candidates": "candidate_id",
    "roads": "road_id",
    "water": "water_id",
    "built_up": "built_up_id",
    "hazards": "hazard_id",
}
# Layers whose rows a gazetteer may place.
GAZETTED = ("communities", "villages", "institutions", "candidates")
# Hangzhou's rules of 2022 ask for 200 m2 in new estates, 150 m2 in built ones; the smaller is the least anyone allows.
SMALLEST_SITE_M2 = 150.0
# An empty layer of these stops the run; of the others it is what a county may be like.
NEEDED = ("townships", "communities", "villages", "roads")


def load_layers(
    sources: Mapping[str, LayerSource], *, crs: str, smallest_site_m2: float = SMALLEST_SITE_M2
) -> Layers:
    """Read all layers of a county.

    Parameters
    ----------
    sources
        By role.
    crs
        Metric CRS of the result, as ``EPSG:n``.
    smallest_site_m2
        Candidates of less floor area, or land where no floor area is stated, are a finding [m2].

    Returns
    -------
    The layers as far as they could be read. Faults of the data don't raise: they are findings, all of them, and
    `Layers.require_valid` refuses layers that have any.
    """
    frames: dict[str, gpd.GeoDataFrame] = {}
    mappings: dict[str, dict[str, str]] = {}
    findings: list[Finding] = []
    for role in SINGULAR:
        if role not in sources:
            frames[role] = _empty(role, crs)
            continue
        frame, mapping, notes = _load_one(
            sources[role], crs=crs, may_lack_place=role in GAZETTED and "gazetteer" in sources
        )
        frames[role], mappings[role] = frame, mapping
        findings += notes
    findings += _prefix_shared_ids(frames, sources)
    frames["population"], mapping, notes = _population(frames, sources, crs=crs)
    findings += notes
    if mapping:
        mappings["population"] = mapping
    frames["communities"] = _with_status(frames["communities"])
    unplaced, notes = _place_by_gazetteer(frames, sources)
    findings += notes
    findings += _check_together(frames, sources, smallest_site_m2=smallest_site_m2)
    for role in ("communities", "villages", "institutions", "candidates"):
        frames[role] = _finish(frames[role], role)
    return Layers(
        townships=frames["townships"],
        communities=frames["communities"],
        villages=frames["villages"],
        population=frames["population"],
        institutions=frames["institutions"],
        candidates=frames["candidates"],
        roads=frames["roads"],
        water=frames["water"],
        unplaced=unplaced,
        built_up=frames["built_up"],
        hazards=frames["hazards"],
        findings=tuple(by_severity(findings)),
        mappings=mappings,
        crs=crs,
    )


def _population(
    frames: dict[str, gpd.GeoDataFrame], sources: Mapping[str, LayerSource], *, crs: str
) -> tuple[gpd.GeoDataFrame, dict[str, str], list[Finding]]:
    """The population layer's cells; a table by township fills residents in `frames` that the townships lack."""
    borders = frames["townships"]
    if "population" not in sources:
        return empty_cells(crs), {}, []
    source = sources["population"]
    population = load_population(source, townships=borders, crs=crs)
    findings = [*population.findings]
    told = population.by_township.reindex(borders.index)
    own = borders["residents"].astype(float)
    for township_id in borders.index[(told.notna() & own.notna() & (told != own)).to_numpy()]:
        findings.append(
            layer_finding(
                source,
                "population_differs",
                severity="warning",
                name=borders.loc[township_id, "name"],
                told=told[township_id],
                own=own[township_id],
            )
        )
    frames["townships"] = borders.assign(residents=own.fillna(told))
    return population.cells, dict(population.mapping), findings


def _columns(role: str) -> list[str]:
    id_name = SINGULAR[role]
    names = [field.field for field in fields_of(role) if field.field not in {*POSITION_FIELDS, id_name}]
    if role == "townships":
        names.append("area_kind")
    return [*names, "source_row", "quality"]


def _empty(role: str, crs: str) -> gpd.GeoDataFrame:
    numeric = {field.field for field in fields_of(role) if field.kind in {"number", "year"}} | {"source_row"}
    columns: dict[str, object] = {}
    for name in _columns(role):
        kind = next((field.kind for field in fields_of(role) if field.field == name), "")
        columns[name] = pd.Series(
            dtype="datetime64[s]" if kind == "date" else float if name in numeric else object
        )
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=crs))
    frame.index = pd.Index([], name=SINGULAR[role], dtype=object)
    return frame


def _load_one(
    source: LayerSource, *, crs: str, may_lack_place: bool
) -> tuple[gpd.GeoDataFrame, dict[str, str], list[Finding]]:
    role = source.role
    if source.path.name.lower().endswith(NETWORK_ENDINGS) or (role == "roads" and is_link_table(source.path)):
        missing = (
            [] if source.path.is_file() else [layer_finding(source, "file_missing", path=source.path.name)]
        )
        return _empty(role, crs), {}, missing
    raw = read_table(source)
    findings = [*raw.findings]
    if any(finding.severity == "error" and finding.row is None for finding in findings):
        return _empty(role, crs), {}, findings
    if not len(raw.frame):
        severity: Severity = "error" if role in NEEDED else "warning"
        return _empty(role, crs), {}, [*findings, layer_finding(source, "no_rows", severity=severity)]
    mapping, notes = match_columns([str(column) for column in raw.frame.columns], source, frame=raw.frame)
    findings += notes
    shapes, notes = place_rows(raw, columns=mapping, source=source, target=crs)
    findings += gazetteer.without_place_findings(notes) if may_lack_place else notes
    values, notes = clean_columns(raw, columns=mapping, source=source)
    findings += notes
    frame = gpd.GeoDataFrame(values, geometry=gpd.GeoSeries(shapes, crs=crs))
    frame["source_row"], frame["quality"] = raw.row, source.quality
    if not any(finding.severity == "error" and finding.row is None for finding in findings):
        lacking = frame.geometry.isna() & may_lack_place
        checked, notes = checks.check_shapes(frame[~lacking], source=source)
        frame = pd.concat([checked, frame[lacking]]).sort_index() if lacking.any() else checked
        findings += notes
    frame, notes = _with_ids(frame, source)
    return frame, mapping, [_with_cell(finding, raw.letters) for finding in (*findings, *notes)]


def _with_cell(finding: Finding, letters: Mapping[str, str]) -> Finding:
    """The finding with its spreadsheet cell, such as D5, where it is about one."""
    # What is noticed in the grid itself names a column that has no header by its letter.
    letter = letters.get(finding.column or "", finding.column if finding.column in letters.values() else None)
    if finding.row is None or letter is None:
        return finding
    return replace(finding, cell=f"{letter}{finding.row}")


def _with_ids(frame: gpd.GeoDataFrame, source: LayerSource) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    role, id_name = source.role, SINGULAR[source.role]
    findings: list[Finding] = []
    made = np.array([f"{role}-{int(row)}" for row in frame["source_row"]], dtype=object)
    if id_name not in frame:
        ids = made
    else:
        stated = frame[id_name].to_numpy(object)
        without = np.array([one is None for one in stated], dtype=bool)
        ids = np.where(without, made, stated)
        if without.any() and role not in {"roads", "water", "built_up", "hazards"}:
            findings.append(layer_finding(source, "ids_made", severity="info", n=int(without.sum())))
    if role == "townships":
        ids = np.array([townships.code9(one) for one in ids], dtype=object)
        kinds = [
            kind or townships.kind_by_name(name)
            for kind, name in zip(frame["kind"], frame["name"], strict=True)
        ]
        for name, kind, row in zip(frame["name"], kinds, frame["source_row"], strict=True):
            if kind is None:
                findings.append(
                    layer_finding(source, "township_kind", severity="warning", row=row, name=name)
                )
        kinds = [kind or "town" for kind in kinds]
        areas = ["urban" if kind == "street" else "rural" for kind in kinds]
        frame = frame.assign(
            kind=pd.Series(kinds, index=frame.index, dtype=object),
            area_kind=pd.Series(areas, index=frame.index, dtype=object),
        )
    if role in {"roads", "water", "built_up", "hazards"}:
        # Nobody refers to a street by its id, and road files repeat theirs for every segment.
        ids = made
    else:
        findings += checks.check_ids(ids, frame, source=source)
    frame = frame.drop(columns=[id_name], errors="ignore")
    frame.index = pd.Index(ids, name=id_name, dtype=object)
    return frame[[*_columns(role), "geometry"]], findings


def _place_by_gazetteer(
    frames: dict[str, gpd.GeoDataFrame], sources: Mapping[str, LayerSource]
) -> tuple[pd.DataFrame, list[Finding]]:
    """Place rows without coordinates; takes those that stay without a place out of `frames`."""
    left, findings = [], []
    for role in GAZETTED:
        frame = frames[role]
        if "gazetteer" not in sources or not len(frame):
            continue
        frames[role], unplaced, notes = gazetteer.place_by_gazetteer(
            frame, gazetteer=frames["gazetteer"], townships=frames["townships"], source=sources[role]
        )
        findings += notes
        if len(unplaced):
            left.append(unplaced.assign(layer=role))
    empty = pd.DataFrame(columns=["layer", *gazetteer.COUNTED])
    return (pd.concat(left) if left else empty), findings


def _check_together(
    frames: dict[str, gpd.GeoDataFrame], sources: Mapping[str, LayerSource], *, smallest_site_m2: float
) -> list[Finding]:
    """Checks that need another layer; fills township_id and community_id in `frames`."""
    findings: list[Finding] = []
    borders = frames["townships"]
    usable = (
        len(borders)
        and borders.index.is_unique
        and not borders.geometry.isna().any()
        and borders.geometry.is_valid.all()
    )
    if usable and "townships" in sources:
        findings += townships.check_borders(borders, source=sources["townships"])
        findings += checks_figures.check_density(borders, source=sources["townships"])
    for role in ("communities", "villages", "institutions", "candidates"):
        frame = frames[role]
        ids = pd.Series([None] * len(frame), index=frame.index, dtype=object)
        if usable and len(frame):
            ids, notes = townships.assign_townships(frame, townships=borders, source=sources[role])
            findings += notes
            findings += check_datum(frame, townships=borders, roads=frames["roads"], source=sources[role])
        frames[role] = frame.assign(township_id=ids)
        if len(frame):
            findings += _check_one(frames[role], sources[role], smallest_site_m2=smallest_site_m2)
    for role in ("institutions", "candidates"):
        frame = frames[role]
        ids = pd.Series([None] * len(frame), index=frame.index, dtype=object)
        estates = frames["communities"]
        if len(frame) and estates.index.is_unique:
            ids, notes = townships.resolve_communities(frame, communities=estates, source=sources[role])
            findings += notes
        frames[role] = frame.assign(community_id=ids)
    kinds = borders["kind"].to_dict() if borders.index.is_unique else {}
    for role in ("communities", "villages"):
        guess = [
            "urban" if role == "communities" and kinds.get(one) in {"street", "town"} else "rural"
            for one in frames[role]["township_id"]
        ]
        stated = frames[role]["area_kind"]
        frames[role] = frames[role].assign(
            area_kind=stated.where(stated.notna(), pd.Series(guess, index=stated.index, dtype=object)),
            area_stated=stated.notna(),
        )
    return findings


def _check_one(frame: gpd.GeoDataFrame, source: LayerSource, *, smallest_site_m2: float) -> list[Finding]:
    placed = frame[~frame.geometry.isna()]
    twins = checks.check_near_twins(placed, source=source)
    if source.role == "institutions":
        return [
            *twins,
            *checks_figures.check_registration(frame, source=source),
            *checks_figures.check_places(frame, source=source),
        ]
    if source.role == "candidates":
        return [
            *twins,
            *checks.check_near_candidates(placed, source=source),
            *checks_figures.check_parcels(frame, source=source, smallest_m2=smallest_site_m2),
        ]
    return [*twins, *checks_figures.check_people(frame, source=source)]


def _prefix_shared_ids(
    frames: dict[str, gpd.GeoDataFrame], sources: Mapping[str, LayerSource]
) -> list[Finding]:
    """Tell rows of two layers apart that are told apart by id alone: 编号 1, 2, 3 stands in every office's table."""
    findings = []
    for first, second in (("communities", "villages"), ("institutions", "candidates")):
        frame = frames[second]
        shared = frame.index.isin(frames[first].index)
        if shared.any():
            frames[second] = frame.set_axis(
                pd.Index([f"{second}-{one}" for one in frame.index], name=frame.index.name, dtype=object)
            )
            findings.append(
                layer_finding(
                    sources[second],
                    "ids_prefixed",
                    severity="info",
                    n=int(shared.sum()),
                    other=sources[first].file,
                    prefix=f"{second}-",
                )
            )
    return findings


def _with_status(communities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """An estate of which nobody says otherwise stands."""
    return communities.assign(status=communities["status"].where(communities["status"].notna(), "built"))


def _finish(frame: gpd.GeoDataFrame, role: str) -> gpd.GeoDataFrame:
    """Default what nothing tells, and one point for each institution and candidate."""
    if role == "institutions":
        frame = frame.assign(
            registration=frame["registration"].where(frame["registration"].notna(), "unknown"),
            kind=frame["kind"].where(frame["kind"].notna(), "nursery"),
        )
    if role == "candidates":
        frame = frame.assign(kind=frame["kind"].where(frame["kind"].notna(), "idle_premises"))
    if role in {"institutions", "candidates"}:
        points = frame.geometry.where(
            frame.geometry.geom_type == "Point", frame.geometry.representative_point()
        )
        frame = frame.set_geometry(points)
    return frame.drop(columns=["township", "community"], errors="ignore")
