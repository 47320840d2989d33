"""The batch's results as Parquet: a row a county, township, site, flag, clause and finding, with fixed types."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
from pyproj import CRS

from tuoyu_geo.batch.record import CountyRecord
from tuoyu_geo.batch.resume import read_summary
from tuoyu_geo.config import LAYER_ROLES
from tuoyu_geo.findings import SEVERITIES
from tuoyu_geo.layers.listing import COLUMNS as FINDING_COLUMNS
from tuoyu_geo.messages import LANGUAGES, has_text, speaking, text
from tuoyu_geo.schema import SCHEMAS as OUTPUTS

SCHEMA_VERSION = OUTPUTS["tables"]
LONLAT = "EPSG:4490"
"""CGCS2000 longitude and latitude [degrees], in which counties of any zone lie side by side."""

_TEXT, _COUNT, _FIGURE, _YES = pa.string(), pa.int64(), pa.float64(), pa.bool_()
_SHAPE = ("geometry", pa.binary())

SCHEMAS: Mapping[str, Sequence[tuple[str, pa.DataType]]] = {
    "counties": [
        ("county", _TEXT),
        ("county_code", _TEXT),
        ("county_name", _TEXT),
        ("title", _TEXT),
        ("policy", _TEXT),
        ("has_plan", _YES),
        ("meets_rules", _YES),
        ("failure", _TEXT),
        ("residents", _FIGURE),
        ("under3", _FIGURE),
        ("institutions", _COUNT),
        ("institutions_counted", _COUNT),
        ("institutions_proposed", _COUNT),
        ("places_today", _FIGURE),
        ("places_proposed", _FIGURE),
        ("places_required", _FIGURE),
        ("places_per_1000_today", _FIGURE),
        ("places_per_1000_plan", _FIGURE),
        ("cost_10k_yuan", _FIGURE),
        ("cost_unstated_sites", _COUNT),
        ("reading", _TEXT),
        ("covered_today_share", _FIGURE),
        ("covered_plan_share", _FIGURE),
        ("target_share", _FIGURE),
        ("townships", _COUNT),
        ("quotas", _COUNT),
        ("quotas_met_today", _COUNT),
        ("quotas_met_plan", _COUNT),
        ("flags", _COUNT),
        ("shortfalls", _COUNT),
        ("solver_status", _TEXT),
        ("solver_gap", _FIGURE),
    ],
    "townships": [
        ("county", _TEXT),
        ("township_id", _TEXT),
        ("name", _TEXT),
        ("kind", _TEXT),
        ("quota", _COUNT),
        ("existing", _COUNT),
        ("proposed", _COUNT),
        ("shortfall", _COUNT),
        ("met", _YES),
        ("residents", _FIGURE),
        ("under3", _FIGURE),
        ("places_today", _FIGURE),
        ("places_plan", _FIGURE),
        ("places_required", _FIGURE),
        ("covered_today_share", _FIGURE),
        ("covered_plan_share", _FIGURE),
        ("unmet_places_today", _FIGURE),
        ("unmet_places_plan", _FIGURE),
        _SHAPE,
    ],
    "sites": [
        ("county", _TEXT),
        ("candidate_id", _TEXT),
        ("order", _COUNT),
        ("name", _TEXT),
        ("kind", _TEXT),
        ("method", _TEXT),
        ("township_id", _TEXT),
        ("places", _FIGURE),
        ("cost_10k_yuan", _FIGURE),
        ("cost_method", _TEXT),
        ("gained_residents", _FIGURE),
        ("gained_under3", _FIGURE),
        ("reason", _TEXT),
        _SHAPE,
    ],
    "flags": [
        ("county", _TEXT),
        ("flag", _TEXT),
        ("subject_id", _TEXT),
        ("name", _TEXT),
        ("township_id", _TEXT),
        ("status", _TEXT),
        ("residents", _FIGURE),
        ("under3", _FIGURE),
        ("reason", _TEXT),
        _SHAPE,
    ],
    "clauses": [
        ("county", _TEXT),
        ("clause_id", _TEXT),
        ("kind", _TEXT),
        ("section", _TEXT),
        ("department", _TEXT),
        ("status_today", _TEXT),
        ("status_plan", _TEXT),
        ("observed_today", _TEXT),
        ("observed_plan", _TEXT),
        ("target", _TEXT),
        ("quotation", _TEXT),
        ("missing_plan", _TEXT),
        ("places_plan", pa.list_(_TEXT)),
        ("action", _TEXT),
    ],
    "findings": [
        ("county", _TEXT),
        ("severity", _TEXT),
        ("layer", _TEXT),
        ("file", _TEXT),
        ("row", _COUNT),
        ("column", _TEXT),
        ("cell", _TEXT),
        ("original", _TEXT),
        ("code", _TEXT),
        ("found", _TEXT),
        ("allowed", _TEXT),
        ("remedy", _TEXT),
    ],
}
"""Columns and types by table; `county` is the county's key."""

Rows = list[dict[str, Any]]


def table_files(folder: Path, counties: Sequence[CountyRecord]) -> dict[str, bytes]:
    """The tables of a batch, by file name; the same bytes from the same outputs.

    Parameters
    ----------
    folder
        The batch's folder, with each county's outputs.
    counties
        What became of them. One that failed has its row in counties and its findings, and no figures: what its folder
        may hold of an earlier state does not count.
    """
    rows: dict[str, Rows] = {name: [] for name in SCHEMAS}
    for county in counties:
        if county.status == "waiting":
            continue
        outputs = folder / county.folder
        rows["findings"] += _findings(county, outputs / "findings.csv")
        if county.status == "failed":
            rows["counties"].append(_known(county) | {"has_plan": False, "failure": county.reason})
            continue
        summary = read_summary(outputs)
        rows["counties"].append(_county(county, summary))
        rows["clauses"] += _clauses(county, summary)
        for name, part in _mapped(county, outputs / "plan.gpkg").items():
            rows[name] += part
    return {f"tables/{name}.parquet": _parquet_bytes(name, part) for name, part in rows.items()}


def _parquet_bytes(name: str, rows: Rows) -> bytes:
    schema = pa.schema(list(SCHEMAS[name]))
    columns = {column: [row.get(column) for row in rows] for column in schema.names}
    metadata = {"tuoyu_geo_schema_version": str(SCHEMA_VERSION)}
    if _SHAPE[0] in schema.names:
        metadata["geo"] = json.dumps(_geo(), sort_keys=True)
    table = pa.Table.from_pydict(columns, schema=schema.with_metadata(metadata))
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _geo() -> dict[str, Any]:
    """What GeoParquet 1.0 asks for, so that QGIS and geopandas open a table as a layer."""
    column = {"encoding": "WKB", "geometry_types": [], "crs": CRS(LONLAT).to_json_dict()}
    return {"version": "1.0.0", "primary_column": _SHAPE[0], "columns": {_SHAPE[0]: column}}


def _known(county: CountyRecord) -> dict[str, Any]:
    return {
        "county": county.key,
        "county_code": county.county_code,
        "county_name": county.county_name,
        "title": county.title,
    }


def _county(county: CountyRecord, summary: Mapping[str, Any]) -> dict[str, Any]:
    institutions, places, coverage = summary["institutions"], summary["places"], summary["coverage"]
    reading, townships, solver = coverage["headline"], summary["townships"], summary["solver"]
    with_quota = [one for one in townships if one["quota"]]
    return _known(county) | {
        "policy": summary["policy"],
        "has_plan": True,
        "meets_rules": not summary["shortfalls"],
        "failure": "",
        "residents": summary["population"]["residents"],
        "under3": summary["population"]["under3"],
        "institutions": institutions["existing"],
        "institutions_counted": institutions["counted"],
        "institutions_proposed": institutions["proposed"],
        "places_today": places["existing"],
        "places_proposed": places["proposed"],
        "places_required": places["required"],
        "places_per_1000_today": places["per_1000"],
        "places_per_1000_plan": places["per_1000_plan"],
        "cost_10k_yuan": places["cost_10k_yuan"],
        "cost_unstated_sites": places["cost_unstated_sites"],
        "reading": reading,
        "covered_today_share": coverage["before"][reading],
        "covered_plan_share": coverage["after"][reading],
        "target_share": coverage["target"],
        "townships": len(townships),
        "quotas": len(with_quota),
        "quotas_met_today": sum(one["existing"] >= one["quota"] for one in with_quota),
        "quotas_met_plan": sum(one["met"] for one in with_quota),
        "flags": sum(summary["flags"].values()),
        "shortfalls": len(summary["shortfalls"]),
        "solver_status": solver["status"],
        "solver_gap": solver["gap"],
    }


def _clauses(county: CountyRecord, summary: Mapping[str, Any]) -> Rows:
    return [
        {
            "county": county.key,
            "clause_id": one["id"],
            "status_plan": one["status"],
            "observed_plan": one["observed"],
            "missing_plan": one["missing"],
            "places_plan": one["places"],
            **{
                name: one[name]
                for name in (
                    "kind",
                    "section",
                    "department",
                    "status_today",
                    "observed_today",
                    "target",
                    "quotation",
                    "action",
                )
            },
        }
        for one in summary["clauses"]
    ]


def _mapped(county: CountyRecord, path: Path) -> dict[str, Rows]:
    layers: dict[str, gpd.GeoDataFrame] = {
        name: pyogrio.read_dataframe(path, layer=name) for name in ("townships", "sites", "communities")
    }
    townships, demand = layers["townships"], layers["communities"]
    short = townships[townships["existing"] < townships["quota"]]
    flagged = demand[demand["flag"].notna()].rename(columns={"demand_id": "subject_id"})
    flags = pd.concat(
        [
            short.assign(flag="township_quota", subject_id=short["township_id"]),
            flagged.to_crs(short.crs),
        ]
    )
    return {
        "townships": list(_rows("townships", townships, county=county)),
        "sites": list(_rows("sites", layers["sites"].sort_values("order"), county=county)),
        "flags": list(_rows("flags", flags, county=county)),
    }


def _rows(name: str, frame: gpd.GeoDataFrame, *, county: CountyRecord) -> Iterator[dict[str, Any]]:
    kinds = dict(SCHEMAS[name])
    shapes = frame.geometry.to_crs(LONLAT).to_wkb()
    names = [column for column in kinds if column in frame.columns and column != _SHAPE[0]]
    for row, shape in zip(frame[names].itertuples(index=False), shapes, strict=True):
        values = {column: _plain(value, kinds[column]) for column, value in zip(names, row, strict=True)}
        yield {"county": county.key, **values, _SHAPE[0]: shape}


def _plain(value: Any, kind: pa.DataType) -> Any:  # noqa: ANN401  (a cell)
    if pd.isna(value):
        return None
    if kind == _TEXT:
        return str(value)
    return int(value) if kind == _COUNT else bool(value) if kind == _YES else float(value)


def _findings(county: CountyRecord, path: Path) -> Rows:
    if not path.is_file():
        return []
    codes = _codes()
    rows: Rows = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for line in list(csv.reader(stream))[1:]:
            cells: dict[str, Any] = dict(zip(FINDING_COLUMNS, line, strict=False))
            cells["severity"] = codes.get(cells["severity"], cells["severity"])
            cells["layer"] = codes.get(cells["layer"], cells["layer"])
            cells["row"] = int(cells["row"]) if cells["row"] else None
            rows.append({"county": county.key, **{name: cell or None for name, cell in cells.items()}})
    return rows


def _codes() -> dict[str, str]:
    """The code of each severity and layer, by its word in any language: findings.csv is written for people."""
    roles = ("project", "elevation", *LAYER_ROLES)
    codes: dict[str, str] = {}
    for language in LANGUAGES:
        with speaking(language):
            codes |= {text(f"findings.severity_{one}"): one for one in SEVERITIES}
            codes |= {
                text(f"findings.layer_{one}"): one for one in roles if has_text(f"findings.layer_{one}")
            }
    return codes
