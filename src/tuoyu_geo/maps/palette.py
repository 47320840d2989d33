"""Colours and symbols: one place, told apart by shape as well as by colour.

Colours are those of Okabe and Ito, which stay apart for readers who don't see red or green.
What stands is solid, what is planned is hollow.
"""

import math
from dataclasses import dataclass
from html import escape

BLACK = "#1a1a1a"
ORANGE = "#e69f00"
SKY = "#56b4e9"
GREEN = "#009e73"
YELLOW = "#f0e442"
BLUE = "#0072b2"
VERMILION = "#d55e00"
PURPLE = "#cc79a7"
GREY = "#8a8f98"
PALE_GREY = "#c4c8ce"
WHITE = "#ffffff"

RED = "#c8102e"
"""Planned sites: the colour that planning maps give to what is to be built."""


def _ring(n: int, *, turn: float = 0.0, inner: float = 1.0) -> tuple[tuple[float, float], ...]:
    """`n` corners on the unit circle from the top, clockwise; with `inner` < 1 every second one is drawn in."""
    corners = []
    for i in range(n):
        radius = inner if i % 2 and inner < 1 else 1.0
        angle = 2 * math.pi * i / n + turn
        corners.append((round(radius * math.sin(angle), 3), round(-radius * math.cos(angle), 3)))
    return tuple(corners)


def _cross(arm: float) -> tuple[tuple[float, float], ...]:
    """An upright cross of arm width `2 arm`, turned by 45 degrees."""
    plus = (
        (-arm, -1),
        (arm, -1),
        (arm, -arm),
        (1, -arm),
        (1, arm),
        (arm, arm),
        (arm, 1),
        (-arm, 1),
        (-arm, arm),
        (-1, arm),
        (-1, -arm),
        (-arm, -arm),
    )
    half = math.sqrt(0.5)
    return tuple((round(half * (x - y), 3), round(half * (x + y), 3)) for x, y in plus)


SHAPES: dict[str, tuple[tuple[float, float], ...]] = {
    "circle": (),
    "square": ((-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)),
    "diamond": _ring(4),
    "triangle": ((0.0, -1.05), (1.05, 0.8), (-1.05, 0.8)),
    "triangle_down": ((0.0, 1.05), (1.05, -0.8), (-1.05, -0.8)),
    "pentagon": _ring(5),
    "hexagon": _ring(6, turn=math.pi / 6),
    "star": _ring(10, inner=0.48),
    "cross": _cross(0.26),
    "hourglass": ((-0.9, -0.95), (0.9, -0.95), (-0.9, 0.95), (0.9, 0.95)),
}
"""Corners in units of the radius, y downwards; the circle has none. The page and the legend draw from these."""


_RIGHT = '<path d="M3 13L13 3M9 13L19 3M15 13L19.5 8.5" stroke="#555" stroke-opacity="0.55"/>'
_LEFT = '<path d="M3 3L13 13M9 3L19 13M15 3L19.5 7.5" stroke="#555" stroke-opacity="0.55"/>'
_HATCHES = {"right": _RIGHT, "left": _LEFT, "cross": _RIGHT + _LEFT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """How one class of one layer is drawn.

    Attributes
    ----------
    shape
        A key of `SHAPES`, "area" or "line".
    fill
        Colour inside; None is hollow (white for points, nothing for areas).
    stroke, weight, dash
        Outline; weight in pixels.
    radius
        Pixels at zoom 14; points shrink on the whole county and grow in the street.
    opacity
        Of the fill.
    hatch
        Lines on an area, which a print in black and white keeps: "right", "left", "cross", or None.
    """

    shape: str
    fill: str | None = None
    stroke: str = BLACK
    weight: float = 1.2
    dash: str | None = None
    radius: float = 6.0
    opacity: float = 0.9
    hatch: str | None = None

    def spec(self) -> dict[str, object]:
        """What the page's script needs, without defaults that it knows."""
        spec: dict[str, object] = {
            "shape": self.shape,
            "fill": self.shape != "line" and not (self.shape == "area" and self.fill is None),
            "fillColor": self.fill or WHITE,
            "fillOpacity": self.opacity,
            "color": self.stroke,
            "weight": self.weight,
            "radius": self.radius,
        }
        if self.dash:
            spec["dashArray"] = self.dash
        if self.hatch:
            spec["hatch"] = self.hatch
        return spec

    def swatch(self) -> str:
        """The symbol as a small inline SVG, for the legend."""
        fill = self.fill or (WHITE if self.shape in SHAPES else "none")
        paint = (
            f'fill="{escape(fill)}" fill-opacity="{self.opacity:g}" '
            f'stroke="{escape(self.stroke)}" stroke-width="{min(self.weight, 3):g}"'
            + (f' stroke-dasharray="{escape(self.dash)}"' if self.dash else "")
        )
        if self.shape == "line":
            body = f'<path d="M1 8H21" {paint}/>'
        elif self.shape == "area":
            body = f'<rect x="2" y="2.5" width="18" height="11" {paint}/>' + _HATCHES.get(
                self.hatch or "", ""
            )
        elif self.shape == "circle":
            body = f'<circle cx="11" cy="8" r="5" {paint}/>'
        else:
            corners = " ".join(f"{11 + 6 * x:.1f},{8 + 6 * y:.1f}" for x, y in SHAPES[self.shape])
            body = f'<polygon points="{corners}" {paint}/>'
        return f'<svg class="ty-swatch" width="22" height="16" aria-hidden="true">{body}</svg>'


def radius_of_residents(residents: float, *, smallest: float = 2.6) -> float:
    """Pixels at zoom 14 for a demand point: the area of the symbol grows with its residents.

    Parameters
    ----------
    residents
        People; NaN counts as none.
    smallest
        Least radius, so that a hamlet can be hit; the largest is 12, so that no estate hides its neighbours.
    """
    if not residents > 0:
        return smallest
    return round(min(12.0, max(smallest, 0.14 * math.sqrt(residents))), 1)
