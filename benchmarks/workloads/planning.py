"""The planning problem of a county, of made-up towns: 500 communities, 300 candidates, places, sizes, quotas, estates.

Communities stand in three towns and scattered between them, candidates among them; each township has a quota, one
community in twenty is a new estate whose places come first, every candidate can be built at two smaller sizes. The target
is 90 % of the residents, in either reading: within the standard, where only the new estates need places, or by places,
where everybody does. No peer takes such a problem whole; what is shown is time, and the proof of each aim.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from benchmarks.interface import OURS, Arrays, DisagreementError, Inputs, Prepared, Size, Tool, Workload

if TYPE_CHECKING:
    from tuoyu_geo.siting import PlanningProblem

# What is not proven by then is shown with its gap.
LIMIT_S = 20.0
N_DEMAND, N_CANDIDATE, N_TOWNSHIP = 500, 300, 15
STANDARD_M = 1_000.0

Reading = Literal["reach", "places"]


def county(seed: int, *, reading: Reading) -> "PlanningProblem":
    """A county of made-up towns."""
    from scipy.sparse import csr_array
    from scipy.spatial.distance import cdist

    from tuoyu_geo.siting import Capacity, PlanningProblem, Sizes

    rng = np.random.default_rng(seed)
    towns = rng.uniform(4_000, 16_000, (3, 2))

    def scatter(n: int) -> NDArray[Any]:
        near = rng.random(n) < 0.7
        return np.where(
            near[:, None],
            towns[rng.integers(0, 3, n)] + rng.normal(0, 1_500, (n, 2)),
            rng.uniform(0, 20_000, (n, 2)),
        )

    homes, candidates, schools = scatter(N_DEMAND), scatter(N_CANDIDATE), scatter(9)
    residents = rng.gamma(2.0, 350.0, N_DEMAND).round()
    estate = rng.random(N_DEMAND) < 0.05
    others = residents * 0.0045 if reading == "places" else 0.0
    need = np.where(estate, np.ceil(rng.uniform(1_000, 3_000, N_DEMAND) * 0.01), others)
    near, now = cdist(homes, candidates), cdist(homes, schools)
    covers, reach_now = near <= STANDARD_M, now <= STANDARD_M
    # Nobody counts who is out of reach of every candidate: a target of 90 % of all could then not be met.
    weight = np.where((covers.any(axis=1)) | reach_now.any(axis=1), residents, 0.0)
    places = rng.choice([35.0, 45.0, 60.0, 80.0], N_CANDIDATE)
    cost = places * rng.uniform(0.5, 5.0, N_CANDIDATE)
    column = np.repeat(np.arange(N_CANDIDATE), 2)
    smaller = np.tile([20.0, 30.0], N_CANDIDATE)
    seats = np.full(9, 45.0)
    township = (candidates[:, 0] // 4_000).clip(0, 4) * 3 + (candidates[:, 1] // 6_667).clip(0, 2)
    return PlanningProblem(
        covers=csr_array(covers),
        weight=weight,
        covered_now=reach_now.any(axis=1),
        group=township.astype(np.int64),
        quota_minimum=np.array([4, 2, 2, 2, *[1] * 6, *[0] * 5])[:N_TOWNSHIP],
        existing_count=np.zeros(N_TOWNSHIP, dtype=np.int64),
        places=places,
        places_now=float(seats.sum()),
        places_required=float(np.ceil(residents.sum() * 0.0045)),
        coverage_target_share=0.9,
        site_cost=cost,
        usable=rng.random(N_CANDIDATE) < 0.9,
        must_serve=estate & covers.any(axis=1),
        capacity=Capacity(
            need=need,
            reach_now=csr_array(reach_now),
            places_now=seats,
            spare_now=seats * 0.3,
            trip=csr_array(np.hstack([now, near])),
        ),
        sizes=Sizes(
            column=column, places=smaller, cost=cost[column] * (0.4 + 0.6 * smaller / places[column])
        ),
    )


def inputs_of(_folder: Path, *, seed: int, reading: Reading) -> Arrays:
    """A county is its seed, and who needs places."""
    return {"seed": np.array(seed), "reading": np.array(reading)}


def prepared(inputs: Inputs) -> Prepared:
    """Our planner."""
    from tuoyu_geo.siting import plan_sites, recompute_plan

    problem = county(int(inputs["seed"]), reading=cast("Reading", str(inputs["reading"])))

    def answer(found: Any) -> Arrays:  # noqa: ANN401
        check = recompute_plan(problem, found.selected, site_places=found.site_places, flow=found.flow)
        return {
            "n_sites": np.array(len(found.selected)),
            "gap": np.array(max(stage.gap for stage in found.stages)),
            "sites_gap": np.array(max(stage.gap for stage in found.stages if stage.name == "sites")),
            "n_fault": np.array(len(check.faults)),
            "n_pair": np.array(problem.covers.nnz),
        }

    plan_sites(problem, time_limit_s=1.0, gap=1e-4, seed=0)
    return Prepared(
        run=lambda: plan_sites(problem, time_limit_s=LIMIT_S, gap=1e-4, seed=0),
        answer=answer,
    )


def said(_inputs: Inputs, answer: Arrays) -> Mapping[str, Any]:
    """The sites, the gap of their number, and the largest of any aim."""
    if answer["n_fault"]:
        raise DisagreementError(f"recomputed from its arrays the plan has {int(answer['n_fault'])} faults")
    return {
        "n_sites": int(answer["n_sites"]),
        "gap": f"{float(answer['gap']):.2%}",
        "sites_gap": f"{float(answer['sites_gap']):.2%}",
        "n_pair": int(answer["n_pair"]),
    }


def workload(reading: Reading, *, name: str, budget_s: float) -> Workload:
    """The counties in one reading."""
    return Workload(
        name=name,
        sizes=tuple(Size(n=seed + 1, given={"seed": seed, "reading": reading}) for seed in range(3)),
        tools=(
            Tool(
                name=OURS,
                packages=("tuoyu-geo", "highspy"),
                imports=("tuoyu_geo.siting", "scipy.spatial.distance", "highspy"),
                prepare=prepared,
                is_peer=False,
            ),
        ),
        inputs=inputs_of,
        said=said,
        first_counts=True,
        budget_s=budget_s,
    )


WORKLOADS = (
    workload("reach", name="planning", budget_s=30),
    workload("places", name="planning-places", budget_s=10),
)
