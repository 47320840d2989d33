"""What is known of an instance: from a file of answers, from the instance itself, or from the table below."""

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmarks.instances.pieces import Named

Kernel = Literal["p_median", "max_coverage", "set_cover", "p_center"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An answer as written, "infeasible" among them; where it is from; whether it is said to be the best there is."""

    answer: str
    source: str
    is_best: bool = True

    @property
    def value(self) -> float:
        """The answer as a number; NaN where there is no plan."""
        return float("nan") if self.answer == "infeasible" else float(self.answer)

    @property
    def rounding(self) -> float:
        """Half of the last decimal written."""
        decimals = re.search(r"\.(\d+)", self.answer)
        return 0.5 * 10.0 ** -(len(decimals[1]) if decimals else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a table of costs, and the answer where one is known.

    `has_room` asks with the sites' capacities; `per_weight` and `divisor` say in what the answer is counted.
    """

    kernel: Kernel
    p: int | None = None
    standard: float | None = None
    has_room: bool = False
    per_weight: bool = False
    divisor: float = 1.0
    known: Known | None = None


def _asked(source: str, *rows: tuple[Kernel, int | None, float | None, str]) -> tuple[Question, ...]:
    return tuple(
        Question(kernel=kernel, p=p, standard=standard, known=Known(answer=answer, source=source))
        for kernel, p, standard, answer in rows
    )


def _counted(answers: str) -> tuple[Question, ...]:
    source = "exact solves of the Sao Jose dos Campos sets, radius 800 m"
    rows: list[tuple[Kernel, int | None, float | None, str]] = [
        ("max_coverage", p, 800.0, answer) for p, answer in enumerate(answers.split(), start=1)
    ]
    return _asked(source, *rows)


def _minutes(kernel: Kernel, answers: str, *, per_weight: bool) -> tuple[Question, ...]:
    source = "brute force over all choices, hsma-tools/lokigi's Brighton data"
    return tuple(
        Question(
            kernel=kernel, p=p, per_weight=per_weight, divisor=60.0, known=Known(answer=answer, source=source)
        )
        for p, answer in enumerate(answers.split(), start=1)
    )


# By `fingerprint` of the numbers: a copy under another name is known, too, and one that was changed is not.
QUESTIONS: dict[str, tuple[Question, ...]] = {
    "1f8a2102ed4cfb23": _asked(
        "spopt's notebooks and tests (pysal/spopt)",
        ("set_cover", None, 5000.0, "8"),
        ("max_coverage", 4, 5000.0, "875247"),
        ("p_median", 4, None, "2848268129.7145"),
        ("p_center", 4, None, "7403.06"),
        ("set_cover", None, 20.0, "infeasible"),
        ("max_coverage", 1000, 5000.0, "infeasible"),
    ),
    "c90bda1aa373c112": (
        *_asked("spopt's tests (pysal/spopt)", ("p_median", 8, None, "668.880")),
        Question(
            kernel="p_median",
            p=8,
            has_room=True,
            known=Known(answer="675.964", source="spopt's tests (pysal/spopt)"),
        ),
    ),
    "b6caf9b3b70d537e": (
        *_minutes("p_median", "9.738592 5.943984 5.372208 5.080178 4.957668 4.868855", per_weight=True),
        *_minutes("p_center", "19.571 16.688833", per_weight=False),
    ),
    "f4673eb3f5b92624": _counted("5461 8790 11604 12106 12152"),
    "a4f71b07a73a5e08": _counted("7944 12454 15730 17794 18859"),
}


def fingerprint(*arrays: np.ndarray) -> str:
    """Sixteen letters that stand for the numbers of an instance."""
    digest = hashlib.sha256()
    for one in arrays:
        digest.update(repr(one.shape).encode())
        digest.update(np.ascontiguousarray(one, dtype="<f8").tobytes())
    return digest.hexdigest()[:16]


def answer_of(lists: list[tuple[str, Named]], *, stem: str, p: int | None) -> Known | None:
    """What files of answers say of an instance, by its file's name without its end; the nearest file comes first.

    A line is the name and the answer; of numbers between them the last is the number of sites.
    """
    for source, named in lists:
        for name, value in named.value.items():
            first, *between = name.replace("=", " ").split()
            if _alike(name, stem) or (_alike(first, stem) and between[-1:] == [str(p)]):
                return Known(answer=value, source=source)
    return None


def _alike(name: str, stem: str) -> bool:
    return name.casefold().rsplit(".", 1)[0] == stem.casefold()
