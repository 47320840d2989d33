"""Which projects a command line names, and that each gets a folder of its own on any system."""

import re

import pytest

from tuoyu_geo.batch.counties import find_counties
from tuoyu_geo.errors import ConfigError


def put(folder, code="350481", **more):
    folder.mkdir(parents=True)
    lines = ["[project]", *([f'county_code = "{code}"'] if code else [])]
    (folder / "project.toml").write_text(
        "\n".join([*lines, *(f'{k} = "{v}"' for k, v in more.items())]), "utf-8"
    )
    return folder


def keys(*given):
    return [county.key for county in find_counties(given)]


def test_a_folder_is_searched_one_and_two_levels_down(tmp_path):
    put(tmp_path / "a", "350481")
    put(tmp_path / "fujian" / "b", "350482")
    put(tmp_path / "fujian" / "sanming" / "too-deep", "350483")
    put(tmp_path / "a" / "old", "350484")  # within a project: its own business
    assert keys(tmp_path) == ["350481", "350482"]


def test_files_folders_and_patterns_name_the_same_county_once(tmp_path):
    put(tmp_path / "c1", "350481")
    put(tmp_path / "c2", "350482")
    given = (tmp_path / "c1", tmp_path / "c1" / "project.toml", str(tmp_path / "c*"), tmp_path)
    assert keys(*given) == ["350481", "350482"]


def test_what_leads_nowhere_is_named_all_together(tmp_path):
    put(tmp_path / "c1")
    with pytest.raises(ConfigError) as caught:
        find_counties([tmp_path / "c1", tmp_path / "none", str(tmp_path / "x*")])
    assert str(tmp_path / "none") in str(caught.value)
    assert str(tmp_path / "x*") in str(caught.value)
    assert str(tmp_path / "c1") not in str(caught.value)


def test_counties_of_one_code_are_told_apart_by_their_folders(tmp_path):
    put(tmp_path / "2021" / "yongan")
    put(tmp_path / "2025" / "yongan")
    put(tmp_path / "2025" / "other")
    put(tmp_path / "2025" / "sanyuan", "350403")
    assert keys(tmp_path) == ["350403", "350481-2021-yongan", "350481-2025-yongan", "350481-other"]


def test_keys_differ_where_capitals_do_not_count(tmp_path):
    put(tmp_path / "Yongan")
    put(tmp_path / "YONGAN")
    found = keys(tmp_path)
    assert len({key.casefold() for key in found}) == 2


@pytest.mark.parametrize("name", ['a"b<c>?*|:', "con", "NUL.1", "ends.", "很" * 84, "a b", "..."])
def test_a_key_is_a_file_name_on_windows_too(tmp_path, name):
    put(tmp_path / name, code="")
    (key,) = keys(tmp_path / name)
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', key)
    assert not key.endswith((".", " "))
    assert key.split(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}
    assert 0 < len(key) <= 100


def test_a_project_that_is_no_toml_still_has_its_folder(tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "project.toml").write_bytes(b"\xff\xfe[")
    (county,) = find_counties([tmp_path])
    assert (county.key, county.code, county.language) == ("broken", "", "zh")


def test_a_county_speaks_what_its_project_states(tmp_path):
    put(tmp_path / "a", "350481", language="en")
    put(tmp_path / "b", "350482")
    assert [county.language for county in find_counties([tmp_path])] == ["en", "zh"]
