"""The tables of default factors and the look-up by key."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import Final

from pydantic import ValidationError

from mollisol.methodology.factors.factor import Factor, FactorError

TABLES: Final[dict[str, str]] = {
    "2.5": "table_2_5_burning_ef",
    "2.6": "table_2_6_combustion_factor",
    "10.10": "table_10_10_enteric_other",
    "10.11": "table_10_11_enteric_cattle_buffalo",
    "10.13a": "table_10_13a_vs_rate",
    "10.14": "table_10_14_manure_ch4",
    "10.15": "table_10_15_manure_ch4_other",
    "10.16a": "table_10_16a_bo",
    "10.17": "table_10_17_mcf",
    "10.19": "table_10_19_n_rate",
    "10.21": "table_10_21_ef3",
    "10.22": "table_10_22_manure_n_loss",
    "10A.5": "table_10a_5_live_weights",
    "11.1": "table_11_1_direct_n2o",
    "11.1a": "table_11_1a_residues",
    "11.3": "table_11_3_indirect_n2o",
    "lime-urea-fuel": "lime_urea_fuel",
    "gwp100": "gwp100",
}
"""Number of the table, and the file that holds it."""

_AFTER_KEYS = "central"


@cache
def rows_of(table: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a table as they stand in its file.

    Raises
    ------
    FactorError
        If there is no such table; the message names those that there are.
    """
    if table not in TABLES:
        raise FactorError(f"there is no table {table!r}; there are: {', '.join(TABLES)}")
    name = f"{TABLES[table]}.csv"
    text = files("mollisol.methodology").joinpath("factors", "ipcc2019", name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(StringIO(text)))


def keys_of(table: str) -> tuple[str, ...]:
    """Return the names of the key columns of a table; raises as :func:`rows_of`."""
    columns = list(rows_of(table)[0])
    return tuple(columns[: columns.index(_AFTER_KEYS)])


@cache
def _by_key(table: str) -> dict[tuple[str, ...], dict[str, str]]:
    keys = keys_of(table)
    found = {tuple(row[key] for key in keys): row for row in rows_of(table)}
    if len(found) != len(rows_of(table)):
        raise FactorError(f"table {table} holds two rows of one key")
    return found


def look_up(table: str, **keys: str) -> Factor:
    """Return the factor of one row.

    Parameters
    ----------
    table
        Number of the table, for example ``"10.11"``.
    **keys
        One value for each key column of the table.

    Raises
    ------
    FactorError
        For a table, key or value that is not there, naming those that are; for a row that holds no factor, with its
        note.
    """
    names = keys_of(table)
    if set(keys) != set(names):
        raise FactorError(
            f"table {table} is looked up by {', '.join(names)}; given: {', '.join(sorted(keys))}"
        )
    wanted = tuple(keys[name] for name in names)
    row = _by_key(table).get(wanted)
    if row is None:
        raise FactorError(_no_row(table, names, wanted))
    if row["central"] == "":
        raise FactorError(f"table {table} holds no factor for {', '.join(wanted)}: {row['note']}")
    return _factor(table, wanted, row)


def _no_row(table: str, names: tuple[str, ...], wanted: tuple[str, ...]) -> str:
    left = list(_by_key(table))
    for place, name in enumerate(names):
        kept = [key for key in left if key[place] == wanted[place]]
        if not kept:
            allowed = ", ".join(dict.fromkeys(key[place] for key in left))
            before = ", ".join(wanted[:place])
            of = f" of {before}" if before else ""
            return f"table {table} has no {name} {wanted[place]!r}{of}; allowed: {allowed}"
        left = kept
    raise AssertionError("unreachable")


def _factor(table: str, key: tuple[str, ...], row: dict[str, str]) -> Factor:
    document = "" if table in ("lime-urea-fuel", "gwp100") else "IPCC 2019 Refinement, Vol. 4, Table "
    if table == "lime-urea-fuel" and row["table"].startswith("Eq."):
        document = "IPCC 2019 Refinement, "
    try:
        return Factor.model_validate(
            {
                "id": "/".join((table, *key)),
                "central": float(row["central"]),
                "low": float(row["low"]) if row["low"] else None,
                "high": float(row["high"]) if row["high"] else None,
                "unit": row["unit"],
                "status": row["status"],
                "range_kind": row["range_kind"],
                "citation": document + row["table"],
                "note": "; ".join(part for part in (_sources(row), row["note"]) if part),
            }
        )
    except (ValueError, ValidationError) as error:
        raise FactorError(f"table {table}, {', '.join(key)}: {error}") from None


def _sources(row: dict[str, str]) -> str:
    named = [row[column] for column in ("source_1", "source_2") if row[column]]
    return "sources: " + "; ".join(named) if named else ""
