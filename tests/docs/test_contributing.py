"""The first change that CONTRIBUTING.md walks through: every step fits the code, and fails the test that it names."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest


@pytest.fixture(scope="module")
def steps(root):
    """Each step's changes, and the test that fails after them; none after the last."""
    page = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    parts = re.split(r"^(?:Fails now: `(.+?)`|Nothing fails now)", page, flags=re.MULTILINE)
    blocks = [re.findall(r"^```diff\n(.*?)^```", part, re.MULTILINE | re.DOTALL) for part in parts[::2]]
    failing = parts[1::2]
    assert blocks.pop() == []
    assert None not in failing[:-1]
    assert failing[-1] is None
    return list(zip(blocks, failing, strict=True))


def change(folder, block, *, files):
    """One change: a file's name, then lines that stay, go (-) or come (+); `files` holds what was changed before."""
    name, *lines = block.splitlines()
    before = "\n" + "".join(line[1:] + "\n" for line in lines if not line.startswith("+"))
    after = "\n" + "".join(line[1:] + "\n" for line in lines if not line.startswith("-"))
    said = files.get(name) or (folder / name).read_text(encoding="utf-8")
    assert said.count(before) == 1, f"{name} has these lines {said.count(before)} times:{before}"
    files[name] = said.replace(before, after)


def test_every_step_fits_the_code(steps, root):
    files = {}
    for blocks, _ in steps:
        for block in blocks:
            change(root, block, files=files)
    assert len(files) > 5
    for name, said in files.items():
        if name.endswith(".py"):
            compile(said, name, "exec")
        if name.endswith(".po"):
            assert polib.pofile(said).percent_translated() == 100


@pytest.mark.slow
def test_each_step_fails_the_test_it_names_until_nothing_fails(steps, root, tmp_path):
    folder = tmp_path / "checkout"
    # A checkout without what hides in it (git, caches, an environment) and the pages that a run left there.
    shutil.copytree(root, folder, ignore=shutil.ignore_patterns(".*", "__pycache__", "*.html"))
    if (root.parent / "shared").is_dir():
        (tmp_path / "shared").symlink_to(root.parent / "shared", target_is_directory=True)
    files, own = {}, Path(__file__).relative_to(root)
    for blocks, failing in steps:
        for block in blocks:
            change(folder, block, files=files)
        for name, said in files.items():
            (folder / name).write_text(said, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
            # This file would look for the places that are changed by now.
            + ([failing] if failing else ["tests/policy", "tests/arch", "tests/docs", f"--ignore={own}"]),
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(folder / "src")},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        # 1: tests ran and some failed; a test that is not there would be 4.
        assert done.returncode == (1 if failing else 0), f"{failing}\n{done.stdout[-3000:]}"
