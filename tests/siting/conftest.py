import sys
from pathlib import Path

# The enumeration is shared by several files here, and importlib mode puts no folder on the path.
sys.path.insert(0, str(Path(__file__).parent))
