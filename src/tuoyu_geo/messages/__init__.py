"""The message catalogue: every sentence that people read, by key.

A key is ``domain.name``; the domain is the room that speaks. The catalogue is one gettext file a domain and a
language, ``zh/<domain>.po``, whose msgid is the key and whose msgstr is the sentence with ``{name}`` places.
"""

from functools import cache
from importlib.resources import files


@cache
def _catalogue(domain: str) -> dict[str, str]:
    import polib  # noqa: PLC0415  (only when something is said)

    source = files(__name__).joinpath("zh", f"{domain}.po")
    entries = polib.pofile(source.read_text(encoding="utf-8"), encoding="utf-8")
    return {entry.msgid: entry.msgstr for entry in entries if entry.msgstr}


def text(key: str, /, **values: object) -> str:
    """The sentence of a key, with its places filled.

    Parameters
    ----------
    key
        ``domain.name`` as it stands in the catalogue.
    **values
        What goes into the sentence's ``{name}`` places, formatted as ``str.format`` does.

    Raises
    ------
    KeyError
        The catalogue has no such key: a fault of the program, not of the data.
    """
    sentence = _catalogue(key.partition(".")[0])[key]
    return sentence.format(**values) if values else sentence


def has_text(key: str) -> bool:
    """Whether the catalogue knows a key."""
    return key in _catalogue(key.partition(".")[0])
