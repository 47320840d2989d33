"""How deeply a shape in WKB is nested: GEOS reads shapes inside shapes by recursion, and a deep one ends the process."""

import struct

MAX_DEPTH = 32
_POINT, _LINE, _POLYGON, _MULTI = 1, 2, 3, (4, 5, 6, 7)
_HAS_Z, _HAS_M, _HAS_SRID = 0x80000000, 0x40000000, 0x20000000


def is_too_deep(wkb: bytes) -> bool:
    """Whether shapes stand inside shapes deeper than any program writes them; broken WKB is left to who reads it."""
    try:
        return _deepest(wkb) > MAX_DEPTH
    except (struct.error, ValueError):
        return False


def _deepest(wkb: bytes) -> int:
    at, deepest = 0, 0
    waiting = [1]  # shapes still to come, one figure a level
    while waiting:
        if not waiting[-1]:
            waiting.pop()
            continue
        waiting[-1] -= 1
        order = "<" if wkb[at : at + 1] == b"\x01" else ">"
        (code,) = struct.unpack_from(f"{order}I", wkb, at + 1)
        at += 9 if code & _HAS_SRID else 5
        kind, dimension = code % 1000 if code < _HAS_SRID else code & 0xFF, _dimension(code)
        if kind in _MULTI:
            (n,) = struct.unpack_from(f"{order}I", wkb, at)
            at += 4
            waiting.append(n)
            deepest = max(deepest, len(waiting))
            if deepest > MAX_DEPTH:
                return deepest
        elif kind == _POINT:
            at += 8 * dimension
        elif kind == _LINE:
            at += 4 + 8 * dimension * struct.unpack_from(f"{order}I", wkb, at)[0]
        elif kind == _POLYGON:
            (n,) = struct.unpack_from(f"{order}I", wkb, at)
            at += 4
            for _ in range(n):
                at += 4 + 8 * dimension * struct.unpack_from(f"{order}I", wkb, at)[0]
        else:
            raise ValueError(kind)
    return deepest


def _dimension(code: int) -> int:
    if code >= _HAS_SRID:
        return 2 + bool(code & _HAS_Z) + bool(code & _HAS_M)
    return {0: 2, 1: 3, 2: 3, 3: 4}.get(code // 1000, 2)
