"""The list of bad inputs and what came out, as docs/hostile_inputs.md holds it.

``python tests/hostile/table.py`` tries them all and writes it.
"""

import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [folder for folder in (str(HERE), str(HERE.parent / "layers")) if folder not in sys.path]

import grounds
import names
import people
import projects
import sheets
import texts
import vectors
import zips
from case import Case

CASES: list[Case] = [
    *zips.CASES, *sheets.CASES, *texts.CASES, *vectors.CASES, *grounds.CASES, *projects.CASES, *people.CASES, *names.CASES,
]  # fmt: skip
FILE = HERE.parents[1] / "docs" / "hostile_inputs.md"
HEAD = """# 坏输入一览

本页由测试写成（`python tests/hostile/table.py`），测试核对它与实际结果一致。防什么、不防什么见[威胁](threats.md)。
左边是试过的坏输入，右边是结果：`refused` 后面是发现的代码或错误类；`read: 2` 是读到 2 行；`text in …` 是在这些输出里都只是文字。

"""


def came_out(case: Case) -> str:
    """What came out of a bad input; a crash says so."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what GDAL says while bad files are made
        return case.run(Path(folder))


def row(case: Case, outcome: str) -> str:
    return f"| {_cell(case.name)} | {_cell(outcome)} |"


def _cell(words: str) -> str:
    safe = words.replace("\\", "\\\\").replace("`", "'").replace("|", "\\|").replace("\n", " ")
    return "`" + safe.replace("\\\\", "\\") + "`"


def written(outcomes: dict[str, str]) -> str:
    counts = Counter(case.group for case in CASES)
    parts = [f"{HEAD}共 {len(CASES)} 种。\n"]
    for group, n in counts.items():
        parts.append(f"\n## {group}（{n}）\n\n| 输入 | 结果 |\n|---|---|\n")
        parts += [row(case, outcomes[case.id]) + "\n" for case in CASES if case.group == group]
    return "".join(parts)


def main() -> None:
    FILE.write_text(written({case.id: came_out(case) for case in CASES}), encoding="utf-8")


if __name__ == "__main__":
    main()
