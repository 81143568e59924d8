"""A report as a file for a spreadsheet program: nothing in it is ever taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import xlsxwriter

CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# What a spreadsheet program would run when it opens a CSV; OWASP's list.
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MOMENT: Final = "%d/%m/%Y %H:%M"


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]], zone: ZoneInfo) -> bytes:
    """As a Brazilian Excel reads it: semicolons, decimal commas, UTF-8 with its mark."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(columns)
    writer.writerows([_csv_cell(value, zone) for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _csv_cell(value: Any, zone: ZoneInfo) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.astimezone(zone).strftime(_MOMENT)
        case float():
            return str(value).replace(".", ",")
        case str():
            return f"'{value}" if value.startswith(_RUNS) else value
    return str(value)


def to_xlsx(columns: Sequence[str], rows: Iterable[Sequence[Any]], zone: ZoneInfo) -> bytes:
    """Numbers and dates are cells of their kind; texts are texts, whatever they begin with."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, columns, bold)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, datetime):  # a spreadsheet knows no zones
                    sheet.write_datetime(number, column, value.astimezone(zone).replace(tzinfo=None), moment)
                else:
                    sheet.write(number, column, value)
        sheet.autofit()
    return file.getvalue()
