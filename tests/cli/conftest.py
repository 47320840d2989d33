"""The command, called as a person calls it; the hand-drawn town to call it on."""

import io
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def town(tmp_path: Path, lattice: ModuleType) -> Callable[..., Path]:
    """Write the town, with some files replaced; gives its folder."""
    return lambda **changes: lattice.write_town(tmp_path / "town", **changes)


@dataclass
class Done:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def tuoyu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Call `tuoyu-geo` in a folder of its own, without waiting for a new Python each time."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Done:
        from tuoyu_geo.cli import main

        monkeypatch.setattr(sys, "argv", ["tuoyu-geo", *map(str, arguments)])
        out, err = io.StringIO(), io.StringIO()
        code: object = 0
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main()
            except SystemExit as end:
                code = end.code or 0
            except Exception:  # noqa: BLE001  (what Python itself does with it)
                traceback.print_exc()
                code = 1
        return Done(returncode=int(code), stdout=out.getvalue(), stderr=err.getvalue())

    return run


@pytest.fixture
def tuoyu_process(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `tuoyu-geo` as a process, its streams in an encoding."""

    def run(*arguments: object, encoding: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from tuoyu_geo.cli import main; main()", *map(str, arguments)],
            capture_output=True,
            cwd=tmp_path,
            env=os.environ | {"PYTHONIOENCODING": encoding},
            encoding=encoding,
            errors="replace",
            timeout=120,
            check=False,
        )

    return run
