"""The page: results and words in, Markdown out; nothing is measured here."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.beside import beside
from benchmarks.interface import OURS

Row = Mapping[str, Any]
Words = Mapping[str, Any]


SUMMARY = "summary"
# Below it the work is done by processes that are not seen, a browser's.
LEAST_CORES = 0.05


def page(results: Mapping[str, Any], *, words: Words, drawn: Sequence[str]) -> str:
    """The whole page.

    Parameters
    ----------
    results
        By workload, in the order of the page: ``machine``, ``date``, ``load_begin``, ``load_end``, ``rows``.
    words
        What words.toml holds.
    drawn
        Workloads that have a drawing.
    """
    say = words["page"]
    parts = [
        f"# {say['title']}",
        say["head"].strip().format(example=next(iter(results), "NAME")),
        say["legend"].strip(),
    ]
    for machine in _distinct(one["machine"] for one in results.values()):
        parts.append(say["machine"].format(**machine))
    parts += [
        f"## {say['summary']}",
        f"![{say['overall']}](benchmarks/{SUMMARY}.svg)",
        _summary(results, words=words),
    ]
    for name, one in results.items():
        of = words["workloads"][name]
        parts.append(f'<a id="{name}"></a>\n\n## {of["title"]}\n\n`python -m benchmarks {name}`')
        asked = [say["asked"].format(asked=of["asked"])] if "asked" in of else []
        parts.append("".join([*asked, say["measured"].format(**one)]))
        for n in dict.fromkeys(row["n"] for row in one["rows"]):
            rows = [row for row in one["rows"] if row["n"] == n]
            parts.append(f"**{size_said(rows[0], of=of)}**")
            parts.append(_table(say["columns"], [_cells(row, rows, of=of, say=say) for row in rows]))
        if name in drawn:
            parts.append(f"![{say['drawing'].format(title=of['title'])}](benchmarks/{name}.svg)")
    return "\n\n".join(parts) + "\n"


def size_said(row: Row, *, of: Words) -> str:
    """A size in words."""
    return str(of["size"].format(**{"n": row["n"], **row["given"]}))


def _summary(results: Mapping[str, Any], *, words: Words) -> str:
    """A line a size: ours, and the fastest of the tools that give the same answer."""
    say, lines = words["page"], []
    for one in beside(results):
        of = words["workloads"][one.workload]
        mine = _figures(median(one.ours["seconds"])) if one.ours["seconds"] else "—"
        line = [f"[{of['title']}](#{one.workload})", size_said(one.ours, of=of), mine]
        if one.best is None:
            lines.append([*line, say["alone"], "—", "—"])
        else:
            theirs = _figures(median(one.best["seconds"]))
            lines.append([*line, one.best["tool"], theirs, _ratio(one.best, one.ours, say=say)])
    return _table(say["summary_columns"], lines)


def _cells(row: Row, rows: Sequence[Row], *, of: Words, say: Words) -> list[str]:
    ours = next((one for one in rows if one["tool"] == OURS), None)
    versions = row.get("versions", {})
    own = next(iter(versions.values()), "")
    inside = ", ".join(f"{name} {version}" for name, version in list(versions.items())[1:])
    name = f"**{say['ours']}**" if row["tool"] == OURS else row["tool"]
    tool = " ".join(part for part in (name, own, f"({inside})" if inside else "") if part)
    if row["is_heuristic"]:
        tool += " †"
    if row["part"] != 1:
        tool += f" 1/{1 / row['part']:.0f}"
    seconds, ratio = "—", "—"
    if row["seconds"]:
        low, high = min(row["seconds"]), max(row["seconds"])
        seconds = f"{_figures(median(row['seconds']))} ({_figures(low)}–{_figures(high)})"
    if row["state"] != "measured":
        ratio = say[row["state"]].format(error=row.get("error") or _apart(row, of=of))
    elif row["tool"] != OURS and row["seconds"] and ours is not None and ours["seconds"]:
        ratio = _ratio(row, ours, say=say)
    memory = row.get("memory_bytes")
    rounds = str(len(row["seconds"]) or "—")
    if "stopped" in row:
        rounds = say["stopped"].format(n=rounds, why=row["stopped"])
    return [
        tool,
        seconds,
        ratio,
        rounds,
        _figures(row["prepare_s"] + row["first_s"]) if "first_s" in row else "—",
        f"{row['cores']:.1f}" if (row.get("cores") or 0) >= LEAST_CORES else "—",
        "—" if memory is None else f"{memory / 1e6:,.0f} MB",
        _apart(row, of=of) if "difference" in row else "—",
        of["answer"].format(**row["answer"]) if "answer" in row else "—",
    ]


def _apart(row: Row, *, of: Words) -> str:
    """How far an answer is from ours."""
    if "difference" in of:
        return str(of["difference"].format(difference=row["difference"]))
    return f"{row['difference']:.2g} {row['unit']}".strip()


def _ratio(peer: Row, ours: Row, *, say: Words) -> str:
    """How many times our seconds the peer takes, marked where we are the slower."""
    times = median(peer["seconds"]) / median(ours["seconds"])
    said = f"{times:,.0f}" if times >= 100 else f"{times:.3g}"
    return str(say["slower"].format(ratio=said)) if times < 1 else said


def _figures(seconds: float) -> str:
    """Three figures, no exponent."""
    return (
        f"{seconds:,.0f}"
        if seconds >= 100
        else f"{seconds:.{2 if seconds >= 1 else 3 if seconds >= 0.1 else 4}f}"
    )


def _distinct(machines: Any) -> list[Any]:  # noqa: ANN401  (dicts, which no set takes)
    found: list[Any] = []
    for one in machines:
        if one not in found:
            found.append(one)
    return found


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
