"""project.toml as values: every setting of a project, its unit, its default, and what it may be.

The sections follow the phases of a run. Unknown keys are refused, so that a misspelt setting is an error and not a
default. Paths are relative to the file.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from tuoyu_geo.errors import ConfigError
from tuoyu_geo.messages import Language, asked_language, known_language, language, listed, speaking, text
from tuoyu_geo.settings import Day, Positive, Section, Share, read_section, read_toml, with_overrides

LAYER_ROLES = (
    "townships",
    "communities",
    "villages",
    "population",
    "institutions",
    "candidates",
    "roads",
    "water",
    "gazetteer",
    "built_up",
    "hazards",
)


class ProjectSection(Section):
    """What the plan is called, for whom, and by which rules."""

    title: str
    """Title of the plan, on every map and table."""
    county_name: str
    """The county-level city or county."""
    county_code: str = Field(pattern=r"^\d{6}$")
    """Its 6-digit division code."""
    policy: str
    """The policy file, relative to project.toml."""
    date: Day
    """Date of the plan (YYYY-MM-DD). Stated, not taken from the clock, so that a rerun gives the same bytes."""
    crs: str = Field(pattern=r"^EPSG:\d+$")
    """Metric CRS in which lengths and areas are worked out, such as EPSG:4548 (CGCS2000, 3-degree, 117° E)."""
    prepared_by: str = ""
    """编制单位."""
    map_approval_number: str = ""
    """审图号; empty prints 内部工作用图."""
    notices: tuple[str, ...] = ()
    """Sentences that must stand on every map and table."""
    language: Literal["zh", "en"] = "zh"
    """Language of maps, tables, reports and messages. Names and quotations of documents stay as they are."""
    seed: int = Field(default=0, ge=0)
    """Seed of everything that draws lots."""
    allow_paths_outside: bool = False
    """Whether layers may lie outside the project's folder. Network paths are refused always."""

    @field_validator("crs")
    @classmethod
    def _metric(cls, value: str) -> str:
        from pyproj import CRS  # noqa: PLC0415  (slow to import)
        from pyproj.exceptions import CRSError  # noqa: PLC0415

        try:
            crs = CRS.from_user_input(value)
        except CRSError as error:
            raise ValueError(text("config.crs_unknown", crs=value)) from error
        if not crs.is_projected or crs.axis_info[0].unit_name != "metre":
            raise ValueError(text("config.crs_not_metric", crs=value))
        return value


class LayerSection(Section):
    """One layer: its file, where its coordinates stand, and how far it may be trusted."""

    path: str
    """The file, relative to project.toml; or ``postgis:[service/][schema.]table``, whose server and password stand in
    libpq's environment or service file."""
    crs: str | None = Field(default=None, pattern=r"^EPSG:\d+$")
    """CRS of the coordinates. Give this or `datum`."""
    datum: Literal["wgs84", "cgcs2000", "gcj02", "bd09"] | None = None
    """Datum of longitude and latitude. Give this or `crs`; it is never guessed."""
    quality: Literal["official", "estimated", "synthetic", "unverified"] = "unverified"
    """How far the figures may be trusted; shown wherever they show."""
    source: str = ""
    """Who made the layer, and when."""
    sheet: str | None = None
    """Sheet of a workbook, layer of a GeoPackage or drawing, folder of a KML, file of a zip."""
    encoding: str | None = None
    """Text encoding, where it can't be told from the file."""
    on_invalid: Literal["raise", "fix", "drop"] = "raise"
    """What to do with an invalid geometry."""
    columns: Mapping[str, str] = Field(default_factory=dict)
    """The file's column for a field, where the names don't tell."""
    parameters: str | None = None
    """File of the seven parameters that bring Xi'an 80 or Beijing 54 to CGCS2000, relative to project.toml."""


Count = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class DemandSection(Section):
    """How residents and children under 3 are told."""

    persons_per_household: Positive
    """Persons a household where a row states none [persons]."""
    persons_per_household_source: str
    """Where that figure comes from."""
    floor_area_per_person_m2: Positive | None = None
    """Floor area a person [m2], for estates with neither residents nor households; without it they stay unknown."""
    under3_total: Count | None = None
    """Children under 3 in the whole county [children]; spread by residents over rows without a register."""
    births: tuple[Count, Count, Count] | None = None
    """Births of the last three years [children]; the next best figure."""
    hukou_under3: Count | None = None
    """Registered (户籍) children under 3 [children]; needs hukou_residents."""
    hukou_residents: Positive | None = None
    """Registered residents [persons]."""
    age0: Count | None = None
    """Census: children of 0 years [children]; needs age1_4."""
    age1_4: Count | None = None
    """Census: children of 1 to 4 years [children]; half of them are counted."""
    birth_rates_permille: tuple[Count, Count, Count] | None = None
    """Births a 1,000 residents in each of the last three years."""
    under3_share: Share | None = None
    """Children under 3 as a share of residents; used where no other figure is given."""
    enrolment_low: Share = 0.10
    """Share of children of 6 to 35 months enrolled, low scenario; national practice was 6 % in 2021-22."""
    enrolment_mid: Share = 0.2495
    """The same, middle scenario; Hong Xiumin et al. 2021, used for a national forecast."""
    enrolment_high: Share = 0.35
    """The same, high scenario; more than three in ten families say they want care."""
    under3_source: str
    """Where that figure comes from, and how it was worked out."""
    under3_quality: Literal["official", "estimated", "synthetic", "unverified"] = "estimated"
    """How far it may be trusted."""

    @property
    def enrolment(self) -> Mapping[str, float]:
        """By scenario: the share of children of 6 to 35 months enrolled."""
        return {"low": self.enrolment_low, "mid": self.enrolment_mid, "high": self.enrolment_high}

    @model_validator(mode="after")
    def _some(self) -> "DemandSection":
        pairs = {"hukou_under3": "hukou_residents", "age0": "age1_4"}
        for first, second in pairs.items():
            if (getattr(self, first) is None) != (getattr(self, second) is None):
                raise ValueError(text("config.under3_pair", first=first, second=second))
        figures = (self.births, self.hukou_under3, self.age0, self.birth_rates_permille)
        if self.under3_total is not None and self.under3_share is not None:
            raise ValueError(text("config.under3_one_of"))
        if (
            self.under3_total is None
            and self.under3_share is None
            and not any(one is not None for one in figures)
        ):
            raise ValueError(text("config.under3_one_of"))
        return self


class AreaSection(Section):
    """Which communities and villages are judged as town, as country, or as remote."""

    urban_classes: tuple[Literal["111", "112", "121", "122", "123", "210", "220"], ...] = (
        "111",
        "112",
        "121",
        "122",
        "123",
    )
    """Urban-rural classes (城乡分类代码) judged by the urban standard; the others by the rural one."""
    urban_township_kinds: tuple[Literal["street", "town", "township"], ...] = ("street", "town")
    """Kinds of township whose estates and residents' committees are urban where no class is stated."""
    chosen: Mapping[str, Literal["urban", "rural", "remote"]] = Field(default_factory=dict)
    """Kind of area by the id of a community, a village ("remote" only there) or a township."""


class ChecksSection(Section):
    """What the checks of the layers call too small."""

    smallest_site_m2: Positive = 150.0
    """Floor area, or land where no floor area is stated, below which a candidate is a finding [m2]."""


class NetworkSection(Section):
    """How far it is along the streets."""

    snap_max_m: Positive = 500.0
    """A point farther than this from any street is not on the network, and so unreachable [m]."""
    snap_warn_m: Positive = 200.0
    """A snap longer than this is a finding [m]."""
    walk_speed_kph: Positive = 4.8
    """Speed on foot, and of the last metres off the street in every mode that counts minutes [km/h]."""
    ebike_speed_kph: Positive = 20.0
    """Speed of an e-bike on a road [km/h]; GB 17761-2018 allows 25 km/h by design."""
    car_speed_kph: Positive = 30.0
    """Speed of a car on streets whose class has no speed of its own [km/h]."""
    speed_kph: Mapping[Literal["walk", "ebike", "car"], Mapping[str, Positive]] = Field(default_factory=dict)
    """Speeds by mode and road class, in place of the package's own [km/h]."""
    search_m: Positive = 3000.0
    """How far a walk is searched [m]; at least every standard in metres."""
    search_min: Positive = 45.0
    """How far a ride is searched [min]; at least every standard in minutes."""
    elevation: str | None = None
    """A raster of elevations [m] (GeoTIFF), relative to project.toml: walks in minutes are then slower uphill, by
    Tobler's hiking function. Standards in metres don't change."""
    off_network: Literal["unreachable", "straight_line"] = "unreachable"
    """What becomes of points farther than `snap_max_m` from any street: "unreachable", or an estimate in straight
    lines where the road layer is known to lack their roads."""
    detour_factor: Annotated[float, Field(ge=1, allow_inf_nan=False)] | None = None
    """Street length over straight line, used only where there are no roads; where none is given it is estimated
    from the network, and 1.4 where there is no network at all (assumption)."""


class PhaseSection(Section):
    """One phase: how much it may build; what an earlier phase left over is added."""

    name: str
    """Such as 近期."""
    year: int | None = None
    """The year by which it is built; candidates that open later wait for a later phase."""
    new_sites: Annotated[int, Field(ge=0)] | None = None
    """Most sites that this phase adds; nothing for no limit in this and all later phases."""
    cost_10k_yuan: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """Most money that this phase spends [10,000 yuan]; nothing for no limit in this and all later phases."""


class ScenarioSection(Section):
    """One future of demand."""

    name: str
    """Such as 低."""
    births: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    """Children under 3, as a multiple of today's."""
    births_rural: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """The same in rural areas, where it differs."""
    enrolment: Share
    """Share of children under 3 who look for a place."""
    new_estates: bool = False
    """Whether estates planned or under construction are built and lived in as planned."""


class SitingSection(Section):
    """Which sites may be chosen, and how hard to look."""

    budget: Annotated[int, Field(ge=0)] | None = None
    """Most new sites, or nothing for as many as the rules need."""
    budget_10k_yuan: Annotated[float, Field(ge=0)] | None = None
    """Most that the new sites may cost together [10,000 yuan], or nothing for no limit."""
    first: Literal["sites", "cost"] = "sites"
    """Which comes first once the rules are met: fewest new "sites", or least "cost"."""
    spacing_m: Positive | None = None
    """Least straight-line distance between two new sites, and from a new site to an institution that counts [m]."""
    open_by: Annotated[int, Field(ge=1900, le=2200)] | None = None
    """Candidates that can't open by this year stay out; nothing lets all in."""
    stated_places: Literal["exactly", "at_most"] = "exactly"
    """Whether a candidate whose places are stated has "exactly" those, or "at_most" those and can be built with fewer
    classes. Where none are stated, its area says how many there can be at most."""
    fixed_cost_share: Share = 0.4
    """Share of a candidate's cost that a smaller size does not save (estimate)."""
    forced: tuple[str, ...] = ()
    """Candidates that must be taken, by id."""
    forbidden: tuple[str, ...] = ()
    """Candidates that must not be taken, by id."""
    time_limit_s: Positive = 60.0
    """Longest search [s]; the best plan so far is then given with its bound."""
    gap: Annotated[float, Field(ge=0, lt=1)] = 1e-4
    """Relative gap at which a plan counts as proven."""
    phases: tuple[PhaseSection, ...] = ()
    """Phases in their order; none for two halves."""
    scenarios: tuple[ScenarioSection, ...] = ()
    """Futures of demand, the middle one first; none for six assumed ones."""


class MapsSection(Section):
    """What lies below the maps."""

    basemap: Literal["none", "tianditu", "gaode", "tiles", "geotiff"] = "none"
    """None: the layers' own streets and water, and no request of any kind. "tianditu" and "gaode" are fetched by whoever
    opens a map, and the map says so; "tiles" lie in a folder beside the maps; "geotiff" goes into each map."""
    tianditu_token: SecretStr = SecretStr("")
    """The user's key of 天地图; it stands in the maps. Better given in the environment, as TIANDITU_TOKEN."""
    tiles: str = "tiles/{z}/{x}/{y}.png"
    """Where a tile lies, relative to the folder of the maps."""
    geotiff: str | None = None
    """The raster, relative to project.toml."""

    @field_validator("tiles")
    @classmethod
    def _beside(cls, value: str) -> str:
        whole = all(part in value for part in ("{z}", "{x}", "{y}"))
        if not whole or ":" in value or "\\" in value or value.startswith("/") or ".." in value:
            raise ValueError(text("config.tiles_wrong"))
        return value

    @model_validator(mode="after")
    def _raster_named(self) -> "MapsSection":
        if self.basemap == "geotiff" and not self.geotiff:
            raise ValueError(text("config.geotiff_missing"))
        return self


class Config(Section):
    """A whole project.toml."""

    schema_version: Literal[1]
    """Version of this file's form."""
    project: ProjectSection
    layers: Mapping[str, LayerSection]
    demand: DemandSection
    areas: AreaSection = AreaSection()
    checks: ChecksSection = ChecksSection()
    network: NetworkSection = NetworkSection()
    siting: SitingSection = SitingSection()
    maps: MapsSection = MapsSection()

    @field_validator("layers")
    @classmethod
    def _roles(cls, value: Mapping[str, LayerSection]) -> Mapping[str, LayerSection]:
        unknown = sorted(set(value) - set(LAYER_ROLES))
        if unknown:
            raise ValueError(text("config.layer_unknown", found=listed(unknown), allowed=listed(LAYER_ROLES)))
        if "townships" not in value or not {"communities", "villages"} & set(value):
            raise ValueError(text("config.layers_needed"))
        return value


def read_config(path: Path, *, overrides: Sequence[str] = ()) -> Config:
    """A project.toml, checked.

    Parameters
    ----------
    path
        The file.
    overrides
        Settings that replace the file's, as ``section.key=value``.

    Returns
    -------
    The settings; ``project.language`` is what `speaking` or the environment asks for, else the file's.

    Raises
    ------
    ConfigError
        Everything that is wrong in the file, a line each.
    """
    tables = with_overrides(read_toml(path), overrides)
    with speaking(asked_language() or _stated_language(tables)):
        config = read_section(Config, tables, file=path.name)
        return config.model_copy(
            update={"project": config.project.model_copy(update={"language": language()})}
        )


def project_language(path: Path, *, overrides: Sequence[str] = ()) -> Language | None:
    """The language that a project.toml or its folder states; None where it states none, or can't be read."""
    file = path / "project.toml" if path.is_dir() else path
    try:
        return _stated_language(with_overrides(read_toml(file), overrides))
    except ConfigError:
        return None


def _stated_language(tables: Mapping[str, Any]) -> Language | None:
    section = tables.get("project")
    stated = section.get("language") if isinstance(section, Mapping) else None
    return known_language(stated) if isinstance(stated, str) else None
