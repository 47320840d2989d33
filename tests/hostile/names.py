"""Names that a browser, a spreadsheet, an office program, a database, a shell or a terminal would obey."""

import csv
import html.parser
import io
import json
import re
import sqlite3
import zipfile
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from xml.etree import ElementTree as ET

from case import Case
from lattice_of import lattice

from tuoyu_geo.formulas import FORMULA_STARTS
from tuoyu_geo.messages import UNSHOWN

ADDRESS = "http://127.0.0.1:9/"
NAMES = (
    "<script>window.__pwned=1</script>", "</script><script>window.__pwned=1</script>", "<img src=x onerror=window.__pwned=1>",
    '"><svg onload=window.__pwned=1>', "' onmouseover='window.__pwned=1", '" autofocus onfocus="window.__pwned=1',
    "javascript:window.__pwned=1", "<a href=javascript:window.__pwned=1>x</a>", f"<iframe src={ADDRESS}>", "<!--", "-->", "<!-- <script>",
    "]]>", "<![CDATA[<b>", "&lt;script&gt;", "&#60;b&#62;", "\\u003cscript\\u003e", "\u2028window.__pwned=1", "a\u2029b", "</title><b>", "</style><b>",
    "</textarea>x", "<base href=//127.0.0.1:9/>", "<meta http-equiv=refresh content=0>", "{{7*7}}", "{% raw %}", "${7*7}", "#{7*7}", "`window.__pwned=1`",
    "\\x", '\\"};window.__pwned=1;//', "\\';window.__pwned=1;//", "__proto__", "constructor", "toString", "%s%n%x", "{0}{name}", "%00", "%3Cb%3E",
    "=1+1", "+1+1", "-1+1", "@SUM(1,1)", "=cmd|'/C calc'!A0", f'=HYPERLINK("{ADDRESS}","x")', f'=WEBSERVICE("{ADDRESS}")', '=DDE("cmd";"/C calc";"x")',
    "＝1+1", "＋1", "－1", "＠SUM(1)", "\t=1+1", "\r=1+1", "'=1+1", " =1+1", "#REF!x", "1;=1+1", 'x",=1+1,"',
    "\x1b[31mred", "\x1b]0;owned\x07", "\x1b]52;c;b3duZWQ=\x07x", "\x9b31mred", "\x08\x08\x08x", "x\x00y", "x\x7f", "\u202egnp.exe", "a\u2066b\u2069", "x\ufffe", "x\uffff", "x\U0001fffe",
    "{ PAGE }", '{ INCLUDETEXT "c:\\\\x" }', f'{{ HYPERLINK "{ADDRESS}" }}', "<w:p/>", '<w:fldSimple w:instr="DATE"/>',
    "'; DROP TABLE communities;--", '" OR 1=1 --', '"""', "[%eval(1)%]", "[% 1+1 %]", "<qgis>", '<rule filter="1"/>',
    "$(touch owned)", "`touch owned`", "; rm -rf /", "| cat /etc/passwd", "&& id", "-rf", "--debug", "../../x", "..\\..\\x", "/etc/passwd", "C:\\x", "CON", "NUL.txt", "a:b", "~", ".", "..", "*?",
    "a\nb", "a\r\nb", "\u200bx\u200b", "\ufeffx", "e\u0301" * 50, "😀👩‍👩‍👧‍👦", "𠮷𡈽", "ﷺ" * 20, "A" * 3000, "门" * 1000,
)  # fmt: skip


def plain(name: str) -> str:
    """What is left of a name when it is read, by the rule that the documentation states."""
    return UNSHOWN.sub("", name.partition("\0")[0]).strip()  # GDAL's texts end at a zero byte


@cache
def built(*, hostile: bool) -> dict[str, bytes]:
    """The files of a town whose estates bear the names, or harmless ones of as many; and what commands print."""
    from tuoyu_geo.cli.tables import print_frame
    from tuoyu_geo.project import open_project

    town = lattice()
    folder = Path(mkdtemp(prefix="hostile-"))
    names = NAMES if hostile else tuple(f"小区{k}" for k in range(len(NAMES)))
    estates = []
    for k, name in enumerate(names):
        place = [town.X0 + 40 + 110 * (k % 18), town.Y0 + 40 + 110 * (k // 18)]
        words = {
            "编号": f"N{k}",
            "小区名称": name,
            "建设状态": "已建",
            "竣工时间": "2001年",
            "常住人口": 400,
            "有无托育设施": "无",
        }
        estates.append(
            {"type": "Feature", "properties": words, "geometry": {"type": "Point", "coordinates": place}}
        )
    town.write_town(folder)
    content = json.dumps(
        {
            "type": "FeatureCollection",
            "crs": {"type": "name", "properties": {"name": town.CRS}},
            "features": estates,
        }
    )
    (folder / "communities.geojson").write_text(content, encoding="utf-8")
    settings = (folder / "project.toml").read_text(encoding="utf-8")
    title = (
        "\\u001b]0;x\\u0007</title><script>window.__pwned=1</script>\\uFFFE=1+1&B" if hostile else "方格镇"
    )
    settings = settings.replace("communities.csv", "communities.geojson")
    settings = settings.replace(
        'title = "方格镇"', f'title = "{title}"\nprepared_by = "{title}"\nnotices = ["{title}"]'
    )
    settings = settings.replace(
        'county_name = "方格市"', f'county_name = "{"<b>方格市</b>=1" if hostile else "方格市"}"'
    )
    (folder / "project.toml").write_text(settings, encoding="utf-8")
    project = open_project(folder)
    project.build(folder / "out")
    files = {
        one.relative_to(folder / "out").as_posix(): one.read_bytes()
        for one in sorted((folder / "out").rglob("*"))
        if one.is_file()
    }
    frame = project.layers().communities
    for form in ("csv", "json", "table"):
        printed = io.StringIO()
        with redirect_stdout(printed):
            print_frame(frame, form=form, columns={"name": "name"}, widths=8000)
        files[f"printed.{form}"] = printed.getvalue().encode("utf-8", "surrogatepass")
    return files


class Structure(html.parser.HTMLParser):
    """A page's elements and the names of their attributes, in order, and the scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, ...]] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, *sorted(name for name, _ in attrs)))
        self._inside = tag

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts.append(data)


def words_of(document: bytes, part: str) -> tuple[list[str], int]:
    """The texts of an office file's part, and how many fields it has."""
    with zipfile.ZipFile(io.BytesIO(document)) as package:
        root = ET.fromstring(package.read(part))
    texts = [one.text or "" for one in root.iter() if one.tag.endswith("}t")]
    return texts, sum(one.tag.endswith(("}fldChar", "}instrText", "}fldSimple", "}f")) for one in root.iter())


def shown(k: int) -> str:
    """Where the k-th name was found, as text and nothing else; raises where it was more than text."""
    name, want, files = NAMES[k], plain(NAMES[k]), built(hostile=True)
    pages = {file: data.decode() for file, data in files.items() if file.endswith(".html")}
    for file, page in pages.items():
        # a name with an angle bracket never stands in a page as it is
        assert "<" not in name or len(want) < 5 or want not in page, (file, name)
    places = ["html"] if not want or any(_holds(page, want) for page in pages.values()) else []
    with sqlite3.connect(":memory:") as base:
        base.deserialize(files["plan.gpkg"])
        row = base.execute("SELECT name FROM communities WHERE demand_id=?", (f"N{k}",)).fetchone()
    assert (row[0] or "") == want, (row, want)
    places.append("gpkg")
    sheets = workbook_cells()
    assert not any(value == want and kind == "f" for value, kind, _ in sheets)
    assert all(quoted for value, _, quoted in sheets if value == want and want.startswith(FORMULA_STARTS))
    places += ["xlsx"] if any(value == want for value, _, _ in sheets) else []
    places += ["docx"] if want in words_of(files["report.docx"], "word/document.xml")[0] else []
    cells = {row[0]: row[1] for row in csv.reader(io.StringIO(files["printed.csv"].decode())) if len(row) > 1}
    assert not cells[f"N{k}"].startswith(FORMULA_STARTS), cells[f"N{k}"]
    assert cells[f"N{k}"].removeprefix("'") == want.removeprefix("'") or cells[f"N{k}"] == want
    printed = {one["community_id"]: one["name"] for one in json.loads(files["printed.json"])}
    assert (printed[f"N{k}"] or "") == want
    return f"text in {', '.join([*places, 'csv', 'json'])}"


@cache
def workbook_cells() -> tuple[tuple[str, str, bool], ...]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(built(hostile=True)["plan.xlsx"]))
    return tuple(
        (str(cell.value), cell.data_type, bool(cell.quotePrefix))
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    )


def _holds(page: str, want: str) -> bool:
    """Whether a page holds a name as JSON inside a script, or as text."""
    written = json.dumps(want, ensure_ascii=False)[1:-1]
    for character in "<>&\u2028\u2029":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return written in page


def control_characters(words: str) -> list[str]:
    return re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", words)


def _run(k: int):
    return lambda _folder: shown(k)


CASES = [
    Case(group="name", name=repr(name if len(name) < 60 else f"{name[:20]}… × {len(name)}")[1:-1], run=_run(k), must="text in", heavy=True)
    for k, name in enumerate(NAMES)
]  # fmt: skip
