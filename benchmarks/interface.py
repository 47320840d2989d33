"""What a workload is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
OURS = "ours"


class MissingError(Exception):
    """Inputs that are not on this machine: the workload is left out, and said so."""


class DisagreementError(Exception):
    """An answer that contradicts the inputs, or itself."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What every tool of a size reads: arrays by name, and a folder for what is read as files."""

    folder: Path
    arrays: Arrays

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.arrays[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A tool ready for the clock.

    Attributes
    ----------
    run
        The task once; this is what is timed.
    answer
        Its value as arrays that `Workload.compare` understands; not timed. ``memory_bytes`` among them replaces the
        measured memory, for tools whose work is done by processes of their own; 0 is not known.
    """

    run: Callable[[], Any]
    answer: Callable[[Any], Arrays]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One who can do the task.

    Attributes
    ----------
    name
        In the table; `OURS` is tuoyu_geo.
    packages
        Distributions whose versions the table names; the first is the tool's own.
    imports
        Modules loaded before the clock and the measuring of memory begin.
    prepare
        What is done once for many tasks; timed apart.
    is_peer
        Whether it runs in the environment of the peers.
    part
        Share of the task that a call does; the seconds are divided by it. For tools that would take minutes.
    tolerance
        Largest difference that counts as agreement; the workload's own when None. A heuristic is given room here.
    """

    name: str
    packages: tuple[str, ...]
    imports: tuple[str, ...]
    prepare: Callable[[Inputs], Prepared]
    is_peer: bool = True
    part: float = 1.0
    tolerance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """One size of a task.

    Attributes
    ----------
    n
        On the axis of the drawing, and what tells the sizes of a workload apart.
    given
        Keywords of `Workload.inputs`; words.toml may name them in its sentence of the size.
    tools
        Names of the tools that take part; all when None.
    """

    n: float
    given: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A task, who does it, and when their answers agree.

    Attributes
    ----------
    name
        On the command line; its words (title, size, answer, what was asked) stand under this name in words.toml.
    axis
        What a size counts, for the drawing; no drawing when None.
    inputs
        ``inputs(folder, **size.given)`` gives the arrays, and may write files into the folder. Raises `MissingError`.
    said
        The figures of an answer, recomputed from the inputs where the answer is a choice; words.toml puts them into words.
        Raises `DisagreementError`.
    compare
        ``compare(inputs, ours, peer)``: how far the peer's answer is from ours, as ``unit`` says.
    tolerance, unit
        Largest difference that counts as agreement, and a sign for it; words.toml may put it into words (``difference``).
    first_counts
        Whether the first call is a round too: for tasks that start a process anew each time.
    only_by_name
        Whether it is left out where no name is given: for tasks of a quarter of an hour.
    limit_s
        A call that takes longer is stopped, and the table says so.
    budget_s
        A tool whose rounds have taken this long takes no more; the table tells how many it had.
    """

    name: str
    sizes: Sequence[Size]
    tools: Sequence[Tool]
    inputs: Callable[..., Arrays]
    said: Callable[[Inputs, Arrays], Mapping[str, Any]]
    compare: Callable[[Inputs, Arrays, Arrays], float] = lambda _inputs, _ours, _peer: np.nan
    tolerance: float = 0.0
    unit: str = ""
    axis: str | None = None
    first_counts: bool = False
    only_by_name: bool = False
    limit_s: float = 60.0
    budget_s: float = 60.0
