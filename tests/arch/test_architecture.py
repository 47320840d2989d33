"""The house: who may know whom, which words stand where."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import polib
import pytest

SRC = Path(__file__).parents[2] / "src" / "tuoyu_geo"
MODULES = sorted(SRC.rglob("*.py"))

# A room may import rooms before it in this list, never one after it.
ORDER = (
    ("messages",),
    ("errors",),
    ("findings", "settings", "cut", "writing", "compiled", "content", "schema", "doctype", "formulas"),
    ("config", "scenario"),
    ("layers",),
    ("areas",),
    ("demand", "network", "access"),
    ("policy",),
    ("reach",),
    ("policy_findings",),
    ("coverage", "service_areas", "proposals"),
    ("coverage_groups", "places"),
    ("gaps",),
    ("siting",),
    ("plan", "plan_rows", "candidates"),
    ("outcome", "assignment"),
    ("what_if",),
    ("serving", "trace"),
    ("maps", "reports", "manifest"),
    ("changes", "map_sheets"),
    ("views",),
    ("conclude", "solving"),
    ("choices",),
    ("inquiries",),
    (
        "project",
        "project_inputs",
        "building",
        "starting",
        "given",
    ),
    ("batch",),
    ("cli",),
    ("__main__",),
)
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}
# Rooms of equal rank that don't know each other.
STRANGERS = ({"demand", "network", "access"}, {"maps", "reports", "manifest"})


def room(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imports(path: Path) -> list[tuple[str, bool]]:
    """Modules a file imports, and whether only for the type checker."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in typing_only) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.module, id(node) in typing_only))
    return found


@pytest.mark.parametrize(
    "path", [p for p in MODULES if room(p) != "__init__"], ids=lambda p: str(p.relative_to(SRC))
)
def test_a_room_knows_nothing_of_the_rooms_after_it(path):
    own = room(path)
    for module, typing_only in imports(path):
        parts = module.split(".")
        if parts[0] != "tuoyu_geo" or len(parts) < 2 or parts[1] == own or typing_only:
            continue
        assert RANK[parts[1]] <= RANK[own], f"{own} imports {module}"
        assert not any({own, parts[1]} <= group for group in STRANGERS), f"{own} imports {module}"


def test_every_room_has_its_place():
    assert {room(path) for path in MODULES} - {"__init__"} <= set(RANK)


@pytest.mark.parametrize("module", ["siting", "network", "access"])
def test_numeric_rooms_load_without_geography(module):
    code = (
        f"import sys, tuoyu_geo.{module}; "
        "print(sorted({'geopandas','pandas','shapely','folium','pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"


def test_importing_the_package_is_light():
    code = "import sys, tuoyu_geo; print(sorted(m for m in sys.modules if m in {'numpy','pandas','geopandas','scipy','numba','folium','pydantic','typer'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"


def test_no_county_is_in_the_code():
    words = re.compile(r"永安|燕[东西南北]|350481|yongan", re.IGNORECASE)
    # The command line's default project, the townships' example in a docstring and the example's writer name it.
    allowed = {"cli/options.py", "starting/new_project.py", "layers/townships.py"}
    found = {
        str(path.relative_to(SRC))
        for path in MODULES
        if words.search(path.read_text(encoding="utf-8")) and path.relative_to(SRC).as_posix() not in allowed
    }
    assert found == set()


def catalogue() -> set[str]:
    return {
        entry.msgid
        for file in sorted((SRC / "messages" / "zh").glob("*.po"))
        for entry in polib.pofile(str(file))
    }


def test_every_sentence_said_is_in_the_catalogue():
    known = catalogue()
    missing = set()
    for path in MODULES:
        for key in re.findall(r"""\btext\(\s*["']([\w.]+)["']""", path.read_text(encoding="utf-8")):
            if key not in known:
                missing.add(f"{path.name}: {key}")
    assert missing == set()


def test_no_sentence_is_kept_that_nobody_says():
    said = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    literal = set(re.findall(r"""["']([a-z_0-9]+\.[\w.]+)["']""", said))
    # Keys put together from a code, such as f"words.flag.{flag}": their beginning stands in the code.
    beginnings = tuple(re.findall(r"""f["']([a-z_0-9]+\.[\w.]*)\{""", said))
    unused = {key for key in catalogue() - literal if not key.startswith(beginnings)}
    assert unused == set()


def test_chinese_sentences_stand_in_the_catalogue_only():
    offenders = []
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documentation = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        } | {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        offenders += [
            f"{path.relative_to(SRC)}:{node.lineno} {node.value[:30]}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documentation
            and re.search(r"[\u4e00-\u9fff]{4,}", node.value)
        ]
    # What offices write into cells and file names is data of the readers.
    assert [line for line in offenders if not line.startswith("layers/")] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SRC)))
def test_files_stay_small(path):
    # A file that has outgrown this has two subjects.
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 520
