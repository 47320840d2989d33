"""The maps of a run, each with what it was made from."""

from collections.abc import Container, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tuoyu_geo.building.state import basemap_key
from tuoyu_geo.manifest import (
    Manifest,
    hash_file,
)
from tuoyu_geo.maps import Basemap, map_pages

if TYPE_CHECKING:
    from tuoyu_geo.outcome import Outcome
    from tuoyu_geo.project import Project


def drawn_pages(
    project: "Project", outcome: "Outcome", names: Sequence[str], *, basemap: Basemap | None
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Every map's page, by its name; and the hashes of what each was made from, by its file."""
    pages, made_from = {}, {}
    for page in map_pages(outcome, names, basemap=basemap):
        pages[page.stem] = page.html()
        made_from[map_file(page.stem)] = page.made_from()
    require_raster(project, basemap)
    return pages, made_from


def require_raster(project: "Project", basemap: Basemap | None) -> None:
    """The raster is read page by page; it must have been the same for all."""
    if basemap is not None and basemap.raster is not None:
        project.require_unchanged({project.config.maps.geotiff or "": basemap.raster})


def basemap_of(project: "Project") -> Basemap | None:
    """What lies below every map, as the project asks for it; None where nothing does."""
    section = project.config.maps
    if section.basemap == "none":
        return None
    return Basemap(
        kind=section.basemap,
        token=basemap_key(project),
        tiles=section.tiles,
        raster=project.input_files().get(section.geotiff or ""),
    )


def maps_of_the_past(old: Manifest | None, *, folder: Path, files: Container[str]) -> tuple[str, ...]:
    """Maps that the last run wrote, nobody changed since, and this one doesn't know: of townships no longer there."""
    if old is None:
        return ()
    return tuple(
        file
        for file, written in old.outputs.items()
        if file.startswith("maps/")
        and ".." not in file
        and file not in files
        and written
        and hash_file(folder / file) == written
    )


def map_file(name: str) -> str:
    """The file of a map, as the manifest names it."""
    return f"maps/{name}.html"
