"""Seconds against size, a line a tool, as SVG whose bytes depend on the figures alone."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from statistics import median
from typing import Any

from benchmarks.interface import OURS

MARKS = ("o", "s", "^", "D", "v", "P", "X")
COLOURS = ("#0b6e4f", "#c8553d", "#2b59c3", "#8d6a9f", "#b08900", "#555555", "#008ca8")


def drawing(rows: Sequence[Mapping[str, Any]], *, axis: str) -> bytes:
    """The SVG of one workload; a point is the median, its bar from the least to the largest round."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    tools = list(dict.fromkeys(row["tool"] for row in rows))
    with mpl.rc_context({"svg.hashsalt": "tuoyu-geo", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure = Figure(figsize=(6.4, 3.6), layout="constrained")
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
        axes.minorticks_off()
        axes.grid(which="major", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
        out = BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()
