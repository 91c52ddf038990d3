"""Rows of several tables in one statement: what belongs together is written in one round trip."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models import sql


def insert_together(first: models.Model, rows: Iterable[models.Model]) -> None:
    """Insert a row and those that refer to it, of whatever tables; what the database gives `first` is read back.

    Numbers that the database gives to the other rows are not read back, and no signals are sent.

    Raises:
        IntegrityError: a constraint refuses one of them; none is then written.
    """
    tables: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        tables.setdefault(type(row), []).append(row)
    parts = [_insert(table) for table in tables.values()]
    given = first._meta.db_returning_fields
    text, params = _insert([first])
    beside = ", ".join(f"rows_{n} AS ({part})" for n, (part, _) in enumerate(parts))
    columns = ", ".join(f'"{field.column}"' for field in given)
    statement = f"{f'WITH {beside} ' if beside else ''}{text}{f' RETURNING {columns}' if columns else ''}"
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for _, values in parts for value in values] + params)
        for field, value in zip(given, cursor.fetchone() if given else (), strict=True):
            setattr(first, field.attname, value)
    for row in (first, *(one for table in tables.values() for one in table)):
        row._state.adding, row._state.db = False, connection.alias


def _insert(rows: Sequence[models.Model]) -> tuple[str, list[Any]]:
    """Return the statement that Django would send for these rows of one table, and its parameters."""
    model = type(rows[0])
    fields = [field for field in model._meta.local_concrete_fields if not isinstance(field, models.AutoField)]
    query = sql.InsertQuery(model)
    query.insert_values(fields, list(rows))
    [(text, params)] = query.get_compiler(connection=connection).as_sql()
    return text, list(params)
