"""The makers of bad inputs are modules here and in tests/layers, and importlib mode puts no folder on the path."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent / "layers"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
