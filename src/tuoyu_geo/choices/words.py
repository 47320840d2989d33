"""Shares as people read them."""

import math

from tuoyu_geo.cut import cut


def floor_share(value: float) -> str:
    """A share in per cent, rounded down, so that one just under its target never prints as the target."""
    return f"{cut(value, digits=3):.1%}"


def ceil_share(value: float) -> str:
    """A bound in per cent, rounded up, so that it holds as printed."""
    return f"{math.ceil(value * 1000 - 1e-6) / 1000:.1%}"
