"""What a build wrote, as a notebook and the command line hold it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tuoyu_geo.views.plan import Plan


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Built:
    """What a build wrote.

    Attributes
    ----------
    folder
        Where.
    files
        By name relative to the folder: size [bytes].
    plan
        The plan that the files show.
    notices
        Sentences that stand on every map and table.
    """

    folder: Path
    files: Mapping[str, int]
    plan: Plan
    notices: tuple[str, ...]
