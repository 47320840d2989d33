"""What can go wrong, named by the fault: one base, and each leaf is also a builtin."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuoyu_geo.messages import language

if TYPE_CHECKING:
    from tuoyu_geo.findings import Finding


class TuoyuError(Exception):
    """Base of every error this package raises on purpose; `language` is the one in which it is said."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)
        self.language = language()


class ConfigError(TuoyuError, ValueError):
    """A project or policy file, or a setting given on the command line, is wrong."""


class _WithFindingsError(TuoyuError, ValueError):
    def __init__(self, message: str, *, findings: Sequence["Finding"] = ()) -> None:
        self.findings = tuple(findings)
        lines = [
            message,
            *(f"  - {finding.message}" for finding in self.findings if finding.severity == "error"),
        ]
        super().__init__("\n".join(lines))


class DataError(_WithFindingsError):
    """The layers can't be used as they are; `findings` holds everything that was found.

    Parameters
    ----------
    message
        One sentence; the findings are added below it.
    findings
        All findings of severity "error", and whatever else was found on the way.
    """


class LayerNotFoundError(TuoyuError, FileNotFoundError):
    """A file that the project names is not there."""


class NetworkError(_WithFindingsError):
    """The streets don't make a network, or a point can't be placed on it.

    Parameters
    ----------
    message
        One sentence; the findings are added below it.
    findings
        Everything that is wrong with a file of streets, where it is a file's fault.
    """


class FetchError(TuoyuError, ConnectionError):
    """A server of OpenStreetMap can't be reached, or doesn't answer in full."""


class SitingError(TuoyuError, ValueError):
    """A siting problem is malformed: shapes, signs, indices or quotas that contradict themselves."""


class RenderError(TuoyuError, RuntimeError):
    """A map or a table can't be drawn, for want of a font or an asset."""


class OutputError(TuoyuError, OSError):
    """An output can't be written: full disk, read-only folder, or another run holds it."""


class FolderHeldError(OutputError):
    """Another run is writing into the folder."""
