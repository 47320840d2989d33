"""File names made from ids that offices give: they stay in the folder, and Windows can have them side by side."""

import ntpath
from pathlib import PureWindowsPath

from hypothesis import given
from hypothesis import strategies as st

from tuoyu_geo.writing import file_names

LETTERS = st.sampled_from(list("aAbB 永.:/\\*?<>|\"'_-1²ß\x00\n"))
DEVICES = st.sampled_from(["CON", "nul", "Aux", "prn", "com1", "LPT9", "COM²"])


def reserved(name: str) -> bool:
    """As the standard library knows Windows."""
    known = getattr(ntpath, "isreserved", None)  # from Python 3.13
    return known(name) if known else PureWindowsPath(name).is_reserved()


@given(st.lists(st.text(LETTERS, max_size=90) | DEVICES, unique=True, max_size=12))
def test_every_id_has_a_name_of_its_own_that_windows_can_have(ids):
    names = file_names(ids)
    assert list(names) == ids
    assert len({name.casefold() for name in names.values()}) == len(ids)
    for name in names.values():
        assert name
        assert name == ntpath.basename(name)
        assert not reserved(f"{name}.pdf")
        assert not set(name) & set('<>:"/\\|?*.\x00\n ')
        assert len(name) < 90


def test_a_code_is_its_own_name():
    codes = ["350481001", "350481202", "甲街道"]
    assert list(file_names(codes).values()) == codes
    assert list(file_names(["A/b", "a_B", "nul"]).values()) == ["A_b", "a_B_2", "_nul"]
