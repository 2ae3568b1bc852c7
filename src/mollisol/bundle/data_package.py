"""A bundle's tables and credits as a Frictionless data package: ``datapackage.json`` beside the CSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from mollisol.output import canonical_json
from mollisol.reading.guide import guide_of
from mollisol.reading.project import TABLES
from mollisol.templates.exports import credits_csv
from mollisol.templates.output import Report

_KEPT: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum", "pattern", "maxLength")
"""Keywords of JSON Schema that are constraints of a field by the same name."""
_CREDITS: Final = {
    "vintage_year": "year",
    "period_start": "date",
    "period_end": "date",
    "verified_t_co2e": "number",
    "units_t_co2e": "integer",
}


def datapackage(report: Report) -> dict[str, bytes]:
    """Return the package: the tables of the bundle byte for byte, the credits, and what each column is."""
    results, made, resources = report.model.results, dict[str, bytes](), []
    for table in TABLES:
        content = report.inputs.get(table.file)
        if content is None:
            continue
        known = {row.column: row for row in guide_of(table.file, table.row_type)}
        fields = []
        for name in _header(content):
            told = known[name]
            field = {"name": name, **_type(told.schema)}
            field["constraints"] = {"required": told.needed} | {
                key: told.schema[key] for key in _KEPT if key in told.schema
            }
            fields.append(field | ({"unit": told.unit} if told.unit else {}))
        made[f"data/{table.file}"] = content
        resources.append(_resource(table.file, content, fields))
    credits_ = credits_csv(report.model)
    made["data/credits.csv"] = credits_
    fields = [{"name": name, "type": _CREDITS.get(name, "string")} for name in _header(credits_)]
    resources.append(_resource("credits.csv", credits_, fields))
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "mollisol-project",
        "title": results.project,
        "description": results.description,
        "sources": [{"title": text} for text in results.attribution],
        "resources": resources,
    }
    return made | {
        "datapackage.json": canonical_json({key: value for key, value in package.items() if value})
    }


def _header(content: bytes) -> list[str]:
    return [name.strip() for name in next(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))]


def _type(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the type of a field in the words of Table Schema."""
    if schema.get("format") == "date":
        return {"type": "date"}
    if schema.get("type") == "boolean":
        return {"type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]}
    return {"type": schema.get("type", "string")}


def _resource(file: str, content: bytes, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": file.removesuffix(".csv").replace("/", "-").replace("_", "-"),
        "path": f"data/{file}",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{sha256(content).hexdigest()}",
        "schema": {"fields": fields},
    }
