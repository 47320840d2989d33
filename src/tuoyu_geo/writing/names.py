"""What a file may be called on every system; Windows is the strictest."""

import re
from collections.abc import Hashable, Iterable

_LONGEST = 80
# Names of devices there, with any ending.
_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9¹²³]", re.IGNORECASE)


def file_names(ids: Iterable[Hashable]) -> dict[Hashable, str]:
    """A name without ending for the file of each id, of which no two differ by case alone.

    What a path could be made of is left out. Two ids that would give one name get a number, in their order.
    """
    names: dict[Hashable, str] = {}
    taken: set[str] = set()
    for one in ids:
        plain = re.sub(r"[^\w-]", "_", str(one))[:_LONGEST] or "_"
        if _DEVICES.fullmatch(plain):
            plain = f"_{plain}"
        name, k = plain, 2
        while name.casefold() in taken:
            name, k = f"{plain}_{k}", k + 1
        taken.add(name.casefold())
        names[one] = name
    return names
