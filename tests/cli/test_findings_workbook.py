"""findings.xlsx: what is handed back to whoever sent the files."""

import openpyxl


def test_check_writes_a_sheet_a_layer_with_the_cell_and_the_original_text(town, tuoyu, tmp_path, lattice):
    estates = lattice.ESTATES.replace(",2000,,无", ",=1+1,,无")
    institutions = lattice.INSTITUTIONS.replace("已备案", "好像备案")
    folder = town(communities_csv=estates, institutions_csv=institutions)
    done = tuoyu("check", folder, "--out", tmp_path / "out")
    assert done.returncode == 1
    book = openpyxl.load_workbook(tmp_path / "out" / "findings.xlsx")
    assert {"居住小区", "托育机构"} <= set(book.sheetnames)
    sheet = book["托育机构"]
    header = [cell.value for cell in sheet[3]]
    assert header == ["严重程度", "文件", "行", "单元格", "列", "原文", "发现", "要求", "处理"]
    row = next(one for one in sheet.iter_rows(min_row=4, values_only=True) if one[0] == "错误")
    named = dict(zip(header, row, strict=True))
    assert named["原文"] == "好像备案"
    assert named["文件"] == "institutions.csv"
    column = lattice.INSTITUTIONS.splitlines()[0].split(",").index("备案状态")
    assert named["单元格"] == f"{'ABCDEFGHIJ'[column]}{named['行']}"
    # What was sent never becomes a formula in what goes back.
    texts = [cell for one in book["居住小区"].iter_rows(min_row=4) for cell in one if cell.value == "=1+1"]
    assert texts
    assert all(cell.data_type == "s" for cell in texts)


def test_the_same_findings_give_the_same_bytes(town, tuoyu, tmp_path):
    folder = town()
    for name in ("one", "two"):
        tuoyu("check", folder, "--out", tmp_path / name)
    first, second = ((tmp_path / name / "findings.xlsx").read_bytes() for name in ("one", "two"))
    assert first == second
