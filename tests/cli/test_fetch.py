"""`tuoyu-geo fetch` against a stand-in for the two servers on this machine."""

import json
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import geopandas as gpd
import pytest

from tuoyu_geo.network import read_osm

pytestmark = pytest.mark.slow

LON, LAT = 117.36, 25.97


def node(number, east, north, **tags):
    """A node so many thousandths of a degree from the south-west."""
    return {"type": "node", "id": number, "lon": LON + east / 1000, "lat": LAT + north / 1000, "tags": tags}


def way(number, nodes, **tags):
    return {
        "type": "way",
        "id": number,
        "nodes": nodes,
        "tags": {name.replace("_", ":"): value for name, value in tags.items()},
    }


CORNERS = [node(k, *at) for k, at in enumerate([(0, 0), (10, 0), (10, 10), (0, 10)], start=1)]
ANSWERS = {
    "highway": [
        *CORNERS,
        node(5, 5, 0),
        way(10, [1, 5, 2], highway="residential"),
        way(11, [2, 3], highway="primary", bridge="yes", foot="no", maxspeed="50"),
        way(12, [3, 4], highway="footway"),
        way(13, [5, 4], highway="tertiary", oneway="yes"),
    ],
    "admin_level": [
        *CORNERS,
        way(20, [1, 2, 3]),
        way(21, [3, 4, 1]),
        {
            "type": "relation", "id": 22,
            "members": [{"type": "way", "ref": 20, "role": "outer"}, {"type": "way", "ref": 21, "role": "outer"}],
            "tags": {"type": "boundary", "boundary": "administrative", "admin_level": "8", "name": "燕东街道"},
        },
    ],
    "kindergarten": [*CORNERS, way(30, [1, 2, 3, 1], amenity="kindergarten", name="实验幼儿园"), node(31, 4, 4, amenity="kindergarten")],
    "childcare": [node(40, 5, 5, amenity="childcare", name="小太阳托育")],
    "clinic": [node(50, 6, 6, amenity="clinic", name="社区卫生服务站")],
    "community_centre": [],
    "landuse": [*CORNERS, way(60, [1, 2, 3, 4, 1], landuse="residential", name="东门小区"), node(61, 1, 1, place="neighbourhood")],
}  # fmt: skip
PLACE = {
    "place_id": 1, "osm_type": "relation", "osm_id": 1, "lat": str(LAT), "lon": str(LON), "class": "boundary",
    "type": "administrative", "place_rank": 12, "importance": 0.5, "addresstype": "city", "name": "永安市",
    "display_name": "永安市", "boundingbox": [str(LAT), str(LAT + 0.01), str(LON), str(LON + 0.01)],
    "geojson": {
        "type": "Polygon",
        "coordinates": [[[LON - 0.01, LAT - 0.01], [LON + 0.02, LAT - 0.01], [LON + 0.02, LAT + 0.02], [LON - 0.01, LAT + 0.02], [LON - 0.01, LAT - 0.01]]],
    },
}  # fmt: skip


class Stand:
    """Both servers; `broken` answers come first, as (status, body)."""

    def __init__(self):
        self.asked: list[str] = []
        self.broken: list[tuple[int, str]] = []
        self.places = [PLACE]
        stand = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def reply(self, status, body):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body.encode())

            def do_GET(self):
                stand.asked.append(urlparse(self.path).path)
                self.reply(200, json.dumps(stand.places))

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                query = parse_qs(body)["data"][0]
                stand.asked.append(query)
                if stand.broken:
                    self.reply(*stand.broken.pop(0))
                    return
                key = next((one for one in ANSWERS if one in query and one != "highway"), "highway")
                self.reply(200, json.dumps({"elements": ANSWERS[key]}))

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        port = self.server.server_address[1]
        self.overpass, self.nominatim = f"http://127.0.0.1:{port}/api", f"http://127.0.0.1:{port}/nominatim"


@pytest.fixture
def stand():
    one = Stand()
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture
def fetch(stand, tuoyu, tmp_path, monkeypatch):
    naps = []
    monkeypatch.setattr("time.sleep", naps.append)

    def run(*options, place="永安市"):
        return tuoyu("fetch", place, "--out", tmp_path / "p", "--overpass", stand.overpass, "--nominatim", stand.nominatim, *options)  # fmt: skip

    run.naps = naps
    return run


def test_fetch_writes_layers_that_a_project_can_read(fetch, tmp_path):
    done = fetch()
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "p"
    assert sorted(path.name for path in folder.iterdir()) == [
        "ATTRIBUTION.txt", "candidates.xlsx", "childcare.geojson", "clinics.geojson", "kindergartens.geojson", "osm_cache",
        "osm_layers.toml", "policy.toml", "project.toml", "residential.geojson", "roads.graphml", "standards.toml",
        "townships.geojson", "villages.xlsx",
    ]  # fmt: skip
    network = read_osm(folder / "roads.graphml")
    edges = {
        frozenset((int(network.node_id[u]), int(network.node_id[v]))): (network.class_names[c], int(o), bool(b), bool(f))
        for u, v, c, o, b, f in zip(
            network.u, network.v, network.class_code, network.oneway, network.bridge, network.foot, strict=True
        )
    }  # fmt: skip
    assert edges[frozenset((2, 3))] == ("primary", 0, True, False)
    assert edges[frozenset((4, 5))][0] == "tertiary"
    assert abs(edges[frozenset((4, 5))][1]) == 1
    assert edges[frozenset((3, 4))][0] == "footway"
    assert network.speed_kph[network.edges_of("primary")].tolist() == [50]
    assert gpd.read_file(folder / "townships.geojson")["name"].tolist() == ["燕东街道"]
    gardens = gpd.read_file(folder / "kindergartens.geojson")
    assert gardens.geometry.geom_type.tolist() == ["Point", "Point"]
    assert gpd.read_file(folder / "residential.geojson")["name"].tolist() == ["东门小区"]
    layers = tomllib.loads((folder / "osm_layers.toml").read_text(encoding="utf-8"))["layers"]
    assert set(layers) == {"townships", "communities", "institutions", "roads"}
    assert all("OpenStreetMap" in one["source"] and one["datum"] == "wgs84" for one in layers.values())
    assert "ODbL" in (folder / "ATTRIBUTION.txt").read_text(encoding="utf-8")
    assert "OpenStreetMap contributors" in done.stdout
    assert "社区中心：0" in done.stdout


def test_what_was_fetched_is_a_project_that_can_be_checked(fetch, tuoyu, tmp_path):
    done = fetch()
    assert "tuoyu-geo check" in done.stdout
    folder = tmp_path / "p"
    layers = tomllib.loads((folder / "project.toml").read_text(encoding="utf-8"))["layers"]
    assert {role: one["path"] for role, one in layers.items()} == {
        "townships": "townships.geojson", "communities": "residential.geojson", "villages": "villages.xlsx",
        "institutions": "childcare.geojson", "candidates": "candidates.xlsx", "roads": "roads.graphml",
    }  # fmt: skip
    assert layers["roads"]["quality"] == "unverified"
    done = tuoyu("check", folder)
    assert done.returncode == 1
    # Two things are for the planner: the policy's own townships, and villages, which nobody maps.
    assert "错误 2 条" in done.stdout
    assert "policy.toml" in done.stdout
    assert "villages.xlsx" in done.stdout
    assert "Traceback" not in done.stderr
    # A project that is there stays as it is.
    (folder / "project.toml").write_text("# mine\n", encoding="utf-8")
    for path in folder.iterdir():
        if path.suffix in {".geojson", ".graphml"} or path.name == "osm_layers.toml":
            path.unlink()
    done = fetch()
    assert "osm_layers.toml" in done.stdout
    assert (folder / "project.toml").read_text(encoding="utf-8") == "# mine\n"


def test_a_box_is_fetched_without_asking_for_a_name(fetch, stand, tmp_path):
    for wrong in ("117,26,118", "118,26,117,27", "117,26,118,126", "nan,26,118,27"):
        done = fetch(place=wrong)
        assert done.returncode == 2
        assert "西,南,东,北" in done.stderr
    assert stand.asked == []
    done = fetch(place=f"{LON - 0.01},{LAT - 0.01},{LON + 0.02},{LAT + 0.02}")
    assert done.returncode == 0, done.stderr
    assert not any("nominatim" in one for one in stand.asked)
    assert (tmp_path / "p" / "roads.graphml").exists()


def test_what_was_answered_once_is_not_asked_again(fetch, stand, tmp_path):
    assert fetch("--cache", tmp_path / "cache").returncode == 0
    first = len(stand.asked)
    assert first == 8  # the place, the roads and six layers
    for path in (tmp_path / "p").iterdir():
        path.unlink()
    assert fetch("--cache", tmp_path / "cache").returncode == 0
    assert len(stand.asked) == first


def found(folder):
    """What was fetched; workbooks and GraphML hold the time of writing."""
    layers = {path.name: path.read_bytes() for path in folder.glob("*.geojson")}
    return layers, read_osm(folder / "roads.graphml").n_edge, sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("harm", ["cut off", "garbage", "empty", "another table"])
def test_an_answer_that_was_not_kept_whole_is_asked_again(fetch, stand, tmp_path, harm):
    """OSMnx alone would stop at it, or take the place for one without roads."""
    assert fetch("--cache", tmp_path / "cache").returncode == 0
    right = found(tmp_path / "p")
    first = len(stand.asked)
    for path in (tmp_path / "p").iterdir():
        path.unlink()
    for path in (tmp_path / "cache").iterdir():
        data = path.read_bytes()
        path.write_bytes(
            {"cut off": data[: len(data) // 2], "garbage": b"\xff\x00", "empty": b"", "another table": b"{}"}[
                harm
            ]
        )
    done = fetch("--cache", tmp_path / "cache")
    assert done.returncode == 0, done.stderr
    assert len(stand.asked) == 2 * first
    assert found(tmp_path / "p") == right


def test_a_cache_that_can_not_be_written_is_named(fetch, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = fetch("--cache", tmp_path / "file" / "cache")
    assert done.returncode == 1
    assert str(tmp_path / "file" / "cache") in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "p").exists()


def test_what_was_fetched_is_written_whole_or_not_at_all(fetch, tmp_path, monkeypatch):
    from pathlib import Path

    real = Path.replace

    def replace(self, target):
        if Path(target).name == "project.toml":
            raise PermissionError(13, "in use")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    done = fetch("--cache", tmp_path / "cache")
    assert done.returncode == 1
    assert "project.toml" in done.stderr
    assert not (tmp_path / "p").exists()
    monkeypatch.setattr(Path, "replace", real)
    assert fetch("--cache", tmp_path / "cache").returncode == 0
    assert (tmp_path / "p" / "project.toml").exists()


def test_a_busy_broken_or_half_answer_is_tried_again(fetch, stand, tmp_path):
    half = json.dumps({"elements": ANSWERS["highway"][:4], "remark": "runtime error: Query timed out"})
    stand.broken = [(429, "busy"), (503, "<html>down</html>"), (200, half), (504, "")]
    done = fetch()
    assert done.returncode == 0, done.stderr
    assert [nap for nap in fetch.naps if nap >= 5] == [5, 10, 20, 40]
    assert read_osm(tmp_path / "p" / "roads.graphml").n_edge >= 4


def test_a_server_that_never_answers_is_named_and_nothing_is_written(fetch, stand, tmp_path):
    stand.broken = [(503, "down")] * 10
    done = fetch("--retries", "1")
    assert done.returncode == 1
    assert "2 次" in done.stderr
    assert stand.overpass in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "p" / "roads.graphml").exists()


def test_unknown_places_and_files_that_are_there(fetch, stand, tmp_path):
    stand.places = []
    done = fetch()
    assert done.returncode == 2
    assert "永安市" in done.stderr
    stand.places = [PLACE]
    (tmp_path / "p").mkdir(exist_ok=True)
    (tmp_path / "p" / "townships.geojson").write_text("{}", encoding="utf-8")
    done = fetch()
    assert done.returncode == 2
    assert "townships.geojson" in done.stderr
    assert (tmp_path / "p" / "townships.geojson").read_text(encoding="utf-8") == "{}"


def test_osmnx_is_left_as_it_was(fetch):
    import socket

    import osmnx as ox

    before = (
        ox.settings.overpass_url,
        ox.settings.requests_kwargs,
        ox.settings.cache_folder,
        socket.getaddrinfo,
    )
    fetch()
    after = (
        ox.settings.overpass_url,
        ox.settings.requests_kwargs,
        ox.settings.cache_folder,
        socket.getaddrinfo,
    )
    assert before == after
