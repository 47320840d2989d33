"""New estates and the places to spare within their reach: as many estates as possible get all they need.

Neighbouring estates share an institution, and a spare place is promised once.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array, csr_array, hstack, vstack


def estates_served(
    reach: csr_array, *, needed: NDArray[np.float64], spare: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which estates get all their places.

    Parameters
    ----------
    reach
        ``(n_estate, n_facility)`` an entry wherever the facility is within the estate's standard.
    needed
        ``(n_estate,)`` places each estate needs.
    spare
        ``(n_facility,)`` places to spare.

    Returns
    -------
    ``(n_estate,)`` a largest set of estates that can all get their places at once; of equally many, those that need
    more places in all.
    """
    n_estate, n_facility = reach.shape
    row = np.repeat(np.arange(n_estate), np.diff(reach.indptr))
    n_flow = len(row)
    if not n_estate or not n_flow:
        return np.asarray(needed <= 0, dtype=bool)
    at = np.arange(n_flow)
    taken = csr_array((np.ones(n_flow), (row, at)), shape=(n_estate, n_flow))
    used = csr_array((np.ones(n_flow), (reach.indices, at)), shape=(n_facility, n_flow))
    promised = csr_array((-needed, (np.arange(n_estate), np.arange(n_estate))), shape=(n_estate, n_estate))
    matrix = csc_array(
        vstack(
            [
                hstack([promised, taken]),
                hstack([csr_array((n_facility, n_estate)), used]),
            ]
        )
    )
    total = max(float(needed.sum()), 1.0)
    answer = milp(
        np.concatenate([-1.0 - needed / (2 * total * n_estate), np.zeros(n_flow)]),
        constraints=LinearConstraint(
            matrix,
            np.concatenate([np.zeros(n_estate), np.full(n_facility, -np.inf)]),
            np.concatenate([np.full(n_estate, np.inf), spare]),
        ),
        bounds=Bounds(0.0, np.concatenate([np.ones(n_estate), needed[row]])),
        integrality=np.concatenate([np.ones(n_estate), np.zeros(n_flow)]),
    )
    # Promising nothing to anybody is always possible, so there is an answer.
    return np.asarray(np.asarray(answer.x)[:n_estate] > 0.5, dtype=bool)
