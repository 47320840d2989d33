"""Project: one project.toml and its folder; runs the phases and keeps what each found.

Each phase runs once and is kept under its name; a Project never changes after it is opened, so nothing kept can go
stale. Open it again to read changed files.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from tuoyu_geo.areas import AreaRule, with_areas
from tuoyu_geo.assignment import hand_out, hand_out_plan
from tuoyu_geo.candidates import rate_candidates
from tuoyu_geo.conclude import conclude, layers_title_block, title_block
from tuoyu_geo.config import Config, read_config
from tuoyu_geo.coverage_groups import CURVE_M
from tuoyu_geo.demand import Demand, DemandParameters, build_demand, places_by_need
from tuoyu_geo.errors import DataError
from tuoyu_geo.findings import Finding, by_severity
from tuoyu_geo.inquiries import Inquiries
from tuoyu_geo.layers import (
    Layers,
    LayerSource,
    database_hash,
    is_database,
    load_layers,
)
from tuoyu_geo.manifest import hash_file
from tuoyu_geo.messages import speaking, text
from tuoyu_geo.outcome import Ground, Outcome
from tuoyu_geo.plan import SitingChoices, build_problem
from tuoyu_geo.policy import Policy, read_policy
from tuoyu_geo.policy.model import Reading
from tuoyu_geo.policy_findings import policy_faults, standards_findings
from tuoyu_geo.project_inputs import (
    files_of,
    input_files,
    layer_path,
    layer_sources,
    policy_hashes,
    require_same,
)
from tuoyu_geo.proposals import propose_candidates, proposed_finding
from tuoyu_geo.reach import Reach, build_reach, reach_parameters
from tuoyu_geo.reach.streets import Streets, read_streets
from tuoyu_geo.serving import at_planned_size, gaps_of, planned_mask
from tuoyu_geo.settings import filled
from tuoyu_geo.siting import PlanningProblem, PlanResult, StageResult
from tuoyu_geo.siting.clash import SHORTFALLS, Clashes, clashing_rules
from tuoyu_geo.solving import solve_plan
from tuoyu_geo.views import Access, Built, Gaps, MappedLayers, Plan, project_html, who_is_served
from tuoyu_geo.writing import holding

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Value = TypeVar("Value")


class Project(Inquiries):
    """One county's project, opened.

    Parameters
    ----------
    file
        project.toml; paths are relative to its folder.
    config
        Its settings.
    policy
        The policy it names.
    opened
        SHA-256 of the files of both, as they were read, by their names in the project.
    """

    def __init__(self, file: Path, *, config: Config, policy: Policy, opened: Mapping[str, str]) -> None:
        self.file = file
        self.folder = file.parent
        self.config = config
        self.policy = policy
        self.opened = dict(opened)
        self.language = config.project.language
        self._kept: dict[str, Any] = {}
        self._seconds: dict[str, float] = {}
        self._on_phase: Callable[[str], None] | None = None
        self._on_search: Callable[[StageResult], None] | None = None

    def __repr__(self) -> str:
        return f"<Project {self.config.project.title} ({self.config.project.county_code})>"

    def _repr_html_(self) -> str:
        return project_html(self.config, policy_id=self.policy.id)

    @property
    def _files(self) -> dict[str, str]:
        return {role: section.path for role, section in self.config.layers.items()}

    def timed(self, name: str, work: Callable[[], Value]) -> Value:
        """Do a phase's work once, and keep its result and its time under its name."""
        if name not in self._kept:
            if self._on_phase is not None:
                self._on_phase(name)
            started = time.perf_counter()
            self._kept[name] = work()
            self._seconds[name] = time.perf_counter() - started
        value: Value = self._kept[name]
        return value

    def listen(
        self, *, on_phase: Callable[[str], None], on_search: Callable[[StageResult], None] | None = None
    ) -> None:
        """Hear of every phase as it begins, and of the plan's search as its best plan and its bound close in."""
        self._on_phase, self._on_search = on_phase, on_search

    def was_interrupted(self) -> bool:
        """Whether Ctrl-C cut the plan's search short."""
        plan: PlanResult | None = self._kept.get("plan")
        return plan is not None and plan.is_interrupted

    def forget(self, name: str) -> None:
        """Find anew, when asked again, what a phase found."""
        del self._kept[name]

    def timings(self) -> dict[str, float]:
        """Seconds that each phase took so far; a phase includes the phases it waited for."""
        return dict(self._seconds)

    def input_files(self) -> dict[str, Path]:
        """Every file that goes into a run, by its name in the project; a shapefile's companions included."""
        return input_files(self.file, config=self.config, policy=self.policy)

    def inputs(self) -> dict[str, str]:
        """SHA-256 of every file and database table that goes into a run, as it was before it was read."""
        return self.timed("inputs", self._hashes)

    def _hashes(self) -> dict[str, str]:
        files = {name: hash_file(path) for name, path in self.input_files().items()}
        return files | self.database_hashes() | self.opened

    def database_hashes(self) -> dict[str, str]:
        """SHA-256 of the rows of every database table that goes into a run, by its name in the project."""
        sources = self._sources().values()
        return {source.file: database_hash(source) for source in sources if is_database(source.file)}

    def require_unchanged(self, files: Mapping[str, Path]) -> None:
        """Refuse input files that are others than when `inputs` looked at them; see `require_same`."""
        before = self.inputs()
        require_same(
            {name: before.get(name, "") for name in files},
            {name: hash_file(path) for name, path in files.items()},
        )

    # --- phases -----------------------------------------------------------------------------------------------

    def _sources(self) -> dict[str, LayerSource]:
        return layer_sources(self.folder, config=self.config)

    def _read(self) -> Layers:
        return self.timed("layers", self._load)

    def _load(self) -> Layers:
        before = self.inputs()
        layers = load_layers(
            self._sources(),
            crs=self.config.project.crs,
            smallest_site_m2=self.config.checks.smallest_site_m2,
        )
        require_same(before, self._hashes())
        return layers

    def layers(self) -> MappedLayers:
        """The layers, checked.

        Raises
        ------
        DataError
            A finding is an error; all findings are in it.
        """
        layers = self._read()
        layers.require_valid()
        faults = self._policy_faults(layers)
        if faults:
            raise DataError(text("project.policy_faults", n=len(faults)), findings=faults)
        layers, findings = self._settled(layers)
        faults = [finding for finding in findings if finding.severity == "error"]
        if faults:
            raise DataError(text("project.area_faults", n=len(faults)), findings=faults)
        return MappedLayers.of(layers, note=layers_title_block(self.config))

    def _policy_faults(self, layers: Layers) -> list[Finding]:
        work = partial(policy_faults, layers, policy=self.policy, config=self.config)
        return self.timed("policy_faults", work)

    def _settled(self, layers: Layers) -> tuple[Layers, list[Finding]]:
        """The layers with every kind of area settled, and what was found in doing so."""
        rule = filled(AreaRule, self.config.areas)
        return self.timed("areas", lambda: with_areas(layers, rule=rule, files=self._files))

    def check(self) -> tuple[Layers, list[Finding]]:
        """The layers as far as they could be read, and everything that was found, also where they can't be used."""
        layers = self._read()
        findings = [
            *layers.findings,
            *self._policy_faults(layers),
            *standards_findings(self.policy, file=self.config.project.policy),
            *self._streets().findings,
        ]
        if not any(finding.severity == "error" for finding in findings):
            findings += self._settled(layers)[1]
        if not any(finding.severity == "error" for finding in findings):
            findings += [*self.demand().findings, *self.reach().findings, *self.rated()[1]]
        return layers, by_severity(findings)

    def demand(self) -> Demand:
        """Residents and children under 3 at each community and village."""
        parameters = filled(DemandParameters, self.config.demand)
        return self.timed(
            "demand", lambda: build_demand(self.layers(), parameters=parameters, files=self._files)
        )

    def places_by_need(self) -> "pd.DataFrame":
        """Places required by the ratio and by three scenarios of enrolment, by township and in all."""
        return places_by_need(
            self.demand(), per_1000=self.policy.places.per_1000, enrolment=self.config.demand.enrolment
        )

    def reach(self) -> Reach:
        """How far every community is from every institution and candidate."""
        return self.timed("reach", lambda: self._reach_to(self.rated()[0]))

    def _reach_to(self, candidates: "gpd.GeoDataFrame") -> Reach:
        streets = self._streets()
        faults = [finding for finding in streets.findings if finding.severity == "error"]
        if faults:
            raise DataError(text("layers.not_valid", n=len(faults)), findings=faults)
        return build_reach(
            self.layers(),
            demand=self.demand().points,
            candidates=candidates,
            policy=self.policy,
            parameters=reach_parameters(
                self.config.network, search_m=max(*self.policy.coverage.compare_m, *CURVE_M)
            ),
            streets=streets,
            files=self._files,
        )

    def _streets(self) -> Streets:
        """The streets, once, and whatever is wrong with their files."""
        name, outside = self.config.network.elevation, self.config.project.allow_paths_outside
        elevation = None if name is None else (name, layer_path(self.folder, name, outside=outside))
        roads = self._sources().get("roads")
        return self.timed("streets", lambda: self._read_streets(roads, elevation))

    def _read_streets(self, roads: LayerSource | None, elevation: tuple[str, Path] | None) -> Streets:
        streets = read_streets(self._read(), roads=roads, elevation=elevation)
        # A layer of lines was read with the others; a network, its nodes and a raster are read here.
        read = {} if roads is None else files_of(roads.file, roads.path)
        self.require_unchanged(read if elevation is None else read | dict([elevation]))
        return streets

    def rated(self) -> "tuple[gpd.GeoDataFrame, list[Finding]]":
        """Candidates with what each could offer, and what was noticed in them."""
        return self.timed("candidates", self._rate)

    def _rate(self) -> "tuple[gpd.GeoDataFrame, list[Finding]]":
        rated, findings = rate_candidates(
            self._with_candidates(),
            policy=self.policy,
            files=self._files,
            open_by=self.config.siting.open_by,
            spacing_m=self.config.siting.spacing_m,
        )
        if "candidates" not in self.config.layers:
            findings = [*findings, proposed_finding(rated, file="project.toml")]
        return rated, findings

    def _with_candidates(self) -> Layers:
        """The layers; where the project names no layer of candidates, with areas to search in for candidates."""
        layers = self.layers()
        if "candidates" in self.config.layers:
            return layers
        none, _ = rate_candidates(layers, policy=self.policy, files=self._files)
        proposed = self.timed(
            "proposals",
            lambda: propose_candidates(
                layers, demand=self.demand(), reach=self._reach_to(none), policy=self.policy
            ),
        )
        return replace(layers, candidates=proposed)

    def gaps(self) -> Gaps:
        """Flags of today: a row a community, village or township that falls short, with its reason."""
        reach = self.reach()
        frame: gpd.GeoDataFrame = self.timed(
            "gaps",
            lambda: gaps_of(
                self.layers(),
                demand=self.demand(),
                reach=reach,
                serving=reach.counted_mask,
                policy=self.policy,
            ),
        )
        layers, note = (
            self.layers(),
            title_block(self.config, policy=self.policy, reach=reach, demand=self.demand()),
        )
        ground = Ground(note=note, townships=layers.townships, streets=layers.roads, water=layers.water)
        return Gaps.of(frame, ground=ground)

    def access(self, *, when: Literal["today", "plan"] = "today") -> Access:
        """Who is served, in every reading of 覆盖面, by township and kind of area, and by how many places.

        Parameters
        ----------
        when
            With the institutions that count today, or with the plan's sites besides.
        """
        return self.timed(f"access_{when}", lambda: self._access(when))

    def _access(self, when: Literal["today", "plan"]) -> Access:
        reach, demand, gaps = self.reach(), self.demand(), self.gaps()
        serving = reach.counted_mask
        if when == "plan":
            reach = at_planned_size(reach, self.solved())
            serving = planned_mask(reach, self.solved())
            assigned = hand_out_plan(
                demand, reach, result=self.solved(), gaps=gaps, serving=serving, policy=self.policy
            )
        else:
            assigned = hand_out(demand, reach, gaps=gaps, serving=serving, policy=self.policy)
        return who_is_served(
            self.layers(),
            demand=demand,
            reach=reach,
            candidates=self.rated()[0],
            serving=serving,
            place_share=assigned.share,
            policy=self.policy,
            note=title_block(self.config, policy=self.policy, reach=reach, demand=demand),
            when=when,
        )

    def solved(self) -> PlanResult:
        """The chosen columns with their proof, as the search gave them."""
        return self.timed(
            "plan",
            lambda: solve_plan(
                self.problem(),
                section=self.config.siting,
                seed=self.config.project.seed,
                progress=self._on_search,
            ),
        )

    def problem(self) -> PlanningProblem:
        """The planning problem on arrays: what the search sees of the county."""
        return self.timed("problem", lambda: self.problem_of(reach=self.reach()))

    def problem_of(self, *, reach: Reach, headline: Reading | None = None) -> PlanningProblem:
        """The same with another reach, or with another reading of 覆盖面 as what is to be covered."""
        policy = self.policy
        if headline is not None:
            coverage = policy.coverage.model_copy(update={"headline": headline})
            policy = policy.model_copy(update={"coverage": coverage})
        return build_problem(
            demand=self.demand(),
            reach=reach,
            candidates=self.rated()[0],
            gaps=self.gaps(),
            township_ids=self.layers().townships.index,
            policy=policy,
            choices=filled(SitingChoices, self.config.siting),
        )

    def _clashes(self) -> Clashes:
        """The rules that can't all be met; none where the plan meets them all."""
        if not any(stage.objective > 0 for stage in self.solved().stages[: len(SHORTFALLS)]):
            return Clashes(sets=(), is_complete=True)
        return self.timed("clashes", lambda: clashing_rules(self.problem(), seed=self.config.project.seed))

    def plan(self) -> Plan:
        """The sites that meet the policy, with status, bound and gap."""
        return self.timed("outcome", lambda: self.with_what_if(self._concluded()))

    def outcome(self) -> Outcome:
        """Everything that maps and tables show."""
        return self.plan().outcome

    def _concluded(self) -> Plan:
        return conclude(
            self.layers(),
            demand=self.demand(),
            reach=self.reach(),
            candidates=self.rated()[0],
            gaps=self.gaps(),
            problem=self.problem(),
            result=self.solved(),
            clashes=self._clashes(),
            findings=self.check()[1],
            config=self.config,
            policy=self.policy,
        )

    # --- outputs ----------------------------------------------------------------------------------------------

    def build(self, folder: str | Path) -> Built:
        """Write all files.

        Parameters
        ----------
        folder
            Where; made where it is not there.

        Raises
        ------
        DataError
            The layers can't be used; nothing is written.
        OutputError
            Another run holds the folder, which is asked before anything is worked out, or it can't be written; the old
            files stay whole.
        """
        from tuoyu_geo.building.build import build_files  # noqa: PLC0415  (folium is slow to import)

        with holding(Path(folder)):
            return build_files(self, Path(folder))

    def redraw_maps(
        self, folder: str | Path, *, keep: Literal["unchanged", "nothing"] = "unchanged"
    ) -> dict[str, str]:
        """Draw the maps alone.

        Returns
        -------
        By map: what was done and why; and by table that may be out of date since: why.
        """
        from tuoyu_geo.building.redraw import redraw_maps  # noqa: PLC0415

        with holding(Path(folder)):
            return redraw_maps(self, Path(folder), keep=keep)


def open_project(path: str | Path, *, overrides: Sequence[str] = ()) -> Project:
    """Open a project.

    Parameters
    ----------
    path
        A project.toml, or its folder.
    overrides
        Settings that replace the file's, as ``section.key=value``.

    Raises
    ------
    ConfigError
        The project or its policy is not there, or has faults; all are named.
    """
    path = Path(path)
    file = path / "project.toml" if path.is_dir() or path.suffix != ".toml" else path
    opened = {"project.toml": hash_file(file)}
    config = read_config(file, overrides=overrides)
    folder, outside = file.parent, config.project.allow_paths_outside
    with speaking(config.project.language):
        policy_file = layer_path(folder, config.project.policy, outside=outside)
        opened |= policy_hashes(policy_file, name=config.project.policy)
        policy = read_policy(policy_file)
        for section in config.layers.values():
            layer_path(folder, section.path, outside=outside)
        now = policy_hashes(policy_file, name=config.project.policy) | {"project.toml": hash_file(file)}
        require_same(opened, now)
    return Project(file, config=config, policy=policy, opened=opened)
