"""One page of the maps: all that it is drawn from, hashed part by part, and the page itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType

from tuoyu_geo.content import content_hash
from tuoyu_geo.maps.basemap import Basemap, in_gcj02
from tuoyu_geo.maps.health import health_map
from tuoyu_geo.maps.housing import housing_map
from tuoyu_geo.maps.layers import Drawn, drawn_once
from tuoyu_geo.maps.natural_resources import natural_resources_map
from tuoyu_geo.maps.overview import overview_map
from tuoyu_geo.maps.page import Link, OfflineMap
from tuoyu_geo.maps.scene import Scene, scene_of
from tuoyu_geo.maps.shown import BUREAUS, narrowed
from tuoyu_geo.maps.township import county_scene, township_map, township_scene, township_stems
from tuoyu_geo.messages import language, text
from tuoyu_geo.outcome import Outcome

MAPS: Mapping[str, Callable[[Outcome], OfflineMap]] = MappingProxyType(
    {
        "overview": overview_map,
        "health": health_map,
        "natural_resources": natural_resources_map,
        "housing": housing_map,
    }
)
"""The bureaus' maps by their file's stem; besides them each township has one."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MapPage:
    """A page before it is drawn; nothing else is within its reach.

    Attributes
    ----------
    stem
        Of `map_names`.
    scene
        What it shows.
    links
        Other maps.
    basemap
        What lies below.
    drawn
        What the pages drawn so far share with this one; it gives the same bytes without.
    """

    stem: str
    scene: Scene
    links: tuple[Link, ...]
    basemap: Basemap | None
    drawn: Drawn = field(default_factory=dict)

    def made_from(self) -> dict[str, str]:
        """The hash of everything that the page is drawn from, by what it is: equal hashes, equal bytes.

        The program and its libraries are not among it.
        """
        outcome = self.scene.outcome
        found = {
            one.name: content_hash(getattr(outcome, one.name))
            for one in fields(outcome)
            if one.name not in {"what_if", "what_if_start"}
        }
        if outcome.what_if_start is not None:
            found["what_if"] = content_hash(outcome.what_if_start())
        elif outcome.what_if is not None:
            found["what_if"] = content_hash(outcome.what_if())
        names = [getattr(self.scene, one.name) for one in fields(self.scene) if one.name != "outcome"]
        return found | {
            "names": content_hash(names),
            "links": content_hash(self.links),
            "basemap": content_hash(None if self.basemap is None else self.basemap.content()),
            "language": content_hash([self.stem, language()]),
        }

    def html(self) -> str:
        """The whole page."""
        with drawn_once(self.drawn):
            page = MAPS[self.stem](self.scene.outcome) if self.stem in MAPS else township_map(self.scene)
        return page.linked(self.links).over(self.basemap, up=_up(self.stem)).html()


def map_pages(outcome: Outcome, names: Sequence[str], *, basemap: Basemap | None = None) -> Iterator[MapPage]:
    """Some pages, one after another, undrawn.

    Parameters
    ----------
    outcome, names, basemap
        As for `draw_maps`.

    Raises
    ------
    KeyError
        A name that is no map.
    """
    if basemap is not None and basemap.kind == "gaode":
        outcome = in_gcj02(outcome)
    stems = township_stems(list(outcome.townships.index))
    titles = {stem: str(outcome.townships["name"].loc[township_id]) for stem, township_id in stems.items()}
    drawn: Drawn = {}
    county = county_scene(outcome) if set(names) - set(MAPS) else None
    for name in names:
        yield MapPage(
            stem=name,
            scene=_bureau_scene(outcome, name)
            if county is None or name in MAPS
            else township_scene(county, stems[name]),
            links=_links(name, titles),
            basemap=basemap,
            drawn=drawn,
        )


def named_map(outcome: Outcome, name: str) -> OfflineMap:
    """One map by its stem of `map_names`.

    Raises
    ------
    KeyError
        A name that is no map.
    """
    if name in MAPS:
        return MAPS[name](outcome)
    stems = township_stems(list(outcome.townships.index))
    return township_map(township_scene(county_scene(outcome), stems[name]))


def _bureau_scene(outcome: Outcome, name: str) -> Scene:
    return scene_of(narrowed(outcome, BUREAUS[name], with_what_if=name == "overview"))


def _up(stem: str) -> str:
    """From a page's folder to that of the maps."""
    return "../" if "/" in stem else ""


def _links(stem: str, townships: Mapping[str, str]) -> tuple[Link, ...]:
    """From one map to the others; the overview alone names every township's."""
    bureaus = [
        Link(label=text(f"maps.{name}.audience"), href=f"{_up(stem)}{name}.html")
        for name in MAPS
        if name != stem
    ]
    if stem != "overview":
        return tuple(bureaus)
    return (*bureaus, *(Link(label=title, href=f"{other}.html") for other, title in townships.items()))
