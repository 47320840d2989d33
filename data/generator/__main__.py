"""Write the example project's data: ``python -m data.generator`` or ``python data/generator``."""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if not __package__:  # started as a folder: the package's parent is not on the path then
    sys.path[0] = str(ROOT)

from data.generator.build import build  # noqa: E402


def main() -> None:
    """Parse the target folder and write the files into it."""
    parser = argparse.ArgumentParser(prog="data.generator", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "yongan", help="folder to write into")
    folder = parser.parse_args().out
    for path in build(folder):
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
