"""JSON before GDAL reads it: whole, not nested without end, and pointing nowhere."""

import json
import re

# Larger JSON is looked at by its ends and by search alone: parsed, it would take ten times its size.
MAX_PARSED = 50_000_000
# A list of commands that GDAL would run as a layer.
_COMMANDS = "gdal_streamed_alg"
_ADDRESSES = ("link", "url")
# What a reference system somewhere else needs; or letters written as escapes, behind which it could hide.
_MAYBE_ELSEWHERE = re.compile(r'"(?:href|url)"|\\u00[2-7]', re.IGNORECASE)
_CRS_ELSEWHERE = re.compile(r'"crs"\s*:\s*\{[^{}]*"type"\s*:\s*"(?:link|url)"', re.IGNORECASE)


class PointsElsewhereError(Exception):
    """JSON whose reading would read another file or address."""


def refuse_no_json(content: str) -> None:
    """Refuse what GDAL would read as far as it can, or follow elsewhere.

    Raises
    ------
    ValueError
        It is cut off, broken, or nested too deeply.
    PointsElsewhereError
        It is a list of commands, or states its reference system by an address.
    """
    if _COMMANDS in content:
        raise PointsElsewhereError(_COMMANDS)
    if len(content) > MAX_PARSED:
        if not content.rstrip().endswith(("}", "]")):
            raise ValueError(content[-40:])
        if _CRS_ELSEWHERE.search(content):
            raise PointsElsewhereError("crs")
        return
    try:
        if _MAYBE_ELSEWHERE.search(content):
            json.loads(content, object_hook=_look)
        else:
            json.loads(content)
    except RecursionError as error:
        raise ValueError(str(error)) from error


def _look(value: dict[str, object]) -> dict[str, object]:
    crs = value.get("crs")
    if isinstance(crs, dict) and str(crs.get("type")).lower() in _ADDRESSES:
        raise PointsElsewhereError("crs")
    if value.get("type") == _COMMANDS:
        raise PointsElsewhereError(_COMMANDS)
    return value
