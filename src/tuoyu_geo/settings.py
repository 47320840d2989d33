"""Settings files: TOML tables checked against a model, with every fault named at once."""

import datetime as dt
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from tuoyu_geo.errors import ConfigError
from tuoyu_geo.messages import has_text, text, xml_safe

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
S = TypeVar("S", bound="Section")
Parameters = TypeVar("Parameters", bound="DataclassInstance")


def _in_the_calendar(value: str) -> str:
    try:
        dt.date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(text("config.no_day", found=value)) from error
    return value


Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_in_the_calendar)]


class Section(BaseModel):
    """A part of a settings file: frozen, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


# Settings stand three deep; what stands deeper than this was made to break whoever walks through it.
MAX_DEPTH = 50


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises
    ------
    ConfigError
        The file is not there, is not UTF-8 (Windows Notepad's GBK is named), or is not TOML.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(text("config.unreadable", path=path, reason=error.strerror)) from error
    except ValueError as error:  # a zero byte in its name
        raise ConfigError(text("config.unreadable", path=path, reason=error)) from error
    try:
        tables = tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(text("config.not_utf8", path=path)) from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, or a list in a list in a list
        raise ConfigError(text("config.not_toml", path=path, reason=error)) from error
    if _depth(tables) > MAX_DEPTH:
        raise ConfigError(text("config.not_toml", path=path, reason=f"> {MAX_DEPTH}"))
    return tables


def _depth(tables: Mapping[str, Any]) -> int:
    """How deeply tables and lists stand in one another."""
    depth = 0
    level: list[Any] = [tables]
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [
            one
            for holder in level
            for one in (holder.values() if isinstance(holder, Mapping) else holder)
            if isinstance(one, Mapping | list)
        ]
    return depth


def filled(kind: type[Parameters], section: Section) -> Parameters:
    """A dataclass of plain parameters, each the setting of its own name: what rooms that know no settings are called with."""
    return kind(**{field.name: getattr(section, field.name) for field in fields(kind)})


def read_section(model: type[S], tables: Mapping[str, Any], *, file: str) -> S:
    """Tables checked against a model, with everything that is wrong named at once.

    Raises
    ------
    ConfigError
        One line a fault: file, key, what stands there, what is allowed.
    """
    try:
        return model.model_validate(_plain(tables))
    except ValidationError as error:
        lines = sorted(_fault_line(fault, file=file) for fault in error.errors(include_url=False))
        raise ConfigError("\n".join([text("config.faults", file=file, n=len(lines)), *lines])) from error


def _plain(value: Any) -> Any:  # noqa: ANN401  (whatever TOML and JSON hold)
    """Values without what no document can hold, nor a terminal should be told: control characters in a title."""
    if isinstance(value, str):
        return xml_safe(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _fault_line(fault: Mapping[str, Any], *, file: str) -> str:
    key = ".".join(str(part) for part in fault["loc"]) or file
    kind = f"config.fault_{fault['type']}"
    context = {name: str(value) for name, value in fault.get("ctx", {}).items()}
    allowed = text(kind, **context) if has_text(kind) else str(fault["msg"]).removeprefix("Value error, ")
    found = "" if fault["type"] == "missing" else _written(fault["input"])
    return text("config.fault_line", key=key, found=found or text("config.nothing"), allowed=allowed)


def _written(value: object) -> str:
    try:
        return repr(value)[:80]
    except (ValueError, RecursionError):  # a number of more digits than Python writes out, a table in a table
        return f"<{type(value).__name__}>"


def with_overrides(tables: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """Tables with settings replaced, as ``section.key=value`` says.

    Raises
    ------
    ConfigError
        A setting without ``=``, or a path through something that is no table.
    """
    result = _deep_copy(tables)
    for override in overrides:
        key, equals, raw = override.partition("=")
        parts = key.strip().split(".")
        if not equals or not all(re.fullmatch(r"[\w-]+", part) for part in parts):
            raise ConfigError(text("config.override_form", found=override))
        table = result
        for part in parts[:-1]:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise ConfigError(text("config.override_path", found=override))
        table[parts[-1]] = _toml_value(raw.strip())
    return result


def _toml_value(raw: str) -> object:
    try:
        return tomllib.loads(f"value = {raw}")["value"]
    except (ValueError, RecursionError):
        return raw


def _deep_copy(tables: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _deep_copy(value) if isinstance(value, Mapping) else value for key, value in tables.items()}
