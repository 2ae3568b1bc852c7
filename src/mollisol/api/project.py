"""A project in Python: from a folder or from frames, to frames, checked, run and written."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from mollisol.methodology.findings import FindingsError, UserError, blocking
from mollisol.output import toml_text, write_folder
from mollisol.reading.intake import Handed
from mollisol.reading.model_folder import SCHEDULE, WEATHER
from mollisol.reading.project import TABLES, Reading, read_project
from mollisol.reading.schema import HEAD_FILE
from mollisol.templates.notebook import html_of_rows

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import BaseModel

    from mollisol.run import Assessment, Run

_CSV: Final = ".csv"
_WGS84: Final = 4326


class Project:
    """A project: its files by name, read once.

    Parameters
    ----------
    place
        A folder, or the bytes of its files by name.

    Examples
    --------
    >>> import mollisol
    >>> frames = mollisol.Project.new().to_frames()
    >>> frames["strata"].attrs["units"]["area_ha"]
    'ha'
    >>> frames["strata"].index.name
    'row'
    """

    def __init__(self, place: Handed) -> None:
        self.reading: Reading = read_project(place)

    @classmethod
    def new(cls) -> Self:
        """Return the skeleton that ``mollisol new`` writes: every table with placeholders, which are marked."""
        from mollisol.importing.template import project_files

        return cls(project_files(workbook=False))

    @classmethod
    def from_frames(
        cls,
        head: Mapping[str, Any],
        frames: Mapping[str, pd.DataFrame],
        *,
        files: Mapping[str, bytes] | None = None,
    ) -> Self:
        """Return a project of frames.

        Parameters
        ----------
        head
            What ``project.toml`` holds: ``schema``, ``programme`` and the table ``project``.
        frames
            Tables by name, such as ``strata``, or ``model/weather``; their indexes are left out. A frame of outlines
            (a GeoDataFrame) stands under the name of the geometry file, such as ``units.geojson``; it is brought to
            WGS 84 where it says its reference system.
        files
            Files that are no tables, by name; a frame takes the place of a file.

        Raises
        ------
        UserError
            If a frame has a name that no table of the project has.
        """
        from mollisol.api.tables import bytes_of_frame

        given = dict(files or {}) | {HEAD_FILE: toml_text(head).encode()}
        for name, frame in frames.items():
            if name.endswith(".geojson"):
                given[name] = _outlines(frame)
            else:
                given[name + _CSV] = bytes_of_frame(frame)
        made = cls(given)
        known = {table.file for table in TABLES} | made.files.keys()
        unread = sorted(given.keys() - known) if not blocking(made.reading.findings) else []
        lost = [name for name in frames if {name, name + _CSV} & set(unread)]
        if lost:
            raise UserError(
                f"no table of the project is named {', '.join(lost)}; there are: "
                f"{', '.join(table.file.removesuffix(_CSV) for table in TABLES)}, and files that project.toml names"
            )
        return made

    @property
    def files(self) -> Mapping[str, bytes]:
        """The bytes of each file that belongs to the project, by name."""
        return self.reading.inputs

    @property
    def head(self) -> dict[str, Any]:
        """What ``project.toml`` holds.

        Raises
        ------
        FindingsError
            If it cannot be read.
        """
        try:
            return tomllib.loads(self.files[HEAD_FILE].decode("utf-8-sig"))
        except (KeyError, ValueError):
            raise FindingsError(self.reading.findings) from None

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """Return every table as a frame, by its name without ``.csv``.

        Columns are typed, the index is the row of the file (as findings name it), and units stand in
        ``frame.attrs["units"]``. A table that only a model reads, or that is proof, has its cells as text.

        Raises
        ------
        FindingsError
            If a table cannot be read whole.
        """
        from mollisol.api.tables import frame_of_table, frame_of_text

        types: dict[str, type[BaseModel]] = {table.file: table.row_type for table in TABLES}
        return {
            file.removesuffix(_CSV): (
                frame_of_table(content, file, types[file]) if file in types else frame_of_text(content)
            )
            for file, content in self.files.items()
            if file in types or file.rpartition("/")[2] in _OF_MODEL
        }

    def with_frames(self, **frames: pd.DataFrame) -> Self:
        """Return the project with some tables in place of its own."""
        return type(self).from_frames(self.head, frames, files=self.files)

    def check(self, **options: Any) -> Assessment:
        """Return every finding at once; options as of :func:`mollisol.assess_project`."""
        from mollisol.engine import assess_project

        return assess_project(self.reading, **options)

    def run(self, **options: Any) -> Run:
        """Return the results with everything behind them; options as of :func:`mollisol.run_project`.

        Raises
        ------
        FindingsError
            If a finding blocks; it carries all findings.
        """
        from mollisol.engine import run_project

        return run_project(self.reading, **options)

    def write(self, folder: str | Path) -> None:
        """Write the files into a folder that is not there, or is empty.

        Raises
        ------
        UserError
            If the folder holds something, or cannot be written.
        """
        write_folder(Path(folder), self.files)

    def __eq__(self, other: object) -> bool:
        """Return whether both hold the same project, however its files are written."""
        if not isinstance(other, Project):
            return NotImplemented
        mine, theirs = self.reading.project, other.reading.project
        return self.files == other.files if mine is None or theirs is None else mine == theirs

    __hash__ = None  # type: ignore[assignment]

    def _repr_html_(self) -> str:
        project = self.reading.project or self.reading.part
        name = project.head.name if project is not None else "a project that cannot be read"
        rows = [
            {"table": table.file, "rows": len(getattr(project, table.field))}
            for table in TABLES
            if project is not None and table.file in self.files
        ]
        return html_of_rows(name, rows)


_OF_MODEL: Final = frozenset({"sites.csv", WEATHER, SCHEDULE})


def _outlines(frame: Any) -> bytes:
    """Return outlines as GeoJSON; of anything that has ``__geo_interface__``."""
    if getattr(frame, "crs", None) is not None:
        frame = frame.to_crs(_WGS84)
    return json.dumps(frame.__geo_interface__).encode()
