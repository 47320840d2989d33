"""Tables in a notebook cell."""

from typing import TYPE_CHECKING

import pandas as pd

from tuoyu_geo.messages import text

if TYPE_CHECKING:
    from tuoyu_geo.config import Config


def frame_html(frame: pd.DataFrame, *, decimals: int = 0) -> str:
    """A frame as a table, its columns by their names in the catalogue."""
    labels = {name: text(f"views.column_{name}") for name in frame.columns}
    return str(
        frame.rename(columns=labels).to_html(
            index=False, escape=True, na_rep="—", float_format=lambda value: f"{value:,.{decimals}f}"
        )
    )


def project_html(config: "Config", *, policy_id: str) -> str:
    """What a project is made of, for a notebook cell: its title, and a row a layer."""
    from html import escape  # noqa: PLC0415

    project = config.project
    rows = [
        (text(f"words.role.{role}"), layer.path, text(f"words.quality.{layer.quality}"), layer.source)
        for role, layer in config.layers.items()
    ]
    head = "".join(
        f"<th>{text(f'project.html_{name}')}</th>" for name in ("layer", "file", "quality", "source")
    )
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    line = text(
        "project.html_title",
        title=project.title,
        county=project.county_name,
        policy=policy_id,
        crs=project.crs,
    )
    return f"<p>{escape(line)}</p><table><tr>{head}</tr>{body}</table>"
