"""Hand it over: the workbook, the document, the township sheets, the GeoPackage, the summary and the findings, as bytes."""

from tuoyu_geo.reports.document import report_files as report_files
from tuoyu_geo.reports.findings import findings_csv_bytes as findings_csv_bytes
from tuoyu_geo.reports.findings import findings_xlsx_bytes as findings_xlsx_bytes
from tuoyu_geo.reports.geopackage import geopackage_bytes as geopackage_bytes
from tuoyu_geo.reports.summary import summary_bytes as summary_bytes
from tuoyu_geo.reports.township_sheet import township_sheets as township_sheets
from tuoyu_geo.reports.workbook import workbook_bytes as workbook_bytes

__all__ = [
    "findings_csv_bytes",
    "findings_xlsx_bytes",
    "geopackage_bytes",
    "report_files",
    "summary_bytes",
    "township_sheets",
    "workbook_bytes",
]
