"""What tables say of persons, and what is left of it."""

import nasty
from case import Case, placed

MOBILE, IDENTITY = "13800001111", "11010519491231002X"
HEAD = "小区名称,常住人口,经度,纬度"


def column(name: str, value: str = "某甲"):
    return nasty.text("a.csv", f"{HEAD},{name}\n东门,5,117.35,25.95,{value}\n南园,5,117.34,25.94,{value}\n")


def estate(name: str):
    return nasty.text("a.csv", f'{HEAD}\n"{name}",5,117.35,25.95\n')


_DROPPED = {
    "a column of phones": column("联系电话", "0598-3651234"),
    "a column of mobiles": column("手机", MOBILE),
    "a column of mobiles under another name": column("其他", MOBILE),
    "mobiles with spaces": column("其他", "138 0000 1111"),
    "mobiles with dashes": column("其他", "138-0000-1111"),
    "mobiles with the country's code": column("其他", "+8613800001111"),
    "mobiles in wide digits": column("其他", "１３８００００１１１１"),
    "a column of identity numbers": column("身份证号", IDENTITY),
    "identity numbers under another name": column("其他", IDENTITY),
    "identity numbers in small letters": column("其他", IDENTITY.lower()),
    "a column of whom to call": column("联系人"),
    "a column of who is in charge": column("负责人"),
    "a column of children's names": column("幼儿姓名"),
    "a column of birthdays": column("出生日期", "2023-05-06"),
    "a column of parents": column("家长"),
    "a column of WeChat": column("微信号", "wx_1"),
    "a column of bank accounts": column("银行账号", "6222021234567890123"),
    "a column of homes": column("家庭住址", "一路1号"),
    "OpenStreetMap's phone": column("contact:phone", "+86 598 3651234"),
    "an English column of e-mail": column("e-mail", "a@b.c"),
}
_STARRED = {
    "a mobile inside a name": estate(f"东门（{MOBILE}）"),
    "an identity number inside a name": estate(f"东门{IDENTITY}"),
    "two mobiles inside a name": estate(f"东门 {MOBILE}/13900002222"),
}
CASES = [
    *(
        Case(group="persons", name=name, run=placed(make), must="personal_dropped")
        for name, make in _DROPPED.items()
    ),
    *(
        Case(group="persons", name=name, run=placed(make), must="personal_starred")
        for name, make in _STARRED.items()
    ),
]
