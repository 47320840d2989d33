"""Every output of a run says which form it has, read here by programs that know nothing of ours."""

import csv
import json
import re
import shutil
import sqlite3
import subprocess
import zipfile
from html.parser import HTMLParser

import docx
import openpyxl
import pyogrio
import pytest

from tuoyu_geo.schema import SCHEMAS, schema_of


class Meta(HTMLParser):
    """The named words about a page in its head."""

    def __init__(self):
        super().__init__()
        self.found = {}

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "meta" and "name" in given:
            self.found[given["name"]] = given["content"]


def of_page(path):
    parser = Meta()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser.found["schema_version"]


def of_keywords(words):
    return re.fullmatch(r"schema_version=(\d+)", words).group(1)


def of_table(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows
    (version,) = {row["schema_version"] for row in rows}
    return version


def of_geopackage(path):
    layers = [name for name, kind in pyogrio.list_layers(path) if kind is not None]
    assert len(layers) >= 7
    (version,) = {pyogrio.read_info(path, layer=name)["layer_metadata"]["schema_version"] for name in layers}
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT metadata FROM gpkg_metadata").fetchall()
    assert len(rows) == len(layers)
    assert all(f">{version}<" in row[0] for row in rows)
    return version


def of_pdf(path):
    # Matplotlib writes the information dictionary of a PDF uncompressed.
    return of_keywords(re.search(rb"/Keywords \(([^)]*)\)", path.read_bytes()).group(1).decode("ascii"))


READERS = {
    ".html": of_page,
    ".json": lambda path: json.loads(path.read_text(encoding="utf-8"))["schema_version"],
    ".csv": of_table,
    ".xlsx": lambda path: of_keywords(openpyxl.load_workbook(path).properties.keywords),
    ".docx": lambda path: of_keywords(docx.Document(path).core_properties.keywords),
    ".gpkg": of_geopackage,
    ".pdf": of_pdf,
}


def test_every_output_of_a_run_carries_the_number_of_its_form(town_out, tmp_path):
    _, out = town_out
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["schemas"]) == set(manifest["outputs"])
    assert int(READERS[".json"](out / "manifest.json")) == SCHEMAS["manifest"]
    for name, told in manifest["schemas"].items():
        # read elsewhere, to see whether reading leaves a file beside it
        path = shutil.copy2(out / name, tmp_path / f"copy{(out / name).suffix}")
        assert int(READERS[path.suffix](path)) == schema_of(name) == told, name
    assert all(path.name.startswith("copy.") and path.suffix in READERS for path in tmp_path.iterdir())
    kinds = {name.rpartition(".")[2] for name in manifest["outputs"]}
    assert {"html", "json", "csv", "xlsx", "docx", "gpkg"} <= kinds


@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="pdfinfo is not installed")
def test_a_pdf_says_it_to_another_program(town_out):
    _, out = town_out
    sheets = list((out / "townships").glob("*.pdf"))
    if not sheets:
        pytest.skip("no Chinese font: no sheets")
    said = subprocess.run(["pdfinfo", sheets[0]], capture_output=True, encoding="utf-8", check=True).stdout
    assert re.search(rf"^Keywords:\s+schema_version={SCHEMAS['township_sheet']}$", said, re.MULTILINE)


def test_the_number_is_the_one_of_the_home(town_out, monkeypatch):
    """Another number in the home is another number in what is written: none is written by hand elsewhere."""
    from tuoyu_geo import schema
    from tuoyu_geo.maps import draw_maps
    from tuoyu_geo.reports import findings_csv_bytes, workbook_bytes

    project, _ = town_out
    outcome = project.outcome()
    other = dict.fromkeys(SCHEMAS, 77)
    monkeypatch.setattr(schema, "SCHEMAS", other)
    monkeypatch.setattr("tuoyu_geo.reports.findings.SCHEMAS", other)
    assert 'name="schema_version" content="77"' in draw_maps(outcome, ["health"])["health"]
    assert b"schema_version=77" in _core(workbook_bytes(outcome))
    assert findings_csv_bytes(outcome.findings).decode().splitlines()[1].endswith(",77")


def _core(data):
    import io

    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return book.read("docProps/core.xml")
