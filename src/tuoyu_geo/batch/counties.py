"""Which counties a batch is for, and what each one's folder of outputs is called."""

import glob
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tuoyu_geo.errors import ConfigError
from tuoyu_geo.messages import Language, known_language, listed, text

_ILLEGAL = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_DEVICES = re.compile(r"(con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)
_LONGEST = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """One project of a batch, as far as its project.toml can be read.

    Attributes
    ----------
    key
        Names the county's folder of outputs: its division code; where projects share one, or state none, the code and
        the project's folder. Different from every other key also where capitals don't count, and a file name anywhere.
    file
        The project.toml, from the root.
    code, name, title
        As it states them; "" where it doesn't.
    language
        The one that it states, else Chinese: its outputs are in this one, whoever asks.
    """

    key: str
    file: Path
    code: str
    name: str
    title: str
    language: Language


def find_counties(given: Sequence[str | Path]) -> tuple[County, ...]:
    """The counties that a command line names, in the order of their keys.

    Parameters
    ----------
    given
        Each a project.toml, a project's folder, a folder that holds project folders one or two levels down, or a
        pattern of these with ``*``.

    Raises
    ------
    ConfigError
        An argument leads to no project; all such are named.
    """
    files: dict[Path, None] = {}
    empty = []
    for one in given:
        found = [file for path in _matches(str(one)) for file in _projects(path)]
        files |= dict.fromkeys(file.resolve() for file in found)
        if not found:
            empty.append(str(one))
    if empty:
        raise ConfigError(text("batch.no_projects", found=listed(empty)))
    counties = [_county(file) for file in files]
    return tuple(sorted(_with_keys(counties), key=lambda county: county.key))


def _matches(given: str) -> list[Path]:
    if Path(given).exists() or not glob.has_magic(given):
        return [Path(given)]
    return [Path(one) for one in sorted(glob.glob(given))]  # noqa: PTH207  (absolute patterns, too)


def _projects(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if path.suffix == ".toml" else []
    if (path / "project.toml").is_file():
        return [path / "project.toml"]
    # a project's own subfolders are its business
    below = sorted(path.glob("*/project.toml"))
    projects = {file.parent for file in below}
    return below + [
        file for file in sorted(path.glob("*/*/project.toml")) if file.parent.parent not in projects
    ]


def _county(file: Path) -> County:
    try:
        tables = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError):
        tables = {}
    section: Any = tables.get("project")
    stated: Mapping[str, Any] = section if isinstance(section, Mapping) else {}
    words = {name: stated.get(name) for name in ("county_code", "county_name", "title", "language")}
    said = {name: word if isinstance(word, str) else "" for name, word in words.items()}
    return County(
        key="",
        file=file,
        code=said["county_code"] if re.fullmatch(r"[0-9]{6}", said["county_code"]) else "",
        name=said["county_name"],
        title=said["title"],
        language=known_language(said["language"]) or "zh",
    )


def _with_keys(counties: Sequence[County]) -> list[County]:
    names = {county.file: _file_name(county.code or county.file.parent.name) for county in counties}
    deepest = max(len(county.file.parts) for county in counties)
    # Those that share a key are told apart by their folder, by the folder above it, and so on.
    for depth in range(1, deepest):
        shared = Counter(name.casefold() for name in names.values())
        clashing = [one for one in counties if shared[names[one.file].casefold()] > 1]
        if not clashing:
            break
        for one in clashing:
            folders = one.file.parent.parts[1:][-depth:]
            names[one.file] = _file_name("-".join(filter(None, (one.code, *folders))))
    taken: set[str] = set()
    keyed = []
    for county in sorted(counties, key=lambda one: one.file):
        key, n = names[county.file], 1
        while key.casefold() in taken:  # two project files in one folder, or names too long to differ
            n += 1
            key = f"{names[county.file]}-{n}"
        taken.add(key.casefold())
        keyed.append(replace(county, key=key))
    return keyed


def _file_name(name: str) -> str:
    plain = _ILLEGAL.sub("_", name)[-_LONGEST:].strip(". ")
    return f"_{plain}" if not plain or _DEVICES.fullmatch(plain) else plain
