"""A file's content before its columns mean anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from tuoyu_geo.findings import Finding, Severity
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.messages import text


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RawTable:
    """Rows as they stand in a file.

    Attributes
    ----------
    frame
        The cells, under the file's own column names; index 0, 1, ...
    row
        ``(n,)`` the row as the sender sees it.
    geometry
        ``(n,)`` shapes of a vector file, with its CRS where the file states one; None for a table.
    findings
        What was noticed while reading.
    letters
        By column: its letter in the spreadsheet, so that a finding names the cell; empty for vector files.
    """

    frame: pd.DataFrame
    row: np.ndarray
    geometry: gpd.GeoSeries | None = None
    findings: tuple[Finding, ...] = field(default=())
    letters: Mapping[str, str] = field(default_factory=dict)


def layer_finding(
    source: LayerSource,
    code: str,
    *,
    severity: Severity = "error",
    row: int | None = None,
    column: str | None = None,
    **words: object,
) -> Finding:
    """A finding about a layer, with its three sentences from the catalogue.

    The catalogue has ``layers.<code>_found``, ``_allowed`` and ``_remedy``.
    """
    return Finding(
        code=code,
        severity=severity,
        layer=source.role,
        file=source.file,
        row=None if row is None else int(row),
        column=column,
        found=text(f"layers.{code}_found", **words),
        allowed=text(f"layers.{code}_allowed", **words),
        remedy=text(f"layers.{code}_remedy", **words),
    )


EMPTY = RawTable(frame=pd.DataFrame(), row=np.zeros(0, dtype=np.int64))


class RefusedError(Exception):
    """A file can't be used; `finding` says why. Caught where a layer is read, and never seen outside.

    Parameters
    ----------
    finding
        The one fault that stops the reading.
    """

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.found)
        self.finding = finding


def failed(*findings: Finding) -> RawTable:
    """No rows, and why."""
    return RawTable(frame=EMPTY.frame, row=EMPTY.row, findings=findings)
