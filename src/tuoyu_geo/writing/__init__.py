"""How does it come onto the disk? All files of a set or none, and one writer to a folder at a time."""

from tuoyu_geo.writing.files import write_all as write_all
from tuoyu_geo.writing.journal import is_mixed as is_mixed
from tuoyu_geo.writing.lock import holding as holding
from tuoyu_geo.writing.names import file_names as file_names
from tuoyu_geo.writing.refusal import is_full as is_full
from tuoyu_geo.writing.refusal import refusal as refusal
from tuoyu_geo.writing.refusal import working_space as working_space

__all__ = ["file_names", "holding", "is_full", "is_mixed", "refusal", "working_space", "write_all"]
