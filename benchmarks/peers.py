"""The peers' own environment, made from peers.txt and made anew when that file or the interpreter changes."""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

PINS = Path(__file__).with_name("peers.txt")
FOLDER = Path(__file__).parents[1] / ".benchmarks" / "peers"


def peers_python(folder: Path = FOLDER) -> Path:
    """The interpreter that has the peers; makes its environment when it is not there."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = folder / "made-from.txt"
    wanted = f"{sys.version}\n{hashlib.sha256(PINS.read_bytes()).hexdigest()}\n"
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    print(f"making the peers' environment from {PINS.name}, some minutes", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--quiet", "-r", str(PINS)], check=True)
    stamp.write_text(wanted, encoding="utf-8")
    return python
