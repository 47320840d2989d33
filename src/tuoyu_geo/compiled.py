"""Loops compiled by Numba, and kept on the disk between runs in a cache that is never trusted further than its checksum.

Numba unpickles what it finds in its cache and runs it: a file cut off by a full disk or a lost machine stops the program
there, and one with a changed byte may give other numbers. Here whatever is not what was written is compiled anew, and a
cache that can't be written is no reason to stop.
"""

import hashlib
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile

P = ParamSpec("P")
R = TypeVar("R")
_SUM_BYTES = hashlib.sha256().digest_size


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function at its first call; it runs without Python's lock.

    The code is cached beside the source or in the user's cache. Where neither can be written (a read-only install without
    a home), it is compiled anew in each process.
    """
    dispatcher: Any = njit(nogil=True)(function)
    # Numba refuses with a RuntimeError where it finds no place for a cache.
    with suppress(RuntimeError, OSError):
        dispatcher._cache = _CheckedCache(function)  # noqa: SLF001  (njit's own option takes no other cache)
    return cast("Callable[P, R]", dispatcher)


class _CheckedFile(IndexDataCacheFile):
    """Numba's two files of a function, each object in them after its checksum."""

    def _dump(self, obj: object) -> bytes:
        data: bytes = super()._dump(obj)
        return hashlib.sha256(data).digest() + data

    def _load_data(self, name: str) -> Any:  # noqa: ANN401  (whatever numba keeps)
        return _checked(Path(self._data_path(name)).read_bytes())

    def _load_index(self) -> dict[Any, str]:
        try:
            with Path(self._index_path).open("rb") as stream:
                version = pickle.load(stream)  # noqa: S301  (a string; what follows is not looked at before its checksum)
                rest = stream.read()
        except FileNotFoundError:
            return {}
        if version != self._version:
            return {}
        stamp, overloads = _checked(rest)
        return overloads if stamp == self._source_stamp else {}


def _checked(data: bytes) -> Any:  # noqa: ANN401
    told, content = data[:_SUM_BYTES], data[_SUM_BYTES:]
    if hashlib.sha256(content).digest() != told:
        raise pickle.UnpicklingError
    return pickle.loads(content)  # noqa: S301  (as numba itself does, and only what we wrote)


class _CheckedCache(FunctionCache):
    """Numba's cache of a function, which gives nothing where what is kept can't be used."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        own = self._cache_file
        self._cache_file = _CheckedFile(
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=own._source_stamp,  # noqa: SLF001
        )

    def load_overload(self, sig: object, target_context: object) -> Any:  # noqa: ANN401
        """What is kept for a signature; None where there is nothing, or nothing that can be used."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # noqa: BLE001  (bytes that are not what was written fail in every way)
            with suppress(Exception):
                self.flush()
            return None

    def save_overload(self, sig: object, data: object) -> None:
        """Keep what was compiled, where that can be done."""
        with suppress(OSError):
            super().save_overload(sig, data)
