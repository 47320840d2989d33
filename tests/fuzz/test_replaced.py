"""Files and settings with one word in another's place, thought of by hand: encodings, numbers, shapes, names, depths."""

import json
from pathlib import Path

import pytest

from .targets import CORPUS, TARGETS, check_project, town

REPLACED = json.loads(Path(__file__).with_name("replaced.json").read_text(encoding="utf-8"))
FILES = [name for name in REPLACED if not name.startswith("town/")]


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_file_with_a_word_replaced(name, tmp_path):
    plain = (CORPUS / name).read_text(encoding="utf-8")
    for k, (old, new) in enumerate(REPLACED[name]):
        assert old in plain, old
        folder = tmp_path / str(k)
        folder.mkdir()
        TARGETS[name.partition("/")[0]].run(plain.replace(old, new).encode(), folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["project.toml", "policy.toml"])
def test_a_setting_replaced(name, tmp_path):
    plain = town()[name].decode()
    for k, (old, new) in enumerate(REPLACED[f"town/{name}"]):
        assert old in plain, old
        folder = tmp_path / str(k)
        folder.mkdir()
        for one, content in town().items():
            (folder / one).write_bytes(content)
        (folder / name).write_text(plain.replace(old, new, 1), encoding="utf-8")
        check_project(folder)
