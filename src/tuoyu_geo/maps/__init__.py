"""Show it: one page a bureau, each opening on that bureau's question, each whole in one file without a network."""

from collections.abc import Hashable, Iterable, Sequence

from tuoyu_geo.maps.access import access_map
from tuoyu_geo.maps.basemap import Basemap
from tuoyu_geo.maps.health import health_map
from tuoyu_geo.maps.housing import housing_map
from tuoyu_geo.maps.natural_resources import natural_resources_map
from tuoyu_geo.maps.overview import overview_map
from tuoyu_geo.maps.page import OfflineMap
from tuoyu_geo.maps.pages import MAPS, MapPage, map_pages, named_map
from tuoyu_geo.maps.township import township_stems
from tuoyu_geo.outcome import Outcome


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
    return {page.stem: page.html() for page in map_pages(outcome, names, basemap=basemap)}


__all__ = [
    "MAPS",
    "Basemap",
    "MapPage",
    "OfflineMap",
    "access_map",
    "draw_maps",
    "health_map",
    "housing_map",
    "map_names",
    "map_pages",
    "named_map",
    "natural_resources_map",
    "overview_map",
]
