"""Outlines that cross themselves so often that mending them would take hours and all memory."""

from typing import Any

import numpy as np
import shapely

# A slip of the draughtsman's crosses a few times; mending takes time with the square of this.
MAX_CROSSINGS = 5_000
_SAMPLED = 200


def is_tangled(shape: Any) -> bool:  # noqa: ANN401  (shapely's shapes have no types)
    """Whether an outline crosses itself more often than is mended: judged by some of its segments, evenly chosen."""
    corners, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts([shape])), return_index=True)
    inside = ring[1:] == ring[:-1]
    segments = shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1)[inside])
    if len(segments) < 2:
        return False
    chosen = np.unique(np.linspace(0, len(segments) - 1, _SAMPLED).astype(int))
    met = shapely.STRtree(segments).query(segments[chosen], predicate="crosses")
    return bool(len(segments) * met.shape[1] / len(chosen) / 2 > MAX_CROSSINGS)
