"""Where a layer comes from, in the project's own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
Quality = Literal["official", "estimated", "synthetic", "unverified"]
OnInvalid = Literal["raise", "fix", "drop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSource:
    """One layer of a project, before it is read.

    Attributes
    ----------
    role
        Which layer it is: "townships", "communities", ...
    path, file
        The file, and its name as the project writes it.
    crs, datum
        Where the coordinates stand: an EPSG code, or the datum of longitude and latitude. One of the two.
    quality, source
        How far the figures may be trusted, and who made them.
    sheet
        Sheet of a workbook, layer of a GeoPackage or drawing, folder of a KML or file of a zip; None for the one that
        tells most fields.
    encoding
        Text encoding where it can't be told from the file.
    on_invalid
        What to do with an invalid geometry.
    columns
        The file's column for a field, where the names don't tell.
    parameters
        File of the seven parameters that bring Xi'an 80 or Beijing 54 to CGCS2000; None for other datums.
    """

    role: str
    path: Path
    file: str
    crs: str | None
    datum: Datum | None
    quality: Quality
    source: str
    sheet: str | None
    encoding: str | None
    on_invalid: OnInvalid
    columns: Mapping[str, str]
    parameters: Path | None = None
