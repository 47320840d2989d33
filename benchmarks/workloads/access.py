"""Places per child by floating catchments: two-step, with steps, and with a smooth decay."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.interface import OURS, Arrays, Inputs, Prepared, Size, Tool, Workload

CUTOFF_M = 1500.0
STEPS = ((500.0, 1.0), (1000.0, 0.68), (1500.0, 0.22))
EDGE = np.exp(-0.5)


def inputs(_folder: Path, *, n_demand: int, n_supply: int) -> Arrays:
    """People and places uniform in a square with 100 points of demand a km2, and the metres of pairs within the cutoff.

    Everybody has people, and every facility somebody in reach: PySAL's model has no others.
    """
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(7)
    side_m = 100.0 * np.sqrt(n_demand)
    here, there = rng.uniform(0, side_m, (n_demand, 2)), rng.uniform(0, side_m, (n_supply, 2))
    pairs = cKDTree(here).sparse_distance_matrix(cKDTree(there), CUTOFF_M, output_type="coo_matrix")
    return {
        "row": pairs.row.astype(np.int64),
        "col": pairs.col.astype(np.int64),
        "metres": pairs.data,
        "people": rng.integers(1, 60, n_demand).astype(float),
        "places": rng.integers(10, 90, n_supply).astype(float),
    }


def ours(decay: str) -> Any:  # noqa: ANN401  (a tool's prepare)
    """Our floating catchment."""

    def prepare(inputs: Inputs) -> Prepared:
        from scipy.sparse import csr_array

        from tuoyu_geo.access import two_step_floating_catchment

        people, places = inputs["people"], inputs["places"]
        cost = csr_array((inputs["metres"], (inputs["row"], inputs["col"])), shape=(len(people), len(places)))
        return Prepared(
            run=lambda: two_step_floating_catchment(cost, people, places, CUTOFF_M, decay=decay),
            answer=lambda found: {"share": found},
        )

    return prepare


def smooth(metres: Any) -> Any:  # noqa: ANN401  (a series or an array)
    """Dai's decay: 1 at no distance, 0 at the cutoff."""
    return (np.exp(-0.5 * (metres / CUTOFF_M) ** 2) - EDGE) / (1 - EDGE)


def pysal(decay: str) -> Any:  # noqa: ANN401  (a tool's prepare)
    """PySAL access."""

    def prepare(inputs: Inputs) -> Prepared:
        import pandas as pd

        import access

        people, places = inputs["people"], inputs["places"]
        model = access.Access(
            demand_df=pd.DataFrame({"demand": people}, index=pd.RangeIndex(len(people), name="geoid")),
            demand_value="demand",
            supply_df=pd.DataFrame({"supply": places}, index=pd.RangeIndex(len(places), name="geoid")),
            supply_value="supply",
            cost_df=pd.DataFrame({"origin": inputs["row"], "dest": inputs["col"], "cost": inputs["metres"]}),
            cost_origin="origin",
            cost_dest="dest",
            cost_name="cost",
        )

        def run() -> Any:  # noqa: ANN401
            if decay == "binary":
                return model.two_stage_fca(max_cost=CUTOFF_M)
            weight = access.weights.step_fn(dict(STEPS)) if decay == "steps" else smooth
            return model.enhanced_two_stage_fca(max_cost=CUTOFF_M, weight_fn=weight)

        def answer(found: Any) -> Arrays:  # noqa: ANN401
            return {"share": found.iloc[:, 0].reindex(range(len(people))).fillna(0).to_numpy()}

        return Prepared(run=run, answer=answer)

    return prepare


def _dense(inputs: Inputs) -> Any:  # noqa: ANN401  (an array)
    """All pairs, those beyond the cutoff far away."""
    whole = np.full((len(inputs["people"]), len(inputs["places"])), 1e9)
    whole[inputs["row"], inputs["col"]] = inputs["metres"]
    return whole


def planx(inputs: Inputs) -> Prepared:
    """planx-sdk, which takes all pairs."""
    from planx.spatial.accessibility import enhanced_2sfca

    whole = _dense(inputs)
    return Prepared(
        run=lambda: enhanced_2sfca(whole, inputs["places"], inputs["people"], CUTOFF_M),
        answer=lambda found: {"share": found},
    )


def lokigi(decay: str) -> Any:  # noqa: ANN401  (a tool's prepare)
    """Lokigi, which takes all pairs as a table."""

    def prepare(inputs: Inputs) -> Prepared:
        import pandas as pd
        from lokigi.site import SiteProblem

        people, places = inputs["people"], inputs["places"]
        names = [f"s{k}" for k in range(len(places))]
        ways = pd.DataFrame(_dense(inputs), columns=names)
        ways.insert(0, "id", [f"d{k}" for k in range(len(people))])
        problem = SiteProblem()
        problem.add_demand(
            pd.DataFrame({"id": ways["id"], "people": people}), demand_col="people", location_id_col="id"
        )
        sites = pd.DataFrame({"site": names, "places": places, "lat": 0.0, "long": 0.0})
        problem.add_sites(sites, candidate_id_col="site", crs="EPSG:4326")
        problem.add_travel_matrix(ways, source_col="id")
        forms: dict[str, dict[str, Any]] = {
            "binary": {"catchment_size": CUTOFF_M},
            "steps": {"distance_decay": list(STEPS)},
            "gaussian": {
                "distance_decay": {"method": "gaussian", "catchment_size": CUTOFF_M, "bandwidth": CUTOFF_M}
            },
        }
        return Prepared(
            run=lambda: problem.two_step_floating_catchment("places", **forms[decay]),
            answer=lambda found: {"share": found["accessibility"].reindex(ways["id"]).to_numpy()},
        )

    return prepare


def said(inputs: Inputs, answer: Arrays) -> Mapping[str, Any]:
    """Who reaches anything, and the places given out."""
    share = answer["share"]
    return {"n_reach": int((share > 0).sum()), "places": float(inputs["people"] @ share)}


def apart(_inputs: Inputs, ours: Arrays, peer: Arrays) -> float:
    """Largest difference of a share, of the largest share."""
    return float(np.abs(ours["share"] - peer["share"]).max() / ours["share"].max())


def _workload(name: str, decay: str) -> Workload:
    tools = [
        Tool(name=OURS, packages=("tuoyu-geo", "scipy"), imports=("tuoyu_geo.access", "scipy.sparse"), prepare=ours(decay), is_peer=False),
        Tool(name="PySAL access", packages=("access", "pandas"), imports=("access",), prepare=pysal(decay)),
        Tool(name="lokigi", packages=("lokigi", "pandas"), imports=("lokigi.site",), prepare=lokigi(decay)),
    ]  # fmt: skip
    if decay == "binary":
        tools.append(Tool(name="planx-sdk", packages=("planx-sdk", "numpy"), imports=("planx.spatial.accessibility",), prepare=planx))  # fmt: skip
    # Those who take all pairs would need 4 GB and more for the largest.
    sparse = (OURS, "PySAL access")
    return Workload(
        name=name,
        sizes=(
            Size(n=2000, given={"n_demand": 2000, "n_supply": 200}),
            Size(n=20_000, given={"n_demand": 20_000, "n_supply": 2000}),
            Size(n=100_000, given={"n_demand": 100_000, "n_supply": 10_000}, tools=sparse),
        )[: 2 if decay == "gaussian" else 3],
        tools=tools,
        inputs=inputs,
        said=said,
        compare=apart,
        tolerance=1e-9,
        axis="points of demand",
    )


WORKLOADS = (
    _workload("access-2sfca", "binary"),
    _workload("access-e2sfca", "steps"),
    _workload("access-gaussian", "gaussian"),
)
