"""Show it: one page a bureau, each opening on that bureau's question, each whole in one file without a network."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from tuoyu_geo.maps.access import access_map
from tuoyu_geo.maps.health import health_map
from tuoyu_geo.maps.housing import housing_map
from tuoyu_geo.maps.natural_resources import natural_resources_map
from tuoyu_geo.maps.overview import overview_map
from tuoyu_geo.maps.page import OfflineMap
from tuoyu_geo.outcome import Outcome

MAPS: Mapping[str, Callable[[Outcome], OfflineMap]] = MappingProxyType(
    {
        "overview": overview_map,
        "health": health_map,
        "natural_resources": natural_resources_map,
        "housing": housing_map,
    }
)
"""Every map by its file's stem."""


def draw_maps(outcome: Outcome, names: Sequence[str] = tuple(MAPS)) -> dict[str, str]:
    """The pages of some maps, as text; nothing is written.

    Parameters
    ----------
    outcome
        What one run found out.
    names
        Stems of `MAPS`, drawn in this order.

    Returns
    -------
    The whole HTML page by stem: the same text from the same outcome.

    Raises
    ------
    KeyError
        A name that is no map.
    RenderError
        An asset of the page is not installed.
    """
    return {name: MAPS[name](outcome).html() for name in names}


__all__ = [
    "MAPS",
    "OfflineMap",
    "access_map",
    "draw_maps",
    "health_map",
    "housing_map",
    "natural_resources_map",
    "overview_map",
]
