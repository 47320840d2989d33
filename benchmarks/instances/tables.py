"""Cost tables: a row a pair, or a column a site; and clients beside facilities in the plane."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from benchmarks.instances.orlib import MOST_PAIRS
from benchmarks.instances.pieces import NUMBER, InstanceError, NoInstanceError, Sheet

COST = re.compile(
    r"(network_?)?(distance|dist|travel_?time|travel_?cost|time|cost|duration|minutes|seconds)(_\w+)?",
    re.IGNORECASE,
)
WEIGHT = re.compile(r"demand|weight|residents|pop(ulation)?_?(\d{4})?", re.IGNORECASE)
CAPACITY = re.compile(r"capacity|places", re.IGNORECASE)
DEGREES = re.compile(r"lon|long|longitude|lat|latitude", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostTable:
    """(n_demand, n_site) costs, inf where there is no pair; names of both; weights where the table holds them."""

    cost: NDArray[np.float64]
    demand_id: tuple[str, ...]
    site_id: tuple[str, ...]
    weight: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """(n, 2) places, with a weight each (clients) or a capacity each (facilities)."""

    place: NDArray[np.float64]
    weight: NDArray[np.float64] | None = None
    capacity: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """A table of places, for the demand in it: every column that may hold names, and the weights."""

    names: tuple[tuple[str, ...], ...]
    weight: NDArray[np.float64]


def read_sheet(sheet: Sheet) -> CostTable | Points | Attributes:
    """What a table is, by its headings.

    Raises
    ------
    InstanceError
        A cell is no number where one belongs, or a pair or name stands twice.
    NoInstanceError
        A table that holds neither costs nor demand, or ways among the same places.
    """
    heading = sheet.heading
    x, y = (_column(heading, re.compile(axis, re.IGNORECASE)) for axis in "xy")
    weight, capacity, cost = (_column(heading, kind) for kind in (WEIGHT, CAPACITY, COST))
    if x is not None and y is not None and (weight is not None or capacity is not None):
        place = np.column_stack([_numbers(sheet, x, is_signed=True), _numbers(sheet, y, is_signed=True)])
        if weight is not None:
            return Points(place=place, weight=_numbers(sheet, weight))
        return Points(place=place, capacity=_numbers(sheet, capacity or 0))
    if cost is not None and len(heading) > 2:
        return _long(sheet, cost=cost, weight=weight)
    if weight is not None:
        others = [j for j in range(len(heading)) if j != weight]
        names = tuple(tuple(row[j] for row in sheet.cells) for j in others)
        return Attributes(names=names, weight=_numbers(sheet, weight))
    is_numbers = all(
        2 * sum(NUMBER.fullmatch(row[j]) is not None for row in sheet.cells) > len(sheet.cells)
        for j in range(1, len(heading))
    )
    if len(heading) > 1 and is_numbers and not any(DEGREES.fullmatch(name) for name in heading):
        return _wide(sheet)
    raise NoInstanceError("a table without costs or demand")


def _column(heading: Sequence[str], kind: re.Pattern[str]) -> int | None:
    return next((j for j, name in enumerate(heading) if kind.fullmatch(name)), None)


def _numbers(sheet: Sheet, column: int, *, is_signed: bool = False) -> NDArray[np.float64]:
    for k, row in zip(sheet.line, sheet.cells, strict=True):
        cell, name = row[column], sheet.heading[column]
        if not NUMBER.fullmatch(cell) or not np.isfinite(float(cell)):
            raise InstanceError(f"line {k:,}: {name} is {cell[:40]!r}, no number")
        if float(cell) < 0 and not is_signed:
            raise InstanceError(f"line {k:,}: {name} is {cell}, below 0")
    return np.array([float(row[column]) for row in sheet.cells])


def _wide(sheet: Sheet) -> CostTable:
    """A row a demand, a column a site."""
    demand = tuple(row[0] for row in sheet.cells)
    _once(demand, sheet)
    if len(set(sheet.heading[1:])) < len(sheet.heading) - 1:
        raise InstanceError("two columns have the same heading")
    cost = np.column_stack([_numbers(sheet, j) for j in range(1, len(sheet.heading))])
    return CostTable(cost=cost, demand_id=demand, site_id=sheet.heading[1:])


def _long(sheet: Sheet, *, cost: int, weight: int | None) -> CostTable:
    """A row a pair: the two columns that name it are those whose pairs stand once."""
    others = [j for j in range(len(sheet.heading)) if j not in {cost, weight}]
    value = {j: [row[j] for row in sheet.cells] for j in others}
    n_value = {j: len(set(value[j])) for j in others}
    if len(others) < 2:
        raise NoInstanceError("a table of costs that does not name pairs")
    pairs = [(a, b) for a, b in combinations(others, 2) if len(others) == 2 or _are_once(value[a], value[b])]
    if not pairs:
        raise InstanceError("no two columns name each row once")
    a, b = min(pairs, key=lambda pair: n_value[pair[0]] * n_value[pair[1]])
    if {*value[a]} <= {*value[b]} or {*value[b]} <= {*value[a]}:
        raise NoInstanceError(
            "ways among the same places, for measures of access such as 2SFCA: nobody is to be sited"
        )
    weights = None if weight is None else _numbers(sheet, weight)
    demand, site = (a, b) if n_value[a] >= n_value[b] else (b, a)
    if weights is not None and not _is_of(value[demand], weights) and _is_of(value[site], weights):
        demand, site = site, demand
    if weights is not None and not _is_of(value[demand], weights):
        raise InstanceError(f"{sheet.heading[weight or 0]} differs between rows of the same place")
    demand_id, row = np.unique(value[demand], return_inverse=True)
    site_id, column = np.unique(value[site], return_inverse=True)
    if len(demand_id) * len(site_id) > MOST_PAIRS:
        raise InstanceError(f"more than {MOST_PAIRS:,} pairs")
    if len(np.unique(row * len(site_id) + column)) < len(row):
        _once([" - ".join(pair) for pair in zip(value[demand], value[site], strict=True)], sheet)
    table = np.full((len(demand_id), len(site_id)), np.inf)
    table[row, column] = _numbers(sheet, cost)
    own = None
    if weights is not None:
        own = np.zeros(len(demand_id))
        own[row] = weights
    return CostTable(cost=table, demand_id=tuple(demand_id), site_id=tuple(site_id), weight=own)


def _are_once(first: list[str], second: list[str]) -> bool:
    return len(set(zip(first, second, strict=True))) == len(first)


def _is_of(names: list[str], weights: NDArray[np.float64]) -> bool:
    """Whether each name has one weight."""
    return len(set(zip(names, weights.tolist(), strict=True))) == len(set(names))


def _once(names: Sequence[str], sheet: Sheet) -> None:
    seen: set[str] = set()
    for k, name in zip(sheet.line, names, strict=True):
        if name in seen:
            raise InstanceError(f"line {k:,}: {name[:60]} stands twice")
        seen.add(name)
