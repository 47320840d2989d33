"""What is wrong with a file of streets, as findings."""

from collections.abc import Sequence
from pathlib import Path

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.findings import Finding
from tuoyu_geo.messages import text


def fault(code: str, path: Path, *, row: int | None = None, **words: object) -> Finding:
    """An error of a file, with its three sentences from the catalogue (``network.<code>_found`` and so on)."""
    return Finding(
        code=code,
        severity="error",
        layer="roads",
        file=path.name,
        row=row,
        column=None,
        found=text(f"network.{code}_found", **words),
        allowed=text(f"network.{code}_allowed", **words),
        remedy=text(f"network.{code}_remedy", **words),
    )


def refuse(faults: Sequence[Finding]) -> None:
    """Nothing where there are no faults.

    Raises
    ------
    NetworkError
        There are; its findings are all of them.
    """
    if faults:
        raise NetworkError(text("network.faults", n=len(faults)), findings=faults)
