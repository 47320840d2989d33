"""What changed between two runs: inputs, settings and versions on one side, sites and figures on the other.

Both runs are read from the files that they wrote; nothing is solved again. Times are no change.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd

from tuoyu_geo.cut import cut
from tuoyu_geo.errors import ConfigError, DataError
from tuoyu_geo.manifest import Manifest, flat_settings, read_manifest
from tuoyu_geo.messages import has_text, text
from tuoyu_geo.messages.speaker import Spoken
from tuoyu_geo.writing import is_mixed

# The clock's and the form's: they differ without anything having changed.
NO_CHANGE = frozenset({("solver", "seconds"), ("solver", "seconds_rounded_up_to"), ("schema_version",)})
CAUSES = ("inputs", "settings", "versions")
SECTIONS = (
    *CAUSES,
    "sites",
    "coverage",
    "places",
    "institutions",
    "population",
    "townships",
    "flags",
    "clauses",
)
COLUMNS = ("section", "subject", "item", "old", "new", "difference")
# Closer than this a site stands where it stood: coordinates are written to the millimetre, and reprojected.
SAME_PLACE_M = 0.5


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Changes(Spoken):
    """What changed.

    Attributes
    ----------
    table
        A row a change; columns section ("inputs", "settings", "versions", "sites", "coverage", "places", "townships", or
        another part of the summary), subject (file, setting, candidate, township, reading), item, old, new (None where
        there was, or is, none) and difference (new - old of numbers, metres of a site that moved; else None).
    notes
        Sentences: where the changes may come from, and what could not be compared.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]

    def shown(self) -> pd.DataFrame:
        """The table in words, for people."""
        rows = [
            {
                "section": _label("section", row.section),
                "subject": _subject(row.section, row.subject),
                "item": _label("item", row.item),
                "old": _told(row, row.old),
                "new": _told(row, row.new),
                "difference": _told_difference(row),
            }
            for row in self.table.itertuples()
        ]
        frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
        return frame.rename(columns={name: text(f"changes.column_{name}") for name in COLUMNS})

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415

        lines = "<br>".join(escape(note) for note in self.notes)
        return f"<p>{lines}</p>" + str(self.shown().to_html(index=False, escape=True))


def compare_runs(old: str | Path, new: str | Path) -> Changes:
    """Compare two runs by the files that they wrote.

    Parameters
    ----------
    old, new
        Folders that `tuoyu-geo run` wrote, or the summary.json in them.

    Raises
    ------
    ConfigError
        A folder, or its summary.json, is not there.
    DataError
        A summary.json is not one, or a folder holds files of two runs, since one was cut off while it was writing.
    """
    folders = [_folder(path) for path in (old, new)]
    summaries = [_summary(folder) for folder in folders]
    manifests = [read_manifest(folder / "manifest.json") for folder in folders]
    places = [_site_places(folder) for folder in folders]
    rows = [*_causes(*manifests), *_sites(summaries, places)]
    before, after = (dict(_figures(summary)) for summary in summaries)
    for key in [*before, *(key for key in after if key not in before)]:
        one, other = before.get(key), after.get(key)
        if not _same(one, other):
            rows.append(_row(*key, one, other))
    rows.sort(key=lambda row: SECTIONS.index(row["section"]) if row["section"] in SECTIONS else len(SECTIONS))
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    return Changes(table=table, notes=tuple(_notes(table, folders, manifests, places)))


def _folder(path: str | Path) -> Path:
    path = Path(path)
    folder = path.parent if path.name == "summary.json" else path
    if not (folder / "summary.json").is_file():
        raise ConfigError(text("changes.no_run", found=path))
    if is_mixed(folder):
        raise DataError(text("changes.mixed", folder=folder))
    return folder


def _summary(folder: Path) -> dict[str, Any]:
    path = folder / "summary.json"
    try:
        summary = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise DataError(text("changes.unreadable", file=path, reason=error)) from error
    if not isinstance(summary, dict):
        raise DataError(text("changes.unreadable", file=path, reason=type(summary).__name__))
    return summary


def _site_places(folder: Path) -> "pd.Series[Any] | None":
    """By candidate, where the run put its sites; None where its GeoPackage is not there or can't be read."""
    path = folder / "plan.gpkg"
    if not path.is_file():
        return None
    import geopandas as gpd  # noqa: PLC0415  (slow to import)
    from pyogrio.errors import DataLayerError, DataSourceError  # noqa: PLC0415

    try:
        sites = gpd.read_file(path, layer="sites")
    except (DataSourceError, DataLayerError):
        return None
    return sites.set_index("candidate_id").geometry if "candidate_id" in sites else None


def _causes(old: Manifest | None, new: Manifest | None) -> Iterator[dict[str, object]]:
    if old is None or new is None:
        return
    versions = [{"tuoyu-geo": one.tool_version, **one.versions} for one in (old, new)]
    settings = [flat_settings(one.settings) for one in (old, new)]
    for section, (before, after) in {
        "inputs": (dict(old.inputs), dict(new.inputs)),
        "settings": (settings[0], settings[1]),
        "versions": (versions[0], versions[1]),
    }.items():
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                yield _row(section, name, "content", before.get(name), after.get(name))


def _sites(
    summaries: list[dict[str, Any]], places: "list[pd.Series[Any] | None]"
) -> Iterator[dict[str, object]]:
    before, after = ([str(one) for one in summary.get("sites") or []] for summary in summaries)
    for one in before:
        if one not in after:
            yield _row("sites", one, "removed", one, None)
    for one in after:
        if one not in before:
            yield _row("sites", one, "added", None, one)
    was, now = places
    if was is None or now is None:
        return
    if was.crs is not None and now.crs is not None:
        now = now.to_crs(was.crs)
    for one in before:
        if one in after and one in was.index and one in now.index:
            there, here = was[one], now[one]
            metres = float(there.distance(here))
            if metres > SAME_PLACE_M:
                yield {
                    **_row("sites", one, "moved", _xy(there), _xy(here)),
                    "difference": round(metres, 1),
                }


def _xy(point: Any) -> str:  # noqa: ANN401  (a shapely point)
    return f"{point.x:.1f}, {point.y:.1f}"


def _figures(summary: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str], object]]:
    """Every figure of a summary by section, subject and item; lists of tables by their id."""
    for section, value in summary.items():
        if section != "sites":
            for path, figure in _leaves(value, (section,)):
                if path not in NO_CHANGE:
                    *middle, item = path[1:] or ("value",)
                    yield (section, "/".join(middle), item), figure


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _leaves(one, (*path, str(key)))
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        for place, one in enumerate(value):
            yield from _leaves(one, (*path, _key_of(one, place)))
    else:
        yield path, value


def _key_of(table: Mapping[str, Any], place: int) -> str:
    if "code" in table and "name" in table:
        return f"{table['name']}({table['code']})"
    if "scope" in table and "standard_m" in table:
        return f"{table['scope']}/{table['standard_m']:g} m"
    if "reading" in table:
        return f"{table.get('code', table.get('area', place))}/{table['reading']}"
    return str(table.get("id", table.get("name", place)))


def _same(one: object, other: object) -> bool:
    if _is_number(one) and _is_number(other):
        return math.isclose(float(one), float(other), rel_tol=1e-9, abs_tol=1e-9)  # type: ignore[arg-type]
    return one == other


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _row(section: str, subject: str, item: str, old: object, new: object) -> dict[str, object]:
    difference = None
    if _is_number(old) and _is_number(new):
        difference = round(float(new) - float(old), 9)  # type: ignore[arg-type]
    return {
        "section": section,
        "subject": subject,
        "item": item,
        "old": old,
        "new": new,
        "difference": difference,
    }


def _notes(
    table: pd.DataFrame,
    folders: list[Path],
    manifests: list[Manifest | None],
    places: "list[pd.Series[Any] | None]",
) -> Iterator[str]:
    causes = {section: list(table.loc[table["section"] == section, "subject"]) for section in CAUSES}
    effects = int((~table["section"].isin(CAUSES)).sum())
    if any(manifest is None for manifest in manifests):
        yield text("changes.no_manifest")
    elif not any(causes.values()):
        yield text("changes.same_inputs" if not effects else "changes.no_cause")
    else:
        named = [
            text(f"changes.cause_{section}", names=text("changes.comma").join(names))
            for section, names in causes.items()
            if names
        ]
        yield text("changes.causes", causes=text("changes.semicolon").join(named))
        if sum(map(len, causes.values())) > 1 and effects:
            yield text("changes.several")
    if not effects:
        yield text("changes.nothing")
    lost = [folder for folder, place in zip(folders, places, strict=True) if place is None]
    if lost:
        yield text("changes.no_places", found=text("changes.comma").join(map(str, lost)))


def _label(kind: str, code: str) -> str:
    for key in (f"changes.{kind}_{code}", f"changes.item_{code}", f"words.flag.{code}"):
        if has_text(key):
            return text(key)
    return code


def _subject(section: str, subject: str) -> str:
    if section not in {"coverage", "access"}:
        return _label("subject", subject)
    return " ".join(_label("subject", part) for part in subject.split("/") if part)


def _told(row: Any, value: object) -> str:  # noqa: ANN401  (a row of the table; a kind of value a line)
    if value is None:
        return ""
    if isinstance(value, bool):
        return text("changes.yes" if value else "changes.no")
    if isinstance(value, str):
        for vocabulary in ("solver_status", "clause_status"):
            key = f"words.{vocabulary}.{value}"
            if row.item.startswith("status") and has_text(key):
                return text(key)
        return value[:12] if row.section == "inputs" else value
    if _is_number(value):
        number = float(value)  # type: ignore[arg-type]
        return f"{cut(number, digits=3):.1%}" if _is_share(row) else f"{number:,.6g}"
    return (
        text("changes.list", n=len(value))
        if isinstance(value, list)
        else json.dumps(value, ensure_ascii=False)
    )


def _told_difference(row: Any) -> str:  # noqa: ANN401  (as above)
    if isinstance(row.old, list) and isinstance(row.new, list):
        pairs = zip_longest(row.old, row.new)
        return text("changes.list_differs", n=sum(not _same(one, other) for one, other in pairs))
    if not _is_number(row.difference):
        return ""
    number = float(row.difference)
    if row.section == "sites":
        return text("changes.metres", metres=number)
    if _is_share(row):
        # Of the shares as they are shown, cut and not rounded: the three stand in one row.
        return text(
            "changes.points", points=100 * (cut(float(row.new), digits=3) - cut(float(row.old), digits=3))
        )
    return f"{number:+,.6g}"


def _is_share(row: Any) -> bool:  # noqa: ANN401  (as above)
    """Whether a figure is a share of something; beside shares stand totals, metres and minutes."""
    if row.section != "coverage":
        return "share" in row.item
    return (
        "share" in row.item or row.item in {"before", "after", "target"} or row.subject in {"before", "after"}
    )
