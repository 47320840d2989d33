"""Findings as a table that a planner can hand back to whoever sent the file."""

from collections.abc import Sequence

import pandas as pd

from tuoyu_geo.findings import Finding
from tuoyu_geo.messages import text

COLUMNS = (
    "severity",
    "layer",
    "file",
    "row",
    "column",
    "cell",
    "original",
    "code",
    "found",
    "allowed",
    "remedy",
)


def findings_frame(findings: Sequence[Finding]) -> pd.DataFrame:
    """A row a finding, under the catalogue's headers."""
    rows = [
        (
            text(f"findings.severity_{finding.severity}"),
            text(f"findings.layer_{finding.layer}"),
            finding.file,
            finding.row,
            finding.column,
            finding.cell or None,
            finding.original or None,
            finding.code,
            finding.found,
            finding.allowed,
            finding.remedy,
        )
        for finding in findings
    ]
    return pd.DataFrame(rows, columns=[text(f"layers.listing_{name}") for name in COLUMNS], dtype=object)
