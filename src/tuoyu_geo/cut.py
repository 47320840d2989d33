"""Figures that are judged against a target, as people read them: never rounded up to it."""

import math


def cut(value: float, *, digits: int) -> float:
    """A figure without its further digits: 1.168 is 1.16.

    Parameters
    ----------
    value
        Not below 0. What a sum leaves a hair below a digit counts as that digit.
    digits
        Digits after the point that stay.
    """
    scale = 10.0**digits
    return math.floor(value * scale + 1e-6) / scale
