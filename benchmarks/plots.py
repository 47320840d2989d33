"""Seconds against size, a line a tool, as SVG whose bytes depend on the figures alone."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from statistics import median
from typing import Any

from benchmarks.beside import beside
from benchmarks.interface import OURS

MARKS = ("o", "s", "^", "D", "v", "P", "X")
COLOURS = ("#0b6e4f", "#c8553d", "#2b59c3", "#8d6a9f", "#b08900", "#555555", "#008ca8")


def drawing(rows: Sequence[Mapping[str, Any]], *, axis: str) -> bytes:
    """The SVG of one workload; a point is the median, its bar from the least to the largest round."""
    tools = list(dict.fromkeys(row["tool"] for row in rows))
    with _figure(6.4, 3.6) as figure:
        axes = figure.add_subplot(xscale="log", yscale="log", xlabel=axis, ylabel="seconds")
        for tool, mark, colour in zip(tools, MARKS, COLOURS, strict=False):
            of = sorted(
                (row for row in rows if row["tool"] == tool and row["seconds"]), key=lambda row: row["n"]
            )
            if not of:
                continue
            middle = [median(row["seconds"]) for row in of]
            low = [m - min(row["seconds"]) for m, row in zip(middle, of, strict=True)]
            high = [max(row["seconds"]) - m for m, row in zip(middle, of, strict=True)]
            axes.errorbar(
                [row["n"] for row in of],
                middle,
                yerr=[low, high],
                marker=mark,
                markersize=5,
                color=colour,
                linewidth=2.2 if tool == OURS else 1.2,
                capsize=2,
                label="tuoyu-geo" if tool == OURS else tool,
            )
        sizes = sorted({row["n"] for row in rows})
        axes.set_xticks(sizes, [f"{n:,.0f}" for n in sizes])
        _plain(axes)
        axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
        return _svg(figure)


def summary(results: Mapping[str, Any]) -> bytes:
    """The SVG of all workloads: how many times our seconds the fastest tool with the same answer takes, a mark a size."""
    ratios: dict[str, list[float]] = {}
    for one in beside(results):
        if one.ratio is not None:
            ratios.setdefault(one.workload, []).append(one.ratio)
    with _figure(6.4, 0.8 + 0.26 * max(len(ratios), 1)) as figure:
        axes = figure.add_subplot(
            xscale="log", xlabel="seconds of the fastest other tool / seconds of tuoyu-geo"
        )
        axes.axvline(1, color="#333333", linewidth=1)
        for k, of in enumerate(ratios.values()):
            for ratio in of:
                is_ahead = ratio >= 1
                axes.plot(
                    ratio,
                    k,
                    "o" if is_ahead else "X",
                    color="#0b6e4f" if is_ahead else "#c8102e",
                    markersize=6,
                )
        axes.set_yticks(range(len(ratios)), list(ratios))
        axes.set_ylim(len(ratios) - 0.5, -0.5)
        ends = axes.get_xlim()
        axes.set_xlim(min(ends[0], 0.5), max(ends[1], 20))
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
        _plain(axes)
        return _svg(figure)


@contextmanager
def _figure(width: float, height: float) -> Iterator[Any]:
    """A figure whose SVG has text as text, and ids that don't change."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "tuoyu-geo", "svg.fonttype": "none", "font.family": "sans-serif"}):
        yield Figure(figsize=(width, height), layout="constrained")


def _plain(axes: Any) -> None:  # noqa: ANN401  (matplotlib's axes)
    axes.minorticks_off()
    axes.grid(which="major", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _svg(figure: Any) -> bytes:  # noqa: ANN401  (matplotlib's figure)
    out = BytesIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()
