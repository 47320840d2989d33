"""A made-up province for tests of scale: 80 counties, about 20 million residents, one project folder a county.

    python benchmarks/province.py FOLDER --counties 80 --seed 0

Written a county at a time; what a county holds depends on the seed and its number alone, so that one can be made again
with the same bytes (``--only 17``). Everything is made up and says so: codes 3591xx to 3599xx belong to no county. One
county in eight has a single bridge, one in five an island that no road leads to, one in ten no layer of water, and two
a quota that can't be met. Where the sizes come from stands in ``made_up/people.py``.
"""

import argparse
import sys
from pathlib import Path

if not __package__:  # started as a file: the root, where `data` and `benchmarks` are, is not on the path then
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.made_up.county import make_county
from benchmarks.made_up.places import N_COUNTIES, place_of


def main() -> None:
    """Parse the arguments and write the counties."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where; a folder a county, named by its code")
    parser.add_argument(
        "--counties", type=int, default=N_COUNTIES, choices=range(1, N_COUNTIES + 1), metavar="N"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, default=None, choices=range(1, N_COUNTIES + 1), metavar="NUMBER")
    parser.add_argument(
        "--broken", type=int, default=0, metavar="NUMBER", help="this county's data has an error"
    )
    asked = parser.parse_args()
    for number in range(1, asked.counties + 1) if asked.only is None else (asked.only,):
        folder = asked.folder / place_of(number)[2]
        make_county(folder, number, seed=asked.seed, broken=number == asked.broken)
        print(folder, flush=True)


if __name__ == "__main__":
    main()
