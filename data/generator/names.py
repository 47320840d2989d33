"""Made-up names. None is taken from a list of real ones; a test compares them with the real lists where these are at hand."""

from itertools import product

import numpy as np

SUFFIX_NOTE = "（示意）"
_FIRST = "霁岚芷梧槿樟枫萤榕荻汀鹭栖桐菡蘅苇筠"
_VILLAGE_LAST = ("岫", "陂下", "峒口", "垅尾", "坳头", "湾里", "洲上", "墩头")
_STREET_LAST = "安和泰宁兴康永平"
_ESTATE_FIRST = (
    "燕江", "云麓", "溪畔", "锦樟", "望岭", "栖霞", "听松", "竹语", "澄湖", "鹭洲", "槿园", "桐荫", "霁月", "岚庭",
    "枫林", "荻花", "梧桐里", "芷兰", "萤火", "晴川", "远山", "沐风", "青榕", "和畅", "知春",
)  # fmt: skip
_ESTATE_LAST_NEW = ("华府", "雅居", "名苑", "云邸", "悦庭")
_ESTATE_LAST_MID = ("花园", "家园", "嘉苑", "公寓", "丽舍")
_ESTATE_LAST_OLD = ("新村", "宿舍区", "小区", "大院", "老街坊")
_PHASES = ("", "一期", "二期", "三期")


def street_names(rng: np.random.Generator) -> list[str]:
    """Two-character street names in random order."""
    names = [a + b for a, b in product(_FIRST, _STREET_LAST)]
    return [names[i] for i in rng.permutation(len(names))]


def village_names(rng: np.random.Generator, *, n: int) -> list[str]:
    """Give n distinct village names, all made from the same syllables."""
    names = [a + b + "村" for a, b in product(_FIRST * 1 + "松杉柏桂兰", _VILLAGE_LAST)]
    names += [
        a + b + "村"
        for a, b in product(("上", "下", "前", "后"), ("霁坪", "荻洋", "鹭坑", "萤溪", "苇埕", "蘅田"))
    ]
    names += [a + b + c + "村" for a, b, c in product(_FIRST[:9], _FIRST[9:], ("坪",))]
    return [names[i] for i in rng.permutation(len(names))[:n]]


def neighbourhood_names(rng: np.random.Generator, *, n: int) -> list[str]:
    """Give n distinct names of urban neighbourhoods (社区)."""
    names = [a + b + "社区" for a, b in product(_FIRST, "汀岸里桥浦")]
    return [names[i] for i in rng.permutation(len(names))[:n]]


class EstateNames:
    """Hands out distinct estate names that fit the estate's age."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rest: dict[str, list[str]] = {}
        for age, lasts in (("new", _ESTATE_LAST_NEW), ("mid", _ESTATE_LAST_MID), ("old", _ESTATE_LAST_OLD)):
            names = [a + b + c for a, b, c in product(_ESTATE_FIRST, lasts, _PHASES)]
            self._rest[age] = [names[i] for i in rng.permutation(len(names))]

    def take(self, *, built_year: int | None) -> str:
        """Give the next unused name of that age (None = not built yet)."""
        age = "new" if built_year is None or built_year >= 2015 else "mid" if built_year >= 1998 else "old"
        return self._rest[age].pop()
