"""Children under 3: the county's and the townships' figures in an order of preference, spread over rows.

A row's own register (登记数, or its 0, 1 and 2-year-olds) stands as it is. A township's figure is its register, or its
births of the last 36 months. The county's figure is the first of these that is known:

1. a total worked out elsewhere;
2. births of the last three years (deaths are taken as none, migration as even);
3. registered (户籍) children under 3 × residents ÷ registered residents;
4. the census's age groups: those of 0, and half of those of 1 to 4;
5. residents × the birth rates of three years;
6. residents × a share.

What a figure leaves over the rows' registers is spread over the other rows by residents.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tuoyu_geo.demand.model import DemandParameters
from tuoyu_geo.demand.rounding import largest_remainder
from tuoyu_geo.findings import Finding, Severity
from tuoyu_geo.messages import listed, text

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Two figures for the children of one county that differ by more than this share want a look.
DIFFERENCE_SHARE = 0.2


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Children:
    """Children under 3 of rows, and of townships beyond them.

    Attributes
    ----------
    under3
        ``(n,)`` whole numbers.
    method
        ``(n,)`` "measured" or "estimated".
    beyond
        ``(n_townships,)`` children of residents whom no row holds.
    findings
        Which figure was taken, and figures that contradict each other.
    """

    under3: "NDArray[np.float64]"
    method: "NDArray[np.object_]"
    beyond: "NDArray[np.float64]"
    findings: tuple[Finding, ...]


def county_figures(parameters: DemandParameters, *, residents: float) -> dict[str, float]:
    """Every figure for the county's children that can be worked out, the preferred one first."""
    known: dict[str, float] = {}
    if parameters.under3_total is not None:
        known["total"] = parameters.under3_total
    if parameters.births is not None:
        known["births"] = sum(parameters.births)
    if parameters.hukou_under3 is not None and parameters.hukou_residents:
        known["hukou"] = parameters.hukou_under3 * residents / parameters.hukou_residents
    if parameters.age0 is not None and parameters.age1_4 is not None:
        known["ages"] = parameters.age0 + parameters.age1_4 / 2
    if parameters.birth_rates_permille is not None:
        known["rates"] = residents * sum(parameters.birth_rates_permille) / 1000
    if parameters.under3_share is not None:
        known["share"] = residents * parameters.under3_share
    return known


def spread_under3(
    rows: pd.DataFrame,
    *,
    residents: "NDArray[np.float64]",
    beyond: "pd.Series[float]",
    townships: pd.DataFrame,
    parameters: DemandParameters,
) -> Children:
    """Children of each row.

    Parameters
    ----------
    rows
        Columns under3 (the row's own register, or NaN) and township_id.
    residents
        ``(n,)`` of each row.
    beyond
        Index township_id: residents of townships whom no row holds.
    townships
        Index as `beyond`; columns under3 and births_36_months, NaN where not known.
    parameters
        The county's figures.
    """
    weight = np.concatenate([residents, beyond.to_numpy(float)])
    register = np.concatenate([rows["under3"].to_numpy(float).round(), np.full(len(beyond), np.nan)])
    home = np.concatenate([rows["township_id"].to_numpy(object), beyond.index.to_numpy(object)])
    known = ~np.isnan(register)
    children = np.where(known, register, 0.0)
    own = townships["under3"].fillna(townships["births_36_months"])
    findings: list[Finding] = []
    for township_id, total in own.dropna().items():
        here = home == township_id
        found = text("demand.under3_of_township", id=township_id)
        findings += _fill(children, here & ~known, weight, total - register[here & known].sum(), found)
    with_figure = np.isin(home, own.dropna().index.to_numpy(object))
    figures = county_figures(parameters, residents=float(weight.sum()))
    if figures:
        source, total = next(iter(figures.items()))
        findings += _source_findings(figures)
        given = children[with_figure].sum() + register[known & ~with_figure].sum()
        found = text("demand.under3_of_county", source=text(f"demand.under3_by_{source}"))
        findings += _fill(children, ~with_figure & ~known, weight, total - given, found)
    n = len(rows)
    method = np.where(known[:n], "measured", "estimated").astype(object)
    return Children(under3=children[:n], method=method, beyond=children[n:], findings=tuple(findings))


def _fill(
    children: "NDArray[np.float64]",
    here: "NDArray[np.bool_]",
    weight: "NDArray[np.float64]",
    left: float,
    figure: str,
) -> list[Finding]:
    """Spread what a figure leaves over rows by residents; a finding where it can't be."""
    whole = round(left)
    if whole > 0 and weight[here].sum() > 0:
        children[here] = largest_remainder(weight[here], total=whole)
        return []
    if whole == 0 or (whole > 0 and not here.any() and abs(left) < 1):
        return []
    found = text("demand.under3_found", figure=figure, left=left)
    return [_finding("under3_total", "warning", found, "under3")]


def _source_findings(figures: dict[str, float]) -> list[Finding]:
    """Which figure was taken; the others beside it, a warning where one is far from it."""
    (source, total), *others = figures.items()
    if not others:
        return []
    shown = listed(
        text("demand.under3_other", source=text(f"demand.under3_by_{name}"), n=value)
        for name, value in others
    )
    far = any(abs(value - total) > DIFFERENCE_SHARE * max(total, value) for _, value in others)
    found = text("demand.under3_taken", source=text(f"demand.under3_by_{source}"), n=total, others=shown)
    return [_finding("under3_source", "warning" if far else "info", found, "under3_source")]


def _finding(code: str, severity: Severity, found: str, words: str) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        layer="project",
        file="project.toml",
        row=None,
        column=None,
        found=found,
        allowed=text(f"demand.{words}_allowed"),
        remedy=text(f"demand.{words}_remedy"),
    )
