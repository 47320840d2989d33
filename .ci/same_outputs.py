"""``python .ci/same_outputs.py ONE OTHER``: every file of a run's folder ONE is the same in OTHER, the manifest's times aside."""

import json
import sys
from pathlib import Path

TIMES = ("timings_s", "written_at")


def content(path: Path) -> bytes:
    """A file's bytes; of a manifest, all but its times."""
    if path.name != "manifest.json":
        return path.read_bytes()
    tables = json.loads(path.read_text(encoding="utf-8"))
    return json.dumps({name: value for name, value in tables.items() if name not in TIMES}).encode()


def main() -> None:
    """Compare, and say how many."""
    one, other = (Path(name) for name in sys.argv[1:3])
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    differing = [
        str(name)
        for name in names
        if not (other / name).is_file() or content(one / name) != content(other / name)
    ]
    assert names
    assert not differing, differing
    print(f"{len(names)} files, the same byte for byte")


if __name__ == "__main__":
    main()
