"""A hash of what a value holds: equal where everything in it is equal, whatever made it and whenever.

What can't be read to its bottom is refused, never passed over: a hash that misses a part would call stale things fresh.
"""

import dataclasses
import datetime as dt
import hashlib
import struct
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import pandas as pd

DIGITS = 32
"""Of a hash, in hexadecimal: 128 bits, so that two contents never meet by chance."""

_Feed = Callable[[bytes], object]
_WRITTEN_OUT = frozenset({str, float, bool, type(None)})


def content_hash(value: object) -> str:
    """The hash of a value.

    Parameters
    ----------
    value
        Text, bytes, numbers, dates, None; arrays, sparse arrays, pandas' and geopandas' frames, series and indexes,
        geometries; dataclasses and pydantic models; and mappings, sets and sequences of all these. A mapping's order
        counts (it is an order on the page), a set's doesn't.

    Raises
    ------
    TypeError
        It holds something else.
    """
    digest = hashlib.sha256()
    _feed(value, digest.update)
    return digest.hexdigest()[:DIGITS]


def column_hashes(frame: "pd.DataFrame") -> dict[str, str]:
    """The hash of each column of a frame by its name, and of its index as ""."""
    return {
        "": content_hash(frame.index),
        **{str(name): content_hash(frame[name]._values) for name in frame.columns},  # noqa: SLF001  (without a copy)
    }


def _feed(value: Any, feed: _Feed) -> None:  # noqa: ANN401, C901, PLR0911, PLR0912  (one branch a type)
    # Each kind begins with its own letter and says its length, so that no two values write the same bytes.
    if value is None:
        return _put(feed, b"n")
    if isinstance(value, bool):
        return _put(feed, b"b", bytes([value]))
    if isinstance(value, int):
        return _put(feed, b"i", str(int(value)).encode())
    if isinstance(value, float):
        return _put(feed, b"f", struct.pack("<d", value))
    if isinstance(value, str):
        return _put(feed, b"s", str(value).encode("utf-8", "surrogatepass"))
    if isinstance(value, bytes):
        return _put(feed, b"y", value)
    if isinstance(value, dt.date | dt.time):
        return _put(feed, b"d", type(value).__name__.encode(), value.isoformat().encode())
    if isinstance(value, Mapping):
        _put(feed, b"m", str(len(value)).encode())
        _feed_objects(list(value), feed)
        return _feed_objects(list(value.values()), feed)
    if isinstance(value, tuple | list):
        _put(feed, b"l", str(len(value)).encode())
        for one in value:
            _feed(one, feed)
        return None
    if isinstance(value, AbstractSet):
        return _feed(sorted(content_hash(one) for one in value), feed)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        _put(feed, b"c", type(value).__name__.encode())
        return _feed({field.name: getattr(value, field.name) for field in dataclasses.fields(value)}, feed)
    if hasattr(value, "model_dump"):
        return _feed([type(value).__name__, value.model_dump(mode="json")], feed)
    return _feed_array(value, feed)


def _feed_array(value: Any, feed: _Feed) -> None:  # noqa: ANN401, C901, PLR0911
    import numpy as np  # noqa: PLC0415  (slow to import)
    import pandas as pd  # noqa: PLC0415
    import shapely  # noqa: PLC0415
    from scipy.sparse import csr_array, issparse  # noqa: PLC0415

    if value is pd.NA or value is pd.NaT:
        return _put(feed, b"p", str(value).encode())
    if isinstance(value, np.generic):
        return _feed(value.item(), feed)
    if isinstance(value, shapely.Geometry):
        return _put(feed, b"g", shapely.to_wkb(value))
    if isinstance(value, pd.DataFrame):
        return _feed(["frame", column_hashes(value)], feed)
    if isinstance(value, pd.Series | pd.Index):
        _feed(["series", value.name], feed)
        return _feed([value.index if isinstance(value, pd.Series) else None, value._values], feed)  # noqa: SLF001
    if issparse(value):
        table: Any = csr_array(cast("Any", value), copy=True)
        table.sort_indices()
        return _feed(["sparse", list(table.shape), table.indptr, table.indices, table.data], feed)
    if isinstance(value, pd.api.extensions.ExtensionArray):
        _feed(["values", str(value.dtype)], feed)
        if value.dtype.name == "geometry":
            _feed(str(value.crs), feed)
            return _feed_objects(shapely.to_wkb(np.asarray(value, dtype=object)).tolist(), feed)
        return _feed(value.to_numpy(dtype=object), feed)
    if isinstance(value, np.ndarray):
        _feed(["array", str(value.dtype), list(value.shape)], feed)
        if value.dtype == object:
            return _feed_objects(value.ravel().tolist(), feed)
        if value.dtype.hasobject:
            raise TypeError(value.dtype)
        return _put(feed, b"a", np.ascontiguousarray(value).tobytes())
    raise TypeError(type(value))


def _feed_objects(values: list[Any], feed: _Feed) -> None:
    """Values one by one; a column of text, some of it missing, which most are, at once."""
    if set(map(type, values)) <= _WRITTEN_OUT:
        # a text by its length, all else as Python writes it, which never is a whole number
        _put(
            feed,
            b"t",
            ",".join([str(len(one)) if type(one) is str else repr(one) for one in values]).encode(),
        )
        said = [one for one in values if type(one) is str]
        return _put(feed, b"t", "".join(said).encode("utf-8", "surrogatepass"))
    for one in values:
        _feed(one, feed)
    return None


def _put(feed: _Feed, kind: bytes, *parts: bytes) -> None:
    feed(kind)
    for part in parts:
        feed(struct.pack("<q", len(part)))
        feed(part)
