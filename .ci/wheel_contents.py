"""What `dist/` holds: the wheel is the package and the example as they are tracked, the archive all that is needed to build it.

``python .ci/wheel_contents.py DIST`` ends with an assertion where a file is missing, changed, or nobody's.
"""

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

ROOT = Path(__file__).parents[1]
MOST_BYTES = 4_000_000
EXAMPLE = "data/yongan/"
NOT_IN_THE_ARCHIVE = (".ci/",)


def tracked() -> dict[str, str]:
    """Hash of every file that Git knows, by name."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    return {name: _hash((ROOT / name).read_bytes()) for name in listed.stdout.rstrip("\0").split("\0")}


def wheel_is_right(path: Path, files: dict[str, str]) -> None:
    """The wheel is what is tracked in src and data/yongan, and says what it is."""
    with zipfile.ZipFile(path) as wheel:
        inside = {name: _hash(wheel.read(name)) for name in wheel.namelist()}
        (about,) = [name for name in inside if name.endswith(".dist-info/METADATA")]
        says = Parser().parsestr(wheel.read(about).decode())
    wanted = {
        name.removeprefix("src/").replace(EXAMPLE, "tuoyu_geo/example/"): hashed
        for name, hashed in files.items()
        if name.startswith(("src/", EXAMPLE))
    }
    own = {name: hashed for name, hashed in inside.items() if ".dist-info/" not in name}
    _same(own, wanted, path.name)
    assert "tuoyu_geo/py.typed" in own
    assert path.stat().st_size < MOST_BYTES, f"{path.stat().st_size:,} bytes"
    assert (says["Name"], says["License-Expression"], says["Requires-Python"]) == (
        "tuoyu-geo",
        "MIT",
        ">=3.11",
    )
    assert says.get_payload() == (ROOT / "README.md").read_text(encoding="utf-8")
    assert {"test", "batch", "docs", "notebook", "postgis", "lint"} <= set(says.get_all("Provides-Extra"))


def archive_is_right(path: Path, files: dict[str, str]) -> None:
    """The archive is what is tracked, but for CI's own files."""
    with tarfile.open(path) as archive:
        inside = {
            member.name.split("/", 1)[1]: _hash(archive.extractfile(member).read())
            for member in archive.getmembers()
            if member.isfile()
        }
    inside.pop("PKG-INFO")
    _same(
        inside,
        {name: one for name, one in files.items() if not name.startswith(NOT_IN_THE_ARCHIVE)},
        path.name,
    )


def _same(found: dict[str, str], wanted: dict[str, str], where: str) -> None:
    differing = {name for name in found.keys() & wanted.keys() if found[name] != wanted[name]}
    assert found == wanted, (
        f"{where}: missing {sorted(wanted.keys() - found.keys())}, "
        f"nobody's {sorted(found.keys() - wanted.keys())}, changed {sorted(differing)}"
    )


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main() -> None:
    """Look at the one wheel and the one archive of a folder."""
    dist, files = Path(sys.argv[1]), tracked()
    (wheel,), (archive,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    wheel_is_right(wheel, files)
    archive_is_right(archive, files)
    print(f"{wheel.name}: {wheel.stat().st_size:,} bytes; {archive.name}: {archive.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
