"""The store of a portfolio: a folder with one DuckDB file and the bundles of its projects."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import duckdb

from mollisol.methodology.findings import UserError
from mollisol.output import MANIFEST
from mollisol.reading.schema import HEAD_FILE

STORE_FILE: Final = "portfolio.duckdb"
_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {"threads": 1}
_SHOWN_WORDS: Final = 300
_TABLES: Final[Mapping[str, str]] = {
    "project": "name varchar primary key, folder varchar, title varchar, programme varchar, country varchar, "
    "rule_set varchar, state varchar default 'new', why varchar, "
    "inputs_sha256 varchar, rule_set_hash varchar, mollisol varchar, computed boolean default false",
    "finding": "project varchar, severity varchar, code varchar, times integer",
    "period": "project varchar, period varchar, first date, last date, state varchar, area_ha double, "
    "gross_t double, deducted_t double, other_terms_t double, buffer_t double, verified_t double, "
    "units_to_issue_t bigint, units_if_eligible_t bigint",
    "credit": "project varchar, period varchar, year integer, label varchar, verified_t double, "
    "units_to_issue_t bigint",
    "error": "project varchar, period varchar, source varchar, standard_error_t double",
    "shared": "project varchar, source varchar, label varchar",
    "overlap": "one varchar, other varchar, land_ha double, controls integer, points integer, profiles integer, "
    "words varchar",
    "compared": "state_sha256 varchar",
}  # fmt: skip
"""The columns of each table; t are t CO2e. ``computed`` says that the rows of a project are of its bundle."""
_OF_RUN: Final = ("finding", "period", "credit", "error", "shared")
"""Tables with rows of a project."""

type Row = dict[str, Any]


class Store:
    """An open store; :func:`opened` gives it."""

    def __init__(self, folder: Path, database: duckdb.DuckDBPyConnection) -> None:
        self.folder = folder
        self._database = database

    def bundle(self, name: str) -> Path:
        """Return the place of the bundle of a project."""
        return self.folder / "bundles" / name

    def rows(self, query: str, *values: Any) -> list[Row]:
        """Return what a query gives, a dictionary for each row."""
        found = self._database.execute(query, values)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def add(self, folders: Sequence[Path]) -> list[str]:
        """Return the names under which project folders stand in the store; those that are there keep theirs.

        Raises
        ------
        UserError
            If one of them is no project folder; then none is added.
        """
        wrong = [str(folder) for folder in folders if not (folder / HEAD_FILE).is_file()]
        if wrong:
            raise UserError(f"no {HEAD_FILE} in {', '.join(wrong)}: nothing was added")
        known = {row["folder"]: row["name"] for row in self.rows("select name, folder from project")}
        new: list[Row] = []
        names = set(known.values())
        for folder in (str(folder.resolve()) for folder in folders):
            if folder not in known:
                stem = Path(folder).name
                numbered = (f"{stem}-{number}" for number in range(2, len(names) + 3))
                known[folder] = next(name for name in (stem, *numbered) if name not in names)
                names.add(known[folder])
                new.append({"name": known[folder], "folder": folder})
        self.write({"project": new})
        return [known[str(folder.resolve())] for folder in folders]

    def write(
        self, tables: Mapping[str, Sequence[Row]], *, project: str | None = None, anew: Sequence[str] = ()
    ) -> None:
        """Put rows into tables at once, all or none.

        Parameters
        ----------
        tables
            Rows by table. The row of a project that is there changes the columns that it names.
        project
            Whose rows of a run go before.
        anew
            Tables whose rows all go before.
        """
        with self._whole():
            for table in _OF_RUN if project is not None else ():
                self._database.execute(f"delete from {table} where project = ?", [project])  # noqa: S608
            for table in anew:
                self._database.execute(f"delete from {table}")  # noqa: S608
            for table, rows in tables.items():
                if rows:
                    names = list(rows[0])
                    known = f"on conflict (name) do update set {', '.join(f'{n} = excluded.{n}' for n in names[1:])}"
                    self._database.execute(
                        f"insert into {table} ({', '.join(names)}) select {', '.join(['unnest(?)'] * len(names))} "
                        + (known if table == "project" else ""),
                        [[row[name] for row in rows] for name in names],
                    )

    @contextmanager
    def _whole(self) -> Iterator[None]:
        self._database.begin()
        try:
            yield
            self._database.commit()
        except duckdb.Error:
            with suppress(duckdb.Error):  # it may have given up on itself; what was committed is in its file
                self._database.rollback()
            raise

    def export(self, query: str, file: Path) -> None:
        """Write what a query gives as one Parquet file, the same bytes for the same rows."""
        place = str(file).replace("'", "''")
        self._database.execute(f"copy ({query}) to '{place}' (format parquet, compression zstd)")


@contextmanager
def opened(folder: Path, *, new: bool = False) -> Iterator[Store]:
    """Open the store of a portfolio, for this process alone.

    Parameters
    ----------
    folder
        The folder of the store.
    new
        Make it where it is not there.

    Raises
    ------
    UserError
        If there is no store, another process has it open, or it cannot be read or written; the message says which.
    """
    file = folder / STORE_FILE
    if not new and not file.is_file():
        raise UserError(f"{folder} is no portfolio: mollisol portfolio add {folder} PROJECT makes one")
    if not file.exists() and ((folder / MANIFEST).exists() or (folder / HEAD_FILE).exists()):
        raise UserError(f"{folder} is a project or a bundle; name a folder for the portfolio")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _make(file)
        database = duckdb.connect(str(file), config=_CONFIG)
    except duckdb.Error as error:
        if "lock" in str(error):
            raise UserError(
                f"{folder} is open in another process: wait until that ends. Nothing was changed ({_brief(error)})"
            ) from None
        raise UserError(f"{file} cannot be opened: {_brief(error)}") from None
    except OSError as error:
        raise UserError(f"{folder} cannot be made: {error.strerror}") from None
    try:
        yield Store(folder, database)
    except (duckdb.OperationalError, duckdb.FatalException) as error:
        raise UserError(
            f"{file} cannot be read or written: {_brief(error)}. What was finished before is kept; once there is room, "
            "the same command goes on from there"
        ) from None
    finally:
        with suppress(duckdb.Error):  # what could not be written was said above
            database.close()


def _make(file: Path) -> None:
    """Make the file of a store, whole or not at all."""
    with tempfile.TemporaryDirectory(dir=file.parent) as beside:
        new = Path(beside) / file.name
        with duckdb.connect(str(new), config=_CONFIG) as database:
            for table, columns in _TABLES.items():
                database.execute(f"create table {table} ({columns})")
        new.replace(file)


def _brief(error: Exception) -> str:
    return str(error).splitlines()[0][:_SHOWN_WORDS]
