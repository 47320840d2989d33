"""A town of 4 x 4 crossings, 100 m apart, with a river between the second and the third column and one bridge.

12--13 ~ 14--15     y = 300
 |   |    |   |
 8---9 ~ 10--11     y = 200
 |   |    |   |
 4---5 = 6---7      y = 100   (the bridge, 5-6)
 |   |    |   |
 0---1 ~ 2---3      y = 0
"""

from collections.abc import Callable

import numpy as np
import pytest

from tuoyu_geo.network import StreetNetwork, from_edges

XY = np.array([(100.0 * (i % 4), 100.0 * (i // 4)) for i in range(16)])
ALONG = [(4 * r + c, 4 * r + c + 1) for r in range(4) for c in (0, 2)]
UP = [(4 * r + c, 4 * r + c + 4) for r in range(3) for c in range(4)]
BRIDGE = (5, 6)
EDGES = [*ALONG, *UP, BRIDGE]


@pytest.fixture
def town_edges() -> list[tuple[int, int]]:
    return EDGES


@pytest.fixture
def town() -> Callable[..., StreetNetwork]:
    def build(**columns: object) -> StreetNetwork:
        u, v = np.array(EDGES).T
        return from_edges(XY, u, v, bridge=[edge == BRIDGE for edge in EDGES], **columns)

    return build
