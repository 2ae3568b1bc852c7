"""Findings as SARIF 2.1.0 (OASIS, 2020), which shows each beside its line in an editor or in a change request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import quote

from mollisol.methodology.findings import Finding, Severity, catalogue

_LEVELS: Final[Mapping[Severity, str]] = {
    Severity.BLOCKING: "error",
    Severity.REFUSAL: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "note",
}


def sarif_log(findings: Iterable[Finding], folder: str, missing: str) -> dict[str, Any]:
    """Return findings as one run of a SARIF log.

    Parameters
    ----------
    folder
        Of the project, relative to the root of the repository; files of findings are in it.
    missing
        The file that stands for what has none.
    """
    found, known = list(findings), catalogue()
    codes = sorted({one.code for one in found})
    rules = [{"id": code, "shortDescription": {"text": known[code].means}} for code in codes]
    driver = {"name": "mollisol", "version": version("mollisol"), "rules": rules}
    results = [_result(one, codes.index(one.code), folder, missing) for one in found]
    return {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _result(one: Finding, place: int, folder: str, missing: str) -> dict[str, Any]:
    name = quote("/".join(part for part in (folder.strip("/"), one.where.file or missing) if part != "."))
    thing = " ".join(filter(None, (f"[{one.where.column}]" if one.where.column else "", one.where.thing)))
    text = f"{thing + ': ' if thing else ''}{one.found}. Allowed: {one.allowed}. Do: {one.do}."
    region = {"startLine": one.where.row or 1}
    return {
        "ruleId": one.code,
        "ruleIndex": place,
        "level": _LEVELS[one.severity],
        "message": {"text": text + (f" {one.clause}" if one.clause else "")},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": name}, "region": region}}],
        "properties": {"severity": one.severity.value, "more": one.more},
    }
