"""Show it: one page a bureau, each opening on that bureau's question, each whole in one file without a network."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from types import MappingProxyType

from tuoyu_geo.maps.access import access_map
from tuoyu_geo.maps.basemap import Basemap, in_gcj02
from tuoyu_geo.maps.health import health_map
from tuoyu_geo.maps.housing import housing_map
from tuoyu_geo.maps.natural_resources import natural_resources_map
from tuoyu_geo.maps.overview import overview_map
from tuoyu_geo.maps.page import Link, OfflineMap
from tuoyu_geo.maps.township import township_maps, township_stems
from tuoyu_geo.messages import text
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


def map_names(township_ids: Iterable[Hashable]) -> tuple[str, ...]:
    """The stems of all maps of a county with these townships: the bureaus' and then ``townships/<code>``."""
    return (*MAPS, *township_stems(list(township_ids)))


def draw_maps(
    outcome: Outcome, names: Sequence[str] = tuple(MAPS), *, basemap: Basemap | None = None
) -> dict[str, str]:
    """The pages of some maps, as text; nothing is written.

    Parameters
    ----------
    outcome
        What one run found out.
    names
        Stems of `map_names`, drawn in this order.
    basemap
        What lies below; None for the layers' own streets and water alone.

    Returns
    -------
    The whole HTML page by stem: the same text from the same outcome. Pages name each other by relative links.

    Raises
    ------
    KeyError
        A name that is no map.
    RenderError
        An asset of the page is not installed, or the basemap can't be read.
    """
    if basemap is not None and basemap.kind == "gaode":
        outcome = in_gcj02(outcome)
    stems = township_stems(list(outcome.townships.index))
    wanted = {name: stems[name] for name in names if name not in MAPS}
    titles = {stem: str(outcome.townships["name"].loc[township_id]) for stem, township_id in stems.items()}
    pages = {
        stem: shown.linked(_links(stem, titles)).over(basemap, up="../").html()
        for stem, shown in township_maps(outcome, wanted)
    }
    pages |= {
        name: MAPS[name](outcome).linked(_links(name, titles)).over(basemap, up="").html()
        for name in names
        if name in MAPS
    }
    return {name: pages[name] for name in names}


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
    return next(shown for _, shown in township_maps(outcome, {name: stems[name]}))


def _links(stem: str, townships: Mapping[str, str]) -> tuple[Link, ...]:
    """From one map to the others; the overview alone names every township's."""
    up = "../" if "/" in stem else ""
    bureaus = [
        Link(label=text(f"maps.{name}.audience"), href=f"{up}{name}.html") for name in MAPS if name != stem
    ]
    if stem != "overview":
        return tuple(bureaus)
    return (*bureaus, *(Link(label=title, href=f"{other}.html") for other, title in townships.items()))


__all__ = [
    "MAPS",
    "Basemap",
    "OfflineMap",
    "access_map",
    "draw_maps",
    "health_map",
    "housing_map",
    "map_names",
    "named_map",
    "natural_resources_map",
    "overview_map",
]
