"""The public facts the city is generated from."""

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Township:
    """One of the 15 units, as published."""

    code: str
    name: str
    kind: str
    lon: float
    lat: float
    point: str
    area_km2: float
    quota: int
    residents_2000: int
    n_villages: int
    n_neighbourhoods: int
    neighbours: tuple[str, ...]

    @property
    def is_street(self) -> bool:
        """Whether the unit is one of the four streets of the city itself."""
        return self.kind == "street"

    @property
    def short(self) -> str:
        """The name without its kind, as people say it."""
        for tail in ("街道", "畲族乡", "镇", "乡"):
            if self.name.endswith(tail):
                return self.name[: -len(tail)]
        return self.name


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts: the townships in code order and the totals of the 2020 census."""

    townships: tuple[Township, ...]
    residents: int
    households: int
    age_0: int
    age_1_to_4: int
    urban_residents: int
    area_km2: float
    source_2020: str
    source_2000: str
    policy: str

    @property
    def under3_share(self) -> float:
        """Share of residents under 3, taking half of the ages 1 to 4 as the ages 1 and 2."""
        return (self.age_0 + self.age_1_to_4 / 2) / self.residents


def read_facts() -> Facts:
    """Read facts.csv and facts.toml from beside this module."""
    with (HERE / "facts.csv").open(encoding="utf-8", newline="") as stream:
        townships = tuple(
            Township(
                code=row["code"],
                name=row["name"],
                kind=row["kind"],
                lon=float(row["lon"]),
                lat=float(row["lat"]),
                point=row["point"],
                area_km2=float(row["area_km2"]),
                quota=int(row["quota"]),
                residents_2000=int(row["residents_2000"]),
                n_villages=int(row["n_villages"]),
                n_neighbourhoods=int(row["n_neighbourhoods"]),
                neighbours=tuple(row["neighbours"].split()),
            )
            for row in csv.DictReader(stream)
        )
    with (HERE / "facts.toml").open("rb") as stream:
        table = tomllib.load(stream)
    census = table["census_2020"]
    return Facts(
        townships=townships,
        residents=census["residents"],
        households=census["households"],
        age_0=census["age_0"],
        age_1_to_4=census["age_1_to_4"],
        urban_residents=census["urban_district_residents"],
        area_km2=table["county"]["area_km2"],
        source_2020=census["source"],
        source_2000=table["census_2000"]["source"],
        policy=table["policy"]["document"],
    )
