"""The process that reads an .xls: the workbook's bytes come in, its sheets go out; started by xls.py as a script."""

import contextlib
import io
import pickle
import sys
from typing import Any


def main() -> None:
    """Answer with a fault ("" where there is none) and the sheets: name, cells and merged ranges of each."""
    memory_bytes, most_cells = (int(one) for one in sys.argv[1:])
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows knows no such limit
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    pickle.dump(_answer(sys.stdin.buffer.read(), most_cells), sys.stdout.buffer)


def _answer(data: bytes, most_cells: int) -> tuple[str, Any]:
    from python_calamine import (  # noqa: PLC0415
        CalamineError,
        CalamineWorkbook,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        kept = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        shown = [one for one in kept if one.visible == SheetVisibleEnum.Visible] or kept
        sheets = []
        for one in shown:
            sheet = book.get_sheet_by_name(one.name)
            if sheet.total_height * sheet.total_width > most_cells:
                return "too_large", f"{sheet.total_height:,} × {sheet.total_width:,}"
            merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
            sheets.append((one.name, sheet.to_python(skip_empty_area=False), merged))
    except (CalamineError, OSError, ValueError) as error:
        return type(error).__name__, str(error)
    return "", sheets


if __name__ == "__main__":
    main()
