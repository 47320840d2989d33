"""What would break on Windows and can be seen from here: names, line ends, encodings, and what only POSIX has."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "tuoyu_geo"
# The names that Windows keeps for devices, with any ending.
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
LONGEST = 120  # characters; Windows takes 260 with the folder that the checkout lies in
TEXT_MODES = {"r", "w", "a", "x", "rt", "wt", "r+", "w+"}
POSIX_MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty"}
POSIX_NAMES = {
    "fork",
    "forkpty",
    "geteuid",
    "getuid",
    "getloadavg",
    "killpg",
    "setsid",
    "mkfifo",
    "uname",
} | {f"SIG{name}" for name in ("KILL", "HUP", "ALRM", "USR1", "USR2", "STOP", "CONT", "CHLD", "PIPE")}


def git(*arguments: str, cwd: Path = ROOT) -> str:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git, or no checkout of it")
    done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, encoding="utf-8", check=False)
    if "dubious ownership" in done.stderr:
        pytest.skip("Git doesn't trust a checkout that is somebody else's")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    return git("-c", "core.quotepath=off", "ls-files", "-z").rstrip("\0").split("\0")


def unusable(name: str) -> list[str]:
    """The parts of a path that Windows can't have."""
    return [
        part
        for part in PurePosixPath(name).parts
        if re.search(r'[<>:"|?*\\\x00-\x1f]', part) or part != part.rstrip(". ") or DEVICES.fullmatch(part)
    ]


def test_the_rule_for_names_knows_a_bad_one():
    bad = ["a/b:c.csv", "con", "docs/NUL.txt", "x/end.", "x /y", 'a"b', "a\\b", "com1.csv"]
    assert [name for name in bad if not unusable(name)] == []
    assert unusable("tests/fuzz/corpus/values/con1.txt") == []


def test_windows_can_hold_every_file(tracked):
    assert len(tracked) > 300
    assert {name: unusable(name) for name in tracked if unusable(name)} == {}
    assert [name for name in tracked if len(name) > LONGEST] == []
    folders = {str(parent) for name in tracked for parent in PurePosixPath(name).parents}
    spelled = Counter(name.casefold() for name in {*tracked, *folders})
    assert [name for name, n in spelled.items() if n > 1] == []


def test_no_file_is_a_link():
    assert [line for line in git("ls-files", "--stage").splitlines() if line.startswith("120000")] == []


def test_a_checkout_of_windows_has_the_same_bytes(tmp_path):
    """With Git's line ends of Windows switched on, inputs would hash differently and fuzzing files change."""
    git("clone", "-q", "-c", "core.autocrlf=true", "-c", "core.eol=crlf", str(ROOT), str(tmp_path / "clone"))
    listed = git("ls-tree", "-r", "-z", "HEAD", cwd=tmp_path / "clone").rstrip("\0").split("\0")
    wanted = {name: about.split()[2] for about, name in (line.split("\t", 1) for line in listed)}
    names = sorted(wanted)
    hashed = subprocess.run(
        ["git", "hash-object", "--no-filters", "--stdin-paths"],
        input="\n".join(names),
        cwd=tmp_path / "clone",
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout.split()
    assert {name for name, now in zip(names, hashed, strict=True) if wanted[name] != now} == set()


def test_text_has_the_line_ends_of_unix(tracked):
    ours = (".py", ".md", ".toml", ".po", ".js", ".css", ".yml", ".ipynb")
    crlf = [name for name in tracked if name.endswith(ours) and b"\r" in (ROOT / name).read_bytes()]
    assert crlf == []


def unstated(tree: ast.AST) -> list[int]:
    """Lines that read or write text in whatever encoding the machine has."""
    lines = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or {"encoding", None} & {one.arg for one in node.keywords}:
            continue
        method = isinstance(node.func, ast.Attribute)
        name = node.func.attr if method else getattr(node.func, "id", "")
        said = {
            one.value
            for one in [*node.args, *(k.value for k in node.keywords)]
            if isinstance(one, ast.Constant)
        }
        given = {one.arg for one in node.keywords}
        if name == "open":
            in_text = not method or bool(said & TEXT_MODES) or not (node.args or node.keywords)
            bad = (
                in_text
                and not any(isinstance(one, str) and "b" in one for one in said)
                and "driver" not in given
            )
        else:
            bad = {
                "write_text": len(node.args) < 2,
                "read_text": not node.args,
                "fdopen": True,
                "NamedTemporaryFile": "mode" in given,
                "run": bool(given & {"text", "universal_newlines"}),
                "Popen": bool(given & {"text", "universal_newlines"}),
                "check_output": bool(given & {"text", "universal_newlines"}),
            }.get(name, False)
        if bad:
            lines.append(node.lineno)
    return sorted(lines)


def test_the_rule_for_encodings_knows_a_bad_one():
    bad = (
        "open(p)", "p.open()", "p.open('w')", "p.read_text()", "p.write_text(x)", "subprocess.run(c, text=True)",
    )  # fmt: skip
    good = (
        "open(p, 'rb')", "p.open('wb')", "p.read_text('utf-8')", "p.write_text(x, encoding='utf-8')", "zip.open(entry)",
        "rasterio.open(p, 'w', driver='GTiff')", "subprocess.run(c, capture_output=True)",
    )  # fmt: skip
    assert [one for one in bad if not unstated(ast.parse(one))] == []
    assert [one for one in good if unstated(ast.parse(one))] == []


def test_every_text_file_states_its_encoding(tracked):
    found = {
        name: lines
        for name in tracked
        if name.endswith(".py") and not name.startswith("benchmarks/")
        if (lines := unstated(ast.parse((ROOT / name).read_text(encoding="utf-8"))))
    }
    # memory files of rasterio, which hold no text
    found.pop("tests/maps/test_basemap.py", None)
    assert found == {}


def posix_only(tree: ast.AST) -> set[str]:
    """What a module takes from POSIX, but for what stands in ``with suppress(ImportError, …)``."""
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.With) and any("ImportError" in ast.dump(item) for item in node.items)
        for inner in ast.walk(node)
    }
    free = [node for node in ast.walk(tree) if id(node) not in guarded]
    return {
        *(
            one.name
            for node in free
            if isinstance(node, ast.Import)
            for one in node.names
            if one.name in POSIX_MODULES
        ),
        *(node.module for node in free if isinstance(node, ast.ImportFrom) and node.module in POSIX_MODULES),
        *(
            node.attr
            for node in free
            if isinstance(node, ast.Attribute)
            and node.attr in POSIX_NAMES
            and isinstance(node.value, ast.Name)
            and node.value.id in {"os", "signal"}
        ),
    }


def test_the_package_takes_nothing_that_only_posix_has():
    assert posix_only(ast.parse("import fcntl\nos.fork()\nsignal.SIGKILL")) == {"fcntl", "fork", "SIGKILL"}
    assert posix_only(ast.parse("with suppress(ImportError):\n import resource")) == set()
    taken = {
        path.relative_to(SRC).as_posix(): posix_only(ast.parse(path.read_text(encoding="utf-8")))
        for path in SRC.rglob("*.py")
    }
    assert {name: what for name, what in taken.items() if what} == {}


WITHOUT_POSIX = """
import os, signal, sys
from importlib.abc import MetaPathFinder
for owner, names in ((os, %(os)r), (signal, %(signal)r)):
    for name in names:
        if hasattr(owner, name):
            delattr(owner, name)
class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        frame = sys._getframe(1)
        while frame and "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        if name in %(modules)r and frame and frame.f_code.co_filename.startswith(%(tests)r):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
for name in %(modules)r:
    sys.modules.pop(name, None)
import pytest
sys.exit(pytest.main(["--collect-only", "-q", "-m", "slow or not slow", "-p", "no:cacheprovider"]))
"""


@pytest.mark.slow
def test_the_tests_can_be_collected_without_posix():
    """One import of `pty`, or one `signal.SIGKILL` in a parameter list, and no test runs on Windows."""
    # Libraries that ask sys.platform take what Linux has by these names.
    names = {
        "os": ["fork", "forkpty", "geteuid", "killpg", "setsid", "mkfifo"],
        "modules": sorted(POSIX_MODULES),
    }
    signals = sorted(
        name for name in POSIX_NAMES if name.startswith("SIG") and name not in {"SIGCHLD", "SIGPIPE"}
    )
    code = WITHOUT_POSIX % {**names, "signal": signals, "tests": str(ROOT / "tests")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"PYTEST_ADDOPTS": ""},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
