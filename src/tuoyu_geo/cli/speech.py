"""The command line in the reader's language: ``--lang`` anywhere on it, else the environment's, else the project's."""

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from typer.core import TyperGroup

from tuoyu_geo.cli.options import project_path
from tuoyu_geo.cli.stopping import said_when_stopped
from tuoyu_geo.errors import ConfigError
from tuoyu_geo.messages import LANGUAGES, VARIABLE, Language, asked_language, has_text, speaking, text

OPTION = "--lang"
Args = Sequence[str] | None


class SpokenGroup(TyperGroup):
    """The root command; helps are keys of the catalogue until the language is known.

    Typer makes it anew for each call, so that no sentence outlives the call.
    """

    def main(self, args: Args = None, **given: Any) -> Any:  # type: ignore[override]  # noqa: ANN401
        """Run a command line; `args` are those of the process where none are given.

        Raises
        ------
        ConfigError
            ``--lang`` asks for a language that is not there.
        """
        asked, rest = _asked(sys.argv[1:] if args is None else args)
        with speaking(asked or asked_language()):
            self._say()
            return super().main(rest, **given)

    def _say(self) -> None:
        for command in (self, *self.commands.values()):
            for part in (command, *command.params):
                for name in ("help", "epilog"):
                    key = getattr(part, name, None)
                    if key and key.partition(".")[0] in {"cli", "fetch"} and has_text(key):
                        setattr(part, name, text(key))
        for command in self.commands.values():
            if command.callback is not None:
                command.callback = _in_project_language(command.callback)


def _asked(args: Sequence[str]) -> tuple[Language | None, list[str]]:
    """The language of ``--lang`` (the last one counts), and the arguments without it."""
    rest: list[str] = []
    asked: str | None = None
    waiting = iter(args)
    for one in waiting:
        if one == "--":
            rest += [one, *waiting]
        elif one == OPTION or one.startswith(f"{OPTION}="):
            asked = next(waiting, "") if one == OPTION else one.partition("=")[2]
        else:
            rest.append(one)
    for language in LANGUAGES:
        if asked in (None, language):
            return (None if asked is None else language), rest
    raise ConfigError(text("cli.lang_unknown", found=asked, allowed="|".join(LANGUAGES), variable=VARIABLE))


def _in_project_language(callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def said(**given: Any) -> Any:  # noqa: ANN401  (whatever the command takes)
        from tuoyu_geo.config import project_language  # pydantic is slow to import

        spoken = asked_language()
        if spoken is None and "project" in given:
            spoken = project_language(project_path(given["project"]), overrides=given.get("overrides") or ())
        with speaking(spoken), said_when_stopped():
            return callback(**given)

    return said
