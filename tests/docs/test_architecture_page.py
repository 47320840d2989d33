"""docs/architecture.md names what is there: every room and file once, nothing that is gone, and functions that exist."""

import importlib
import re

import pytest


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "architecture.md").read_text(encoding="utf-8")


def section(page, title):
    return page.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def rooms(root):
    source = root / "src" / "tuoyu_geo"
    files = {path.name for path in source.glob("*.py")}
    # What is left of a room that another branch had is a folder of compiled files.
    kept = {
        one.relative_to(source).parts for one in source.rglob("*") if one.is_file() and one.suffix != ".pyc"
    }
    return files | {f"{parts[0]}/" for parts in kept if len(parts) > 1}


def test_every_room_and_file_is_named_once_and_none_that_is_gone(page, root):
    named = re.findall(r"^\| `([\w/.]+)` \|", section(page, "谁回答什么"), re.MULTILINE)
    assert sorted(named) == sorted(rooms(root))


def test_the_functions_of_a_run_exist(page):
    names = re.findall(r"\b[a-z_]+(?:\.\w+)+\b", section(page, "一次运行"))
    names = [name for name in names if name != "manifest.json"]
    assert len(names) > 20
    for name in names:
        module, _, rest = name.partition(".")
        found = importlib.import_module(f"tuoyu_geo.{module}")
        for part in rest.split("."):
            try:
                found = getattr(found, part)
            except AttributeError:
                found = importlib.import_module(f"{found.__name__}.{part}")


def test_files_to_look_at_exist(page, root):
    source = root / "src" / "tuoyu_geo"
    for row in re.findall(
        r"^\| [^|]+ \| ([^|]*`[^|]*) \|$", section(page, "哪里不对，先看哪里"), re.MULTILINE
    ):
        folder = source
        for name in re.findall(r"`([\w/.]+)`", row):
            path = source / name if "/" in name or (source / name).exists() else folder / name
            if name.startswith("tests/"):
                path = root / name
            assert path.exists(), name
            folder = path.parent


def test_the_picture_shows_rooms_that_are_there(root):
    picture = (root / "docs" / "architecture.svg").read_text(encoding="utf-8")
    shown = re.findall(r'font-weight="bold">([\w.]+)<', picture)
    assert len(shown) > 8
    assert [
        name
        for name in shown
        if f"{name.removesuffix('.py')}.py" not in rooms(root) and f"{name}/" not in rooms(root)
    ] == []
