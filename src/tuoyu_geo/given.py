"""A project whose sites are given by a scenario file: nothing is searched, every figure is worked out as for a plan."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tuoyu_geo.errors import ConfigError
from tuoyu_geo.messages import listed, speaking, text
from tuoyu_geo.policy import Standard
from tuoyu_geo.project import Project
from tuoyu_geo.siting import PlanningProblem, Sizes
from tuoyu_geo.siting.clash import Clashes
from tuoyu_geo.what_if import Choice, WhatIfStart, sizes_of

if TYPE_CHECKING:
    from tuoyu_geo.config import Config
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.scenario import Scenario, WalkingStandard
    from tuoyu_geo.views import Plan

# What a scenario leaves as it is, whatever it asks for, and what it leaves where it keeps the policy's standard.
UNTOUCHED = ("inputs", "layers", "areas", "demand", "candidates")
BY_STANDARD = ("reach", "gaps")


def as_given(base: Project, scenario: "Scenario", *, file: str) -> Project:
    """The project with a scenario's sites forced in and all others out, its standard and its enrolment.

    Limits on the number of sites and on money are left aside: what is given is reported.

    Parameters
    ----------
    base
        The project as its file has it.
    scenario
        The choice.
    file
        Its file's name, for messages and notices.

    Raises
    ------
    ConfigError
        The scenario is another project's, or names candidates that are not there, can't be used, don't have the size, or
        can't stand together; every fault is named.
    """
    with speaking(base.language):
        faults = _faults(base, scenario)
        if faults:
            raise ConfigError("\n".join([text("scenario.faults", file=file, n=len(faults)), *faults]))
        return _Given(base, scenario, file=file)


class _Given(Project):
    """A project that builds what it is told."""

    def __init__(self, base: Project, scenario: "Scenario", *, file: str) -> None:
        super().__init__(
            base.file,
            config=_config(base, scenario, file=file),
            policy=_policy(base.policy, scenario.standard),
            opened=base.opened,
        )
        self._base, self._scenario = base, scenario
        base.rated()
        base.demand()
        names: tuple[str, ...] = UNTOUCHED
        if scenario.standard is None:
            base.gaps()
            names += BY_STANDARD
        for name in names:
            self.timed(name, partial(base.timed, name, _never))

    def problem(self) -> PlanningProblem:
        """The problem with each site at its given size and at no other."""
        return self.timed("problem", lambda: _at_given_sizes(super(_Given, self).problem(), self))

    def sizes(self) -> dict[str, float]:
        """Places of each given site, by id."""
        full = self.rated()[0]["places"]
        return {
            site.id: float(full[site.id]) if site.places is None else site.places
            for site in self._scenario.sites
        }

    def what_if_start(self) -> WhatIfStart:
        """The panel of the project itself, opened at what is given."""
        standard, enrolment = self._scenario.standard, self.config.demand.enrolment_mid
        choice = Choice(places=self.sizes(), standard=standard, enrolment=enrolment)
        return self.timed("what_if_start", lambda: self._base.what_if_at(choice))

    def _clashes(self) -> Clashes:
        """Rules are missed because the sites are given, not because they can't all be met."""
        return Clashes(sets=(), is_complete=True)

    def _concluded(self) -> "Plan":
        plan = super()._concluded()
        # Nothing was searched, so nothing is proven.
        bound, gap = 0.0, 1.0 if self._scenario.sites else 0.0
        summary = dict(plan.outcome.summary)
        summary["solver"] = dict(summary["solver"]) | {"status": "given", "bound": bound, "gap": gap}
        summary["scenario"] = self._scenario.model_dump(mode="json")
        return replace(
            plan,
            status="given",
            bound=bound,
            gap=gap,
            outcome=replace(plan.outcome, summary=summary),
        )


def _never() -> object:
    raise AssertionError("the project has done this phase")


def _faults(base: Project, scenario: "Scenario") -> list[str]:
    note, candidates = base.config.project, base.rated()[0]
    theirs = scenario.project
    if (theirs.county_code, theirs.title) != (note.county_code, note.title):
        return [
            text(
                "scenario.other_project",
                found=text("words.name_of", name=theirs.title, of=theirs.county_code),
                expected=text("words.name_of", name=note.title, of=note.county_code),
            )
        ]
    faults = []
    unknown = [site.id for site in scenario.sites if site.id not in candidates.index]
    if unknown:
        faults.append(text("scenario.unknown", found=listed(unknown), n=len(candidates)))
    known = [site for site in scenario.sites if site.id in candidates.index]
    for site in known:
        row = candidates.loc[site.id]
        if not row["usable"]:
            faults.append(
                text("scenario.unusable", id=site.id, name=row["name"], reason=row["unusable_reason"])
            )
    if faults:
        return faults
    problem = base.problem()
    column = {str(one): j for j, one in enumerate(candidates.index)}
    for site in known:
        sizes = sizes_of(problem, column[site.id])
        if site.places is not None and site.places not in sizes:
            allowed = listed(f"{one:g}" for one in sizes)
            faults.append(text("scenario.size", id=site.id, found=f"{site.places:g}", allowed=allowed))
    taken = {column[site.id] for site in known}
    for plot in problem.conflict:
        both = [str(candidates.index[j]) for j in plot if int(j) in taken]
        if len(both) > 1:
            faults.append(text("scenario.conflict", found=listed(both)))
    return faults


def _at_given_sizes(problem: PlanningProblem, given: _Given) -> PlanningProblem:
    places, cost = problem.places.copy(), problem.site_cost.copy()
    ids = given.rated()[0].index
    for candidate_id, size in given.sizes().items():
        j = int(ids.get_loc(candidate_id))
        cost[j] = sizes_of(problem, j)[size]
        places[j] = size
    return replace(problem, places=places, site_cost=cost, sizes=Sizes())


def _config(base: Project, scenario: "Scenario", *, file: str) -> "Config":
    config = base.config
    taken = tuple(site.id for site in scenario.sites)
    others = tuple(str(one) for one in base.rated()[0].index if one not in set(taken))
    siting = config.siting.model_copy(
        update={"forced": taken, "forbidden": others, "budget": None, "budget_10k_yuan": None}
    )
    demand = config.demand
    if scenario.enrolment is not None:
        demand = demand.model_copy(update={"enrolment_mid": scenario.enrolment})
    notice = text("scenario.notice", file=file, n=len(taken), changed=_changed(scenario))
    project = config.project.model_copy(update={"notices": (*config.project.notices, notice)})
    return config.model_copy(update={"project": project, "demand": demand, "siting": siting})


def _changed(scenario: "Scenario") -> str:
    found = ""
    if scenario.standard is not None:
        found += text(f"scenario.changed_{scenario.standard.scope}", walk_m=scenario.standard.walk_m)
    if scenario.enrolment is not None:
        found += text("scenario.changed_enrolment", share=scenario.enrolment)
    return found


def _policy(policy: "Policy", standard: "WalkingStandard | None") -> "Policy":
    if standard is None:
        return policy
    walking = Standard(
        mode="walk",
        value=float(standard.walk_m),
        unit="m",
        verified=False,
        source=text("scenario.standard_source"),
    )
    changed = {"urban": walking} if standard.scope == "urban" else {"urban": walking, "rural": walking}
    return policy.model_copy(update={"coverage": policy.coverage.model_copy(update=changed)})
