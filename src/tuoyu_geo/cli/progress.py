"""A progress line on standard error, where that is a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

import typer

from tuoyu_geo.messages import has_text, text

if TYPE_CHECKING:
    from tuoyu_geo.project import Project
    from tuoyu_geo.siting import StageResult


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
        """Say that a phase begins; one that nobody watches for goes by unsaid."""
        if self._status is not None and has_text(f"cli.phase_{name}"):
            self._status.update(text(f"cli.phase_{name}"))

    def search(self, stage: "StageResult") -> None:
        """Show how far the search for one aim has come: best plan so far, bound, and the gap between."""
        if self._status is not None:
            self._status.update(
                text(
                    "cli.search",
                    aim=text(f"words.stage.{stage.name}"),
                    best=stage.objective,
                    bound=stage.bound,
                    gap=stage.gap,
                    seconds=stage.seconds,
                )
            )


@contextmanager
def watched(project: "Project") -> Iterator[None]:
    """Show what a project is doing, and say afterwards where Ctrl-C cut its search short."""
    with Progress() as progress:
        project.listen(on_phase=progress.phase, on_search=progress.search)
        yield
    if project.was_interrupted():
        typer.secho(text("cli.interrupted"), fg="yellow", err=True)
