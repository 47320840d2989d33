"""Roads, boundaries and facilities of a place from OpenStreetMap, through OSMnx, as files of a project."""

import json
import re
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tuoyu_geo.errors import ConfigError, FetchError, TuoyuError
from tuoyu_geo.messages import listed, text
from tuoyu_geo.starting.fetched_project import fetched_project_contents
from tuoyu_geo.writing import holding, refusal, working_space, write_all

if TYPE_CHECKING:
    import geopandas as gpd
    import requests

T = TypeVar("T")

OVERPASS = "https://overpass-api.de/api"
NOMINATIM = "https://nominatim.openstreetmap.org/"

# In China townships, towns and subdistricts are of administrative level 8 (OpenStreetMap wiki, "Tag:boundary=administrative").
LAYERS: Mapping[str, Mapping[str, bool | str | list[str]]] = {
    "townships": {"admin_level": ["8"]},
    "kindergartens": {"amenity": ["kindergarten"]},
    "childcare": {"amenity": ["childcare"]},
    "clinics": {"amenity": ["clinic", "doctors", "hospital"]},
    "community_centres": {"amenity": ["community_centre"]},
    "residential": {"landuse": ["residential"], "place": ["neighbourhood"]},
}
"""What is asked for besides roads: OpenStreetMap's tags by file."""
AREAS = ("townships", "residential")
ROLES = {
    "townships": "townships",
    "residential": "communities",
    "childcare": "institutions",
    "roads": "roads",
}
"""Files that can be a project's layers as they are; the others hold places to look at, such as candidates."""
_COLUMNS = (
    "name",
    "amenity",
    "admin_level",
    "landuse",
    "place",
    "operator",
    "capacity",
    "addr:full",
    "addr:street",
)
_WAY_TAGS = ("foot", "maxspeed")
_EDGES_DIFFER = ("bridge", "foot", "highway", "maxspeed", "tunnel")
_TOO_MANY = frozenset({429, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Where to ask, and how patiently.

    Attributes
    ----------
    overpass_url, nominatim_url
        Addresses of the two services, for mirrors and for tests.
    retries
        How often a request that failed is tried again, each time after twice the pause.
    pause_s
        Pause before the first retry [s].
    timeout_s
        How long to wait for an answer [s].
    """

    overpass_url: str = OVERPASS
    nominatim_url: str = NOMINATIM
    retries: int = 4
    pause_s: float = 5.0
    timeout_s: float = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What was fetched.

    Attributes
    ----------
    folder
        Where it is.
    counts
        By file its number of edges or features, 0 where OpenStreetMap has none and no file is written.
    is_new
        Whether the folder was no project before, so that settings, policy and spreadsheets were written, too.
    """

    folder: Path
    counts: Mapping[str, int]
    is_new: bool


def fetch_place(
    place: str,
    folder: Path,
    *,
    date: str,
    servers: Servers | None = None,
    cache: Path | None = None,
    on_phase: Callable[[str], None] | None = None,
) -> Fetched:
    """Fetch a place's roads, townships, facilities and residential areas.

    Parameters
    ----------
    place
        A name that Nominatim knows as an area, or a box: west, south, east and north in degrees, between commas.
    folder
        Where the files go; made where it is not there. `roads.graphml`, `<layer>.geojson` by `LAYERS`,
        `osm_layers.toml` (layers of a project.toml, with datum and credit) and `ATTRIBUTION.txt`; where no project.toml is
        there, also one with these layers, and what `write_template` writes for the others.
    date
        The day of fetching, for the sources (YYYY-MM-DD).
    servers
        Where to ask.
    cache
        Folder of answers that are kept; what is in it isn't asked for again.
    on_phase
        Called with the name of each layer as it begins.

    Raises
    ------
    ConfigError
        The place isn't known as an area, the box is none, or a file is there already.
    FetchError
        A server can't be reached or doesn't answer in full, after all retries; nothing is written.
    OutputError
        Another command holds the folder, or it or the cache can't be written.
    """
    say = on_phase or (lambda _name: None)
    kept = cache or folder / "osm_cache"
    with holding(folder):
        _refuse_existing(folder)
        try:
            _drop_broken(kept)
            roads, frames = _ask(place, Servers() if servers is None else servers, cache=kept, say=say)
        except TuoyuError:
            raise
        except OSError as error:
            raise refusal(error, folder=kept, path=kept) from error
        counts = {"roads": 0 if roads is None else len(roads.edges)}
        counts |= {name: len(frames.get(name, ())) for name in LAYERS}
        described = _layers_toml(counts, date=date)
        contents = _layer_contents(roads, frames) | {
            "osm_layers.toml": described.encode(),
            "ATTRIBUTION.txt": f"{text('fetch.attribution', date=date)}\n".encode(),
        }
        is_new = not (folder / "project.toml").exists()
        if is_new:
            contents |= fetched_project_contents(described)
        write_all(folder, contents)
    return Fetched(folder=folder, counts=counts, is_new=is_new)


def _ask(
    place: str, servers: Servers, *, cache: Path, say: Callable[[str], object]
) -> "tuple[Any, dict[str, gpd.GeoDataFrame]]":
    """The roads, if there are any, and by layer what was found."""
    import osmnx as ox  # noqa: PLC0415  (slow to import)

    with _settings(servers, cache):
        say("place")
        polygon = _box(place)
        if polygon is None:
            try:
                area = _patiently(lambda: ox.geocode_to_gdf(place), servers)
            except (TypeError, ox._errors.InsufficientResponseError) as error:  # noqa: SLF001  (not public otherwise)
                raise ConfigError(text("fetch.place_unknown", place=place)) from error
            polygon = area.geometry.iloc[0]
        say("roads")
        roads = _roads(polygon, servers)
        found = {}
        for name, tags in LAYERS.items():
            say(name)
            found[name] = _features(polygon, dict(tags), servers)
    tidy = {name: _tidy(frame, areas=name in AREAS) for name, frame in found.items() if frame is not None}
    return roads, tidy


def _layer_contents(roads: Any, frames: "Mapping[str, gpd.GeoDataFrame]") -> dict[str, bytes]:  # noqa: ANN401
    import osmnx as ox  # noqa: PLC0415

    with working_space(), tempfile.TemporaryDirectory(prefix="tuoyu-") as name:
        folder = Path(name)
        if roads is not None:
            ox.save_graphml(roads, folder / "roads.graphml")
        for layer, frame in frames.items():
            if len(frame):
                frame.to_file(folder / f"{layer}.geojson", driver="GeoJSON")
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _drop_broken(cache: Path) -> None:
    """Forget answers that were not kept whole: OSMnx would take a place of which half is there for one without roads."""
    for path in sorted(cache.glob("*.json")):
        try:
            answer = json.loads(path.read_bytes())
        except (ValueError, RecursionError):
            answer = None
        # Nominatim answers with a list, Overpass with a table of elements.
        if not isinstance(answer, list) and not (isinstance(answer, dict) and "elements" in answer):
            path.unlink()


def _box(place: str) -> Any:  # noqa: ANN401  (shapely)
    """The box that a place is given as; None where it is a name."""
    import shapely  # noqa: PLC0415  (slow to import)

    try:
        numbers = [float(part) for part in place.replace("，", ",").split(",")]
    except ValueError:
        return None
    if len(numbers) == 4:
        west, south, east, north = numbers
        if -180 <= west < east <= 180 and -90 <= south < north <= 90:
            return shapely.box(west, south, east, north)
    raise ConfigError(text("fetch.box", found=place))


def _refuse_existing(folder: Path) -> None:
    names = ["roads.graphml", "osm_layers.toml", *(f"{name}.geojson" for name in LAYERS)]
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise ConfigError(text("fetch.there_already", folder=folder, files=listed(there)))


@contextmanager
def _settings(servers: Servers, cache: Path) -> Iterator[None]:
    """OSMnx set up for these servers, and put back afterwards, with the name resolution that it replaces."""
    import osmnx as ox  # noqa: PLC0415

    wanted = {
        "overpass_url": servers.overpass_url,
        "nominatim_url": servers.nominatim_url,
        "overpass_rate_limit": servers.overpass_url == OVERPASS,  # mirrors have no slots to ask about
        "requests_timeout": servers.timeout_s,
        "requests_kwargs": {"hooks": {"response": _refuse_half_answers}},
        "use_cache": True,
        "cache_folder": str(cache),
        "doh_url_template": None,
        "log_console": False,
        "useful_tags_way": sorted({*ox.settings.useful_tags_way, *_WAY_TAGS}),
    }
    before = {name: getattr(ox.settings, name) for name in wanted}
    resolve = socket.getaddrinfo
    try:
        for name, value in wanted.items():
            setattr(ox.settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(ox.settings, name, value)
        socket.getaddrinfo = resolve


class _HalfAnswerError(Exception):
    """The server answered that it is busy, or with part of the data only."""


def _refuse_half_answers(response: "requests.Response", *_arguments: Any, **_options: Any) -> None:  # noqa: ANN401
    # OSMnx would wait for a busy server without end, and take what a query found before it ran out of time for all.
    if response.status_code in _TOO_MANY:
        raise _HalfAnswerError(f"HTTP {response.status_code} {response.reason}")
    if re.search(rb'"remark"\s*:\s*"runtime error', response.content):
        raise _HalfAnswerError(response.json().get("remark", ""))


def _patiently(ask: Callable[[], T], servers: Servers) -> T:
    import requests  # noqa: PLC0415
    from osmnx._errors import ResponseStatusCodeError  # noqa: PLC0415

    pause_s = servers.pause_s
    for left in range(servers.retries, -1, -1):
        try:
            return ask()
        except (requests.RequestException, ResponseStatusCodeError, _HalfAnswerError) as error:
            if not left:
                raise FetchError(
                    text(
                        "fetch.no_answer",
                        overpass=servers.overpass_url,
                        nominatim=servers.nominatim_url,
                        n=servers.retries + 1,
                        reason=str(error)[:200],
                    )
                ) from error
            time.sleep(pause_s)
            pause_s *= 2
    raise AssertionError


def _roads(polygon: Any, servers: Servers) -> Any:  # noqa: ANN401  (shapely, networkx)
    import osmnx as ox  # noqa: PLC0415

    try:
        graph = _patiently(
            lambda: ox.graph_from_polygon(
                polygon, network_type="all", simplify=False, retain_all=True, truncate_by_edge=True
            ),
            servers,
        )
    except (ValueError, ox._errors.InsufficientResponseError):  # noqa: SLF001
        return None
    return ox.simplify_graph(graph, edge_attrs_differ=list(_EDGES_DIFFER))


def _features(polygon: Any, tags: dict[str, Any], servers: Servers) -> "gpd.GeoDataFrame | None":  # noqa: ANN401
    import osmnx as ox  # noqa: PLC0415

    try:
        return _patiently(lambda: ox.features_from_polygon(polygon, tags), servers)
    except ox._errors.InsufficientResponseError:  # noqa: SLF001
        return None


def _tidy(frame: "gpd.GeoDataFrame", *, areas: bool) -> "gpd.GeoDataFrame":
    """A table with few columns, in a stated order: polygons where areas are asked for, else a point each."""
    import geopandas as gpd  # noqa: PLC0415

    found = frame.reset_index()
    is_area = found.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    if areas:
        found, shapes = found[is_area], found.geometry[is_area]
    else:
        shapes = found.geometry.representative_point()
    columns: dict[str, Sequence[Any]] = {
        "osm_id": [f"{one[0]}{number}" for one, number in zip(found["element"], found["id"], strict=True)]
    }
    columns |= {name: found[name] for name in _COLUMNS if name in found}
    tidy = gpd.GeoDataFrame(columns, geometry=shapes, crs=frame.crs, index=found.index)
    return tidy.sort_values("osm_id", ignore_index=True)


def _layers_toml(counts: Mapping[str, int], *, date: str) -> str:
    blocks = [text("fetch.toml_head")]
    for name, role in ROLES.items():
        if counts[name]:
            file = "roads.graphml" if name == "roads" else f"{name}.geojson"
            source = text("fetch.source", date=date)
            blocks.append(
                f'[layers.{role}]\npath = "{file}"\ndatum = "wgs84"\nquality = "unverified"\nsource = "{source}"\n'
            )
    return "\n".join(blocks)
