"""A siting instance: what callers hand over, checked once and brought to one form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array, issparse

from tuoyu_geo.errors import SitingError
from tuoyu_geo.messages import text

Quotas = Mapping[Any, tuple[int, int | None]]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Groups:
    """A partition of the candidates with a minimum and a maximum of sites for each part.

    Attributes
    ----------
    member
        (n_candidate,) part of each candidate; part 0 holds those without a quota.
    lower, upper
        (n_part,) sites at least and at most, both closed.
    label
        Name of each part as the caller knows it; None for part 0.
    """

    member: NDArray[np.int64]
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    label: tuple[Any, ...]

    def count(self, selected: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sites in each part."""
        return np.bincount(self.member[selected], minlength=len(self.lower)).astype(np.int64)

    @property
    def size(self) -> NDArray[np.int64]:
        """Candidates in each part."""
        return np.bincount(self.member, minlength=len(self.lower)).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Instance:
    """Checked arrays of a siting problem.

    Attributes
    ----------
    cost
        (n_demand, n_candidate), canonical; a missing entry is unreachable, an explicit zero costs nothing.
    weight
        (n_demand,).
    groups
        The quotas.
    fixed
        Candidates that are always selected, ascending.
    p
        Sites to select, the fixed ones included; None where any number may be.
    price
        (n_candidate,) what each site costs; zeros where nobody asks.
    budget
        The sites may cost this together, closed; inf where there is no limit.
    """

    cost: csr_array
    weight: NDArray[np.float64]
    groups: Groups
    fixed: NDArray[np.int64]
    p: int | None
    price: NDArray[np.float64]
    budget: float = np.inf

    @property
    def n_candidate(self) -> int:
        """Number of candidates."""
        return int(self.cost.shape[1])


def read_instance(
    cost: object,
    *,
    weight: ArrayLike | None,
    p: object,
    group: ArrayLike | None,
    quotas: Quotas | None,
    fixed: ArrayLike | None,
    scalars: Mapping[str, object],
    seed: object = 0,
    site_cost: ArrayLike | None = None,
    budget: object = None,
    is_limited: bool = False,
) -> Instance:
    """Check what a caller hands over; every fault is named at once.

    Parameters
    ----------
    cost
        (n_demand, n_candidate), sparse (missing entries are unreachable) or dense (inf is unreachable). Of several
        sparse entries for one pair the least counts.
    weight
        (n_demand,) finite and not negative; None stands for one each.
    p
        Number of sites, or None where the kernel has none.
    group, quotas, fixed
        As the kernels take them.
    scalars
        Numbers by name that must be neither negative nor NaN.
    seed
        A whole number that is not negative.
    site_cost, budget
        (n_candidate,) finite, not negative; and what the sites may cost together. p may be None where there is a budget.
    is_limited
        The kernel wants a number or a budget, and prices only with a budget.

    Raises
    ------
    SitingError
        The instance contradicts itself or its shapes do not fit.
    """
    faults: list[str] = []
    matrix = _read_cost(cost, faults)
    n_demand, n_candidate = matrix.shape
    weights = np.ones(n_demand) if weight is None else read_floats(weight, "weight", n_demand, faults)
    groups = _read_groups(group, quotas, n_candidate, faults)
    fixed_idx = _read_indices(fixed, "fixed", n_candidate, faults)
    if p is not None and not _is_count(p):
        faults.append(text("siting.p_not_count", found=p))
        p = None
    if not _is_count(seed):
        faults.append(text("siting.seed_not_count", found=seed))
    numbers = dict(scalars) if budget is None else {**scalars, "budget": budget}
    faults += [
        text("siting.scalar_bad", name=name, found=value)
        for name, value in numbers.items()
        if not _is_at_least_zero(value)
    ]
    if budget is not None and site_cost is None:
        faults.append(text("siting.budget_without_cost"))
    if is_limited and budget is None and p is None and not faults:
        faults.append(text("siting.neither_p_nor_budget"))
    if is_limited and budget is None and site_cost is not None:
        faults.append(text("siting.cost_without_budget"))
    price = np.zeros(n_candidate)
    if site_cost is not None:
        price = read_floats(site_cost, "site_cost", n_candidate, faults)
    raise_faults(faults)
    return Instance(
        cost=matrix,
        weight=weights,
        groups=groups,
        fixed=fixed_idx,
        p=None if p is None else int(cast("int", p)),
        price=price,
        budget=np.inf if budget is None else float(cast("float", budget)),
    )


def raise_faults(faults: list[str]) -> None:
    """Raise one SitingError that names every fault, or do nothing.

    Raises
    ------
    SitingError
        There is a fault.
    """
    if faults:
        raise SitingError(text("siting.malformed", faults=text("words.list_semicolon").join(faults)))


def _read_cost(cost: object, faults: list[str]) -> csr_array:
    matrix = _from_sparse(cost, faults) if issparse(cost) else _from_dense(cost, faults)
    n_nan, n_negative = int(np.isnan(matrix.data).sum()), int((matrix.data < 0).sum())
    if n_nan:
        faults.append(text("siting.cost_nan", n=n_nan))
    if n_negative:
        faults.append(text("siting.cost_negative", n=n_negative))
    finite = np.isfinite(matrix.data)
    return matrix if finite.all() else keep_entries(matrix, finite)


def _from_dense(cost: object, faults: list[str]) -> csr_array:
    # A masked entry of a masked array is one that is not there.
    dense = _as_floats(
        np.ma.filled(cost.astype(float), np.inf) if isinstance(cost, np.ma.MaskedArray) else cost
    )
    if dense is None or dense.ndim != 2:
        found = text("siting.not_numbers", name="cost")
        faults.append(found if dense is None else text("siting.cost_shape", found=dense.shape))
        return csr_array((0, 0), dtype=np.float64)
    row, column = np.nonzero(~np.isposinf(dense))
    return _canonical(row, column, dense[row, column], *dense.shape)


def _from_sparse(cost: Any, faults: list[str]) -> csr_array:  # noqa: ANN401  (any of SciPy's sparse classes)
    nothing = csr_array((0, 0), dtype=np.float64)
    if cost.ndim != 2:
        faults.append(text("siting.cost_shape", found=cost.shape))
        return nothing
    if cost.format in {"bsr", "dia"}:
        # Their blocks and diagonals are filled up with zeros that nobody can tell from a cost of zero.
        faults.append(text("siting.cost_format", found=cost.format))
        return nothing
    if cost.dtype.kind not in "buif":
        faults.append(text("siting.not_numbers", name="cost"))
        return nothing
    try:
        # SciPy looks at the indices when it builds one of these, and not before.
        given = cost.tocoo()
        entries = coo_array((given.data, (given.row, given.col)), shape=given.shape)
    except ValueError as fault:
        faults.append(text("siting.cost_broken", found=fault))
        return nothing
    return _canonical(entries.row, entries.col, entries.data.astype(np.float64), *cost.shape)


def _canonical(
    row: NDArray[Any], column: NDArray[Any], data: NDArray[np.float64], n_row: int, n_column: int
) -> csr_array:
    """Rows in order, columns ascending in each, the least of repeated entries."""
    # The sums SciPy makes of repeated entries are no cost that anybody has.
    key = row.astype(np.int64) * n_column + column
    step = np.diff(key)
    if (step < 0).any():
        order = np.argsort(key, kind="stable")
        key, data = key[order], data[order]
        row, column = row[order], column[order]
        step = np.diff(key)
    if (step == 0).any():
        first = np.flatnonzero(np.concatenate([[True], step > 0]))
        data = np.minimum.reduceat(data, first)
        row, column = row[first], column[first]
    filled = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n_row))])
    width = np.int32 if max(n_row, n_column, len(data)) < 2**31 else np.int64
    return csr_array((data, column.astype(width), filled.astype(width)), shape=(n_row, n_column))


def keep_entries(matrix: csr_array, keep: NDArray[np.bool_]) -> csr_array:
    """The stored entries where `keep` holds; explicit zeros stay."""
    filled = np.concatenate([[0], np.cumsum(keep)])
    return csr_array((matrix.data[keep], matrix.indices[keep], filled[matrix.indptr]), shape=matrix.shape)


def _as_floats(values: object) -> NDArray[np.float64] | None:
    """A copy as floats, or None where these are no numbers."""
    try:
        array = np.asarray(values)
        return None if np.iscomplexobj(array) else array.astype(np.float64)
    except (TypeError, ValueError):
        return None


def read_floats(values: ArrayLike, name: str, n: int, faults: list[str]) -> NDArray[np.float64]:
    """(n,) finite numbers that are not negative; what is wrong with them is added to `faults`."""
    array = _as_floats(values)
    if array is None:
        faults.append(text("siting.not_numbers", name=name))
        return np.zeros(n)
    if array.shape != (n,):
        faults.append(text("siting.shape_wrong", name=name, found=array.shape, expected=(n,)))
        return np.zeros(n)
    n_bad = int((~(np.isfinite(array) & (array >= 0))).sum())
    if n_bad:
        faults.append(text("siting.values_bad", name=name, n=n_bad))
    return array


def _read_indices(values: ArrayLike | None, name: str, n: int, faults: list[str]) -> NDArray[np.int64]:
    array = np.asarray([] if values is None else values)
    if array.ndim != 1 or (array.size and not np.issubdtype(array.dtype, np.integer)):
        faults.append(text("siting.indices_not_whole", name=name))
        return np.zeros(0, dtype=np.int64)
    outside = sorted({int(one) for one in array if not 0 <= one < n})
    if outside:
        faults.append(text("siting.indices_outside", name=name, found=outside, n=n))
        return np.zeros(0, dtype=np.int64)
    return np.unique(array).astype(np.int64)


def _read_groups(group: ArrayLike | None, quotas: Quotas | None, n: int, faults: list[str]) -> Groups:
    member = np.zeros(n, dtype=np.int64)
    lower, upper, label = [0], [n], [None]
    given: object = {} if quotas is None else quotas
    if not isinstance(given, Mapping):
        faults.append(text("siting.quotas_not_mapping", found=type(quotas).__name__))
        given = {}
    quotas = given
    labels = None if group is None else np.asarray(group)
    if labels is None and quotas:
        faults.append(text("siting.quotas_without_group"))
    if labels is not None and labels.shape != (n,):
        faults.append(text("siting.shape_wrong", name="group", found=labels.shape, expected=(n,)))
        labels = None
    for part, (key, limits) in enumerate(quotas.items(), start=1):
        try:
            least, most = limits
            is_whole = _is_count(least) and (most is None or _is_count(most))
        except (TypeError, ValueError):
            is_whole = False
        if not is_whole:
            faults.append(text("siting.quota_not_count", group=key, found=limits))
            least, most = 0, None
        elif most is not None and least > most:
            faults.append(text("siting.quota_contradicts", group=key, least=least, most=most))
        lower.append(int(least))
        upper.append(n if most is None else int(most))
        label.append(key)
        if labels is not None:
            member[labels == key] = part
    return Groups(member=member, lower=np.array(lower), upper=np.array(upper), label=tuple(label))


def _is_count(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value >= 0)


def _is_at_least_zero(value: object) -> bool:
    is_number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    return is_number and bool(cast("float", value) >= 0)
