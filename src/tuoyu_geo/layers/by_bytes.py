"""Shapefiles and MapInfo files: their companions, and a text encoding that the bytes tell better than a label does."""

import codecs
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import layer_finding

if TYPE_CHECKING:
    import geopandas as gpd

# What a file of several can't be read without; a .tif's world file is not among them.
NEEDED = {".shp": (".shx", ".dbf"), ".tab": (".dat", ".map", ".id"), ".mif": (".mid",)}
GBK_NAMES = {"gbk", "gb2312", "gb18030", "936", "cp936", "ansi936", "ansi_936", "windows936", "oem936"}


def companion(path: Path, ending: str) -> Path | None:
    """The file beside another of the same stem, whatever the case of its ending."""
    exact = path.with_suffix(ending)
    if exact.is_file():
        return exact
    return next(
        (
            one
            for one in sorted(path.parent.iterdir())
            if one.stem == path.stem and one.suffix.lower() == ending and one.is_file()
        ),
        None,
    )


def missing_companions(path: Path) -> list[str]:
    """Endings of the files that lack beside a file that is one of several."""
    return [ending for ending in NEEDED.get(path.suffix.lower(), ()) if companion(path, ending) is None]


def read_by_bytes(
    source: LayerSource, path: Path, *, layer: str
) -> tuple["pd.DataFrame | gpd.GeoDataFrame", list[Finding]]:
    """A shapefile or MapInfo file with its text decoded by its bytes.

    UTF-8 is strict, so text that reads as UTF-8 is; else GB18030 holds all of GBK. A .cpg that says otherwise is
    wrong, and a finding. A name cut at 10 bytes may end in half a character, which is dropped.

    Raises
    ------
    LookupError
        The encoding that the project states is none that is known.
    """
    import pyogrio  # noqa: PLC0415  (slow to import)

    raw = pyogrio.read_dataframe(path, layer=layer, encoding="ISO-8859-1", on_invalid="ignore")
    if source.encoding is not None:
        return _decoded(raw, codecs.lookup(source.encoding).name), []
    words = _words(raw)
    encoding = "utf-8" if all(_is_utf8(word) for word in words) else "gb18030"
    stated = _stated_encoding(path)
    findings = []
    if stated is not None and not all(word.isascii() for word in words) and _family(stated) != encoding:
        findings.append(
            layer_finding(source, "cpg_wrong", severity="info", found=stated, encoding=encoding.upper())
        )
    return _decoded(raw, encoding), findings


def _stated_encoding(path: Path) -> str | None:
    cpg = companion(path, ".cpg")
    if cpg is None:
        return None
    return cpg.read_bytes()[:40].decode("ascii", "ignore").strip() or None


def _family(name: str) -> str:
    plain = re.sub(r"[\s-]", "", name.lower())
    if plain in GBK_NAMES:
        return "gb18030"
    return "utf-8" if plain in {"utf8", "65001", "cp65001"} else plain


def _text_columns(frame: pd.DataFrame) -> list[str]:
    return [
        column for column in frame.columns if column != "geometry" and frame[column].map(type).eq(str).any()
    ]


def _words(frame: pd.DataFrame) -> set[str]:
    words = {str(column) for column in frame.columns}
    for column in _text_columns(frame):
        words.update(word for word in frame[column].unique() if isinstance(word, str))
    return words


def _decoded(raw: "pd.DataFrame | gpd.GeoDataFrame", encoding: str) -> "pd.DataFrame | gpd.GeoDataFrame":
    def decode(word: object) -> object:
        return word.encode("latin1", "ignore").decode(encoding, "ignore") if isinstance(word, str) else word

    text_columns = _text_columns(raw)
    decoded = raw.copy()
    for column in text_columns:
        made = {word: decode(word) for word in raw[column].unique()}
        decoded[column] = raw[column].astype(object).map(lambda word, made=made: made.get(word, word))
    return decoded.rename(columns={column: decode(column) for column in raw.columns if column != "geometry"})


def _is_utf8(word: str) -> bool:
    raw = word.encode("latin1", "ignore")
    for cut in range(min(4, len(raw)) or 1):  # cut text may end in half a character
        try:
            raw[: len(raw) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    return False
