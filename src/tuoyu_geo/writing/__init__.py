"""How does it come onto the disk? All files of a set or none, and one writer to a folder at a time."""

from tuoyu_geo.writing.files import write_all as write_all
from tuoyu_geo.writing.lock import holding as holding
from tuoyu_geo.writing.refusal import refusal as refusal
from tuoyu_geo.writing.refusal import working_space as working_space

__all__ = ["holding", "refusal", "working_space", "write_all"]
