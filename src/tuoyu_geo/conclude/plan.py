"""From the phases of a run to the plan that a planner holds: figures recomputed, clauses judged."""

from typing import TYPE_CHECKING

import pandas as pd

from tuoyu_geo.assignment import hand_out, hand_out_plan
from tuoyu_geo.conclude.clashes import clash_sentences, search_areas
from tuoyu_geo.conclude.frames import served_demand, township_frame
from tuoyu_geo.conclude.mends import ways_to_mend
from tuoyu_geo.conclude.shortfalls import shortfall_sentences
from tuoyu_geo.conclude.standing import standing
from tuoyu_geo.conclude.summary import summarise
from tuoyu_geo.conclude.title_block import title_block
from tuoyu_geo.conclude.ways import streets_on_the_way
from tuoyu_geo.coverage import built_up_record, coverage_table, straight_record
from tuoyu_geo.coverage_groups import coverage_curves, coverage_groups, coverage_records, remote_ids
from tuoyu_geo.demand import COUNTY, places_by_need
from tuoyu_geo.network.roads import street_lines
from tuoyu_geo.outcome import Outcome
from tuoyu_geo.places import access_record, places_view
from tuoyu_geo.plan import sites_frame
from tuoyu_geo.policy import judge_clauses
from tuoyu_geo.service_areas import draw_service_areas
from tuoyu_geo.serving import at_planned_size, gaps_of, planned_mask
from tuoyu_geo.trace import trace_table
from tuoyu_geo.views import Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from tuoyu_geo.config import Config
    from tuoyu_geo.demand import Demand
    from tuoyu_geo.findings import Finding
    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach
    from tuoyu_geo.siting import PlanningProblem, PlanResult
    from tuoyu_geo.siting.clash import Clashes


def conclude(
    layers: "Layers",
    *,
    demand: "Demand",
    reach: "Reach",
    candidates: "gpd.GeoDataFrame",
    gaps: "gpd.GeoDataFrame",
    problem: "PlanningProblem",
    result: "PlanResult",
    clashes: "Clashes",
    findings: "Sequence[Finding]",
    config: "Config",
    policy: "Policy",
) -> Plan:
    """The plan with all its figures, each worked out from the layers and not from the solver.

    Parameters
    ----------
    layers, demand, reach, candidates, gaps
        What the phases found: valid layers, who lives there, how far it is, rated candidates, flags of today.
    problem, result
        What was to be solved; the chosen columns, with their proof.
    clashes
        Rules that can't all be met.
    findings
        Everything noticed in the data.
    config, policy
        The project's settings, and the rules.
    """
    planned = planned_mask(reach, result)
    reach = at_planned_size(reach, result)
    assigned = {
        "today": hand_out(demand, reach, gaps=gaps, serving=reach.counted_mask, policy=policy),
        "plan": hand_out_plan(demand, reach, result=result, gaps=gaps, serving=planned, policy=policy),
    }
    served = served_demand(
        demand,
        reach,
        planned=planned,
        place_share={moment: one.share for moment, one in assigned.items()},
    )
    served = served.join(streets_on_the_way(served, reach=reach, roads=layers.roads, policy=policy))
    townships = township_frame(
        layers,
        demand=demand,
        served=served,
        reach=reach,
        planned=planned,
        policy=policy,
    )
    coverage = coverage_table(
        reach,
        demand=demand,
        townships=townships,
        policy=policy,
        serving={"before": reach.counted_mask, "after": planned},
        place_share={"before": assigned["today"].share, "after": assigned["plan"].share},
    )
    moments = {"before": reach.counted_mask, "after": planned}
    groups = coverage_groups(
        reach,
        demand=demand,
        townships=townships,
        remote=remote_ids(layers, demand=demand, reach=reach),
        serving=moments,
    )
    curve = coverage_curves(reach, demand=demand, townships=townships, serving=moments)
    head = coverage[coverage["headline"]].iloc[0]
    gaps_after = gaps_of(layers, demand=demand, reach=reach, serving=planned, policy=policy)
    residents = float(townships["residents"].sum())
    standings = [
        standing(
            layers,
            served=served,
            candidates=candidates,
            reach=reach,
            serving=serving,
            gaps=flags,
            covered_share=float(head[moment]),
            reading=str(head["label"]),
            residents=residents,
            policy=policy,
        )
        for moment, serving, flags in (("before", reach.counted_mask, gaps), ("after", planned, gaps_after))
    ]
    clauses = judge_clauses(policy, today=standings[0], planned=standings[1])
    sites = sites_frame(
        result,
        demand=demand,
        reach=reach,
        candidates=candidates,
        townships=townships,
        policy=policy,
        fixed_cost_share=config.siting.fixed_cost_share,
    )
    places = {
        moment: places_view(
            reach, demand=demand, township_ids=townships.index, policy=policy, serving=serving
        )
        for moment, serving in (("today", reach.counted_mask), ("plan", planned))
    }
    for moment, view in places.items():
        townships[f"unmet_places_{moment}"] = view.townships["unmet_places"]
        served[f"places_per_100_{moment}"] = view.demand["two_step_per_100"]
    summary = summarise(
        title=config.project.title,
        policy=policy,
        townships=townships,
        demand=demand,
        reach=reach,
        sites=sites,
        coverage=coverage,
        coverage_detail={
            **coverage_records(groups, curve),
            "straight_lines": straight_record(reach, served),
            **built_up_record(reach, serving=moments),
        },
        access={
            moment: access_record(places[when]) for moment, when in (("before", "today"), ("after", "plan"))
        },
        gaps=gaps,
        clauses=clauses,
        result=result,
    )
    shortfalls = shortfall_sentences(
        townships,
        candidates=candidates,
        coverage=coverage,
        places=summary["places"],
        policy=policy,
        unmet_estates=int(gaps_after["flag"].eq("new_missing").sum()),
    )
    summary["shortfalls"] = list(shortfalls)
    unmet = gaps_after[gaps_after["flag"].eq("new_missing")]
    areas = search_areas(
        demand=demand,
        served=served,
        reach=reach,
        serving=planned,
        townships=townships,
        unmet_estates=unmet["subject_id"].tolist(),
        short_share=max(policy.coverage.target_share - float(head["after"]), 0.0),
        policy=policy,
    )
    clash_words = clash_sentences(
        clashes, problem=problem, townships=layers.townships, reading=str(head["label"])
    )
    summary["clashes"] = list(clash_words)
    institutions = layers.institutions.assign(
        counted=reach.counted_mask[: reach.n_institutions],
        under3_in_reach=reach.under3_in_reach(demand)[: reach.n_institutions],
    ).join(places["today"].institutions[["asked_places", "use_share", "use_method", "use"]])
    note = title_block(config, policy=policy, reach=reach, demand=demand)
    needed = places_by_need(demand, per_1000=policy.places.per_1000, enrolment=config.demand.enrolment).loc[
        COUNTY
    ]
    summary["places"]["required_by_enrolment"] = {
        name: {"enrolment": share, "places": int(needed[name])}
        for name, share in config.demand.enrolment.items()
    }
    summary["attribution"] = list(note.attribution)
    outcome = Outcome(
        note=note,
        townships=townships,
        demand=served,
        institutions=institutions,
        candidates=candidates.assign(selected=candidates.index.isin(sites.index)),
        sites=sites,
        gaps=gaps,
        service_areas=draw_service_areas(
            reach, policy=policy, planned=planned, townships=layers.townships, water=layers.water
        ),
        search_areas=areas,
        unserved=served[~served["covered_plan"] & (served["residents"] > 0)],
        streets=layers.roads if reach.network is None or len(layers.roads) else street_lines(reach.network),
        water=layers.water,
        coverage=coverage,
        coverage_groups=groups,
        coverage_curve=curve,
        clauses=clauses,
        findings=tuple(findings),
        summary=summary,
        mends=ways_to_mend(gaps, demand=demand, reach=reach, candidates=candidates, sites=sites),
        trace=trace_table(served, assigned=assigned, demand=demand, reach=reach, policy=policy),
        communities=layers.communities,
        policy=policy,
    )
    return Plan(
        sites=sites,
        quotas=pd.DataFrame(townships[["name", "quota", "existing", "proposed", "shortfall", "met"]]),
        coverage=coverage,
        clauses=clauses,
        status=result.status,
        objective=result.objective,
        bound=result.bound,
        gap=result.gap,
        seconds=result.seconds,
        stages=pd.DataFrame([stage.to_record() for stage in result.stages]),
        shortfalls=shortfalls,
        clashes=clash_words,
        search_areas=areas,
        outcome=outcome,
    )
