"""What lies below a map: nothing unless asked for, and what asks a server says so."""

import base64
import json
import re

import numpy as np
import pytest
import rasterio
from rasterio.io import MemoryFile
from rasterio.transform import from_origin
from rasterio.warp import transform

from tuoyu_geo.errors import ConfigError, RenderError
from tuoyu_geo.layers.datum import wgs84_to_gcj02
from tuoyu_geo.maps import Basemap, draw_maps
from tuoyu_geo.maps.basemap import raster_picture

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
KEY = "0123456789abcdef0123456789abcdef"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
BOX = ((25.7, 117.0), (26.3, 117.8))


def policy(page):
    return re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]


def features(page, key):
    at = page.index(f'= TY.layer({{"key":"{key}"') + len("= TY.layer(")
    return json.JSONDecoder().raw_decode(page, at)[0]["data"]["features"]


def write(
    path, bands, *, crs="EPSG:4548", west=526_000, north=2_883_500, step=200.0, nodata=None, colormap=None
):
    bands = np.asarray(bands)
    with rasterio.open(
        path, "w", driver="GTiff", width=bands.shape[2], height=bands.shape[1], count=len(bands), dtype=bands.dtype, crs=crs,
        transform=from_origin(west, north, step, step), nodata=nodata,
    ) as file:  # fmt: skip
        file.write(bands)
        if colormap:
            file.write_colormap(1, colormap)
    return path


def colour(picture, lon, lat):
    """The picture's colour at a place, as Leaflet lays it between its corners in Web Mercator."""
    (south, west), (north, east) = picture["bounds"]
    xs, ys = transform("EPSG:4326", "EPSG:3857", [west, east, lon], [south, north, lat])
    with MemoryFile(base64.b64decode(picture["image"].split(",")[1])) as memory, memory.open() as image:
        column = int((xs[2] - xs[0]) / (xs[1] - xs[0]) * image.width)
        row = int((ys[1] - ys[2]) / (ys[1] - ys[0]) * image.height)
        return image.read()[:, row, column].astype(int)


def test_nothing_by_default(rich):
    page = draw_maps(rich, ("overview",))["overview"]
    assert policy(page).startswith("default-src 'none'")
    assert not re.search(r"https?:|file:|'self'", policy(page))
    assert '"base":[]' in page


def test_a_raster_lies_where_it_is(tmp_path):
    """Four quarters of 10 km around 536,000 2,873,500: red, green, blue, yellow."""
    bands = np.zeros((3, 100, 100), np.uint8)
    bands[0, :50, :50] = bands[1, :50, 50:] = bands[2, 50:, :50] = bands[0, 50:, 50:] = bands[1, 50:, 50:] = (
        250
    )
    (picture,) = raster_picture(write(tmp_path / "四.tif", bands), box=BOX)
    for x, y, wanted in (
        (-3, 3, (250, 0, 0)),
        (3, 3, (0, 250, 0)),
        (-3, -3, (0, 0, 250)),
        (3, -3, (250, 250, 0)),
    ):
        (lon,), (lat,) = transform("EPSG:4548", "EPSG:4326", [536_000 + 1000 * x], [2_873_500 + 1000 * y])
        assert np.abs(colour(picture, lon, lat) - wanted).max() < 40
    assert len(picture["image"]) < 400_000
    assert raster_picture(tmp_path / "四.tif", box=BOX) == [picture]


def test_figures_are_stretched_and_what_is_not_there_is_white(tmp_path):
    heights = np.tile(np.linspace(100, 1500, 100, dtype=np.float32), (1, 100, 1))
    heights[:, :, :20] = -9999
    (picture,) = raster_picture(write(tmp_path / "dem.tif", heights, nodata=-9999), box=BOX)

    def grey(x):
        (lon,), (lat,) = transform("EPSG:4548", "EPSG:4326", [536_000 + x], [2_873_500])
        return colour(picture, lon, lat).mean()

    assert grey(-9_000) > 245
    assert grey(-4_000) < grey(0) < grey(8_000)


def test_a_palette_is_shown_by_its_colours(tmp_path):
    codes = np.full((1, 100, 100), 7, np.uint8)
    path = write(tmp_path / "use.tif", codes, colormap={7: (200, 30, 60, 255)})
    (picture,) = raster_picture(path, box=BOX)
    assert np.abs(colour(picture, 117.36, 25.97) - (200, 30, 60)).max() < 12


def test_a_raster_elsewhere_is_none_and_one_without_a_place_is_refused(tmp_path):
    path = write(tmp_path / "a.tif", np.zeros((1, 9, 9), np.uint8))
    assert raster_picture(path, box=((40.0, 100.0), (41.0, 101.0))) == []
    with pytest.raises(RenderError, match=r"b\.tif"):
        raster_picture(write(tmp_path / "b.tif", np.zeros((1, 9, 9), np.uint8), crs=None), box=BOX)
    (tmp_path / "c.tif").write_bytes(b"no raster")
    with pytest.raises(RenderError, match=r"c\.tif"):
        raster_picture(tmp_path / "c.tif", box=BOX)
    with pytest.raises(RenderError, match=r"d\.tif"):
        Basemap(kind="geotiff", raster=tmp_path / "d.tif")


@pytest.mark.parametrize("key", ["", "a b", "x&y=1", '"><script>', "中"])
def test_tianditu_needs_a_key_that_is_one(key):
    with pytest.raises(RenderError, match="TIANDITU_TOKEN"):
        Basemap(kind="tianditu", token=key)


@pytest.mark.parametrize(
    ("basemap", "said", "host"),
    [
        (Basemap(kind="tianditu", token=KEY), "打开时联网读取", "https://*.tianditu.gov.cn"),
        (Basemap(kind="gaode"), "GCJ-02", "https://*.is.autonavi.com"),
        (Basemap(kind="tiles", tiles="tiles/{z}/{x}/{y}.png"), "不联网", "'self' file:"),
    ],
    ids=["tianditu", "gaode", "tiles"],
)
def test_a_page_says_what_lies_below_and_may_ask_for_nothing_else(rich, basemap, said, host):
    page = draw_maps(rich, ("overview",), basemap=basemap)["overview"]
    notices = re.search(r'class="ty-notices".*?</div>', page, re.DOTALL)[0]
    assert said in notices
    assert f"img-src data: blob: {host};" in policy(page)
    assert page == draw_maps(rich, ("overview",), basemap=basemap)["overview"]


def test_on_gaode_everything_is_shifted_alike(rich):
    plain = draw_maps(rich, ("overview",))["overview"]
    shifted = draw_maps(rich, ("overview",), basemap=Basemap(kind="gaode"))["overview"]
    for key in ("sites", "institutions", "demand_covered"):
        for before, after in zip(features(plain, key), features(shifted, key), strict=True):
            wanted = np.ravel(wgs84_to_gcj02(*[[one] for one in before["geometry"]["coordinates"]]))
            assert after["geometry"]["coordinates"] == pytest.approx(wanted, abs=2.1e-5)
            assert np.abs(wanted - before["geometry"]["coordinates"]).max() > 0.001
    first = [
        one["geometry"]["packed"][0][:2]
        for one in (features(plain, "townships")[0], features(shifted, "townships")[0])
    ]
    assert np.abs(np.diff(first, axis=0)).max() > 100
    assert "GCJ-02 偏移显示" in shifted
    assert "GCJ-02 偏移显示" not in plain


def opened(browser, page, path, answer=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    asked, complaints = [], []
    shown = browser.new_page(viewport={"width": 1280, "height": 800})
    shown.on("pageerror", lambda error: complaints.append(str(error)))

    def route(one):
        if one.request.url.startswith("file:"):
            one.continue_()
            return
        asked.append(one.request.url)
        if answer is None:
            one.abort()
        else:
            one.fulfill(body=answer, content_type="image/png")

    shown.route("**/*", route)
    shown.goto(path.as_uri())
    shown.wait_for_timeout(300)
    return shown, asked, complaints


@pytest.mark.browser
@pytest.mark.parametrize(
    ("basemap", "pattern"),
    [
        (
            Basemap(kind="tianditu", token=KEY),
            rf"https://t[0-7]\.tianditu\.gov\.cn/(vec|cva)_w/wmts\?.*LAYER=(vec|cva)&.*tk={KEY}",
        ),
        (Basemap(kind="gaode"), r"https://webrd0[1-4]\.is\.autonavi\.com/appmaptile\?.*x=\d+&y=\d+&z=\d+"),
    ],
    ids=["tianditu", "gaode"],
)
def test_only_the_server_named_is_asked(browser, rich, basemap, pattern, tmp_path):
    page = draw_maps(rich, ("overview",), basemap=basemap)["overview"]
    refused, _, unanswered = opened(browser, page, tmp_path / "map.html")
    refused.close()
    assert unanswered == []
    shown, asked, complaints = opened(browser, page, tmp_path / "map.html", PIXEL)
    assert asked
    assert all(re.fullmatch(pattern, url) for url in asked)
    assert complaints == []
    assert shown.evaluate(
        "map_overview.tyOrder.every(g => g.getLayers().length || g.tySpec.key === 'search_areas')"
    )
    shown.locator(".ty-base").click()
    assert shown.locator(".leaflet-tile-pane img").count() == 0
    assert shown.locator(".ty-base").inner_text() == "显示底图"
    shown.close()


@pytest.mark.browser
def test_tiles_beside_the_maps_are_read_from_there(browser, rich, tmp_path):
    basemap = Basemap(kind="tiles", tiles="tiles/{z}/{x}/{y}.png")
    township = f"townships/{rich.townships.index[0]}"
    pages = draw_maps(rich, ("overview", township), basemap=basemap)
    for z in range(5, 17):
        for lat, lon in ((25.97, 117.36),):
            x = int((lon + 180) / 360 * 2**z)
            y = int((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**z)
            for i in (-1, 0, 1):
                for j in (-1, 0, 1):
                    tile = tmp_path / "maps" / "tiles" / str(z) / str(x + i) / f"{y + j}.png"
                    tile.parent.mkdir(parents=True, exist_ok=True)
                    tile.write_bytes(PIXEL)
    for name, page in pages.items():
        shown, asked, complaints = opened(browser, page, tmp_path / "maps" / f"{name}.html")
        loaded = shown.evaluate(
            "[...document.querySelectorAll('.leaflet-tile-pane img')].filter(i => i.naturalWidth && i.src.startsWith('file:')).length"
        )
        assert loaded > 0
        assert asked == complaints == []
        shown.close()


@pytest.mark.browser
def test_a_raster_goes_into_the_page(browser, rich, tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (3, 400, 400), dtype=np.uint8)
    path = write(tmp_path / "影像.tif", noise, west=496_000, north=2_913_500)
    page = draw_maps(rich, ("overview",), basemap=Basemap(kind="geotiff", raster=path))["overview"]
    assert len(page.encode()) < 4_000_000
    assert "影像.tif" in page
    assert str(tmp_path) not in page
    shown, asked, complaints = opened(browser, page, tmp_path / "map.html")
    assert shown.evaluate("document.querySelector('.leaflet-tile-pane img').naturalWidth") > 500
    assert asked == complaints == []
    shown.close()


@pytest.mark.parametrize(
    "tiles",
    ["https://x.y/{z}/{x}/{y}.png", "/a/{z}/{x}/{y}", "../{z}/{x}/{y}", "tiles/{z}/{x}", "a\\{z}\\{x}\\{y}"],
)
def test_tiles_elsewhere_are_refused(tiles):
    from tuoyu_geo.config import MapsSection
    from tuoyu_geo.settings import read_section

    with pytest.raises(ConfigError, match="tiles"):
        read_section(MapsSection, {"tiles": tiles}, file="project.toml")


def test_the_key_is_in_no_dump_of_the_settings():
    from tuoyu_geo.config import MapsSection

    section = MapsSection(basemap="tianditu", tianditu_token=KEY)
    assert KEY not in section.model_dump_json() + repr(section)
