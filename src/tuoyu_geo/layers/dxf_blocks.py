"""How many entities a drawing's blocks unfold to: a block of ten blocks of ten blocks … is a billion points."""

from collections import Counter, defaultdict

_NAME, _COLUMNS, _ROWS = "2", "70", "71"


def unfolded(content: str) -> int:
    """Entities of a text DXF with every block put in wherever it is named, as many times as its rows and columns say.

    A block inside itself counts once: whoever reads the drawing leaves it out there.
    """
    if "INSERT" not in content:
        return 0
    own, named = _counted(content)
    sizes: dict[str, int] = {}

    def size(block: str, above: tuple[str, ...]) -> int:
        if block in above or len(above) > 50:
            return 1
        if block not in sizes:
            inside = sum(n * size(one, (*above, block)) for one, n in named[block].items())
            sizes[block] = own[block] + inside
        return sizes[block]

    return size("", ())


def _counted(content: str) -> tuple[Counter[str], defaultdict[str, Counter[str]]]:
    """By block ("" for the drawing itself): its own entities, and how often it names each other block."""
    own: Counter[str] = Counter()
    named: defaultdict[str, Counter[str]] = defaultdict(Counter)
    lines = content.splitlines()
    block, kind = "", ""
    insert: dict[str, str] = {}
    for code, value in zip(lines[::2], lines[1::2], strict=False):
        mark = code.strip()
        if mark == "0":
            if kind == "INSERT":
                named[block][insert.get(_NAME, "")] += _times(insert)
            kind, insert = value.strip(), {}
            block = "" if kind in {"ENDBLK", "ENDSEC"} else block
            own[block] += kind not in {"BLOCK", "SECTION"}
        elif kind == "INSERT":
            insert[mark] = value.strip()
        elif kind == "BLOCK" and mark == _NAME and not block:
            block = value.strip()
    return own, named


def _times(insert: dict[str, str]) -> int:
    columns, rows = (
        int(insert[mark]) if insert.get(mark, "").isdecimal() and len(insert[mark]) < 6 else 1
        for mark in (_COLUMNS, _ROWS)
    )
    return max(columns, 1) * max(rows, 1)
