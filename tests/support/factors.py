"""All factors of a table."""

from __future__ import annotations

from mollisol.methodology.factors.factor import Factor
from mollisol.methodology.factors.tables import keys_of, look_up, rows_of


def all_factors(table: str) -> tuple[Factor, ...]:
    """Return every row of a table that holds a factor."""
    keys = keys_of(table)
    return tuple(
        look_up(table, **{key: row[key] for key in keys}) for row in rows_of(table) if row["central"]
    )
