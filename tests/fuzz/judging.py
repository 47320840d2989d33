"""What must hold of whatever comes out of a reader, however bad the file is."""

import datetime as dt
import math
import unicodedata
from collections.abc import Iterable

import numpy as np
import shapely

from tuoyu_geo.errors import TuoyuError
from tuoyu_geo.findings import SEVERITIES, Finding
from tuoyu_geo.layers import Layers
from tuoyu_geo.messages import has_text, one_line
from tuoyu_geo.reports.findings import findings_csv_bytes, findings_xlsx_bytes

# Control characters, halves of surrogate pairs, and marks that turn the direction of what follows.
UNSHOWN = {"Cc", "Cs"}
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
ROOMS = ("layers", "network", "streets")


class BrokenRuleError(AssertionError):
    """Something came out that must not."""


def demand(holds: object, *found: object) -> None:
    if not holds:
        raise BrokenRuleError(*found)


def judge_sentence(sentence: str, *, lines: bool = False) -> None:
    """One line that can be printed anywhere; several where `lines`."""
    demand(sentence.strip(), "an empty sentence")
    bad = {one for one in sentence if unicodedata.category(one) in UNSHOWN or one in TURNING}
    demand(not bad - ({"\n"} if lines else set()), "unprintable", sorted(map(hex, map(ord, bad))), sentence)


def judge_error(error: TuoyuError) -> None:
    judge_sentence(str(error), lines=True)
    judge_findings(getattr(error, "findings", ()))


def judge_findings(findings: Iterable[Finding]) -> None:
    kept = tuple(findings)
    for one in kept:
        demand(one.severity in SEVERITIES, "severity", one.severity)
        keys = [f"{room}.{one.code.removeprefix('streets_')}_allowed" for room in ROOMS]
        known = any(map(has_text, keys))
        demand(known, "a code that is in no catalogue", one.code)
        demand(one.row is None or (isinstance(one.row, int) and one.row >= 0), "row", one.row)
        judge_sentence(one.message)
        for part in (one.found, one.allowed, one.remedy):
            judge_sentence(part)
    # They must be fit to be handed back, too.
    findings_csv_bytes(kept)
    if any(one_line(raw) != raw for one in kept for raw in (one.original, one.column or "", one.file)):
        findings_xlsx_bytes(kept, county="", day=dt.date(2026, 1, 1))


def judge_layers(layers: Layers) -> None:
    """What holds of layers without an error: somebody will count and draw them."""
    judge_findings(layers.findings)
    if any(one.severity == "error" for one in layers.findings):
        return
    for role in ("townships", "communities", "villages", "institutions", "candidates", "roads", "water"):
        frame = getattr(layers, role)
        demand(frame.index.is_unique, role, "ids stand twice")
        demand(all(isinstance(one, str) and one for one in frame.index), role, "an id is no text")
        demand(frame.crs is not None and frame.crs.to_string() == layers.crs, role, "crs")
        shapes = np.asarray(frame.geometry.array, dtype=object)
        demand(not shapely.is_missing(shapes).any(), role, "a row without a shape")
        demand(np.isfinite(shapely.get_coordinates(shapes)).all(), role, "coordinates are no numbers")
        for column in ("residents", "households", "under3", "places", "area_m2"):
            if column in frame:
                values = frame[column].dropna().to_numpy(float)
                demand((np.isfinite(values) & (values >= 0)).all(), role, column, values)
        if "township_id" in frame and len(layers.townships):
            demand(set(frame["township_id"].dropna()) <= set(layers.townships.index), role, "township_id")
    people = layers.population["residents"].sum()
    demand(math.isfinite(people) and people >= 0, "population", people)
