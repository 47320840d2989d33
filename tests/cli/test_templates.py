"""The spreadsheets that `init` writes, filled as a person fills them and read back by our own reader."""

import openpyxl
import pytest

from tuoyu_geo.layers import LayerSource, load_layers
from tuoyu_geo.layers.fields import allowed_words, fields_of
from tuoyu_geo.starting.new_project import TEMPLATE_LAYERS, write_template


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("new") / "project"
    write_template(folder)
    return folder


def read(path, role):
    source = LayerSource(
        role=role, path=path, file=path.name, crs=None, datum="wgs84", quality="official", source="", sheet=None,
        encoding=None, on_invalid="raise", columns={},
    )  # fmt: skip
    return load_layers({role: source}, crs="EPSG:4548")


@pytest.mark.parametrize("role", TEMPLATE_LAYERS)
def test_the_sample_is_left_out_and_listed(folder, role):
    layers = read(folder / f"{role}.xlsx", role)
    assert sorted(one.code for one in layers.findings) == ["no_rows", "sample_row"]
    (sample,) = (one for one in layers.findings if one.code == "sample_row")
    assert (sample.row, sample.severity) == (2, "info")


@pytest.mark.parametrize("role", TEMPLATE_LAYERS)
def test_the_sample_filled_in_as_a_row_reads_without_a_finding(folder, tmp_path, role):
    """What the sample shows is what the reader takes: only its mark keeps it out."""
    book = openpyxl.load_workbook(folder / f"{role}.xlsx")
    sheet = book.worksheets[0]
    for j, cell in enumerate(sheet[2], start=1):
        sheet.cell(row=3, column=j, value=cell.value)
    sheet["A3"] = "A1"
    path = tmp_path / f"{role}.xlsx"
    book.save(path)
    layers = read(path, role)
    # Without a township layer and estates nothing can be placed in them; every cell is read as it stands.
    codes = {one.code for one in layers.findings} - {"community_unknown"}
    assert codes == {"sample_row"}
    frame = getattr(layers, role)
    assert frame.index.tolist() == ["A1"]
    assert frame["source_row"].tolist() == [3]
    for field in fields_of(role):
        if field.field in frame.columns and field.field != "exclusion":
            assert frame[field.field].notna().all(), field.field


@pytest.mark.parametrize("role", TEMPLATE_LAYERS)
def test_coded_columns_have_drop_downs_of_words_that_are_read(folder, role):
    book = openpyxl.load_workbook(folder / f"{role}.xlsx")
    sheet = book.worksheets[0]
    coded = {field.aliases[0]: allowed_words(field) for field in fields_of(role) if allowed_words(field)}
    headers = {cell.value: cell.column_letter for cell in sheet[1]}
    offered = {}
    for rule in sheet.data_validations.dataValidation:
        place = str(rule.sqref)
        name = next(name for name, letter in headers.items() if place.startswith(f"{letter}2:"))
        title, _, area = rule.formula1.partition("!")
        cells = book[title.strip("'")][area.replace("$", "")]
        offered[name] = tuple(row[0].value for row in cells)
    assert offered == coded
    assert book.worksheets[-1].sheet_state == "hidden"


def test_codes_are_text_so_that_no_digit_is_lost(folder):
    sheet = openpyxl.load_workbook(folder / "villages.xlsx").worksheets[0]
    assert sheet["A1"].value == "统计用区划代码"
    assert {sheet.cell(row=i, column=1).number_format for i in (2, 3, 500)} == {"@"}
