"""CSV that people open in spreadsheets: no cell of it can become a formula there."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

# what a spreadsheet takes for the start of a formula, wide forms included; tab and return are stripped before it looks
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def harmless(value: object) -> object:
    """Return a cell's value; a text that could be read as a formula gets an apostrophe in front.

    Numbers stay numbers, negative ones too; None is an empty cell.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return value


def csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """Yield a CSV file line by line (RFC 4180): the names of the columns, then a line for each row."""
    line = io.StringIO()
    writer = csv.writer(line)
    for cells in _cells(columns, rows):
        writer.writerow(cells)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _cells(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Iterator[Sequence[object]]:
    yield columns
    for row in rows:
        yield [harmless(row[name]) for name in columns]
