"""What a GeoPackage may hold beside tables: SQL that runs when somebody looks, and tables that are other files."""

import re
import sqlite3
from pathlib import Path
from urllib.parse import quote

# Indexes that SQLite keeps as virtual tables; any other module may read other files.
_INDEXES = re.compile(r"(rtree|rtree_i32|geopoly|fts[345]|fts3tokenize)", re.IGNORECASE)
_MODULE = re.compile(r"\bUSING\s+[\"'`\[]?(\w+)", re.IGNORECASE)
_GENERATED = re.compile(r"\bAS\s*\(", re.IGNORECASE)


def unsafe_tables(path: Path) -> tuple[list[str], list[str]]:
    """What of a GeoPackage must not be looked at.

    Returns
    -------
    The views, which are no tables and may run for ever; and tables that are other files or work out their values.
    A file that SQLite can't read has none: whoever reads it says so.
    """
    views, others = [], []
    try:
        with sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True) as base:
            rows = base.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        base.close()
    except sqlite3.Error:
        return [], []
    for kind, name, sql in rows:
        words = str(sql or "")
        if kind == "view":
            views.append(str(name))
        elif kind == "table" and re.match(r"\s*CREATE\s+VIRTUAL\b", words, re.IGNORECASE):
            module = _MODULE.search(words)
            if module is None or not _INDEXES.fullmatch(module.group(1)):
                others.append(str(name))
        elif kind == "table" and _GENERATED.search(words):
            others.append(str(name))
    return views, others
