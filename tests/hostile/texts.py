"""Text tables: one endless line, bytes of no encoding, figures of no size."""

import nasty
from case import Case, as_layer, placed
from nasty import COLUMNS, EAST, csv_text

HEAD = ",".join(COLUMNS)


def csv(content: str | bytes, name: str = "a.csv"):
    return nasty.raw(name, content if isinstance(content, bytes) else content.encode())


def row(**changes: object):
    """One estate with some cells changed."""
    values = dict(zip(COLUMNS, EAST, strict=True)) | changes
    return csv(csv_text(rows=[COLUMNS, [values[name] for name in COLUMNS]]))


_FILES = {
    "a line of a million letters": (csv("a" * 1_000_000), "file_too_large"),
    "a header of a million columns": (csv("," * 1_000_000), "file_too_large"),
    "seven million cells": (csv(HEAD + "\n" + ("," * 7_000 + "\n") * 1_000), "file_too_large"),
    "two million and one empty lines": (csv(HEAD + "\n" * 2_000_002), "file_too_large"),
    "a cell of 200,000 letters": (csv(f'{HEAD}\nE1,"{"门" * 200_000}",x,1,117.35,25.95\n'), "refused"),
    "a quotation mark that never ends": (csv(f'{HEAD}\nE1,"门,x,1,117.35,25.95\n' + "x\n" * 30), "harmless"),
    "zero bytes": (csv(HEAD + "\nE1,门\0,x,1,117.35,25.95\n"), "harmless"),
    "nothing but zero bytes": (csv(bytes(5000)), "refused"),
    "nothing but a byte order mark": (csv(b"\xef\xbb\xbf"), "refused"),
    "nothing but ends of lines": (csv("\n" * 500), "refused"),
    "nothing but separators": (csv(",;|\t" * 500), "harmless"),
    "random bytes": (csv(bytes((k * 167 + 13) % 251 for k in range(5000))), "refused"),
    "a program": (csv(b"\x7fELF" + bytes(300)), "refused"),
    "half of a UTF-16 character": (csv((HEAD + "\nE1").encode("utf-16") + b"\xd8"), "refused"),
    "an encoding that hides ASCII, stated": (csv("+ADw-script+AD4-"), "refused"),
    "a header of formulas": (csv("=1+1,@a,+b,-c\n1,2,3,4\n"), "harmless"),
    "a header that a terminal would obey": (csv(f"\x1b]0;x\x07,{HEAD}\n,E1,门,x,1,117.35,25.95\n"), "harmless"),
    "a header of one name a hundred times": (csv(",".join(["小区名称"] * 100) + "\n" + ",".join(["a"] * 100)), "harmless"),
    "a row of ten thousand cells": (csv(HEAD + "\n" + "1," * 10_000), "harmless"),
    "Excel told which separator": (csv("sep=|\n" + csv_text("|")), "read: 2"),
    "a web page": (csv("<html><script>alert(1)</script></html>", "a.txt"), "refused"),
    "a shell script": (csv("#!/bin/sh\nrm -rf /\n", "a.txt"), "harmless"),
    "a workbook": (csv(b"PK\x03\x04" + bytes(50)), "file_wrong"),
}  # fmt: skip
_CELLS = {
    "a longitude that is no number": row(经度="nan"),
    "a longitude without end": row(经度="inf"),
    "a longitude of 1e999": row(经度="1e999"),
    "a longitude of 5,000 digits": row(经度="9" * 5000),
    "a longitude beyond the pole": row(经度="25.95", 纬度="117.35"),
    "a latitude of -91": row(纬度="-91"),
    "a place at 0, 0": row(经度="0", 纬度="0"),
    "a place on the moon": row(经度="40587.5", 纬度="99999999"),
    "a longitude that is a formula": row(经度="=117+0.35"),
    "degrees without end": row(经度="117°" + "21′" * 5000),
    "minus residents": row(常住人口="-5"),
    "residents without end": row(常住人口="inf"),
    "residents of 1e300": row(常住人口="1e300"),
    "residents in hexadecimal": row(常住人口="0x7fffffff"),
    "residents of 4,000 nines": row(常住人口="9" * 4000),
    "residents as a formula": row(常住人口='=HYPERLINK("http://127.0.0.1:9/","1200")'),
    "residents as SQL": row(常住人口="1); DROP TABLE communities;--"),
    "residents in other digits": row(常住人口="١٢٠٠"),
    "residents in brackets without end": row(常住人口="(" * 20_000 + "5"),
    "residents that ask for backtracking": row(常住人口="1" + "-1" * 30_000 + "x"),
    "an id of 40,000 letters": row(编号="E" * 40_000),
    "an id that is a path": row(编号="../../etc/passwd"),
    "an id that a terminal would obey": row(编号="\x1b[2J\x1b]52;c;b3duZWQ=\x07"),
    "an id that is __proto__": row(编号="__proto__"),
}
CASES = [
    *(
        Case(group="text table", name=name, run=as_layer(make), must=must, heavy=name == "seven million cells")
        for name, (make, must) in _FILES.items()
    ),
    Case(group="text table", name="an encoding nobody knows", run=as_layer(csv(csv_text()), encoding="utf-9"), must="encoding_unknown"),
    Case(group="text table", name="an encoding that is a compressor", run=as_layer(csv(csv_text()), encoding="bz2"), must="refused"),
    Case(group="text table", name="an encoding that is another's name", run=as_layer(csv(csv_text()), encoding="../../etc"), must="encoding_unknown"),
    Case(group="text table", name="an encoding of a zero byte", run=as_layer(csv(csv_text()), encoding="utf-8\0"), must="encoding_unknown"),
    *(Case(group="cell", name=name, run=placed(make), must="harmless") for name, make in _CELLS.items()),
]  # fmt: skip
