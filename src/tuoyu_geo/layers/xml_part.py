"""XML parts of a workbook, read without any definition of their own."""

from xml.etree import ElementTree as ET

from tuoyu_geo.doctype import states_doctype


class DefinesEntitiesError(Exception):
    """A part that states a document type, by which a few bytes may unfold to gigabytes or to another file."""


def plain_xml(data: bytes) -> ET.Element:
    """The root element.

    Raises
    ------
    DefinesEntitiesError
        A document type is stated.
    xml.etree.ElementTree.ParseError
        It is broken.
    """
    if states_doctype([data]):
        raise DefinesEntitiesError("<!DOCTYPE>")
    return ET.fromstring(data)  # noqa: S314  (without a document type there are no entities)
