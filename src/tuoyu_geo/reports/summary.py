"""summary.json: the run's figures for other programs."""

import json
import math
from typing import Any

from tuoyu_geo.outcome import Outcome

DECIMALS = 6


def summary_bytes(outcome: Outcome) -> bytes:
    """The summary as UTF-8 JSON; shares and costs to six decimals, null where there is no figure."""
    return (
        json.dumps(_plain(outcome.summary), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    ).encode()


def _plain(value: Any) -> Any:  # noqa: ANN401  (any JSON value)
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return round(value, DECIMALS) if math.isfinite(value) else None
    return value
