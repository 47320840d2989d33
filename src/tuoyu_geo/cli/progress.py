"""A progress line on standard error, where that is a terminal."""

import sys
from types import TracebackType
from typing import Self

from tuoyu_geo.messages import text


class Progress:
    """Shows which phase of a run is under way; silent where nobody watches."""

    def __enter__(self) -> Self:
        self._status = None
        if sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True).status("")
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def phase(self, name: str) -> None:
        """Say that a phase begins."""
        if self._status is not None:
            self._status.update(text(f"cli.phase_{name}"))
