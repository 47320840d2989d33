"""Files that belong together, made into tasks for the kernels."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.instances.answers import QUESTIONS, Known, Question, answer_of, fingerprint
from benchmarks.instances.orlib import MOST_PAIRS, read_capacitated, read_graph
from benchmarks.instances.pieces import (
    InstanceError,
    Named,
    NoInstanceError,
    NotTextError,
    Rows,
    Sheet,
    read_piece,
    read_text,
)
from benchmarks.instances.sets import Demand, Places, lengths_within, read_demand, read_places
from benchmarks.instances.tables import Attributes, CostTable, Points, read_sheet

Piece = Rows | Named | Places | Demand | CostTable | Points | Attributes
# Asked of coverage sets, whose files say neither: the radius of their source, and 1 to 5 sites.
STANDARD_M, MOST_P = 800.0, 5
# A file that ends so and is empty or not text was meant to hold an instance.
ENDINGS = {"", ".txt", ".dat", ".csv", ".tsv"}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Task:
    """One question to a kernel.

    Attributes
    ----------
    path, name
        The file, and what to call the instance.
    question
        Kernel, number of sites, standard, and the known answer.
    cost, weight
        (n_demand, n_site), dense with inf or sparse; (n_demand,).
    capacity, load
        Where sites hold only so much.
    """

    path: Path
    name: str
    question: Question
    cost: object
    weight: NDArray[np.float64]
    capacity: NDArray[np.float64] | None = None
    load: NDArray[np.float64] | None = None


@dataclass(slots=True)
class Gathered:
    """What all files hold, what is wrong with those asked for, and which are no instances."""

    pieces: dict[Path, Piece] = field(default_factory=dict)
    findings: dict[Path, str] = field(default_factory=dict)
    passed_over: dict[Path, str] = field(default_factory=dict)

    def of(self, kind: type, *, near: Path) -> list[tuple[Path, Piece]]:
        """Pieces of a kind, those of the same folder first, then by how much of the path they share."""
        found = [(path, piece) for path, piece in self.pieces.items() if isinstance(piece, kind)]
        return sorted(
            found,
            key=lambda one: (
                one[0].parent != near.parent,
                -_n_alike(one[0].parts, near.parts),
                one[0].as_posix(),
            ),
        )


def _n_alike(first: Sequence[str], second: Sequence[str]) -> int:
    """Parts, or letters, that both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


def gather(paths: Iterable[Path]) -> Gathered:
    """Read every file; what is wrong with one is kept beside the others."""
    found = Gathered()
    for path in paths:
        try:
            found.pieces[path] = _piece(read_piece(read_text(path)))
        except NotTextError as fault:
            is_meant = path.suffix.lower() in ENDINGS
            (found.findings if is_meant else found.passed_over)[path] = str(fault)
        except NoInstanceError as reason:
            found.passed_over[path] = str(reason)
        except InstanceError as fault:
            found.findings[path] = str(fault)
    return found


def _piece(read: Rows | Named | Sheet) -> Piece:
    if isinstance(read, Named):
        return read
    if isinstance(read, Sheet):
        return read_sheet(read)
    first = read.width[:3]
    if first[:2] == (1, 2) and first != (1, 2, 3):
        return read_places(read)
    if set(first[:2]) == {1}:
        return read_demand(read)
    if _is_capacitated(read) or (first[0] == 3 and max(first) == 3):
        return read
    raise InstanceError(
        f"numbers in lines of {', '.join(map(str, first))} …: a graph has 3, 3 …, a capacitated p-median 2, 3, 4 …, "
        "a coverage set 1, 2, 2 …, a list of demand 1, 1 …"
    )


def _is_capacitated(rows: Rows) -> bool:
    return rows.width[:2] in {(2, 3), (3, 4)} or rows.width[:3] == (1, 2, 3)


def tasks_of(found: Gathered, path: Path) -> Iterator[Task]:
    """The tasks of one file; none where it only serves others.

    Raises
    ------
    InstanceError
        Its numbers don't fit, or what belongs to it is missing.
    """
    piece = found.pieces[path]
    if isinstance(piece, Rows):
        yield from _medians(found, path, piece)
    elif isinstance(piece, Places):
        yield from _coverage(found, path, piece)
    elif isinstance(piece, CostTable):
        yield from _table(found, path, piece)
    elif isinstance(piece, Points) and piece.weight is not None:
        yield from _clients(found, path, piece)


def _medians(found: Gathered, path: Path, rows: Rows) -> Iterator[Task]:
    medians = read_capacitated(rows) if _is_capacitated(rows) else [read_graph(rows)]
    for one in medians:
        name = path.stem if len(medians) == 1 else f"{path.stem} {one.number}"
        known = _known(found, path, name, p=one.p)
        if one.best is not None:
            known = Known(answer=f"{one.best:.15g}", source="the file itself, best known", is_best=False)
        yield Task(
            path=path,
            name=name,
            question=Question(kernel="p_median", p=one.p, has_room=one.capacity is not None, known=known),
            cost=one.cost,
            weight=np.ones(len(one.cost)),
            capacity=one.capacity,
            load=one.load,
        )


def _coverage(found: Gathered, path: Path, piece: Places) -> Iterator[Task]:
    n = len(piece.place_m)
    lists = found.of(Demand, near=path)
    fit = [(other, one) for other, one in lists if isinstance(one, Demand) and len(one.weight) == n]
    named = [one for one in fit if path.stem.casefold() in one[0].stem.casefold()]
    if not fit:
        others = ", ".join(
            f"{other.name} {len(one.weight):,}" for other, one in lists[:3] if isinstance(one, Demand)
        )
        raise InstanceError(
            f"no list of {n:,} numbers for the demand of its places ({others or 'no list at all'})"
        )
    chosen = (named or fit)[0]
    rivals = [one for one in named or fit if one[0].parent == chosen[0].parent]
    if len(rivals) > 1:
        raise InstanceError(f"{' and '.join(one[0].name for one in rivals[:2])} could both be its demand")
    weight = chosen[1].weight
    default = tuple(
        Question(kernel="max_coverage", p=p, standard=STANDARD_M) for p in range(1, min(MOST_P, n) + 1)
    )
    cost = lengths_within(piece.place_m, standard_m=STANDARD_M)
    for question in _questions(found, path, fingerprint(piece.place_m, weight), default):
        yield Task(path=path, name=path.stem, question=question, cost=cost, weight=weight)


def _table(found: Gathered, path: Path, table: CostTable) -> Iterator[Task]:
    weight = table.weight if table.weight is not None else _weights(found, path, table.demand_id)
    n_site = len(table.site_id)
    # Where nothing says what is near: half of a way of middling length.
    near = float(np.median(table.cost[np.isfinite(table.cost)])) / 2
    numbers = range(1, min(MOST_P, n_site) + 1)
    default = (
        Question(kernel="set_cover", standard=near),
        *(Question(kernel="max_coverage", p=p, standard=near) for p in numbers),
        *(Question(kernel="p_median", p=p) for p in numbers),
        *(Question(kernel="p_center", p=p) for p in numbers),
    )
    for question in _questions(found, path, fingerprint(table.cost, weight), default):
        yield Task(path=path, name=path.stem, question=question, cost=table.cost, weight=weight)


def _weights(found: Gathered, path: Path, ids: Sequence[str]) -> NDArray[np.float64]:
    """The demand of the places, from the nearest file that names them; 1 each where none does."""
    for other, one in [*found.of(Named, near=path), *found.of(Attributes, near=path)]:
        sources = (
            [{name: float(value) for name, value in one.value.items()}]
            if isinstance(one, Named)
            else [dict(zip(names, one.weight.tolist(), strict=True)) for names in one.names]
            if isinstance(one, Attributes)
            else []
        )
        for source in sources:
            lacking = [name for name in ids if name not in source]
            if len(lacking) < len(ids) / 2:
                if lacking:
                    raise InstanceError(
                        f"{other.name} has no demand for {len(lacking):,} places: {lacking[0]} …"
                    )
                weight = np.array([source[name] for name in ids])
                if (weight < 0).any():
                    raise InstanceError(f"{other.name} has a demand of {weight.min():g}")
                return weight
    return np.ones(len(ids))


def _clients(found: Gathered, path: Path, clients: Points) -> Iterator[Task]:
    others = [
        (other, one)
        for other, one in found.of(Points, near=path)
        if isinstance(one, Points) and one.capacity is not None
    ]
    if not others:
        raise InstanceError("clients, and no table of facilities with x, y and capacity")
    _, sites = max(others, key=lambda one: (one[0].parent == path.parent, _n_alike(one[0].name, path.name)))
    weight, capacity = clients.weight, sites.capacity
    if weight is None or capacity is None or len(weight) * len(capacity) > MOST_PAIRS:
        raise InstanceError(f"more than {MOST_PAIRS:,} pairs")
    cost = np.hypot(*(clients.place[:, None] - sites.place[None]).transpose(2, 0, 1))
    # A quarter more room than all need, where nothing says how many.
    p = int(np.clip(np.ceil(1.25 * weight.sum() / max(capacity.mean(), 1e-300)), 1, len(capacity)))
    default = tuple(Question(kernel="p_median", p=p, has_room=has_room) for has_room in (False, True))
    key = fingerprint(clients.place, weight, sites.place, capacity)
    for question in _questions(found, path, key, default):
        room = {"capacity": capacity, "load": weight} if question.has_room else {}
        yield Task(path=path, name=path.stem, question=question, cost=cost, weight=weight, **room)


def _questions(found: Gathered, path: Path, key: str, default: tuple[Question, ...]) -> Iterator[Question]:
    """Those with known answers, else the default ones with what a file of answers says."""
    if key in QUESTIONS:
        yield from QUESTIONS[key]
        return
    for question in default:
        name = path.stem
        yield replace(question, known=_known(found, path, name, p=question.p))


def _known(found: Gathered, path: Path, name: str, *, p: int | None) -> Known | None:
    lists = [(other.name, one) for other, one in found.of(Named, near=path) if isinstance(one, Named)]
    return answer_of(lists, stem=name, p=p)


def unused(found: Gathered) -> dict[Path, str]:
    """Lists that nothing here belongs to: a list of demand is at fault, others are passed over."""
    sizes = {len(piece.place_m) for piece in found.pieces.values() if isinstance(piece, Places)}
    return {
        path: f"{len(piece.weight):,} numbers, and no set of as many places"
        for path, piece in found.pieces.items()
        if isinstance(piece, Demand) and len(piece.weight) not in sizes
    }
