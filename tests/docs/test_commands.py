"""Every command that README, its Chinese sister, the tutorial and the manual show: it exists, and it runs as it stands.

A command that can't be run in a test is on the list below with its reason, and is looked up all the same.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
import typer

ROOT = Path(__file__).parents[2]
RUN = ("README.md", "README.zh.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))
PAGES = (*RUN, "CONTRIBUTING.md")
SHELL, OTHER = {"", "bash"}, {"python", "toml", "text", "diff"}
NOT_RUN = {
    r"(python|py) -m venv|\. |source ": "makes the environment that the test already runs in",
    r"pip install": "CI installs what stands here, and the wheel, before any test",
    r"pytest": "the tests themselves",
    r"ruff|mypy": "CI runs the linters",
    r"python -m benchmarks|python benchmarks/": "minutes to hours, and other tools to measure against",
    r"python -m tests\.fuzz": "runs for as long as it is told; tests/fuzz runs it",
    r"dask |export |tuoyu-geo batch .*--scheduler": "several computers; tests/batch/test_hosts.py makes three of one",
}
"""Beginnings of commands that no test runs, with the reason."""
FALLS_SHORT = {"tuoyu-geo site data/yongan --set siting.budget=12"}
"""Commands that end with 1, as the page says: twelve sites are too few."""
PROGRAMS = {
    "dask": "distributed",
    "mkdocs": "mkdocs-material",
    "pytest": "pytest",
    "ruff": "ruff",
    "mypy": "mypy",
}
"""By program, the library in the extras of pyproject.toml that brings it."""


class Command(NamedTuple):
    """One command of a page."""

    page: str
    words: str

    @property
    def plain(self) -> str:
        """As Linux has it: `py -m` is Python's launcher on Windows."""
        return re.sub(
            r"^(py|python) -m (?=pip |pytest)", "", self.words.replace("py -m tuoyu_geo", "tuoyu-geo")
        )


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """The fenced blocks of a page: their language and what stands in them."""
    yield from re.findall(
        r"^```(\w*)\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


def commands_of(page: str) -> list[Command]:
    lines = [line for language, body in blocks(page) if language in SHELL for line in body.splitlines()]
    bare = [re.sub(r"(^|\s)#.*$", "", line).strip() for line in lines]
    return [Command(page, one.strip()) for line in bare if line for one in line.split("&&")]


COMMANDS = [command for page in PAGES for command in commands_of(page)]


def not_run(command: Command) -> bool:
    return any(re.match(beginning, command.plain) for beginning in NOT_RUN)


@pytest.fixture(scope="module")
def options() -> dict[str, set[str]]:
    """The options of each command of ours."""
    from tuoyu_geo.cli import app

    group: Any = typer.main.get_command(app)
    own = {option for one in group.params for option in one.opts}
    return {
        name: own | {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
        for name, command in group.commands.items()
    }


@pytest.fixture(scope="module")
def extras() -> dict[str, str]:
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {name: " ".join(wanted) for name, wanted in tables["project"]["optional-dependencies"].items()}


def wrong_with(command: str, *, options: dict[str, set[str]], extras: dict[str, str]) -> str:
    """What of a command is not there; nothing where all is."""
    program, *words = shlex.split(command)
    said = {word.split("=", 1)[0] for word in words if word.startswith("--")}
    if program == "tuoyu-geo":
        name = next((word for word in words if not word.startswith("-")), "")
        if not words or words[0] in {"--help", "--version"}:
            return ""
        return (
            "" if name in options and said <= options[name] else f"{name} {said - options.get(name, set())}"
        )
    if program == "pip":
        asked = {
            one for word in words for inside in re.findall(r"\[(.+?)\]", word) for one in inside.split(",")
        }
        return "" if asked <= set(extras) else f"extras {asked - set(extras)}"
    if program in {"python", "py"}:
        return _wrong_with_python(words, said)
    if program in PROGRAMS:
        missing = [
            word for word in words if word.startswith("tests/") and not (ROOT / word.split("::")[0]).exists()
        ]
        return (
            "" if PROGRAMS[program] in " ".join(extras.values()) and not missing else f"{program} {missing}"
        )
    return "" if program in {".", "source", "export"} else f"nobody knows {program}"


def _wrong_with_python(words: list[str], said: set[str]) -> str:
    if words[:2] == ["-m", "venv"]:
        return ""
    place = ROOT / (words[1].replace(".", "/") if words[0] == "-m" else words[0])
    files = (
        [place]
        if place.is_file()
        else [place.with_suffix(".py")]
        if place.with_suffix(".py").is_file()
        else []
    )
    if (place / "__main__.py").is_file():
        files = sorted(place.glob("*.py"))
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    missing = {option for option in said if f'"{option}"' not in source}
    return f"{place.name} {missing}" if missing or not files else ""


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_of_a_kind_that_is_looked_at(page):
    assert {language for language, _ in blocks(page)} <= SHELL | OTHER


def test_every_command_is_there(options, extras):
    assert len(COMMANDS) > 30
    wrong = {
        f"{one.page}: {one.words}": wrong_with(one.plain, options=options, extras=extras) for one in COMMANDS
    }
    assert {command: what for command, what in wrong.items() if what} == {}


def test_every_command_named_in_a_sentence_is_there(options, extras):
    wrong = {}
    for page in PAGES:
        prose = re.sub(
            r"^```.*?^```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
        )
        for words in re.findall(r"`((?:tuoyu-geo|(?:py -m )?pip install|mkdocs) [^`]+)`", prose):
            for one in words.replace("\n", " ").split("&&"):
                what = wrong_with(Command(page, one.strip()).plain, options=options, extras=extras)
                if what:
                    wrong[f"{page}: {one}"] = what
    assert wrong == {}


@pytest.mark.parametrize(
    "command",
    [
        "tuoyu-geo rnu", "tuoyu-geo run --budget 3", 'pip install ".[gpu]"', "python -m benchmarks.nothing",
        "python benchmarks/city.py --no-such", "pytest tests/nowhere", "conda install tuoyu-geo",
    ],
)  # fmt: skip
def test_a_command_that_is_not_there_is_told(command, options, extras):
    assert wrong_with(command, options=options, extras=extras)


def test_whatever_is_not_run_is_on_the_list_for_a_command_that_is_shown():
    used = {beginning for beginning in NOT_RUN for one in COMMANDS if re.match(beginning, one.plain)}
    assert used == set(NOT_RUN)
    shown = {one.plain for one in COMMANDS}
    assert shown >= FALLS_SHORT
    assert {one.plain.split()[0] for one in COMMANDS if one.page in RUN and not not_run(one)} == {"tuoyu-geo"}


def test_both_readmes_show_the_same_commands_and_figures():
    english, chinese = "README.md", "README.zh.md"
    assert [one.words for one in commands_of(chinese)] == [one.words for one in commands_of(english)]
    first = next(body for _, body in blocks(english))
    assert first == 'pip install . && tuoyu-geo run\npip install ".[test]" && pytest\n'
    figures = {}
    for page in (english, chinese):
        prose = re.sub(r"```.*?```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
        figures[page] = set(re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3})", "", prose)))
    assert figures[chinese] - figures[english] == set()
    assert {"1000", "300", "1500", "15", "3.11", "2020"} <= figures[chinese]


def _fill_in(here: Path, lattice: ModuleType) -> None:
    """What a person does after `init`: put layers of their own into the folder."""
    assert (here / "my-city" / "communities.xlsx").is_file()
    lattice.write_town(here / "my-city")


def _counties(name: str) -> Callable[[Path, ModuleType], None]:
    def write(here: Path, lattice: ModuleType) -> None:
        for code in ("999900", "999901"):
            lattice.write_town(here / name / code, project_toml=lattice.PROJECT.replace("999900", code))

    return write


def _save_choice(here: Path, _: ModuleType) -> None:
    """What the panel of the overview map saves: here, the plan's own sites."""
    project = tomllib.loads((here / "data/yongan/project.toml").read_text(encoding="utf-8"))["project"]
    summary = json.loads((here / "summary.json").read_text(encoding="utf-8"))
    choice = {
        "schema_version": 1,
        "kind": "tuoyu-geo scenario",
        "project": {name: project[name] for name in ("title", "county_code")},
        "standard": None,
        "enrolment": None,
        "sites": [{"id": one} for one in summary["sites"]],
    }
    (here / "试算方案.json").write_text(json.dumps(choice, ensure_ascii=False), encoding="utf-8")


def _edit(here: Path, _: ModuleType) -> None:
    """More people in the first estate of the spreadsheet."""
    import openpyxl

    path = here / "data/yongan/communities.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.active
    head = next(row for row in sheet.iter_rows() if any(cell.value == "常住人口" for cell in row))
    cell = sheet.cell(head[0].row + 1, next(cell.column for cell in head if cell.value == "常住人口"))
    cell.value += 500
    book.save(path)


BEFORE = {
    "tuoyu-geo check my-city": _fill_in,
    "tuoyu-geo batch province": _counties("province"),
    "tuoyu-geo batch 福建省 --out 汇总 --dry-run": _counties("福建省"),
    "tuoyu-geo run data/yongan --scenario 试算方案.json --out 试算": _save_choice,
    "tuoyu-geo run data/yongan --out 改后": _edit,
}
"""What a person has done before a command, as the page says."""
GIVEN = """
import numpy as np
rng = np.random.default_rng(0)
cost, weight, township_idx = rng.uniform(0, 3000, (200, 60)), rng.integers(1, 90, 200), np.arange(60) % 5
"""
"""What a block of Python names without making it."""
MADE = {
    "tuoyu-geo run": (
        "maps/overview.html",
        "plan.xlsx",
        "report.docx",
        "report.html",
        "plan.gpkg",
        "summary.json",
    ),
    "tuoyu-geo run demo": ("demo/out/maps/overview.html", "demo/out/manifest.json"),
    "tuoyu-geo run my-city": ("my-city/out/plan.xlsx",),
    "tuoyu-geo batch 福建省 --out 汇总": ("汇总/rollup.xlsx", "汇总/counties/999901/plan.xlsx"),
    "tuoyu-geo maps data/yongan --figures png,svg,pdf": ("maps/overview.pdf", "maps/townships/350481001.svg"),
    "tuoyu-geo run data/yongan --scenario 试算方案.json --out 试算": ("试算/plan.xlsx",),
}


@pytest.fixture(scope="module")
def here(tmp_path_factory) -> Path:
    """A copy of what a checkout holds beside the code and the tests."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("data", "docs", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def run(here, lattice) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Run one command in the copy, as a shell does; a command that two pages show runs once."""
    done: dict[str, subprocess.CompletedProcess[str]] = {}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "PYTHONIOENCODING": "utf-8", "COLUMNS": "200"}

    def once(words: str) -> subprocess.CompletedProcess[str]:
        if words not in done:
            if words in BEFORE:
                BEFORE[words](here, lattice)
            asked = [sys.executable, "-m", "tuoyu_geo", *shlex.split(words)[1:]]
            if shutil.which("bash") and shutil.which("tuoyu-geo", path=path):
                asked = ["bash", "-c", words]
            done[words] = subprocess.run(
                asked,
                cwd=here,
                env=environment,
                capture_output=True,
                encoding="utf-8",
                timeout=900,
                check=False,
            )
        return done[words]

    return once


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN)
def test_what_a_page_shows_runs(page, run, here):
    for command in commands_of(page):
        if not not_run(command):
            done = run(command.plain)
            assert done.returncode == (command.plain in FALLS_SHORT), (
                f"{command.words}\n{done.stderr[-2000:]}"
            )
            assert "Traceback" not in done.stderr
            assert [name for name in MADE.get(command.plain, ()) if not (here / name).is_file()] == []


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN)
def test_the_python_that_a_page_shows_runs(page, here):
    for number, body in enumerate(body for language, body in blocks(page) if language == "python"):
        file = here / f"block_{number}.py"
        file.write_text(GIVEN + body if "cost" in body else body, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, file], cwd=here, capture_output=True, encoding="utf-8", timeout=600, check=False
        )
        assert done.returncode == 0, f"{body}\n{done.stderr[-2000:]}"


@pytest.mark.slow
def test_the_tutorial_is_true_of_what_comes_out(run, here):
    """What the tutorial says of its commands' answers."""
    short = run("tuoyu-geo site data/yongan --set siting.budget=12").stdout
    assert "不能同时满足" in short
    assert "未核" in run("tuoyu-geo coverage data/yongan").stdout + run("tuoyu-geo run").stdout
    run("tuoyu-geo run data/yongan --out 改后")
    changed = run("tuoyu-geo diff . 改后").stdout
    assert "输入文件 communities.xlsx" in changed.splitlines()[0]
    old, new = (
        json.loads((here / name / "summary.json").read_text(encoding="utf-8")) for name in (".", "改后")
    )
    assert [one["residents"] for one in old["townships"]] == [one["residents"] for one in new["townships"]]
    checked = run("tuoyu-geo check data/yongan").stdout.splitlines()[-1]
    assert "错误 0 条" in checked
    assert int(re.search(r"警告 (\d+) 条", checked)[1]) > 100
