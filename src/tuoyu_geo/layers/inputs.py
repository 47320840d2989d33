"""What a layer is made from: the files that belong together, or the rows of a database's table."""

import hashlib
from pathlib import Path

from tuoyu_geo.layers.database import DATABASE_START, fingerprint, read_database
from tuoyu_geo.layers.kinds import is_link_table
from tuoyu_geo.layers.source import LayerSource

# Files of the same stem that are read along, by the ending of the one that a project names.
BESIDE = {
    ".shp": (".dbf", ".shx", ".prj", ".cpg"),
    ".tab": (".dat", ".map", ".id", ".ind"),
    ".mif": (".mid",),
    ".tif": (".tfw", ".prj"),
    ".tiff": (".tfw", ".prj"),
}


def is_database(path: str) -> bool:
    """Whether a project's path names a table of a PostGIS database rather than a file."""
    return path.startswith(DATABASE_START)


def companions(path: Path) -> list[Path]:
    """The other files that are read with one: a shapefile's, a MapInfo table's, a link table's nodes, and so on."""
    if path.is_dir():
        return sorted(one for one in path.rglob("*") if one.is_file() and one.suffix.lower() != ".lock")
    if is_link_table(path):
        return sorted(one for one in path.parent.glob(f"*{path.suffix}") if "node" in one.name.lower())
    wanted = BESIDE.get(path.suffix.lower(), ())
    if not wanted or not path.parent.is_dir():
        return []
    return sorted(
        one
        for one in path.parent.iterdir()
        if one.stem == path.stem and one.suffix.lower() in wanted and one.is_file()
    )


def database_hash(source: LayerSource) -> str:
    """SHA-256 of the rows of a database's table, in hexadecimal."""
    return hashlib.sha256(fingerprint(read_database(source))).hexdigest()
