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
        Sites to select, the fixed ones included; None where the number is what is sought.
    """

    cost: csr_array
    weight: NDArray[np.float64]
    groups: Groups
    fixed: NDArray[np.int64]
    p: int | None

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
    scalars: Mapping[str, float],
) -> Instance:
    """Check what a caller hands over; every fault is named at once.

    Parameters
    ----------
    cost
        (n_demand, n_candidate), sparse (missing entries are unreachable) or dense (inf is unreachable).
    weight
        (n_demand,) finite and not negative; None stands for one each.
    p
        Number of sites, or None where the kernel has none.
    group, quotas, fixed
        As the kernels take them.
    scalars
        Numbers by name that must be neither negative nor NaN.

    Raises
    ------
    SitingError
        The instance contradicts itself or its shapes do not fit.
    """
    faults: list[str] = []
    matrix = _read_cost(cost, faults)
    n_demand, n_candidate = matrix.shape
    weights = np.ones(n_demand) if weight is None else _read_floats(weight, "weight", n_demand, faults)
    groups = _read_groups(group, quotas, n_candidate, faults)
    fixed_idx = _read_indices(fixed, "fixed", n_candidate, faults)
    if p is not None and (not _is_count(p) or p == 0):
        faults.append(text("siting.p_not_count", found=p))
        p = None
    faults += [
        text("siting.scalar_bad", name=name, found=value) for name, value in scalars.items() if not value >= 0
    ]
    raise_faults(faults)
    return Instance(
        cost=matrix,
        weight=weights,
        groups=groups,
        fixed=fixed_idx,
        p=None if p is None else int(cast("int", p)),
    )


def raise_faults(faults: list[str]) -> None:
    """Raise one SitingError that names every fault, or do nothing.

    Raises
    ------
    SitingError
        There is a fault.
    """
    if faults:
        raise SitingError(text("siting.malformed", faults="；".join(faults)))


def _read_cost(cost: object, faults: list[str]) -> csr_array:
    if issparse(cost):
        # A copy, since bringing the indices into order works in place.
        matrix = csr_array(cast("csr_array", cost).astype(np.float64), copy=True)
        matrix.sum_duplicates()
        data = matrix.data
    else:
        dense = np.asarray(cost, dtype=np.float64)
        if dense.ndim != 2:
            faults.append(text("siting.cost_shape", found=dense.shape))
            return csr_array((0, 0), dtype=np.float64)
        data = dense.ravel()
        row, column = np.nonzero(~np.isposinf(dense))
        matrix = csr_array(coo_array((dense[row, column], (row, column)), shape=dense.shape))
    n_bad = int(np.isnan(data).sum()), int((data < 0).sum())
    if n_bad[0]:
        faults.append(text("siting.cost_nan", n=n_bad[0]))
    if n_bad[1]:
        faults.append(text("siting.cost_negative", n=n_bad[1]))
    if np.isposinf(matrix.data).any():
        matrix = keep_entries(matrix, np.isfinite(matrix.data))
    matrix.sort_indices()
    return matrix


def keep_entries(matrix: csr_array, keep: NDArray[np.bool_]) -> csr_array:
    """The stored entries where `keep` holds; explicit zeros stay."""
    filled = np.concatenate([[0], np.cumsum(keep)])
    return csr_array((matrix.data[keep], matrix.indices[keep], filled[matrix.indptr]), shape=matrix.shape)


def _read_floats(values: ArrayLike, name: str, n: int, faults: list[str]) -> NDArray[np.float64]:
    array = np.array(values, dtype=np.float64)
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
    quotas = quotas or {}
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
