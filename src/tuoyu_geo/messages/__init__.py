"""The message catalogue: every sentence that people read, by key and language.

A key is ``domain.name``; the domain is the room that speaks. The catalogue is one gettext file a domain and a
language, ``<language>/<domain>.po``, whose msgid is the key and whose msgstr is the sentence with ``{name}`` places.

The language is Chinese unless `speaking` or the environment variable TUOYU_GEO_LANG asks for another; a project's own
language stands in its project.toml. It is kept in a context variable, so that two runs side by side don't mix.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Final, Literal

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
VARIABLE: Final = "TUOYU_GEO_LANG"
"""The environment variable that asks for a language."""

# Control characters, what breaks a line or turns its direction, and halves of characters: files are full of them.
_NO_CHARACTERS: Final = "\ud800-\udfff\ufdd0-\ufdef" + "".join(
    chr(0x10000 * plane + last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
UNSHOWN: Final = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069{_NO_CHARACTERS}]+")
# What no XML may hold, an office file's neither: all of these but the ends of lines and tabs.
_NO_XML: Final = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f{_NO_CHARACTERS}]+")

_asked: ContextVar[Language | None] = ContextVar("tuoyu_geo_language", default=None)


def asked_language() -> Language | None:
    """The language that `speaking` or the environment asks for; None where neither does.

    A locale such as ``en_GB.UTF-8`` in the environment stands for its language; one that is not known asks nothing.
    """
    return _asked.get() or known_language(os.environ.get(VARIABLE, ""))


def known_language(name: str) -> Language | None:
    """The language of a name or locale, such as en, en_GB.UTF-8 or zh-CN; None where it is not known."""
    short = name.strip().lower().replace("-", "_").partition(".")[0].partition("_")[0]
    return next((one for one in LANGUAGES if one == short), None)


def language() -> Language:
    """The language in which sentences are now said."""
    return asked_language() or "zh"


@contextmanager
def speaking(asked: Language | None) -> Iterator[None]:
    """Say everything within in one language; None leaves it to the environment.

    Raises
    ------
    ValueError
        The language is not one of `LANGUAGES`.
    """
    if asked is not None and asked not in LANGUAGES:
        msg = f"language {asked!r} is not one of {LANGUAGES}"
        raise ValueError(msg)
    before = _asked.set(asked)
    try:
        yield
    finally:
        _asked.reset(before)


@cache
def _catalogue(domain: str, spoken: Language) -> dict[str, str]:
    import polib  # noqa: PLC0415  (only when something is said)

    source = files(__name__).joinpath(spoken, f"{domain}.po")
    if not source.is_file():
        return {}
    entries = polib.pofile(source.read_text(encoding="utf-8"), encoding="utf-8")
    return {entry.msgid: entry.msgstr for entry in entries if entry.msgstr}


@cache
def _sentence(key: str, spoken: Language) -> str:
    domain = key.partition(".")[0]
    return _catalogue(domain, spoken).get(key) or _catalogue(domain, "zh")[key]


def text(key: str, /, **values: object) -> str:
    """The sentence of a key in the language now spoken, with its places filled.

    Parameters
    ----------
    key
        ``domain.name`` as it stands in the catalogue.
    **values
        What goes into the sentence's ``{name}`` places, formatted as ``str.format`` does; words on one line, as
        `one_line` puts them.

    Raises
    ------
    KeyError
        The catalogue has no such key: a fault of the program, not of the data.
    """
    sentence = _sentence(key, _asked.get() or language())
    return sentence.format(**{name: _shown(value) for name, value in values.items()}) if values else sentence


def one_line(words: str) -> str:
    """Words of a file as they can be printed anywhere: a space for whatever is no character that shows."""
    return UNSHOWN.sub(" ", words)


def xml_safe(words: str) -> str:
    """Words without what XML forbids: a document that held it could not be opened."""
    return _NO_XML.sub("", words)


def _shown(value: object) -> object:
    if type(value) in {float, int}:  # most are, and whether something is a path takes long to say
        return value
    return one_line(str(value)) if isinstance(value, str | BaseException | os.PathLike) else value


def listed(items: Iterable[str]) -> str:
    """Items of a list in a sentence, set apart as the language does it."""
    return text("words.list_comma").join(items)


def has_text(key: str) -> bool:
    """Whether the catalogue knows a key."""
    return key in _catalogue(key.partition(".")[0], "zh")
