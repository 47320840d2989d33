"""What a table says of persons: columns of phones, identity numbers and names are dropped before anything is read.

An office's list of institutions names whom to call. No map, table or finding needs it, and all of them travel. So a
column that is personal by its name, or by most of its cells, goes; a number inside another text is starred. What is
dropped is told by column and count, never by value. A landline in an address stays: it is an office's.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.fields import clean_name, fields_of
from tuoyu_geo.layers.reading import plain_text, says_nothing
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, layer_finding

STARS = "***"
_NAMED = re.compile(
    r"电话|手机|固话|座机|传真|联系方式|联系号码|联系人|姓名|身份证|身份号|证件号|护照|社保号|医保号|学籍号"
    r"|银行卡|银行账|开户行|微信|邮箱|电子邮件|车牌|生日|出生日期|出生年月|家庭住址|家庭地址|户籍地址"
    r"|负责人|法定代表人|法人(?:代表)?$|经办人|填[表报]人|制表人|审核人|户主|监护人|家长|^(?:父亲|母亲)$|[园院所]长$"
    r"|^(?:qq|wechat)(?:号|id|no)?$|(?:^|contact|institution|owner|office|mobile|tele?|cell)(?:phone|mobile|tel|telephone|cellphone|fax|email)"
    r"(?:no|num|number)?$|^e?mail$|^contact(?:person|name|info)?$|^(?:idcard|identitycard)(?:no|num|number)?$|^id(?:entity)?number$"
    r"|^birth(?:day|date)$|^bank(?:account|card)(?:no|number)?$|^(?:principal|guardian|parent|person)(?:name)?$",
    re.IGNORECASE,
)
# A mobile in China: 11 digits that begin with 13 to 19, in one run or in 3, 4 and 4.
_MOBILE = r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d(?:\d{8}|[- ]\d{4}[- ]\d{4})(?![\d.])"
# An identity number: division, day of birth, serial, check digit.
_IDENTITY = r"(?<!\d)[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dXx])"
_NUMBER = re.compile(f"{_IDENTITY}|{_MOBILE}")
_SIGNED = re.compile(
    r"((?:填[表报]人|制表人?|审[核批]人?|负责人\w{0,4}|联系人|联系电话|电话|手机\w{0,2})\s*[:：]\s*)(?!\*)\S.*"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# Digits by which the codes of one county begin alike, and mobiles of one office don't.
_CODE_HEAD = 6
LEAST_ALIKE = 3


def without_personal(raw: RawTable, source: LayerSource) -> RawTable:
    """A table without what it says of persons, and a finding for each column that lost something.

    A column that the project maps itself is kept, its numbers starred. A column of codes or figures is dropped only
    where its cells are identity numbers, or mobiles that don't begin alike as codes of one county do.
    """
    names = {name: redacted(str(name)) for name in raw.frame.columns}
    kinds = _kinds(source)
    kept: dict[str, object] = {}
    findings = [_redacted_finding(one) for one in raw.findings]
    for k, name in enumerate(raw.frame.columns):
        cells = raw.frame.iloc[:, k]
        mapped = plain_text(name) in {plain_text(one) for one in source.columns.values()}
        kind = kinds.get(clean_name(name), "")
        n_known, n_personal = _counted(cells, kind=kind)
        by_name = kind == "" and not mapped and _NAMED.search(clean_name(name)) is not None
        if (by_name and n_known) or (not mapped and n_personal and 2 * n_personal >= n_known):
            findings.append(_of_column(source, "personal_dropped", column=names[name], n=n_known))
            continue
        if by_name:
            continue  # an empty column of phones is a form's
        if kind in {"", "text", "word"}:
            cells, n_starred = _starred(cells)
            if n_starred:
                findings.append(_of_column(source, "personal_starred", column=names[name], n=n_starred))
        kept[_unused(names[name], kept)] = cells
    frame = pd.DataFrame(kept, index=raw.frame.index, dtype=object)
    letters = {names.get(name, name): letter for name, letter in raw.letters.items()}
    return replace(raw, frame=frame, findings=tuple(findings), letters=letters)


def _of_column(source: LayerSource, code: str, *, column: str, n: int) -> Finding:
    return layer_finding(source, code, severity="info", column=column, name=column, n=n)


def redacted(words: str) -> str:
    """Words with every mobile and identity number starred, and whoever signs a form."""
    if not words:
        return words
    return _SIGNED.sub(rf"\1{STARS}", _NUMBER.sub(_star, words))


def _star(match: re.Match[str]) -> str:
    return STARS if _is_personal(match.group()) else match.group()


def _is_personal(number: str) -> bool:
    """Whether a number that looks like one is a mobile, or an identity number whose check digit is right."""
    digits = re.sub(r"[- +]", "", number)
    if len(digits) != len(_WEIGHTS) + 1:
        return True
    total = sum(int(digit) * weight for digit, weight in zip(digits[:-1], _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == digits[-1].upper()


def _kinds(source: LayerSource) -> Mapping[str, str]:
    """The kind of field that a column's cleaned name tells, of the role's fields."""
    return {
        clean_name(alias): field.kind.partition(":")[0]
        for field in fields_of(source.role)
        for alias in (*field.aliases, field.field)
    }


def _counted(cells: pd.Series, *, kind: str) -> tuple[int, int]:
    """How many cells say something, and how many of them are a person's number and nothing else."""
    known = [cell for cell in cells if not says_nothing(cell)]
    if kind in {"number", "year", "date", "bool", "enum"}:
        return len(known), 0
    numbers = [words for words in map(_digits, known) if words]
    identities = [one for one in numbers if len(one) == len(_WEIGHTS) + 1]
    mobiles = [one for one in numbers if len(one) != len(_WEIGHTS) + 1]
    if kind == "code":
        heads = {one[-11:][:_CODE_HEAD] for one in mobiles}
        if len(mobiles) < LEAST_ALIKE or 2 * len(heads) <= len(mobiles):
            mobiles = []
    return len(known), len(identities) + len(mobiles)


def _digits(cell: object) -> str:
    """The digits of a cell that holds a person's number alone; "" for any other."""
    if isinstance(cell, bool | np.bool_ | dt.date):
        return ""
    if isinstance(cell, float | np.floating) and not float(cell).is_integer():
        return ""
    words = plain_text(cell)
    if len(words) < 11 or len(words) > 24:
        return ""
    match = _NUMBER.fullmatch(words)
    return re.sub(r"[- +]", "", words) if match and _is_personal(words) else ""


def _starred(cells: pd.Series) -> tuple[pd.Series, int]:
    """Cells of text with the numbers inside starred, and how many there were."""
    changed: dict[object, str] = {}
    for cell in cells.unique() if cells.map(type).eq(str).all() else {c for c in cells if isinstance(c, str)}:
        if len(cell) >= 11 and _NUMBER.search(cell):
            starred = _NUMBER.sub(_star, cell)
            if starred != cell:
                changed[cell] = starred
    if not changed:
        return cells, 0
    made = [changed.get(cell, cell) if isinstance(cell, str) else cell for cell in cells]
    n = sum(isinstance(cell, str) and cell in changed for cell in cells)
    return pd.Series(made, index=cells.index, dtype=object), n


def _redacted_finding(finding: Finding) -> Finding:
    return replace(
        finding,
        found=redacted(finding.found),
        allowed=redacted(finding.allowed),
        remedy=redacted(finding.remedy),
        original=redacted(finding.original),
        column=None if finding.column is None else redacted(finding.column),
    )


def _unused(name: str, taken: Mapping[str, object]) -> str:
    while name in taken:
        name += "*"
    return name
