"""``python -m tuoyu_geo``: the command where its own name is not on the path, as often on Windows."""

from tuoyu_geo.cli import main

if __name__ == "__main__":
    main()
