"""What may lie below a map beside the layers' own streets and water: tiles from a server or a folder, or a raster.

None by default: a page then asks for nothing. A page that does ask says so.
"""

import base64
import re
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import shapely

from tuoyu_geo.content import content_hash
from tuoyu_geo.errors import RenderError
from tuoyu_geo.layers.datum import wgs84_to_gcj02
from tuoyu_geo.layers.gdal import UnsafeRasterError, open_geotiff
from tuoyu_geo.maps.layers import WGS84
from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

Kind = Literal["tianditu", "gaode", "tiles", "geotiff"]
Box = tuple[tuple[float, float], tuple[float, float]]

# WMTS in Web Mercator (_w), as the service documents it; vec the ground, cva its names.
_TIANDITU = (
    "https://t{s}.tianditu.gov.cn/@_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=@&STYLE=default"
    "&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk="
)
_GAODE = "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}"
_HOSTS = {
    "tianditu": "https://*.tianditu.gov.cn",
    "gaode": "https://*.is.autonavi.com",
    "tiles": "'self' file:",
}
_TOKEN = re.compile(r"[0-9A-Za-z]{1,128}")
_MOST_PIXELS = 1400
# Every cell below the map is read once; as many as these take some seconds.
_MOST_CELLS = 1_000_000_000
_MOST_BANDS = 16
_MERCATOR = "EPSG:3857"
_JPEG_QUALITY = 75
_FRAMES = (
    "townships", "demand", "institutions", "candidates", "sites", "gaps", "service_areas", "search_areas", "unserved",
    "streets", "water",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Basemap:
    """One basemap.

    Attributes
    ----------
    kind
        Where it comes from.
    token
        The user's key, for "tianditu".
    tiles
        For "tiles": where a tile lies, relative to the folder of the maps, with {z}, {x} and {y}.
    raster
        For "geotiff": the file.
    """

    kind: Kind
    token: str = ""
    tiles: str = ""
    raster: Path | None = None

    def __post_init__(self) -> None:
        if self.kind == "tianditu" and not _TOKEN.fullmatch(self.token):
            raise RenderError(text("maps.base.no_token"))
        if self.kind == "geotiff" and (self.raster is None or not self.raster.is_file()):
            raise RenderError(
                text("maps.base.no_raster", name=self.raster.name if self.raster else "geotiff")
            )

    @property
    def source(self) -> str:
        """What a content security policy must let the page load images from; "" for nothing."""
        return _HOSTS.get(self.kind, "")

    def content(self) -> tuple[str, ...]:
        """What of it goes into a page: where it comes from, the key by its hash, and the raster by its own."""
        raster = "" if self.raster is None else self.raster.name
        picture = "" if self.raster is None else content_hash(self.raster.read_bytes())
        return (self.kind, content_hash(self.token), self.tiles, raster, picture)

    def notices(self) -> tuple[str, ...]:
        """What must be said of it on every map."""
        name = self.raster.name if self.raster is not None else self.tiles
        return (text(f"maps.base.notice_{self.kind}", name=name),)

    def spec(self, *, up: str, box: Box) -> list[dict[str, Any]]:
        """What the page's script lays below the map.

        Parameters
        ----------
        up
            From the page's folder to that of the maps: "" or "../".
        box
            The part of the earth that is shown; a raster is cut to it.

        Raises
        ------
        RenderError
            The raster can't be read, or has no reference system.
        """
        if self.kind == "tianditu":
            return [
                {
                    "url": _TIANDITU.replace("@", layer) + self.token,
                    "subdomains": "01234567",
                    "most": 18,
                }
                for layer in ("vec", "cva")
            ]
        if self.kind == "gaode":
            return [{"url": _GAODE, "subdomains": "1234", "most": 18}]
        if self.kind == "tiles":
            return [{"url": up + self.tiles, "subdomains": "", "most": 18}]
        return [] if self.raster is None else raster_picture(self.raster, box=box)


def in_gcj02(outcome: Outcome) -> Outcome:
    """The outcome moved so that, drawn as WGS 84, it lies on tiles in GCJ-02; for the eye only."""
    return replace(outcome, **{name: _moved(getattr(outcome, name)) for name in _FRAMES})


def _moved(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if frame.empty:
        return frame

    def move(xy: "NDArray[np.float64]") -> "NDArray[np.float64]":
        return np.column_stack(wgs84_to_gcj02(xy[:, 0], xy[:, 1]))

    degrees = frame.geometry.to_crs(WGS84)
    moved = gpd.GeoSeries(shapely.transform(degrees.to_numpy(), move), index=frame.index, crs=WGS84)
    return frame.set_geometry(moved.to_crs(frame.crs))


def raster_picture(path: Path, *, box: Box) -> list[dict[str, Any]]:
    """A raster's part within a box, in Web Mercator and as a small JPEG; none where they don't meet.

    Bytes are shown as they are, a palette by its colours, other figures stretched between their 2nd and 98th percentile;
    where the raster has no value it is white.

    Parameters
    ----------
    path
        The raster.
    box
        South-west and north-east corner, latitude first.

    Returns
    -------
    At most one, with its picture as a data URI ("image") and its corners ("bounds", latitude first).

    Raises
    ------
    RenderError
        It can't be read, or has no reference system.
    """
    import rasterio  # noqa: PLC0415  (slow to import)
    from rasterio._err import CPLE_BaseError  # noqa: PLC0415  (what a reference system of no use raises)
    from rasterio.enums import Resampling  # noqa: PLC0415
    from rasterio.transform import from_bounds  # noqa: PLC0415
    from rasterio.vrt import WarpedVRT  # noqa: PLC0415
    from rasterio.warp import transform_bounds  # noqa: PLC0415

    (south, west), (north, east) = box
    try:
        with open_geotiff(path) as raster:
            if raster.crs is None:
                raise RenderError(text("maps.base.no_crs", name=path.name))
            if raster.count > _MOST_BANDS:  # all of them are warped, whichever are shown
                raise RenderError(
                    text("maps.base.unreadable", name=path.name, reason=f"{raster.count} > {_MOST_BANDS}")
                )
            have = transform_bounds(raster.crs, _MERCATOR, *raster.bounds)
            want = transform_bounds(WGS84, _MERCATOR, west, south, east, north)
            low = [max(a, b) for a, b in zip(have[:2], want[:2], strict=True)]
            high = [min(a, b) for a, b in zip(have[2:], want[2:], strict=True)]
            across, up = high[0] - low[0], high[1] - low[1]
            if across <= 0 or up <= 0:
                return []
            width = max(1, round(_MOST_PIXELS * min(1.0, across / up)))
            height = max(1, round(_MOST_PIXELS * min(1.0, up / across)))
            options = {
                "crs": _MERCATOR,
                "transform": from_bounds(*low, *high, width, height),
                "width": width,
                "height": height,
            }
            cells = (across / (have[2] - have[0])) * (up / (have[3] - have[1])) * raster.width * raster.height
            if cells > _MOST_CELLS:
                raise RenderError(
                    text("maps.base.too_large", name=path.name, found=cells / 1e6, allowed=_MOST_CELLS / 1e6)
                )
            palette = _palette(raster)
            smooth = Resampling.nearest if palette is not None else Resampling.average
            with WarpedVRT(raster, resampling=smooth, add_alpha=False, **options) as warped:
                bands = warped.read([1, 2, 3] if warped.count >= 3 else [1])
                seen = warped.dataset_mask() > 0
    except rasterio.errors.NotGeoreferencedWarning as error:
        raise RenderError(text("maps.base.no_crs", name=path.name)) from error
    except UnsafeRasterError as error:
        raise RenderError(text("maps.base.unsafe", name=path.name, what=error)) from error
    except (rasterio.errors.RasterioError, CPLE_BaseError) as error:
        raise RenderError(text("maps.base.unreadable", name=path.name, reason=error)) from error
    painted = palette[bands[0]].transpose(2, 0, 1) if palette is not None else _stretched(bands, seen)
    picture: NDArray[np.uint8] = np.where(seen, painted, 255).astype(np.uint8)
    (south, west), (north, east) = _corners(low, high)
    return [{"image": _jpeg(picture), "bounds": [[south, west], [north, east]]}]


def _corners(low: list[float], high: list[float]) -> Box:
    from rasterio.warp import transform_bounds  # noqa: PLC0415

    west, south, east, north = transform_bounds(_MERCATOR, WGS84, *low, *high)
    return (round(south, 6), round(west, 6)), (round(north, 6), round(east, 6))


def _palette(raster: Any) -> "NDArray[np.uint8] | None":  # noqa: ANN401  (rasterio has no types)
    if raster.count != 1 or raster.dtypes[0] != "uint8":
        return None
    try:
        colours = raster.colormap(1)
    except ValueError:
        return None
    return np.array([colours.get(value, (255, 255, 255, 255))[:3] for value in range(256)], dtype=np.uint8)


def _stretched(bands: "NDArray[Any]", seen: "NDArray[np.bool_]") -> "NDArray[np.float64]":
    """(3, height, width) values of 0 to 255."""
    shown = bands.astype(np.float64)
    known = np.isfinite(shown) & seen
    if bands.dtype != np.uint8:
        low, high = np.percentile(shown[known], [2, 98]) if known.any() else (0.0, 1.0)
        shown = 255 * (shown - low) / max(high - low, 1e-9)
    shown = np.clip(np.where(known, shown, 255), 0, 255)
    return np.repeat(shown, 3, axis=0) if len(shown) == 1 else shown


def _jpeg(painted: "NDArray[np.uint8]") -> str:
    from rasterio.errors import NotGeoreferencedWarning  # noqa: PLC0415
    from rasterio.io import MemoryFile  # noqa: PLC0415

    count, height, width = painted.shape
    with MemoryFile() as memory, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # where it lies is said beside it
        with memory.open(
            driver="JPEG", width=width, height=height, count=count, dtype="uint8", quality=_JPEG_QUALITY
        ) as picture:
            picture.write(painted)
        return "data:image/jpeg;base64," + base64.b64encode(memory.read()).decode("ascii")
