"""Layers straight from PostGIS.

Where the server is and who may read it stays with libpq: the environment (PGHOST, PGPASSWORD, …), a service file or
.pgpass; a project names a service and a table, and no password.
"""

import os
import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tuoyu_geo.layers.limits import MAX_ROWS, too_many_rows
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, failed, layer_finding
from tuoyu_geo.messages import listed

if TYPE_CHECKING:
    import psycopg
    from numpy.typing import NDArray
    from psycopg.sql import Composable

DATABASE_START = "postgis:"
CONNECT_SECONDS = 10
QUERY_MS = 120_000
_NAME = r'(?:"[^"\x00]+"|[^\W\d][\w$]*)'
_TABLE = re.compile(rf"(?:({_NAME})\.)?({_NAME})")


def read_database(source: LayerSource) -> RawTable:
    """Rows of ``postgis:[service/][schema.]table``: a table or a view, in the order of its primary key.

    Whatever fails is a finding; no password stands in it.
    """
    address = source.file.removeprefix(DATABASE_START)
    service, _, table = address.rpartition("/")
    match = _TABLE.fullmatch(table.strip())
    if match is None:
        return failed(layer_finding(source, "database_table", found=without_secrets(table)[:60]))
    try:
        import psycopg  # noqa: PLC0415  (an extra)
        from psycopg import conninfo  # noqa: PLC0415
    except ImportError:
        return failed(layer_finding(source, "database_extra"))
    names = [None if part is None else part.strip('"') for part in match.groups()]
    try:
        with psycopg.connect(
            conninfo.make_conninfo(
                service=service or None,
                connect_timeout=CONNECT_SECONDS,
                options=f"-c statement_timeout={QUERY_MS}",
            )
        ) as connection:
            connection.read_only = True
            return _read(connection, source, schema=names[0], table=str(names[1]))
    except psycopg.Error as error:
        reason = " ".join(str(error).split())[:200]
        return failed(layer_finding(source, "database_failed", reason=without_secrets(reason)))


def without_secrets(message: str) -> str:
    """A message without any password, wherever it came from."""
    hidden = os.environ.get("PGPASSWORD", "")
    message = message.replace(hidden, "***") if hidden else message
    message = re.sub(r"(?i)(password\s*=\s*)('[^']*'|\S+)", r"\1***", message)
    return re.sub(r"(://[^:/@\s]*:)[^@\s]*@", r"\1***@", message)


def _read(
    connection: "psycopg.Connection[Any]",
    source: LayerSource,
    *,
    schema: str | None,
    table: str,
) -> RawTable:
    from psycopg import sql  # noqa: PLC0415

    identifier = sql.Identifier(table) if schema is None else sql.Identifier(schema, table)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(identifier))
        counted = cursor.fetchone()
        too_large = too_many_rows(source, 0 if counted is None else int(str(counted[0])))
        if too_large:
            return failed(too_large)
        cursor.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(identifier))
        described = cursor.description or []
        shapes = {
            one.name
            for one in described
            if _type_name(connection, one.type_code) in {"geometry", "geography"}
        }
        key = _primary_key(cursor, identifier.as_string(connection))
        wanted: list[Composable] = [
            sql.SQL("ST_AsBinary({0}), ST_SRID({0}::geometry)").format(sql.Identifier(one.name))
            if one.name in shapes
            else sql.Identifier(one.name)
            for one in described
        ]
        order: list[Composable] = [sql.Identifier(one) for one in key] or [sql.SQL("1")]
        cursor.execute(
            sql.SQL("SELECT {} FROM {} ORDER BY {} LIMIT {}").format(
                sql.SQL(", ").join(wanted), identifier, sql.SQL(", ").join(order), sql.Literal(MAX_ROWS)
            )
        )
        rows = cursor.fetchall()
    return _table([one.name for one in described], shapes, rows, source)


def _type_name(connection: "psycopg.Connection[Any]", oid: int) -> str:
    from psycopg.types import TypeInfo  # noqa: PLC0415

    for name in ("geometry", "geography"):
        info = TypeInfo.fetch(connection, name)
        if info is not None and info.oid == oid:
            return name
    return ""


def _primary_key(cursor: "psycopg.Cursor[Any]", table: str) -> list[str]:
    cursor.execute(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) "
        "WHERE i.indrelid = %s::regclass AND i.indisprimary ORDER BY array_position(i.indkey::int2[], a.attnum)",
        (table,),
    )
    return [str(row[0]) for row in cursor.fetchall()]


def _table(
    names: list[str], shapes: set[str], rows: list[tuple[object, ...]], source: LayerSource
) -> RawTable:
    """Cells and shapes of rows; a shape column stands in two places, its bytes and its SRID."""
    columns: dict[str, NDArray[np.object_]] = {}
    geometry: gpd.GeoSeries | None = None
    findings = []
    place = 0
    for name in names:
        cells = np.array([None, *(row[place] for row in rows)], dtype=object)[1:]
        place += 1
        if name not in shapes:
            columns[name] = cells
            continue
        srid = {int(str(row[place])) for row in rows if row[place]} - {0}
        place += 1
        if geometry is not None:
            continue
        crs = f"EPSG:{srid.pop()}" if len(srid) == 1 else None
        geometry = gpd.GeoSeries(
            shapely.from_wkb([None if one is None else bytes(one) for one in cells], on_invalid="ignore"),
            crs=crs,
        )
        if len(shapes) > 1:
            others = listed(sorted(shapes - {name}))
            findings.append(layer_finding(source, "shapes_taken", severity="info", found=name, others=others))
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(rows)), dtype=object)
    return RawTable(frame=frame, row=np.arange(1, len(rows) + 1), geometry=geometry, findings=tuple(findings))


def fingerprint(raw: RawTable) -> bytes:
    """What rows hold, as bytes that change when a cell or a shape does."""
    cells = raw.frame.astype(str).to_csv(index=False)
    shapes = b"" if raw.geometry is None else b"".join(shapely.to_wkb(one) or b"-" for one in raw.geometry)
    return bytes(cells.encode() + shapes)
