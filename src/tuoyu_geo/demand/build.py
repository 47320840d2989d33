"""Demand points of all communities and villages, with every figure's origin."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from tuoyu_geo.demand.cells import cells_of_rows, fill_from_cells
from tuoyu_geo.demand.model import Demand, DemandParameters
from tuoyu_geo.demand.residents import (
    check_no_population,
    spread_remainder,
    stack_rows,
    to_township_totals,
)
from tuoyu_geo.demand.under3 import spread_under3

if TYPE_CHECKING:
    from tuoyu_geo.layers import Layers

COLUMNS = (
    "name",
    "kind",
    "status",
    "area_kind",
    "township_id",
    "residents",
    "under3",
    "planned_residents",
    "residents_method",
    "under3_method",
    "geometry",
)


def build_demand(layers: "Layers", *, parameters: DemandParameters, files: Mapping[str, str]) -> Demand:
    """Demand points of all communities and villages.

    Parameters
    ----------
    layers
        Valid layers.
    parameters
        The county's figures that rows lack.
    files
        File of each layer, as the project names it.

    Returns
    -------
    Demand whose residents sum to the townships' totals where those are known, and else to what the rows say; rows
    without a place are in its unplaced people.
    """
    totals = layers.townships["residents"]
    rows = stack_rows(layers, parameters)
    cells = cells_of_rows(rows, layers)
    rows, spread = spread_remainder(rows, totals, weights=cells.people, files=files)
    rows, filled = fill_from_cells(rows, cells, files=files)
    unknown = check_no_population(rows, files=files)
    counted = to_township_totals(rows, totals, files=files)
    # Cells of a township without a row, and without a total of its own, have nowhere to stand.
    beyond = counted.beyond + cells.beyond.where(totals.isna(), 0.0).round()
    children = spread_under3(
        rows,
        residents=counted.residents,
        beyond=beyond,
        townships=layers.townships,
        parameters=parameters,
    )
    rows = rows.assign(
        residents=counted.residents,
        residents_method=counted.method,
        under3=children.under3,
        under3_method=children.method,
    )
    placed = rows["placed"].to_numpy(bool)
    without = rows[~placed].groupby("township_id")[["residents", "under3"]].sum()
    unplaced = pd.DataFrame({"residents": beyond, "under3": children.beyond}, index=totals.index)
    return Demand(
        points=rows.loc[placed, list(COLUMNS)],
        unplaced=unplaced.add(without.reindex(totals.index, fill_value=0.0)),
        findings=(*filled, *unknown, *spread, *counted.findings, *children.findings),
    )
