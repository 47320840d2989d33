"""A frame on standard output, in the form asked for."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

    from tuoyu_geo.cli.options import TableFormat


def print_frame(
    frame: "gpd.GeoDataFrame | pd.DataFrame",
    *,
    form: "TableFormat",
    columns: dict[str, str],
    widths: int | None = None,
) -> None:
    """Print a frame.

    Parameters
    ----------
    frame
        The rows; a GeoDataFrame for "geojson".
    form
        "table" for people, with the labels of `columns`; "csv", "json" and "geojson" for programs, with all
        columns under their own names.
    columns
        The columns of the table, with their labels.
    widths
        Width of the table in characters; None for the terminal's.
    """
    import pandas as pd

    if form == "geojson":
        import geopandas as gpd

        if not isinstance(frame, gpd.GeoDataFrame):
            from tuoyu_geo.errors import ConfigError
            from tuoyu_geo.messages import text

            raise ConfigError(text("cli.no_geometry"))
        typer.echo(frame.to_crs("EPSG:4326").to_json(ensure_ascii=False, default=str))
        return
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    if form == "csv":
        from tuoyu_geo.formulas import spreadsheet_safe

        safe = plain.map(spreadsheet_safe).rename(index=spreadsheet_safe)
        typer.echo(safe.to_csv(lineterminator="\n"), nl=False)
    elif form == "json":
        typer.echo(
            plain.reset_index().to_json(orient="records", force_ascii=False, date_format="iso", indent=1)
        )
    else:
        _print_table(plain.reset_index(), columns, widths)


def print_choice(
    frame: "gpd.GeoDataFrame | pd.DataFrame",
    *,
    shown: "pd.DataFrame",
    notes: "Sequence[str]",
    form: "TableFormat",
) -> None:
    """Print one of the tables of `choices`, with the sentences that belong to it: below a table, else on standard error.

    Parameters
    ----------
    frame
        The rows for programs; a GeoDataFrame for "geojson".
    shown
        The same in words, for people.
    notes
        Sentences.
    form
        As for `print_frame`.
    """
    from tuoyu_geo.messages import text

    rows = shown if form == "table" else frame if frame.index.name else frame.rename_axis("row")
    print_frame(rows, form=form, columns={str(name): str(name) for name in rows.columns})
    for note in notes:
        typer.echo(text("cli.notice", note=note), err=form != "table")


def with_places(sites: "pd.DataFrame", candidates: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
    """Rows of candidates (index candidate_id) with the points at which they stand."""
    import geopandas as gpd

    return gpd.GeoDataFrame(sites, geometry=candidates.geometry.reindex(sites.index), crs=candidates.crs)


def _print_table(frame: "pd.DataFrame", columns: dict[str, str], width: int | None) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(show_lines=False)
    for name, label in columns.items():
        table.add_column(
            label, justify="right" if frame[name].dtype.kind in "fi" else "left", overflow="fold"
        )
    for row in frame[list(columns)].itertuples(index=False):
        table.add_row(*(Text(cell(value)) for value in row))
    console = Console(width=width)
    if not console.is_terminal and width is None:
        console = Console(width=200)
    console.print(table)


def cell(value: object) -> str:
    """A value as a person reads it; nothing for what is missing."""
    if value is None or value != value:  # noqa: PLR0124  (NaN)
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if value == int(value) else f"{value:,.3f}"
    from tuoyu_geo.messages import one_line

    return one_line(str(value))
