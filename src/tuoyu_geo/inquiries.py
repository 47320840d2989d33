"""What a planner asks a project beside its plan: who is served by what, what it would take, what else could be done."""

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypedDict, TypeVar

import numpy as np

from tuoyu_geo.choices.alternatives import Alternatives, compare_plans, plan_alternatives
from tuoyu_geo.choices.frontier import By, Frontier, limit_frontier, standard_frontier
from tuoyu_geo.choices.measures import County
from tuoyu_geo.choices.phases import Phases, phase_plan
from tuoyu_geo.choices.scenarios import Robust, robust_plan
from tuoyu_geo.choices.sensitivity import BIRTHS, Sensitivity, plan_sensitivity
from tuoyu_geo.errors import ConfigError, DataError
from tuoyu_geo.messages import text
from tuoyu_geo.messages.speaker import Speaker
from tuoyu_geo.siting.watch import watching
from tuoyu_geo.trace import with_course
from tuoyu_geo.what_if import Choice, WhatIf, WhatIfStart, what_if_start

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    import pandas as pd

    from tuoyu_geo.config import Config
    from tuoyu_geo.demand import Demand
    from tuoyu_geo.findings import Finding
    from tuoyu_geo.layers import Layers
    from tuoyu_geo.outcome import Outcome
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.policy.model import Reading
    from tuoyu_geo.reach import Reach
    from tuoyu_geo.siting import PlanningProblem, PlanResult
    from tuoyu_geo.views import Plan

Value = TypeVar("Value")
Answer = TypeVar("Answer", Alternatives, Frontier, Phases, Robust, Sensitivity)


class Effort(TypedDict):
    """How hard to look, as every search takes it."""

    time_limit_s: float
    gap: float
    seed: int


class Inquiries(Speaker):
    """The questions of a project; the phases they rest on are the project's own."""

    config: "Config"
    policy: "Policy"

    if TYPE_CHECKING:  # what the project itself does

        def timed(self, name: str, work: Callable[[], Value]) -> Value:
            """As `Project.timed`."""

        def forget(self, name: str) -> None:
            """As `Project.forget`."""

        def demand(self) -> Demand:
            """As `Project.demand`."""

        def reach(self) -> Reach:
            """As `Project.reach`."""

        def rated(self) -> tuple[gpd.GeoDataFrame, list[Finding]]:
            """As `Project.rated`."""

        def gaps(self) -> gpd.GeoDataFrame:
            """As `Project.gaps`."""

        def outcome(self) -> Outcome:
            """As `Project.outcome`."""

        def problem(self) -> PlanningProblem:
            """As `Project.problem`."""

        def problem_of(self, *, reach: Reach, headline: Reading | None = None) -> PlanningProblem:
            """As `Project.problem_of`."""

        def layers(self) -> Layers:
            """As `Project.layers`."""

        def solved(self) -> PlanResult:
            """As `Project.solved`."""

    def trace(self, community: str | None = None) -> "pd.DataFrame | gpd.GeoDataFrame":
        """Who is served by what, today and with the plan, and how long the way is.

        Parameters
        ----------
        community
            Id or name of a community or village, to see its ways as lines; None for a table of all.

        Returns
        -------
        As `trace.trace_table`; for one community with a geometry, the course of each way.

        Raises
        ------
        DataError
            No community or village has this id or name; the nearest names are in the message.
        """
        outcome = self.outcome()
        table = outcome.trace
        if community is None:
            return table.copy()
        rows = table[table["demand_id"].eq(community)]
        if not len(rows):
            rows = table[table["name"].eq(community) & table["demand_id"].notna()]
        if not len(rows):
            near = get_close_matches(str(community), map(str, outcome.demand["name"]), n=5, cutoff=0.3)
            raise DataError(
                text(
                    "trace.unknown",
                    found=community,
                    near=text("trace.comma").join(near) or text("trace.none_near"),
                )
            )
        return with_course(rows, reach=self.reach(), served=outcome.demand, policy=self.policy)

    def frontier(self, *, by: By = "sites") -> Frontier:
        """What it would take: the most coverage at each number of sites or sum of money, or the least for a target.

        Parameters
        ----------
        by
            "sites": the most that each number of new sites can cover; "cost": each sum of money; "standard": the least
            number of new sites for the policy's target at each of its walking standards.
        """
        return self._searched(f"frontier_{by}", lambda: self._frontier(by))

    def _frontier(self, by: By) -> Frontier:
        problem = self.problem()
        candidates = self.rated()[0]
        if by == "standard":
            return standard_frontier(
                problem,
                at_standard=lambda reach: self.problem_of(reach=reach),
                reach=self.reach(),
                area_kind=self.demand().points["area_kind"].to_numpy(object),
                policy=self.policy,
                ids=candidates.index,
                **self._effort(),
            )
        return limit_frontier(
            problem,
            by=by,
            candidates=candidates,
            target_share=self.policy.coverage.target_share,
            **self._effort(),
        )

    def phases(self) -> Phases:
        """The plan in phases: what each builds, what then stands, and what it loses against its own best.

        The phases are those of `[[siting.phases]]`; without any, the plan's first half and the rest.
        """
        return self._searched(
            "phases",
            lambda: phase_plan(
                self.problem(),
                self.solved(),
                sections=self.config.siting.phases,
                county=self._county(),
                **self._effort(),
            ),
        )

    def alternatives(self, k: int = 3, *, least_difference: int | None = None) -> Alternatives:
        """The next best plans that really differ, and what each site of the plan could be exchanged for.

        Parameters
        ----------
        k
            Plans beside the best, at most.
        least_difference
            Sites by which each differs from every one before it, at least; a tenth of the plan's by default.

        Raises
        ------
        ConfigError
            A number below 1.
        """
        for found in (k, least_difference):
            if found is not None and found < 1:
                raise ConfigError(text("choices.counts_wrong", least=1, found=found))
        return self._searched(
            f"alternatives_{k}_{least_difference}",
            lambda: plan_alternatives(
                self.problem(),
                self.solved(),
                k=k,
                least_difference=least_difference,
                county=self._county(),
                **self._effort(),
            ),
        )

    def robust(self) -> Robust:
        """The plan of least regret over futures of demand, beside the best plan for the middle one.

        The futures are those of `[[siting.scenarios]]`, the middle one first; without any, six assumed ones. Both plans have
        at most as many sites as the project's own.
        """
        return self._searched(
            "robust",
            lambda: robust_plan(
                self.problem_of(reach=self.reach(), headline="under3"),
                n_sites=len(self.solved().selected),
                sections=self.config.siting.scenarios,
                county=self._county(),
                **self._effort(),
            ),
        )

    def sensitivity(
        self,
        *,
        births: "Sequence[float]" = BIRTHS,
        enrolment: "Sequence[float] | None" = None,
        standards_m: "Sequence[float] | None" = None,
    ) -> Sensitivity:
        """The fewest sites as the policy has it, and with births, enrolment or the radius changed, one at a time.

        Parameters
        ----------
        births
            Children under 3, as multiples of today's.
        enrolment
            Shares of children under 3 who look for a place; by default the low, middle and high one of the settings.
        standards_m
            Walking standards of urban areas [m]; by default those that the policy compares.

        Raises
        ------
        ConfigError
            A negative multiple, a share outside 0 to 1, or a standard that is not above 0 or beyond the search.
        """
        settings, policy = self.config.demand, self.policy
        shares = tuple(settings.enrolment.values()) if enrolment is None else tuple(enrolment)
        metres = policy.coverage.compare_m if standards_m is None else tuple(standards_m)
        farthest = max(self.config.network.search_m, *policy.coverage.compare_m)
        wrong = [
            *(f"births {one:g}" for one in births if not 0 <= one < np.inf),
            *(f"enrolment {one:g}" for one in shares if not 0 <= one <= 1),
            *(f"standards_m {one:g}" for one in metres if not 0 < one <= farthest),
        ]
        if wrong:
            raise ConfigError(
                text("choices.variation_wrong", found=text("choices.comma").join(wrong), farthest=farthest)
            )
        return self._searched(
            f"sensitivity_{tuple(births)}_{shares}_{tuple(metres)}",
            lambda: plan_sensitivity(
                self.problem(),
                at_standard=lambda reach: self.problem_of(reach=reach),
                gaps=self.gaps(),
                county=self._county(),
                births=births,
                enrolment=shares,
                middle=settings.enrolment["mid"],
                standards_m=metres,
                **self._effort(),
            ),
        )

    def compare(self, **plans: "Sequence[str]") -> "pd.DataFrame":
        """Plans side by side, every site at its full size.

        Parameters
        ----------
        **plans
            By name of the plan, ids of its new sites: ``compare(ours=[...], theirs=[...])``.

        Returns
        -------
        As `choices.alternatives.compare_plans`.

        Raises
        ------
        DataError
            An id is not a candidate's.
        """
        ids = self.rated()[0].index
        unknown = [str(one) for chosen in plans.values() for one in chosen if one not in ids]
        if unknown:
            raise DataError(text("choices.unknown_sites", found=text("choices.comma").join(unknown)))
        columns = {
            name: np.unique(ids.get_indexer(list(chosen))).astype(np.int64) for name, chosen in plans.items()
        }
        return compare_plans(self.problem(), columns, county=self._county())

    def what_if(self) -> WhatIf:
        """What the what-if panel of the overview map works with, opened at the plan."""
        return self.timed("what_if", lambda: self.what_if_start().finished())

    def what_if_start(self) -> WhatIfStart:
        """The same without the best plans, which take a search of their own."""
        result, ids = self.solved(), self.rated()[0].index
        places = {
            str(ids[j]): float(size) for j, size in zip(result.selected, result.site_places, strict=True)
        }
        choice = Choice(places=places, standard=None, enrolment=self.config.demand.enrolment_mid)
        return self.timed("what_if_start", lambda: self.what_if_at(choice))

    def what_if_at(self, choice: Choice) -> WhatIfStart:
        """The same, opened at any choice."""
        return what_if_start(
            demand=self.demand(),
            reach=self.reach(),
            candidates=self.rated()[0],
            problem=self.problem(),
            township_ids=self.layers().townships.index,
            policy=self.policy,
            initial=choice,
            seed=self.config.project.seed,
        )

    def with_what_if(self, plan: "Plan") -> "Plan":
        """The plan with a panel that is worked out when a map first asks for it."""
        return replace(
            plan,
            outcome=replace(plan.outcome, what_if=self.what_if, what_if_start=self.what_if_start),
        )

    def _searched(self, name: str, work: "Callable[[], Answer]") -> Answer:
        """The answer of several searches, kept under its name. Ctrl-C ends them all, with what they have; then nothing is kept."""
        with watching(time_limit_s=np.inf) as watch:
            answer: Answer = self.timed(name, work)
        if not watch.is_interrupted:
            return answer
        self.forget(name)
        return replace(answer, notes=(*answer.notes, text("choices.interrupted")))

    def _county(self) -> County:
        return County(
            townships=self.layers().townships,
            candidates=self.rated()[0],
            demand=self.demand(),
            reach=self.reach(),
            policy=self.policy,
        )

    def _effort(self) -> "Effort":
        section = self.config.siting
        return {"time_limit_s": section.time_limit_s, "gap": section.gap, "seed": self.config.project.seed}
