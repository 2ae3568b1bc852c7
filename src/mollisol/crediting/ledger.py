"""What earlier verifications carry into a run, and the ledger entry of a bundle that was signed off."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

from mollisol.methodology.context import Context
from mollisol.methodology.findings import UserError
from mollisol.methodology.ledger import LEDGER_FILE, LedgerEntry
from mollisol.methodology.trace import Quantity
from mollisol.output import SIGNATURE
from mollisol.programmes.interface import Carried
from mollisol.questions.ledger import figures_of_period
from mollisol.reading.archive import BundleFaultError, open_source
from mollisol.reading.json import load_json
from mollisol.reading.schema import HEAD_FILE


def carried_at_start(context: Context) -> Carried:
    """Return what head and ledger hand to the first period."""
    head, ledger, trace = context.project.head, context.project.ledger, context.trace
    last = ledger.entry[-1] if ledger and ledger.entry else None
    rows = [f"{LEDGER_FILE}: period {last.period}"] if last else [f"{HEAD_FILE}: no {LEDGER_FILE}, the start"]

    def given(name: str, value: float) -> Quantity:
        return trace.given(name, value, "t CO2e", rows)

    return Carried(
        trace.given(
            "non_permanence_rating_percent", head.non_permanence_rating_percent, "%", [f"{HEAD_FILE}:project"]
        ),
        given("prior_cumulative_project_change", last.cumulative_project_change_t_co2e if last else 0.0),
        given("prior_displaced_leakage", last.cumulative_displaced_leakage_t_co2e if last else 0.0),
    )


class LedgerError(UserError):
    """A bundle that no entry can be made from; the message says why."""


def entries_of_bundle(bundle: Path, *, signed_off_by: str, signed_off_on: date) -> tuple[LedgerEntry, ...]:
    """Return an entry for each period of a bundle.

    Raises
    ------
    LedgerError
        If the folder holds no bundle, a period of it was refused, or its rules were proposed.
    """
    try:
        source = open_source(bundle)
        manifest = source.read("manifest.json")
        results: dict[str, Any] = load_json(source.read("results.json"), "results.json")
        signature = load_json(source.read(SIGNATURE), SIGNATURE) if SIGNATURE in source.sizes else {}
        key = str(signature.get("public_key", ""))
    except (BundleFaultError, KeyError, AttributeError) as error:
        raise LedgerError(f"{bundle} holds no bundle: {error}") from None
    if results.get("state") == "proposed":
        raise LedgerError(f"{bundle} was computed under proposed rules: nothing of it was issued")
    entries = []
    for period in results["periods"]:
        if period["issuance"] == "refused":
            raise LedgerError(f"period {period['name']} was refused: there is nothing to sign off")
        entries.append(
            LedgerEntry.model_validate_json(
                json.dumps(
                    {
                        "period": period["name"],
                        "during": period["during"],
                        "rules": results["rule_set"],
                        **figures_of_period(period),
                        "bundle_file": bundle.name if bundle.is_file() else "",
                        "signed_by_key": key,
                        "bundle_manifest_sha256": hashlib.sha256(manifest).hexdigest(),
                        "signed_off_by": signed_off_by,
                        "signed_off_on": signed_off_on.isoformat(),
                    }
                )
            )
        )
    return tuple(entries)


def as_toml(entries: tuple[LedgerEntry, ...]) -> str:
    """Return entries as the text of ``ledger.toml``; numbers keep every digit."""
    blocks = []
    for entry in entries:
        lines = ["[[entry]]"]
        for name, value in entry.model_dump().items():
            if name == "during":
                lines.append(f"during = {{ start = {entry.during.start}, end = {entry.during.end} }}")
            elif isinstance(value, str):
                lines.append(f"{name} = {json.dumps(value, ensure_ascii=False)}")
            else:
                lines.append(f"{name} = {value!r}" if isinstance(value, int | float) else f"{name} = {value}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)
