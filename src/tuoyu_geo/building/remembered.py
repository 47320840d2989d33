"""What a search found, kept in the manifest, so that the same problem need not be searched again.

Nothing kept is believed as it is: the record must be whole by its own hash, be of this very problem, and every figure
of it is worked out again by the code that checks the search itself. Otherwise it is as if there were none.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from tuoyu_geo.content import content_hash
from tuoyu_geo.errors import SitingError
from tuoyu_geo.siting import PlanningProblem, PlanResult, StageResult
from tuoyu_geo.solving import require_recomputed

if TYPE_CHECKING:
    from tuoyu_geo.config import SitingSection

_WHOLE = ("selected", "order", "quota_shortfall", "n_usable")
_PARTS = ("site_places", "served_share")


def search_key(problem: PlanningProblem, *, section: "SitingSection", seed: int) -> str:
    """The hash of all that decides what a search finds, the program aside."""
    return content_hash([problem, section.time_limit_s, section.gap, seed])


def record_of(result: PlanResult, *, key: str) -> dict[str, Any]:
    """A search's result as plain values; nothing where Ctrl-C ended it, since the next may find more.

    Parameters
    ----------
    result
        The plan.
    key
        Of its search.
    """
    if result.is_interrupted:
        return {}
    flow = result.flow.tocoo()
    found: dict[str, Any] = {
        name: value
        for name, value in asdict(result).items()
        if isinstance(value, str | int | float) and name != "is_interrupted"
    }
    found |= {name: getattr(result, name).tolist() for name in (*_WHOLE, *_PARTS)}
    found["flow"] = [list(flow.shape), flow.row.tolist(), flow.col.tolist(), flow.data.tolist()]
    # Seconds are no two times the same; only the whole minutes that the summary tells are kept.
    found["seconds"] = 60.0 * math.ceil(result.seconds / 60)
    found["stages"] = [asdict(stage) | {"seconds": 0.0} for stage in result.stages]
    plain = _finite(found)
    return {"key": key, "hash": _hash(plain), "result": plain}


def recalled(record: Mapping[str, Any], problem: PlanningProblem, *, key: str) -> PlanResult | None:
    """The plan of a record; None where it is another search's, damaged, or its figures don't hold.

    Parameters
    ----------
    record
        Of `record_of`.
    problem
        What is to be solved.
    key
        Of the search that is to be spared.
    """
    found = record.get("result")
    if record.get("key") != key or not isinstance(found, dict) or record.get("hash") != _hash(found):
        return None
    try:
        result = _result(found)
        again = require_recomputed(problem, result)
    except (SitingError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError):
        return None
    pairs = (
        (again.cost, result.cost),
        (again.covered_weight, result.covered_weight),
        (again.n_unserved, result.n_unserved),
    )
    return result if all(np.isclose(one, other) for one, other in pairs) else None


def _result(found: Mapping[str, Any]) -> PlanResult:
    shape, row, column, places = found["flow"]
    arrays: dict[str, Any] = {name: np.array(found[name], dtype=np.int64) for name in _WHOLE}
    arrays |= {name: np.array(found[name], dtype=np.float64) for name in _PARTS}
    arrays["flow"] = csr_array((np.array(places, dtype=np.float64), (row, column)), shape=tuple(shape))
    arrays["stages"] = tuple(StageResult(**_read(stage)) for stage in found["stages"])
    return PlanResult(**{**_read(found), **arrays})


def _read(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: float(value) if name in {"objective", "bound", "gap", "covered_share"} else value
        for name, value in found.items()
    }


def _finite(value: Any) -> Any:  # noqa: ANN401  (plain values)
    """The same with what JSON has no number for as text."""
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _hash(plain: Mapping[str, Any]) -> str:
    return content_hash(json.dumps(plain, sort_keys=True))
