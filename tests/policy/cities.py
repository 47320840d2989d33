"""Three made-up cities on the hand-drawn streets: one where every clause is met, one where none is, one that is silent.

Each of their clauses is of another kind; together they hold every kind there is, so a new kind shows itself in the tests.
"""

import re

from tuoyu_geo.policy.compliance import JUDGES


def clauses(**extra):
    """One clause a kind; `extra` adds lines to the clause of that kind."""
    given = {"old_estate": "built_until = 2005", "indicator": "target = 0.95"}
    given["registry"] = 'registries = { nonprofit = "民政", profit = "市场监管" }'
    return "".join(
        f'[[clauses]]\nid = "{judge}"\nquotation = "{judge}"\ndepartments = ["某局"]\njudge = "{judge}"\n'
        f"{extra.get(judge, given.get(judge, ''))}\n"
        for judge in JUDGES
    )


def policy(base, **extra):
    """The town's policy with these clauses."""
    return base.split("[[clauses]]", 1)[0] + clauses(**extra)


GOOD = {
    "institutions_csv": """编号,机构名称,机构类型,备案状态,登记机关,机构性质,举办单位,是否示范,托位数,在托人数,所属街道,X坐标,Y坐标
I1,甲托育园,专业托育机构,已备案,民政局,非营利性,,否,30,25,甲街道,{x0},{y1}
I3,厂托,用人单位托育,已备案,市场监管局,营利性,某厂,否,20,5,甲街道,{x0},{y1}
I4,园托,幼儿园托班,已备案,民政局,非营利性,城投集团,是,20,5,甲街道,{x0},{y1}
""",
    "candidates_csv": """编号,名称,候选类型,建设方式,楼层,建筑面积,托位数,估算投资(万元),所属街道,X坐标,Y坐标
C1,甲社区中心,社区服务中心,改造,1,400,40,80,甲街道,{x2},{y2}
C2,乙社区中心,社区服务中心,改造,1,400,40,60,乙镇,{x3},{y2}
C3,新城配套,小区配套用房,公共配套用房,1,200,20,50,乙镇,{x4},{y0}
""",
}
GOOD_RULES = {
    "indicator": "target = 0.95\nobserved = 0.95",
    "not_spatial": 'reported = "met"',
    "demonstration": 'operator = "城投"',
    "kindergarten": 'operator = "城投"',
}

BAD = {
    "institutions_csv": """编号,机构名称,机构类型,备案状态,登记机关,机构性质,是否示范,托位数,在托人数,所属街道,X坐标,Y坐标
I1,甲托育园,专业托育机构,已备案,市场监管局,非营利性,否,30,25,甲街道,{x0},{y1}
I2,乙托育园,专业托育机构,未备案,,,否,40,30,乙镇,{x3},{y3}
""",
    "candidates_csv": """编号,名称,候选类型,建设方式,楼层,建筑面积,是否划拨,托位数,估算投资(万元),所属街道,X坐标,Y坐标
C1,甲社区中心,社区服务中心,新建,1,100,否,40,80,甲街道,{x0},{y2}
C2,乙幼儿园,幼儿园,开设幼托班,1,400,,40,60,乙镇,{x3},{y2}
C3,乙社区中心,社区服务中心,改造,1,200,,20,50,乙镇,{x4},{y0}
C4,乙厂,用人单位,改造,1,200,,20,50,乙镇,{x4},{y0}
""",
}
BAD_RULES = {
    "old_estate": "built_until = 2015",
    "co_location": "minimum = 2",
    "guidance": "target = 0.9\nobserved = 0.89",
    "indicator": "target = 0.95\nobserved = 0.949",
    "not_spatial": 'reported = "not_met"\nreported_note = "一家未装监控"',
}

SILENT = {
    "communities_csv": """编号,小区名称,所属街道,建设状态,常住人口,X坐标,Y坐标
E1,东门,甲街道,已建成,2000,{x0},{y0}
E5,新城,乙镇,规划,,{x4},{y0}
""",
    "villages_csv": "编号,村名,所属乡镇,常住人口,X坐标,Y坐标\n",
    "institutions_csv": """编号,机构名称,机构类型,备案状态,所属街道,X坐标,Y坐标
I1,甲托育园,专业托育机构,已备案,甲街道,{x0},{y1}
I2,甲二园,专业托育机构,,甲街道,{x0},{y1}
""",
    "candidates_csv": """编号,名称,候选类型,建设方式,托位数,所属街道,X坐标,Y坐标
C1,甲地,地块,新建,40,甲街道,{x0},{y0}
C2,乙楼,闲置用房,租赁,1,乙镇,{x4},{y0}
""",
}


def without_villages(project):
    """A project file without its villages."""
    return re.sub(r'\[layers\.villages\]\npath = "villages.csv"\ncrs = "EPSG:4548"\n', "", project)
