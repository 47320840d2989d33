"""Every bad input ends as a finding, an error of ours or harmless text; the list in docs says which."""

import html
import io
import re
import sqlite3
import subprocess
import sys
import zipfile
from xml.etree import ElementTree as ET

import memory
import pytest
from names import NAMES, Structure, built, control_characters, plain, words_of
from table import CASES, FILE, HEAD, came_out, row


@pytest.fixture(scope="module")
def listed() -> set[str]:
    return set(FILE.read_text(encoding="utf-8").splitlines())


@pytest.mark.filterwarnings("ignore")  # of GDAL while bad files are made
@pytest.mark.parametrize(
    "case", [pytest.param(one, id=one.id, marks=[pytest.mark.slow] * one.heavy) for one in CASES]
)
def test_what_comes_out(case, listed):
    outcome = came_out(case)  # anything but ours that is raised fails here
    if case.must == "refused":
        assert outcome.startswith("refused")
    elif case.must != "harmless":
        assert case.must in outcome
    assert row(case, outcome) in listed


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory used from /proc")
@pytest.mark.parametrize("case", memory.CASES, ids=lambda one: one.name)
def test_bombs_leave_memory(case, tmp_path):
    assert case.must in case.run(tmp_path)


def test_the_list_is_whole(listed):
    ids = [case.id for case in CASES]
    assert len(set(ids)) == len(ids) >= 300
    rows = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert len(rows) == len(CASES)
    assert FILE.read_text(encoding="utf-8").startswith(HEAD)
    named = [line.split("` | `")[0] for line in rows]
    assert named == [
        row(case, "x").split("` | `")[0]
        for group in dict.fromkeys(one.group for one in CASES)
        for case in CASES
        if case.group == group
    ]


@pytest.mark.slow
def test_pages_are_built_alike_whatever_the_names():
    hostile, plain_ones = built(hostile=True), built(hostile=False)
    assert hostile.keys() == plain_ones.keys()
    for file in (one for one in hostile if one.endswith(".html")):
        ours, theirs = Structure(hostile[file].decode()), Structure(plain_ones[file].decode())
        assert ours.elements == theirs.elements, file
        assert len(ours.scripts) == len(theirs.scripts), file


@pytest.mark.slow
def test_office_files_hold_no_field_and_no_formula_of_theirs():
    hostile, plain_ones = built(hostile=True), built(hostile=False)
    for file, part in (
        ("report.docx", "word/document.xml"),
        ("report.docx", "word/footer1.xml"),
        ("plan.xlsx", "xl/workbook.xml"),
    ):
        if part in zipfile.ZipFile(io.BytesIO(hostile[file])).namelist():
            assert words_of(hostile[file], part)[1] == words_of(plain_ones[file], part)[1]
    for file in ("report.docx", "plan.xlsx"):
        with zipfile.ZipFile(io.BytesIO(hostile[file])) as package:
            for part in package.namelist():
                if part.endswith((".xml", ".rels")):
                    ET.fromstring(package.read(part))
                    assert b"127.0.0.1" not in package.read(part) or not part.endswith(".rels")


@pytest.mark.slow
def test_styles_of_the_geopackage_are_ours_alone():
    for_both = []
    for hostile in (True, False):
        with sqlite3.connect(":memory:") as base:
            base.deserialize(built(hostile=hostile)["plan.gpkg"])
            for_both.append(
                base.execute("SELECT f_table_name, styleQML FROM layer_styles ORDER BY 1").fetchall()
            )
    assert for_both[0] == for_both[1]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_a_terminal_is_told_nothing(form):
    assert control_characters(built(hostile=True)[f"printed.{form}"].decode()) == []


@pytest.mark.slow
def test_libreoffice_shows_the_names_as_they_are(tmp_path):
    (tmp_path / "plan.xlsx").write_bytes(built(hostile=True)["plan.xlsx"])
    command = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "html",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "plan.xlsx"),
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=240)
    except FileNotFoundError:
        pytest.skip("needs LibreOffice")
    said = html.unescape(re.sub(r"<[^>]*>", "", (tmp_path / "plan.html").read_text(encoding="utf-8")))
    for name in NAMES:
        if name.startswith("=") and plain(name):
            assert plain(name)[:15] in said, name


@pytest.mark.slow
@pytest.mark.browser
def test_no_page_runs_a_name(browser, tmp_path):
    files = built(hostile=True)
    for file in (one for one in files if one.endswith(".html")):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[file])
        page = browser.new_page()
        asked, complaints = [], []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("pageerror", lambda error, complaints=complaints: complaints.append(str(error)))
        page.on("dialog", lambda dialog, complaints=complaints: complaints.append(dialog.message))
        page.goto(path.as_uri())
        page.wait_for_timeout(300)
        if file.startswith("maps/"):
            page.evaluate(
                "() => { for (const one of Object.keys(window)) if (one.startsWith('map_') && window[one].tyOrder)"
                " window[one].tyOrder.forEach(g => { if (!window[one].hasLayer(g)) g.addTo(window[one]);"
                " if (g.getPopup()) g.getLayers().forEach(l => l.fire('click', {latlng: l.getLatLng ? l.getLatLng() : l.getBounds().getCenter()}, true)); }); }"
            )
            box = page.locator("input[type=search], .ty-find input").first
            if box.count():
                box.fill("pwned")
                page.wait_for_timeout(200)
        assert page.evaluate("window.__pwned") is None, file
        assert [one for one in asked if not one.startswith(("file:", "data:", "blob:"))] == [], file
        assert complaints == [], file
        page.close()
