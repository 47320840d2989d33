"""The population layer's cells, added up for each row.

Each cell's people go to the row whose outline holds it, else to the nearest built row of its township, and are taken
to be counted by a row that states its own figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tuoyu_geo.demand.rounding import largest_remainder
from tuoyu_geo.findings import Finding
from tuoyu_geo.layers import sum_by_place
from tuoyu_geo.messages import text

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.layers import Layers


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cells:
    """People of the population layer's cells, by row and beyond them.

    Attributes
    ----------
    people
        ``(n,)`` people of the cells at each row; NaN at rows that take none (not built, without a place, or no layer).
    beyond
        Index township_id: people of townships without a row.
    """

    people: "NDArray[np.float64]"
    beyond: "pd.Series[float]"


def cells_of_rows(rows: "gpd.GeoDataFrame", layers: "Layers") -> Cells:
    """People of the cells at each row of `stack_rows`, each cell's counted once."""
    people = np.full(len(rows), np.nan)
    beyond = pd.Series(0.0, index=layers.townships.index)
    if not len(layers.population):
        return Cells(people=people, beyond=beyond)
    takes = (rows["status"].eq("built") & rows["placed"].astype(bool)).to_numpy()
    outlines = pd.concat([layers.communities.geometry, layers.villages.geometry])
    places = rows[takes].set_geometry(outlines.reindex(rows.index[takes]))
    summed, without = sum_by_place(layers.population, places)
    people[takes] = summed.to_numpy(float)
    return Cells(people=people, beyond=beyond.add(without.reindex(beyond.index).fillna(0.0)))


def fill_from_cells(
    rows: "gpd.GeoDataFrame", cells: Cells, *, files: Mapping[str, str]
) -> tuple["gpd.GeoDataFrame", list[Finding]]:
    """Rows whose residents nothing else tells get their cells' people, whole numbers that sum to the township's."""
    known = ~np.isnan(cells.people)
    if not known.any():
        return rows, []
    residents = rows["residents"].to_numpy(float).copy()
    lacking = known & np.isnan(residents)
    township = rows["township_id"].to_numpy(object)
    for township_id in dict.fromkeys(township[lacking]):
        here = np.flatnonzero(lacking & (township == township_id))
        residents[here] = largest_remainder(cells.people[here], total=round(cells.people[here].sum()))
    note = Finding(
        code="population_placed",
        severity="info",
        layer="population",
        file=files.get("population", ""),
        row=None,
        column=None,
        found=text(
            "demand.population_placed",
            n=int(lacking.sum()),
            people=cells.people[lacking].sum(),
            counted=cells.people[known & ~lacking].sum(),
            stated=residents[known & ~lacking].sum(),
            beyond=cells.beyond.sum(),
        ),
        allowed=text("demand.population_placed_allowed"),
        remedy=text("demand.population_placed_remedy"),
    )
    return rows.assign(residents=residents), [note]
