"""The speed that a street states, as people write it."""

import re

_SPEED = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(mph|knots|km/?h|kph|公里/小时|公里|迈)?", re.IGNORECASE)
_KPH = {"mph": 1.609344, "knots": 1.852}


def stated_kph(value: object) -> float:
    """Speed in km/h, NaN where none is stated.

    "50", "50 km/h" and "30 mph" are read as OpenStreetMap's `maxspeed` means them; of several ("60;40") the first
    counts. Words such as "none", "walk" or "CN:urban" state no number.
    """
    found = _SPEED.match(str(value)) if value is not None else None
    if found is None:
        return float("nan")
    kph = float(found.group(1)) * _KPH.get((found.group(2) or "").lower(), 1.0)
    return kph if kph > 0 else float("nan")
