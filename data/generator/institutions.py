"""Existing institutions: few, some of them not registered, so that the city starts well below its targets."""

from dataclasses import dataclass

import numpy as np
from data.generator.estates import Estate
from data.generator.facts import Facts
from data.generator.names import SUFFIX_NOTE


@dataclass(frozen=True, slots=True)
class Institution:
    """One institution as the health bureau lists it."""

    name: str
    kind: str
    registration: str
    registry: str | None
    nature: str | None
    places: int
    enrolled: int
    township: int
    estate: str | None
    address: str
    xy: tuple[float, float]


# name, kind, registration, registry, nature, places, enrolled, township, in an estate that has a facility
LIST = (
    ("云汀托育综合服务中心", "托育综合服务中心", "已备案", "民政局", "非营利性", 120, 86, "燕南", False),
    ("萤火托育园", "专业托育机构", "已备案", "市场监督管理局", "营利性", 60, 41, "燕东", False),
    ("芷兰托育园", "专业托育机构", "已备案", "市场监督管理局", "营利性", 48, 33, "燕南", False),
    ("桐荫托育园", "专业托育机构", "未备案", "市场监督管理局", "营利性", 40, 22, "燕西", False),
    ("鹭洲托育园", "专业托育机构", "未备案", None, None, 30, 12, "燕北", False),
    ("霁月幼儿园托班", "幼儿园托班", "已备案", "民政局", "非营利性", 40, 35, "燕东", False),
    ("槿园幼儿园托班", "幼儿园托班", "未备案", "民政局", "非营利性", 20, 17, "燕南", False),
    ("樟坪中心幼儿园托班", "幼儿园托班", "已备案", "民政局", "非营利性", 20, 18, "曹远", False),
    ("青榕社区托育点", "社区托育", "已备案", "民政局", "非营利性", 30, 19, "燕西", False),
    ("示意工业园职工托育点", "用人单位托育", "已备案", "市场监督管理局", "非营利性", 25, 16, "燕北", False),
    ("知春家庭托育点", "家庭托育点", "未备案", None, "营利性", 5, 4, "燕南", False),
    ("和畅托育园", "专业托育机构", "备案状态不详", "市场监督管理局", "营利性", 18, 7, "大湖", False),
    ("小区配套托育园", "社区托育", "已备案", "民政局", "非营利性", 30, 21, "", True),
)


def make_institutions(facts: Facts, *, estates: list[Estate], rng: np.random.Generator) -> list[Institution]:
    """Put each institution into a built estate of its township, the last into every built estate that has a facility."""
    short = [t.short for t in facts.townships]
    found: list[Institution] = []
    taken: set[str] = set()
    for name, kind, registration, registry, nature, places, enrolled, where, own in LIST:
        built = [e for e in estates if e.status == "已建成"]
        if own:
            homes = [e for e in built if e.facility == "有"]
        else:
            pool = [
                e for e in built if short[e.township] == where and e.code not in taken and e.facility != "有"
            ]
            pool = sorted(pool, key=lambda e: -(e.residents or 0))[: max(3, len(pool) // 4)]
            homes = [pool[int(rng.integers(len(pool)))]]
        for home in homes:
            taken.add(home.code)
            town = facts.townships[home.township]
            found.append(
                Institution(
                    name=(home.name + name if own else name) + SUFFIX_NOTE,
                    kind=kind,
                    registration=registration,
                    registry=registry,
                    nature=nature,
                    places=places,
                    enrolled=enrolled,
                    township=home.township,
                    estate=home.name if own or kind in {"社区托育", "家庭托育点"} else None,
                    address=f"{town.name}{home.name}旁" if not own else f"{town.name}{home.name}",
                    xy=(home.xy[0] + (0 if own else 12), home.xy[1] - (0 if own else 9)),
                )
            )
    return found
