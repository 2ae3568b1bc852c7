"""Vector files: shapefile, GeoPackage, KML, KMZ, GPX, FlatGeobuf, GeoJSON by pyogrio, GeoParquet by pyarrow."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from mollisol.importing.readers.raw import RawFile, Sheet, check_archive, refused

GEOMETRY: Final = "geometry"
_SIDECARS: Final = (".shx", ".dbf", ".prj", ".cpg")
_BEGINS: Final[Mapping[str, tuple[bytes, ...]]] = {
    ".shp": (b"\x00\x00\x27\x0a",), ".gpkg": (b"SQLite format 3\x00",), ".fgb": (b"fgb",), ".kmz": (b"PK\x03\x04",),
    ".parquet": (b"PAR1",), ".geoparquet": (b"PAR1",),
}  # fmt: skip
_ROOTS: Final = {".kml": b"<kml", ".gpx": b"<gpx", ".gml": b"FeatureCollection"}


def read_vectors(raw: RawFile, options: Mapping[str, Any]) -> Sheet:
    """Return one record a feature, with its shape in the column ``geometry`` in the file's own reference system.

    ``layer`` names one of several; ``encoding`` that of a shapefile whose ``.cpg`` does not say it.
    """
    ending = Path(raw.name).suffix.lower()
    _check_begin(raw, ending)
    if ending in (".parquet", ".geoparquet"):
        return _parquet(raw)
    import numpy as np
    import shapely

    try:
        from pyogrio import list_layers
        from pyogrio.errors import DataLayerError, DataSourceError, FieldError
        from pyogrio.raw import read
    except ImportError:
        raise refused(raw.name, "a vector file", do="install mollisol[geo]") from None
    with _copied(raw, ending) as path:
        try:
            layers = [str(name) for name, kind in list_layers(path) if kind is not None]
            wanted = options.get("layer") or (
                "waypoints" if ending == ".gpx" else layers[0] if len(layers) == 1 else ""
            )
            if wanted not in layers:
                raise refused(raw.name, f"layers: {', '.join(layers)}", do="name one as read.layer")
            meta, _, shapes, columns = read(
                path, layer=wanted, encoding=options.get("encoding") if ending == ".shp" else None
            )
        except (DataSourceError, DataLayerError, FieldError, ValueError, RuntimeError) as error:
            raise refused(raw.name, str(error).replace(str(path), raw.name)) from None
        geometries = [
            None if item is None else shapely.from_wkb(item, on_invalid="ignore") for item in shapes
        ]
    names = [str(name) for name in meta["fields"]]
    system = str(options.get("crs") or meta["crs"] or "")
    prefix = "wpt " if ending == ".gpx" and wanted == "waypoints" else "feature "

    def cell(value: Any) -> Any:
        if value is None or (isinstance(value, float | np.floating) and np.isnan(value)):
            return None
        if isinstance(value, np.datetime64):
            return None if np.isnat(value) else str(value)
        return float(value) if isinstance(value, np.number) else str(value)

    def rows() -> Iterator[tuple[str, list[Any]]]:
        for number, shape in enumerate(geometries):
            yield f"{prefix}{number + 1}", [*(cell(column[number]) for column in columns), shape]

    return Sheet(
        raw.name,
        [*names, GEOMETRY],
        "Placemark" if "km" in ending else f"layer {wanted}",
        rows,
        system=system,
    )


def layers_of(raw: RawFile) -> list[str]:
    """Return the layers of a vector file among which one has to be named; none where there is one, or one is usual."""
    ending = Path(raw.name).suffix.lower()
    if ending in (".parquet", ".geoparquet", ".gpx"):
        return []
    _check_begin(raw, ending)
    try:
        from pyogrio import list_layers
        from pyogrio.errors import DataSourceError
    except ImportError:
        return []
    with _copied(raw, ending) as path:
        try:
            return [str(name) for name, kind in list_layers(path) if kind is not None]
        except (DataSourceError, ValueError, RuntimeError):
            return []  # told where it is read


@contextmanager
def _copied(raw: RawFile, ending: str) -> Iterator[Path]:
    """Yield a copy of a file: no name of ours reaches GDAL, and nothing beside it but the sidecars."""
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL's remarks on how the file was made
        path = Path(folder) / f"file{ending}"
        shutil.copyfile(raw.path, path)
        for sidecar in _SIDECARS if ending == ".shp" else ():
            if (other := raw.beside(sidecar)) is not None:
                shutil.copyfile(other.path, path.with_suffix(sidecar))
        yield path


def _check_begin(raw: RawFile, ending: str) -> None:
    """GDAL goes by the content, not the name: another format could name a file elsewhere or an address."""
    begin = raw.begin(2000)
    if ending == ".kmz":
        check_archive(raw)
    if ending in (".geojson", ".json"):
        try:
            data = json.loads(raw.content.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise refused(raw.name, f"no GeoJSON: {error}") from None
        if not isinstance(data, dict) or not isinstance(data.get("features"), list):
            raise refused(raw.name, "no list of features: no GeoJSON")
        return
    expected = _BEGINS.get(ending)
    if expected is not None and not begin.startswith(expected):
        raise refused(raw.name, f"its content is no {ending[1:]} file")
    if expected is None and _ROOTS.get(ending, b"\x00") not in begin:
        raise refused(raw.name, f"its content is no {ending[1:]} file")
    if b"<!DOCTYPE" in begin or b"<!ENTITY" in begin:
        raise refused(raw.name, "a document type or an entity in XML", do="take it out")


def _parquet(raw: RawFile) -> Sheet:
    """Read GeoParquet: no ``crs`` means longitude and latitude of WGS 84, ``null`` that it is not known."""
    import shapely

    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import read_table
    except ImportError:
        raise refused(raw.name, "a GeoParquet file", do="install mollisol[parquet]") from None
    try:
        table = read_table(raw.path)
        head = json.loads((table.schema.metadata or {})[b"geo"])
        main = head["primary_column"]
        facts = head["columns"][main]
    except (ArrowException, OSError, KeyError, ValueError) as error:
        raise refused(raw.name, f"no GeoParquet: {error}") from None
    system = facts.get("crs", "OGC:CRS84")
    if isinstance(system, dict):
        code = system.get("id") or {}
        system = f"{code.get('authority')}:{code.get('code')}" if code else system.get("name", "")
    names = [name for name in table.column_names if name != main]
    columns = [table.column(name).to_pylist() for name in names]
    shapes = [None if item is None else shapely.from_wkb(item) for item in table.column(main).to_pylist()]

    def rows() -> Iterator[tuple[str, list[Any]]]:
        for number, shape in enumerate(shapes):
            cells = [column[number] for column in columns]
            yield (
                f"feature {number + 1}",
                [
                    *(
                        None if cell is None else float(cell) if isinstance(cell, int | float) else str(cell)
                        for cell in cells
                    ),
                    shape,
                ],
            )

    return Sheet(raw.name, [*names, GEOMETRY], "table", rows, system=str(system or ""))
