"""Siting on made-up towns: our kernels, spopt with HiGHS on the same costs, planx and lokigi where they take the task.

Everyone is timed from the costs on: building the model and solving it. What a choice of sites is worth is counted here from
the inputs, whatever its maker says of it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from benchmarks.interface import OURS, Arrays, DisagreementError, Inputs, Prepared, Size, Tool, Workload
from benchmarks.workloads import towns

Prepare = Callable[[Inputs], Prepared]


# Ours.


def _ours(solve: Callable[[Inputs, dict[str, Any]], Callable[..., Any]]) -> Prepare:
    """A kernel from its costs on; `solve` builds the costs and gives the call."""

    def prepare(inputs: Inputs) -> Prepared:
        limits = {"gap": float(inputs["gap"]), "time_limit_s": float(inputs["limit_s"])}
        run = solve(inputs, limits)
        # Compiled code is loaded in a call of its own.
        run(time_limit_s=2.0)
        return Prepared(
            run=run,
            answer=lambda found: {
                "selected": found.selected,
                "assigned": found.assigned,
                "bound": np.array(found.bound),
            },
        )

    return prepare


def cover_ours(inputs: Inputs, limits: dict[str, Any]) -> Callable[..., Any]:
    """Maximum coverage."""
    from tuoyu_geo.siting import max_coverage

    standard_m, p = float(inputs["standard_m"]), int(inputs["p"])
    cost = towns.near(inputs["here"], inputs["there"], standard_m=standard_m)
    return lambda **change: max_coverage(
        cost, inputs["weight"], p=p, standard=standard_m, **{**limits, **change}
    )


def median_ours(inputs: Inputs, limits: dict[str, Any]) -> Callable[..., Any]:
    """p-median, with capacities where there are some."""
    from tuoyu_geo.siting import p_median

    cost = towns.metres(inputs["here"], inputs["there"])
    room = {"capacity": inputs["room"]} if "room" in inputs.arrays else {}
    return lambda **change: p_median(
        cost, inputs["weight"], p=int(inputs["p"]), **room, **{**limits, **change}
    )


def fewest_ours(inputs: Inputs, limits: dict[str, Any]) -> Callable[..., Any]:
    """The fewest sites that cover everyone."""
    from tuoyu_geo.siting import set_cover

    standard_m = float(inputs["standard_m"])
    cost = towns.near(inputs["here"], inputs["there"], standard_m=standard_m)
    return lambda **change: set_cover(cost, standard=standard_m, **{**limits, **change})


def center_ours(inputs: Inputs, limits: dict[str, Any]) -> Callable[..., Any]:
    """p-center."""
    from tuoyu_geo.siting import p_center

    cost = towns.metres(inputs["here"], inputs["there"])
    return lambda **change: p_center(cost, p=int(inputs["p"]), **{**limits, **change})


# The peers.


def _spopt(build: Callable[[Inputs, Any], Any]) -> Prepare:
    """A model of spopt, built and solved by HiGHS on one thread with our gap and limit."""

    def prepare(inputs: Inputs) -> Prepared:
        import pulp

        cost = towns.metres(inputs["here"], inputs["there"])

        def run() -> Any:  # noqa: ANN401  (spopt's model)
            model = build(inputs, cost)
            model.problem.solve(
                pulp.HiGHS(
                    msg=False, timeLimit=float(inputs["limit_s"]), gapRel=float(inputs["gap"]), threads=1
                )
            )
            return model

        def answer(model: Any) -> Arrays:  # noqa: ANN401
            chosen = np.flatnonzero([(one.value() or 0.0) > 0.5 for one in model.fac_vars])
            found = {"selected": chosen}
            if "room" in inputs.arrays:
                share = np.array([[one.value() or 0.0 for one in row] for row in model.cli_assgn_vars])
                found["assigned"] = share.argmax(axis=1)
            return found

        return Prepared(run=run, answer=answer)

    return prepare


def cover_spopt(inputs: Inputs, cost: Any) -> Any:  # noqa: ANN401
    """Maximum coverage."""
    from spopt.locate import MCLP

    return MCLP.from_cost_matrix(
        cost,
        inputs["weight"],
        service_radius=float(inputs["standard_m"]),
        p_facilities=int(inputs["p"]),
    )


def median_spopt(inputs: Inputs, cost: Any) -> Any:  # noqa: ANN401
    """p-median, with capacities where there are some."""
    from spopt.locate import PMedian

    room = {"facility_capacities": inputs["room"]} if "room" in inputs.arrays else {}
    return PMedian.from_cost_matrix(cost, inputs["weight"], p_facilities=int(inputs["p"]), **room)


def fewest_spopt(inputs: Inputs, cost: Any) -> Any:  # noqa: ANN401
    """The fewest sites that cover everyone."""
    from spopt.locate import LSCP

    return LSCP.from_cost_matrix(cost, service_radius=float(inputs["standard_m"]))


def center_spopt(inputs: Inputs, cost: Any) -> Any:  # noqa: ANN401
    """p-center."""
    from spopt.locate import PCenter

    return PCenter.from_cost_matrix(cost, p_facilities=int(inputs["p"]))


def cover_planx(inputs: Inputs) -> Prepared:
    """Planx's greedy, which takes places and works out lengths itself."""
    from planx.suitability import greedy_mclp

    return Prepared(
        run=lambda: greedy_mclp(
            inputs["there"], inputs["here"], inputs["weight"], float(inputs["standard_m"]), int(inputs["p"])
        ),
        answer=lambda found: {"selected": np.sort(np.asarray(found[0], dtype=np.int64))},
    )


def median_lokigi(strategy: str) -> Prepare:
    """Lokigi over all choices, or greedily."""

    def prepare(inputs: Inputs) -> Prepared:
        import pandas as pd
        from lokigi.site import SiteProblem

        cost = towns.metres(inputs["here"], inputs["there"])
        names = [f"s{j}" for j in range(cost.shape[1])]
        ways = pd.DataFrame(cost, columns=names)
        ways.insert(0, "id", [f"d{i}" for i in range(len(cost))])
        problem = SiteProblem()
        problem.add_demand(
            pd.DataFrame({"id": ways["id"], "weight": inputs["weight"]}),
            demand_col="weight",
            location_id_col="id",
        )
        sites = pd.DataFrame({"site": names, "lat": 0.0, "long": 0.0})
        problem.add_sites(sites, candidate_id_col="site", crs="EPSG:4326")
        problem.add_travel_matrix(ways, source_col="id")
        return Prepared(
            run=lambda: problem.solve(p=int(inputs["p"]), search_strategy=strategy, show_progress=False),
            answer=lambda found: {
                "selected": np.sort(
                    np.asarray(found.return_best_combination_site_indices(), dtype=np.int64).ravel()
                )
            },
        )

    return prepare


# What a choice is worth.


def cover_value(inputs: Inputs, answer: Arrays) -> float:
    """The weight within the standard of a site."""
    covered = np.zeros(len(inputs["here"]), dtype=bool)
    for j in answer["selected"]:
        covered |= np.hypot(*(inputs["here"] - inputs["there"][j]).T) <= float(inputs["standard_m"])
    return float(inputs["weight"][covered].sum())


def median_value(inputs: Inputs, answer: Arrays) -> float:
    """Weight x metres to the nearest site, or to the site of each where sites hold only so much."""
    cost = towns.metres(inputs["here"], inputs["there"][answer["selected"]])
    if "room" not in inputs.arrays:
        return float(inputs["weight"] @ cost.min(axis=1))
    place = np.searchsorted(answer["selected"], answer["assigned"])
    held = np.bincount(place, weights=inputs["weight"], minlength=len(answer["selected"]))
    if (held > inputs["room"][answer["selected"]] * (1 + 1e-6)).any():
        raise DisagreementError("a site holds more than its capacity")
    return float(inputs["weight"] @ cost[np.arange(len(cost)), place])


def fewest_value(inputs: Inputs, answer: Arrays) -> float:
    """The number of sites, if everyone is covered."""
    cost = towns.metres(inputs["here"], inputs["there"][answer["selected"]])
    if not (cost.min(axis=1, initial=np.inf) <= float(inputs["standard_m"])).all():
        raise DisagreementError("not everyone is covered")
    return float(len(answer["selected"]))


def center_value(inputs: Inputs, answer: Arrays) -> float:
    """The longest way to the nearest site."""
    return float(towns.metres(inputs["here"], inputs["there"][answer["selected"]]).min(axis=1).max())


def _said(value: Callable[[Inputs, Arrays], float], *, has_p: bool) -> Any:  # noqa: ANN401  (as Workload wants it)
    def said(inputs: Inputs, answer: Arrays) -> Mapping[str, Any]:
        n = len(np.unique(answer["selected"]))
        if has_p and n != int(inputs["p"]):
            raise DisagreementError(f"{n} sites, not {int(inputs['p'])}")
        worth = value(inputs, answer)
        gap = f"{abs(float(answer['bound']) - worth) / worth:.3%}" if "bound" in answer else "—"
        return {"value": worth, "gap": gap}

    return said


def _apart(value: Callable[[Inputs, Arrays], float], *, is_most: bool) -> Any:  # noqa: ANN401
    def apart(inputs: Inputs, ours: Arrays, peer: Arrays) -> float:
        mine, other = value(inputs, ours), value(inputs, peer)
        beyond = (other - float(ours["bound"])) * (1 if is_most else -1)
        if beyond > 1e-6 * abs(mine):
            raise DisagreementError(f"{other:,.6g} is beyond our bound {float(ours['bound']):,.6g}")
        return abs(other / mine - 1)

    return apart


# A peer may stop where HiGHS's own gap and ours let it; heuristics may fall short, and the table says how far.
SHORT = 0.1


def _our(solve: Any) -> Tool:  # noqa: ANN401
    return Tool(
        name=OURS,
        packages=("tuoyu-geo", "highspy"),
        imports=("tuoyu_geo.siting", "scipy.sparse", "scipy.spatial", "highspy"),
        prepare=_ours(solve),
        is_peer=False,
    )


def _spopt_tool(build: Any) -> Tool:  # noqa: ANN401
    return Tool(
        name="spopt",
        packages=("spopt", "PuLP", "highspy"),
        imports=("spopt.locate", "pulp"),
        prepare=_spopt(build),
    )


PLANX = Tool(
    name="planx",
    packages=("planx-sdk",),
    imports=("planx.suitability",),
    prepare=cover_planx,
    tolerance=SHORT,
)
COVER_TOOLS = (_our(cover_ours), _spopt_tool(cover_spopt), PLANX)
QUICK = (OURS, "planx")


def _cover(name: str, sizes: tuple[Size, ...], *, tolerance: float, **more: Any) -> Workload:  # noqa: ANN401
    return Workload(
        name=name,
        sizes=sizes,
        tools=COVER_TOOLS,
        inputs=towns.places,
        said=_said(cover_value, has_p=True),
        compare=_apart(cover_value, is_most=True),
        tolerance=tolerance,
        unit="of the value",
        first_counts=True,
        **more,
    )


def _size(n: float, *, tools: tuple[str, ...] | None = None, **given: Any) -> Size:  # noqa: ANN401
    return Size(n=n, given=given, tools=tools)


def _grown(n_demand: int, n_candidate: int) -> dict[str, Any]:
    return {"n_demand": n_demand, "n_candidate": n_candidate, "p": 20, "gap": 0.001}


WORKLOADS = (
    _cover("cover-proof", (_size(2000, n_demand=2000, n_candidate=400, p=40),), tolerance=1e-6, budget_s=15),
    _cover(
        "cover-gap",
        (
            _size(0.25, n_demand=5000, n_candidate=1000, p=80, gap=0.0025),
            _size(0.1, n_demand=5000, n_candidate=1000, p=80, gap=0.001, tools=QUICK),
        ),
        tolerance=0.0035,
        limit_s=30,
        budget_s=15,
    ),
    _cover(
        "cover-towns",
        (
            _size(
                5000, n_demand=5000, n_candidate=1000, p=30, town="towns", gap=0.005, limit_s=20, tools=QUICK
            ),
            _size(
                5000.1,
                n_demand=5000,
                n_candidate=1000,
                p=30,
                town="sprawl",
                gap=0.005,
                limit_s=20,
                tools=QUICK,
            ),
            _size(20_000, n_demand=20_000, n_candidate=2000, p=40, town="towns", gap=0.02, tools=QUICK),
            _size(20_000.1, n_demand=20_000, n_candidate=2000, p=40, town="sprawl", gap=0.02, tools=QUICK),
            _size(
                100_000,
                n_demand=100_000,
                n_candidate=5000,
                p=60,
                town="sprawl",
                gap=0.04,
                limit_s=180,
                tools=(OURS,),
            ),
        ),
        tolerance=0.04,
        limit_s=200,
        budget_s=10,
    ),
    _cover(
        "cover-demand",
        tuple(
            _size(n, tools=None if n <= 2000 else QUICK, **_grown(n, 200))
            for n in (1000, 2000, 5000, 10_000, 20_000)
        ),
        tolerance=0.002,
        axis="demand",
        limit_s=30,
        budget_s=5,
    ),
    _cover(
        "cover-candidates",
        tuple(
            _size(n, tools=None if n <= 200 else QUICK, **_grown(2000, n))
            for n in (100, 200, 500, 1000, 2000)
        ),
        tolerance=0.002,
        axis="candidates",
        limit_s=30,
        budget_s=5,
    ),
    Workload(
        name="median",
        sizes=(_size(1000, n_demand=1000, n_candidate=200, p=20),),
        tools=(_our(median_ours), _spopt_tool(median_spopt)),
        inputs=towns.places,
        said=_said(median_value, has_p=True),
        compare=_apart(median_value, is_most=False),
        tolerance=1e-6,
        unit="of the value",
        first_counts=True,
        limit_s=30,
        budget_s=15,
    ),
    Workload(
        name="median-capacity",
        sizes=(_size(500, n_demand=500, n_candidate=100, p=15, gap=1e-4),),
        tools=(_our(median_ours), _spopt_tool(median_spopt)),
        inputs=towns.with_room,
        said=_said(median_value, has_p=True),
        compare=_apart(median_value, is_most=False),
        tolerance=2e-4,
        unit="of the value",
        first_counts=True,
        budget_s=20,
    ),
    Workload(
        name="median-small",
        sizes=(_size(100, n_demand=100, n_candidate=12, p=4),),
        tools=(
            _our(median_ours),
            _spopt_tool(median_spopt),
            Tool(
                name="lokigi, all choices",
                packages=("lokigi",),
                imports=("lokigi.site", "pandas"),
                prepare=median_lokigi("brute-force"),
            ),
            Tool(
                name="lokigi, greedy",
                packages=("lokigi",),
                imports=("lokigi.site", "pandas"),
                prepare=median_lokigi("greedy"),
                tolerance=SHORT,
            ),
        ),
        inputs=towns.places,
        said=_said(median_value, has_p=True),
        compare=_apart(median_value, is_most=False),
        tolerance=1e-6,
        unit="of the value",
        first_counts=True,
        budget_s=15,
    ),
    Workload(
        name="set-cover",
        sizes=(_size(1000, n_demand=1000, n_candidate=200, p=1, standard_m=3000.0),),
        tools=(_our(fewest_ours), _spopt_tool(fewest_spopt)),
        inputs=towns.places,
        said=_said(fewest_value, has_p=False),
        compare=_apart(fewest_value, is_most=False),
        unit="of the value",
        first_counts=True,
        budget_s=15,
    ),
    Workload(
        name="center",
        sizes=(_size(200, n_demand=200, n_candidate=40, p=8),),
        tools=(_our(center_ours), _spopt_tool(center_spopt)),
        inputs=towns.places,
        said=_said(center_value, has_p=True),
        compare=_apart(center_value, is_most=False),
        tolerance=1e-6,
        unit="of the value",
        first_counts=True,
        budget_s=15,
    ),
)
