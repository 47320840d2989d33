"""What Numba keeps on the disk, cut off, overwritten or not to be written: the numbers are the same, and nothing stops."""

import importlib.util

import numba
import pytest

SOURCE = """
from tuoyu_geo.compiled import compiled

@compiled
def tenth(x):
    return 10 * x

@compiled
def total(x):
    found = 0
    for k in range(x):
        found += tenth(k)
    return found
"""
RIGHT = 10 * sum(range(7))


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A folder for the cache, and a fresh load of two compiled functions, one of which calls the other."""
    cache = tmp_path / "cache"
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(cache))
    file = tmp_path / "loops.py"
    file.write_text(SOURCE, encoding="utf-8")

    def load():
        spec = importlib.util.spec_from_file_location("loops", file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.total

    load.files = lambda ending: sorted(cache.rglob(f"*{ending}"))
    return load


def hits(function):
    return sum(function.stats.cache_hits.values())


def test_what_was_compiled_once_is_kept(kept):
    first, second = kept(), kept()
    assert first(7) == RIGHT
    assert hits(first) == 0
    assert second(7) == RIGHT
    assert hits(second) == 1


HARM = {
    "empty": lambda data: b"",
    "cut off": lambda data: data[: len(data) // 2],
    "one byte short": lambda data: data[:-1],
    "garbage": lambda data: bytes(range(256)) * 40,
    "zeros, as after a power cut": lambda data: bytes(len(data)),
    "one byte changed in the middle": lambda data: (
        data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]
    ),
    "the last byte changed": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "text": lambda data: b"<html>404</html>",
}


FEW = ("cut off", "one byte changed in the middle")


@pytest.mark.parametrize(
    "harm", [*FEW, *(pytest.param(one, marks=pytest.mark.slow) for one in HARM if one not in FEW)]
)
@pytest.mark.parametrize("ending", [".nbi", ".nbc"])
def test_a_harmed_cache_is_compiled_anew(kept, harm, ending):
    kept()(7)
    assert len(kept.files(ending)) == 2
    for path in kept.files(ending):
        path.write_bytes(HARM[harm](path.read_bytes()))
    harmed = kept()
    assert harmed(7) == RIGHT
    assert hits(harmed) == 0
    # And it is whole again.
    healed = kept()
    assert healed(7) == RIGHT
    assert hits(healed) == 1


@pytest.mark.slow
def test_no_changed_byte_of_the_code_is_ever_run(kept):
    """Most bytes of a cached object can change without Numba's noticing, and some of those are machine code."""
    kept()(7)
    path = kept.files(".nbc")[-1]
    data = path.read_bytes()
    for k in range(40):
        at = (2 * k + 1) * len(data) // 80
        path.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
        harmed = kept()
        assert harmed(7) == RIGHT, at
        assert hits(harmed) == 0, at


def test_numbas_own_cache_of_the_same_function_is_not_taken(kept, tmp_path):
    """A cache without checksums, as older versions of this package wrote it."""
    kept()(7)
    ours = {path.name: path.read_bytes() for path in kept.files(".nbc")}
    for path in kept.files(".nbc"):
        path.write_bytes(path.read_bytes()[32:])
    assert kept()(7) == RIGHT
    assert {path.name for path in kept.files(".nbc")} >= set(ours)


def test_files_of_the_cache_that_went_away_are_no_matter(kept):
    kept()(7)
    for path in kept.files(".nbc"):
        path.unlink()
    assert kept()(7) == RIGHT


@pytest.mark.parametrize("where", ["a file", "nowhere"])
def test_without_a_place_for_a_cache_it_is_compiled_in_each_process(kept, tmp_path, monkeypatch, where):
    from numba.core import caching

    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "file" / "cache"))
    if where == "nowhere":
        monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [caching.UserProvidedCacheLocator])
    function = kept()
    assert function(7) == RIGHT


def test_a_cache_that_fills_its_disk_stops_nothing(kept, monkeypatch):
    from numba.core.caching import IndexDataCacheFile

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(IndexDataCacheFile, "_save_index", full)
    assert kept()(7) == RIGHT
