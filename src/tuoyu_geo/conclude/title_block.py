"""The title block of every map and table, with the notices and credits that must stand there."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tuoyu_geo.messages import listed, text
from tuoyu_geo.outcome import ProjectNote, SourceNote
from tuoyu_geo.reach import detour_words

if TYPE_CHECKING:
    from tuoyu_geo.config import Config
    from tuoyu_geo.demand import Demand
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach


_OSM = re.compile(r"(?<![a-z])osm(?![a-z])|openstreetmap|geofabrik|overpass|\.graphml$", re.IGNORECASE)


def osm_attribution(config: "Config") -> tuple[str, ...]:
    """The credit that OpenStreetMap's licence asks for, wherever a layer's file or source says that it is theirs.

    The Open Database License 1.0, 4.3, asks for a notice on whatever is made from the data and shown in public;
    openstreetmap.org/copyright says what it must name. A file that OSMnx saves as GraphML counts as theirs.
    """
    roles = [
        text(f"words.role.{role}")
        for role, layer in config.layers.items()
        if _OSM.search(Path(layer.path).name) or _OSM.search(layer.source)
    ]
    return (text("project.attribution_osm", layers=listed(roles)),) if roles else ()


def title_block(config: "Config", *, policy: "Policy", reach: "Reach", demand: "Demand") -> ProjectNote:
    """The title block of every map and table, with the notices that must stand there."""
    coverage = policy.coverage
    notices = _layer_notices(config)
    unverified = [
        text(
            f"project.standard_{name}",
            mode=text(f"words.mode.{standard.mode}"),
            value=standard.value,
            unit=text(f"words.unit.{standard.unit}"),
        )
        for name, standard in (
            ("urban", coverage.urban),
            ("rural", coverage.rural),
            ("remote", coverage.remote),
        )
        if standard is not None and not standard.verified
    ]
    if unverified:
        notices.append(text("project.notice_unverified", standards=listed(unverified)))
    if config.demand.under3_quality != "official":
        notices.append(text("project.notice_under3", source=config.demand.under3_source))
    if "candidates" not in config.layers:
        notices.append(text("project.notice_proposed"))
    factor = detour_words(reach)
    if reach.method == "straight_line":
        notices.append(text("project.notice_straight_line", factor=factor))
    elif np.isfinite(reach.detour_factor):
        off = reach.straight_line
        notices.append(
            text(
                "project.notice_some_straight_lines",
                n=int(off.sum()),
                residents=float(demand.points["residents"].to_numpy(float)[off].sum()),
                metres=config.network.snap_max_m,
                factor=factor,
            )
        )
    return _note(config, notices)


def layers_title_block(config: "Config") -> ProjectNote:
    """The title block of a map of the layers alone, before anything is worked out."""
    return _note(config, _layer_notices(config))


def _layer_notices(config: "Config") -> list[str]:
    synthetic = [
        text(f"words.role.{role}") for role, layer in config.layers.items() if layer.quality == "synthetic"
    ]
    return [
        *config.project.notices,
        *([text("project.notice_synthetic", layers=listed(synthetic))] if synthetic else ()),
    ]


def _note(config: "Config", notices: list[str]) -> ProjectNote:
    project, attribution = config.project, osm_attribution(config)
    return ProjectNote(
        title=project.title,
        county_name=project.county_name,
        county_code=project.county_code,
        prepared_by=project.prepared_by,
        date=project.date,
        crs=project.crs,
        map_approval_number=project.map_approval_number,
        notices=(*notices, *attribution),
        attribution=attribution,
        sources=tuple(
            SourceNote(role=role, file=layer.path, source=layer.source, quality=layer.quality)
            for role, layer in config.layers.items()
        ),
    )
