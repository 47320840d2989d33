"""XML that defines its own entities: the way to a text that unfolds to gigabytes, or to another file's content.

No format that is read here needs a document type: not KML, GraphML, OpenStreetMap's XML, nor the parts of a workbook.
"""

from collections.abc import Iterable
from xml.parsers import expat


class _FoundError(Exception):
    """A document type, or the root element: nothing after it matters."""


def states_doctype(chunks: Iterable[bytes]) -> bool:
    """Whether XML states a document type, which may stand before its root element only.

    Broken XML states none: whoever reads it in earnest says what is wrong with it.
    """
    found: list[bool] = []

    def on_doctype(*_: object) -> None:
        found.append(True)
        raise _FoundError

    def on_root(*_: object) -> None:
        raise _FoundError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler, parser.StartElementHandler = on_doctype, on_root
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
    except (_FoundError, expat.ExpatError, ValueError):  # a ValueError is an encoding nobody knows
        pass
    return bool(found)
