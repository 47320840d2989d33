"""The page's own parts, read from installed packages and from this folder: nothing is fetched when a map opens."""

import base64
import re
from functools import cache
from importlib.resources import files

from tuoyu_geo.errors import RenderError

_LEAFLET = ("js_lib_leaflet", "static/js_lib_leaflet")
_JQUERY = ("xstatic.pkg.jquery", "data")
_IMAGE = re.compile(r"url\((images/[\w.-]+\.png)\)")


def _read(package: str, path: str) -> bytes:
    try:
        return files(package).joinpath(path).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise RenderError(
            f"The asset {path} of the package {package} is missing; reinstall tuoyu-geo."
        ) from error


def _script(package: str, path: str) -> str:
    source = _read(package, path).decode("utf-8")
    # a browser with its tools open would ask for the source map
    source = re.sub(r"^//# sourceMappingURL=.*$", "", source, flags=re.MULTILINE).strip()
    if "</script" in source.lower():
        raise RenderError(f"The asset {path} can't stand inside a page: it ends its own script element.")
    return source


@cache
def leaflet_js() -> str:
    """Leaflet's script."""
    return _script(_LEAFLET[0], f"{_LEAFLET[1]}/leaflet.js")


@cache
def leaflet_css() -> str:
    """Leaflet's style sheet, its pictures inside."""

    def inline(match: re.Match[str]) -> str:
        picture = base64.b64encode(_read(_LEAFLET[0], f"{_LEAFLET[1]}/{match[1]}")).decode("ascii")
        return f"url(data:image/png;base64,{picture})"

    return _IMAGE.sub(inline, _read(_LEAFLET[0], f"{_LEAFLET[1]}/leaflet.css").decode("utf-8"))


@cache
def jquery_js() -> str:
    """What folium's own popups ask for; ours don't, but a notebook may add some to `Plan.explore()`."""
    return _script(_JQUERY[0], f"{_JQUERY[1]}/jquery.min.js")


@cache
def own(name: str) -> str:
    """A file of this package's assets folder."""
    return _read("tuoyu_geo.maps", f"assets/{name}").decode("utf-8")
