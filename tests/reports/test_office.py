"""LibreOffice opens what we write: the workbook works its totals out to ours, the document becomes pages."""

import os
import re
import shutil
import subprocess

import openpyxl
import pytest
from pypdf import PdfReader

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def convert(tmp_path_factory):
    program = shutil.which("soffice")
    if program is None:
        assert not os.environ.get("CI"), "CI must have LibreOffice (soffice): these files are for offices"
        pytest.skip("soffice (LibreOffice) is not on this machine")
    profile = tmp_path_factory.mktemp("profile")

    def run(source, kind):
        folder = tmp_path_factory.mktemp("converted")
        done = subprocess.run(
            [program, f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", kind, "--outdir",
             str(folder), str(source)],
            capture_output=True, encoding="utf-8", timeout=170, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        said = [line for line in done.stderr.splitlines() if line.strip() and "javaldx" not in line]
        assert not [line for line in said if "rror" in line or "epair" in line], said
        (made,) = folder.iterdir()
        return made

    return run


def test_totals_worked_out_by_libreoffice_are_ours(convert, town_out):
    ours = openpyxl.load_workbook(town_out[1] / "plan.xlsx", data_only=True)
    theirs = openpyxl.load_workbook(convert(town_out[1] / "plan.xlsx", "xlsx"), data_only=True)
    assert theirs.sheetnames == ours.sheetnames
    n_totals = 0
    for sheet in ours:
        for row in sheet.iter_rows(min_row=4):
            if row[0].value != "合计":
                continue
            for cell in row[1:]:
                if isinstance(cell.value, int | float):
                    n_totals += 1
                    assert theirs[sheet.title][cell.coordinate].value == pytest.approx(cell.value), cell
    assert n_totals > 10


def test_libreoffice_finds_the_cells_that_we_wrote(convert, town_out):
    ours = openpyxl.load_workbook(town_out[1] / "plan.xlsx", data_only=True)
    theirs = openpyxl.load_workbook(convert(town_out[1] / "plan.xlsx", "xlsx"), data_only=True)
    for sheet in ours:
        other = theirs[sheet.title]
        # A repaired or half-read sheet would lack cells, its title across the columns or its lists.
        assert {str(one) for one in sheet.merged_cells.ranges} == {
            str(one) for one in other.merged_cells.ranges
        }
        assert len(sheet.data_validations.dataValidation) == len(other.data_validations.dataValidation), (
            sheet.title
        )
        for row in sheet.iter_rows():
            for cell in row:
                found = other[cell.coordinate].value
                if isinstance(cell.value, int | float):
                    assert found == pytest.approx(cell.value, rel=1e-12), (sheet.title, cell.coordinate)
                else:
                    assert found == cell.value, (sheet.title, cell.coordinate)


def test_document_and_workbook_become_pages(convert, town_out):
    for name, fewest in (("report.docx", 8), ("plan.xlsx", 9)):
        pages = PdfReader(convert(town_out[1] / name, "pdf")).pages
        assert len(pages) >= fewest, name
        words = [page.extract_text() for page in pages]
        assert not [
            k
            for k, (page, on_it) in enumerate(zip(pages, words, strict=True))
            if not on_it.strip() and not page.images
        ]
        if name == "report.docx":
            found = re.sub(r"\s", "", "".join(words))
            for chapter in ("一、总则", "七、近期建设项目库", "八、保障措施", "附图", "附表"):
                assert chapter in found
            assert sum(len(page.images) for page in pages) >= 4
