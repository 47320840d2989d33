"""plan.gpkg: the outcome's layers for QGIS and other programs."""

import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from shapely.geometry import LineString

from tuoyu_geo.outcome import Outcome
from tuoyu_geo.reports.qgis_styles import add_styles
from tuoyu_geo.schema import NAME, SCHEMAS

GEOMETRY = {
    "townships": "MultiPolygon",
    "communities": "Point",
    "institutions": "Point",
    "candidates": "Point",
    "sites": "Point",
    "service_areas": "MultiPolygon",
    "unserved": "Point",
    "search_areas": "MultiPolygon",
    "assignments": "LineString",
}


def geopackage_bytes(outcome: Outcome) -> bytes:
    """The layers `GEOMETRY` in one GeoPackage, with a QGIS style for each; the same bytes from the same outcome.

    GDAL stamps its clock into a GeoPackage unless OGR_CURRENT_DATE is set; it is set for the writing only.
    """
    areas = {"search_areas": outcome.search_areas} if len(outcome.search_areas) else {}
    frames = {
        "townships": outcome.townships,
        "communities": _with_flags(outcome.demand, outcome.gaps),
        "institutions": outcome.institutions,
        "candidates": outcome.candidates,
        "sites": outcome.sites,
        "service_areas": outcome.service_areas,
        "unserved": outcome.unserved,
        **areas,
        "assignments": _assignments(outcome),
    }
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{outcome.note.date}T00:00:00.000Z"})
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "plan.gpkg"
            for name, frame in frames.items():
                _write(frame, path, name=name, credit="\n".join(outcome.note.attribution))
            add_styles(path, layers=frames, date=outcome.note.date)
            return path.read_bytes()
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _with_flags(demand: gpd.GeoDataFrame, gaps: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    own = gaps[gaps["flag"] != "township_quota"].drop_duplicates("subject_id").set_index("subject_id")
    columns = {name: own[name].reindex(demand.index).astype(object) for name in ("flag", "reason")}
    return demand.assign(**columns)


def _assignments(outcome: Outcome) -> gpd.GeoDataFrame:
    """The rows of the trace, each with a straight line to its institution (for drawing: its length is in path_m)."""
    rows = outcome.trace
    at = outcome.demand.geometry.to_dict()
    to = {**outcome.institutions.geometry.to_dict(), **outcome.candidates.geometry.to_dict()}
    lines = [
        LineString([at[home], to[institution]]) if institution in to and home in at else None
        for home, institution in zip(rows.get("demand_id", ()), rows.get("institution_id", ()), strict=True)
    ]
    return gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries(lines, index=rows.index, crs=outcome.demand.crs))


def _write(frame: gpd.GeoDataFrame, path: Path, *, name: str, credit: str) -> None:
    plain = frame.reset_index(drop=frame.index.name is None)
    for column in plain.columns.drop("geometry"):
        values = plain[column]
        if values.dtype == object or isinstance(values.dtype, pd.StringDtype):
            known = values.dropna()
            if len(known) and known.map(lambda one: isinstance(one, bool)).all():
                plain[column] = values.astype("boolean")
            else:
                plain[column] = values.map(lambda one: None if pd.isna(one) else str(one)).astype(object)
    kind = GEOMETRY[name]
    pyogrio.write_dataframe(
        plain,
        path,
        layer=name,
        driver="GPKG",
        geometry_type=kind,
        promote_to_multi=kind.startswith("Multi"),
        append=path.exists(),
        # the layer's description: what QGIS shows as its abstract
        layer_options={"DESCRIPTION": credit} if credit else {},
        # of the layer and not of the file: GDAL would put a file's beside it whenever it is read
        layer_metadata={NAME: str(SCHEMAS["geopackage"])},
    )
