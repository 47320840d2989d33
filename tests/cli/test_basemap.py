"""A basemap through the command line: the key from the environment, in the maps and nowhere else."""

import pytest

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def no_key(monkeypatch):
    monkeypatch.delenv("TIANDITU_TOKEN", raising=False)


def test_tianditu_by_the_environment_s_key(town, tuoyu, tmp_path, monkeypatch):
    folder, out = town(), tmp_path / "out"
    wanted = ("maps", folder, "--out", out, "--set", 'maps.basemap="tianditu"')
    refused = tuoyu(*wanted)
    assert refused.returncode != 0
    assert "TIANDITU_TOKEN" in refused.stderr
    assert not out.exists()
    monkeypatch.setenv("TIANDITU_TOKEN", KEY)
    assert tuoyu(*wanted).returncode == 0
    assert KEY in (out / "maps" / "overview.html").read_text(encoding="utf-8")
    assert KEY not in (out / "manifest.json").read_text(encoding="utf-8")
    assert tuoyu(*wanted).stdout.count("未变，保留") == 6
    monkeypatch.setenv("TIANDITU_TOKEN", KEY[::-1])
    assert tuoyu(*wanted).stdout.count("已重画") == 6


def test_a_raster_that_is_not_there_is_said_before_the_search(town, tuoyu, tmp_path):
    done = tuoyu(
        "maps",
        town(),
        "--out",
        tmp_path / "out",
        "--set",
        'maps.basemap="geotiff"',
        "--set",
        'maps.geotiff="影像.tif"',
    )
    assert done.returncode != 0
    assert "影像.tif" in done.stderr
    outside = tuoyu(
        "maps",
        town(),
        "--out",
        tmp_path / "out",
        "--set",
        'maps.basemap="geotiff"',
        "--set",
        'maps.geotiff="../a.tif"',
    )
    assert outside.returncode == 2
