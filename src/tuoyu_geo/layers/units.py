"""Units as people write them: of a cell, of a column's name, and what they are in a field's own unit."""

import re
import unicodedata
from collections.abc import Mapping

# By word: the dimension, and the factor to the dimension's unit (persons, households, places, floors, m2, 10,000 yuan, m).
UNITS: Mapping[str, tuple[str, float]] = {
    **dict.fromkeys(("人", "名", "口", "位", "人口"), ("persons", 1.0)),
    "百人": ("persons", 100.0),
    "千人": ("persons", 1000.0),
    "万人": ("persons", 10_000.0),
    **dict.fromkeys(("户", "戶", "套", "家"), ("households", 1.0)),
    "万户": ("households", 10_000.0),
    "万套": ("households", 10_000.0),
    **dict.fromkeys(("个", "托位", "个托位", "学位", "个学位"), ("places", 1.0)),
    **dict.fromkeys(("班", "个班", "间", "栋", "幢", "处", "所"), ("pieces", 1.0)),
    **dict.fromkeys(("层", "楼", "f"), ("floors", 1.0)),
    **dict.fromkeys(("m2", "平方米", "平米", "平方", "平"), ("area", 1.0)),
    "亩": ("area", 2000.0 / 3.0),
    **dict.fromkeys(("公顷", "ha", "hm2", "万平方米", "万m2", "万平米", "万平"), ("area", 10_000.0)),
    **dict.fromkeys(("km2", "平方公里", "平方千米"), ("area", 1e6)),
    "元": ("money", 1e-4),
    "千元": ("money", 0.1),
    "万元": ("money", 1.0),
    "百万元": ("money", 100.0),
    "亿元": ("money", 10_000.0),
    **dict.fromkeys(("m", "米"), ("length", 1.0)),
    **dict.fromkeys(("km", "公里", "千米"), ("length", 1000.0)),
    "人/户": ("household_size", 1.0),
    "年": ("year", 1.0),
    "岁": ("age", 1.0),
    **dict.fromkeys(("°", "度"), ("degrees", 1.0)),
}
# What a field's unit takes: a nursery's size is counted in places or in children.
TAKES: Mapping[str, frozenset[str]] = {
    "人": frozenset({"persons", "places"}),
    "户": frozenset({"households", "places"}),
    "个": frozenset({"places", "persons"}),
    "层": frozenset({"floors"}),
    "㎡": frozenset({"area"}),
    "万元": frozenset({"money"}),
    "人/户": frozenset({"household_size", "persons"}),
    "年": frozenset({"year"}),
    "m": frozenset({"length"}),
    "°": frozenset({"degrees"}),
}
WORDS = "|".join(sorted((re.escape(word) for word in UNITS), key=len, reverse=True))
_IN_NAME = re.compile(rf"[(\[【〔{{](?:单位[::]?)?({WORDS})[)\]】〕}}]|[/_,]({WORDS})$|单位[::]({WORDS})$")


def split_unit(name: object) -> tuple[str, str]:
    """A column's name without its unit, and the unit; "" where it names none."""
    plain = unicodedata.normalize("NFKC", str(name)).casefold().strip()
    found = _IN_NAME.search(plain)
    if found is None:
        return plain, ""
    return plain[: found.start()] + plain[found.end() :], next(word for word in found.groups() if word)


def factor_to(field_unit: str, *, word: str) -> float | None:
    """What one of `word` is in a field's unit; None where it counts something else.

    A field without a unit of its own takes every count as it stands.
    """
    dimension, factor = UNITS[word]
    taken = TAKES.get(field_unit)
    if taken is None:
        return 1.0
    return factor if dimension in taken else None
