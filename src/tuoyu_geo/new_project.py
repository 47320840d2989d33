"""A new project folder: the settings with every line explained and empty spreadsheets, or the example."""

import csv
from importlib.resources import as_file, files
from pathlib import Path

from tuoyu_geo.errors import ConfigError, OutputError
from tuoyu_geo.messages import text

TEMPLATE_LAYERS = ("communities", "villages", "institutions", "candidates")


def write_template(folder: Path) -> list[Path]:
    """Settings, policy and empty spreadsheets for a new county.

    Parameters
    ----------
    folder
        The new folder; made where it is not there.

    Returns
    -------
    The files written.

    Raises
    ------
    ConfigError
        The folder already holds a project.toml.
    OutputError
        The folder can't be written.
    """
    contents = {
        name: files("tuoyu_geo").joinpath("templates", name).read_bytes()
        for name in ("project.toml", "policy.toml", "standards.toml")
    }
    contents |= {f"{layer}.xlsx": _template_workbook(layer) for layer in TEMPLATE_LAYERS}
    return _write(folder, contents)


def write_example(folder: Path) -> list[Path]:
    """The Yong'an example, as it stands in the package.

    Raises
    ------
    ConfigError
        The folder already holds a project.toml.
    OutputError
        The folder can't be written.
    """
    with as_file(files("tuoyu_geo")) as package:
        source = package / "example"
        if not source.is_dir():
            # An editable install reads the package from the checkout, where the example lies in data/.
            source = package.parents[1] / "data" / "yongan"
        contents = {
            path.relative_to(source).as_posix(): path.read_bytes()
            for path in sorted(source.rglob("*"))
            if path.is_file()
        }
    return _write(folder, contents)


def _write(folder: Path, contents: dict[str, bytes]) -> list[Path]:
    if (folder / "project.toml").exists():
        raise ConfigError(text("new_project.exists", folder=folder))
    written = []
    try:
        for name, data in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            written.append(path)
    except OSError as error:
        raise OutputError(text("new_project.unwritable", folder=folder, reason=error.strerror)) from error
    return written


def _template_workbook(layer: str) -> bytes:
    from io import BytesIO  # noqa: PLC0415

    from openpyxl import Workbook  # noqa: PLC0415  (slow to import)
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415

    rows = [row for row in _column_table() if row["layer"] == layer and row["kind"] != "geometry"]
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(text(f"words.role.{layer}"))
    guide = book.create_sheet(text("new_project.guide"))
    guide.append(
        [text(f"new_project.guide_{name}") for name in ("column", "required", "unit", "meaning", "aliases")]
    )
    for j, row in enumerate(rows, start=1):
        aliases = row["aliases"].split("|")
        cell = sheet.cell(row=1, column=j, value=aliases[0])
        cell.font = Font(bold=True)
        cell.alignment = Alignment(horizontal="center")
        if row["required"] == "yes":
            cell.fill = PatternFill("solid", fgColor="FFF2CC")
        sheet.column_dimensions[cell.column_letter].width = max(12, 2 * len(aliases[0]) + 4)
        required = text(f"new_project.required_{row['required']}")
        guide.append([aliases[0], required, row["unit"], row["meaning"], "、".join(aliases[1:])])
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDE", (20, 8, 10, 60, 60), strict=True):
        guide.column_dimensions[letter].width = width
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _column_table() -> list[dict[str, str]]:
    source = files("tuoyu_geo.layers").joinpath("columns.csv")
    with source.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
