"""From the phases of a run to the plan that a planner holds: figures recomputed, clauses judged, notices named."""

from typing import TYPE_CHECKING

import pandas as pd

from tuoyu_geo import assemble
from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome, ProjectNote, SourceNote
from tuoyu_geo.plan import sites_frame
from tuoyu_geo.policy import judge_clauses
from tuoyu_geo.service_areas import draw_service_areas
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
    from tuoyu_geo.siting import PlanResult


def conclude(
    layers: "Layers",
    *,
    demand: "Demand",
    reach: "Reach",
    candidates: "gpd.GeoDataFrame",
    gaps: "gpd.GeoDataFrame",
    result: "PlanResult",
    findings: "Sequence[Finding]",
    config: "Config",
    policy: "Policy",
) -> Plan:
    """The plan with all its figures, each worked out from the layers and not from the solver.

    Parameters
    ----------
    layers, demand, reach, candidates, gaps
        What the phases found: valid layers, who lives there, how far it is, rated candidates, flags of today.
    result
        The chosen columns, with their proof.
    findings
        Everything noticed in the data.
    config, policy
        The project's settings, and the rules.
    """
    planned = assemble.planned_mask(reach, result)
    served = assemble.served_demand(demand, reach, planned=planned)
    townships = assemble.township_frame(
        layers,
        demand=demand,
        served=served,
        reach=reach,
        planned=planned,
        policy=policy,
    )
    coverage = assemble.coverage_table(
        reach,
        demand=demand,
        townships=townships,
        policy=policy,
        serving={"before": reach.counted_mask, "after": planned},
    )
    head = coverage[coverage["headline"]].iloc[0]
    gaps_after = assemble.gaps_of(layers, demand=demand, reach=reach, serving=planned, policy=policy)
    residents = float(townships["residents"].sum())
    standings = [
        assemble.standing(
            layers,
            served=served,
            reach=reach,
            serving=serving,
            gaps=flags,
            covered_share=float(head[moment]),
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
    )
    summary = assemble.summarise(
        title=config.project.title,
        policy=policy,
        townships=townships,
        demand=demand,
        reach=reach,
        sites=sites,
        coverage=coverage,
        gaps=gaps,
        clauses=clauses,
        result=result,
    )
    shortfalls = assemble.shortfall_sentences(
        townships,
        candidates=candidates,
        coverage=coverage,
        places=summary["places"],
        policy=policy,
        unmet_estates=int(gaps_after["flag"].eq("new_missing").sum()),
    )
    institutions = layers.institutions.assign(
        counted=reach.counted_mask[: reach.n_institutions],
        under3_in_reach=reach.under3_in_reach(demand)[: reach.n_institutions],
    )
    outcome = Outcome(
        note=title_block(config, policy=policy, reach=reach),
        townships=townships,
        demand=served,
        institutions=institutions,
        candidates=candidates.assign(selected=candidates.index.isin(sites.index)),
        sites=sites,
        gaps=gaps,
        service_areas=draw_service_areas(reach, policy=policy, planned=planned, townships=layers.townships),
        unserved=served[~served["covered_plan"] & (served["residents"] > 0)],
        streets=layers.roads,
        water=layers.water,
        coverage=coverage,
        clauses=clauses,
        findings=tuple(findings),
        summary=summary,
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
        outcome=outcome,
    )


def title_block(config: "Config", *, policy: "Policy", reach: "Reach") -> ProjectNote:
    """The title block of every map and table, with the notices that must stand there."""
    project, coverage = config.project, policy.coverage
    notices = [*project.notices]
    synthetic = [
        text(f"words.role.{role}") for role, layer in config.layers.items() if layer.quality == "synthetic"
    ]
    if synthetic:
        notices.append(text("project.notice_synthetic", layers="、".join(synthetic)))
    unverified = [
        text(f"project.standard_{name}", value=standard.value, unit=text(f"words.unit.{standard.unit}"))
        for name, standard in (("urban", coverage.urban), ("rural", coverage.rural))
        if not standard.verified
    ]
    if unverified:
        notices.append(text("project.notice_unverified", standards="、".join(unverified)))
    if config.demand.under3_quality != "official":
        notices.append(text("project.notice_under3", source=config.demand.under3_source))
    if reach.method == "straight_line":
        notices.append(text("project.notice_straight_line", factor=config.network.detour_factor))
    return ProjectNote(
        title=project.title,
        county_name=project.county_name,
        county_code=project.county_code,
        prepared_by=project.prepared_by,
        date=project.date,
        crs=project.crs,
        map_approval_number=project.map_approval_number,
        notices=tuple(notices),
        sources=tuple(
            SourceNote(role=role, file=layer.path, source=layer.source, quality=layer.quality)
            for role, layer in config.layers.items()
        ),
    )
