"""The largest memory of this process."""

import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak_bytes() -> int | None:
    """Largest resident memory since the start, or since `forget_peak`; None where the system doesn't tell."""
    if STATUS.exists():
        line = next(one for one in STATUS.read_text(encoding="ascii").splitlines() if one.startswith("VmHWM"))
        return 1024 * int(line.split()[1])
    try:
        import resource
    except ImportError:
        return None
    # Kilobytes, but bytes on macOS.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def forget_peak() -> None:
    """Let the peak begin again from what is held now; only Linux can."""
    if STATUS.exists():
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
