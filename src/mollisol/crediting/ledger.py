"""The ledger entry of a bundle that was signed off."""

from __future__ import annotations

import hashlib
import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from mollisol.methodology.findings import UserError
from mollisol.methodology.ledger import LedgerEntry
from mollisol.output import SIGNATURE
from mollisol.questions.ledger import figures_of_period
from mollisol.reading.archive import BundleFaultError, open_source
from mollisol.reading.json import load_json
from mollisol.reading.schema import HEAD_FILE


class LedgerError(UserError):
    """A bundle that no entry can be made from; the message says why."""


def entries_of_bundle(bundle: Path, *, signed_off_by: str, signed_off_on: date) -> tuple[LedgerEntry, ...]:
    """Return an entry for each period of a bundle that nothing stopped.

    Raises
    ------
    LedgerError
        If the folder holds no bundle, all periods of it were stopped or one that a later one goes on from, or its rules
        were proposed.
    """
    try:
        source = open_source(bundle)
        manifest = source.read("manifest.json")
        results: dict[str, Any] = load_json(source.read("results.json"), "results.json")
        signature = load_json(source.read(SIGNATURE), SIGNATURE) if SIGNATURE in source.sizes else {}
        key = str(signature.get("public_key", ""))
        head = tomllib.loads(source.read(f"inputs/{HEAD_FILE}").decode("utf-8-sig"))["project"]
        units = {item["name"]: item.get("units", ()) for item in head["verification_periods"]}
    except (BundleFaultError, KeyError, AttributeError, TypeError, ValueError) as error:
        raise LedgerError(f"{bundle} holds no bundle: {error}") from None
    if results.get("state") == "proposed":
        raise LedgerError(f"{bundle} was computed under proposed rules: nothing of it was issued")
    going = [period for period in results["periods"] if period["issuance"] != "refused"]
    for period in results["periods"]:
        covered = set(units.get(period["name"], ()))
        later = [one for one in going if one["during"]["start"] > period["during"]["start"]]
        goes_on = any(
            not (own := set(units.get(one["name"], ()))) or not covered or own & covered for one in later
        )
        if period not in going and (goes_on or not going):
            raise LedgerError(f"period {period['name']} {_stopped(results)}: there is nothing to sign off")
    shared = {
        "rules": results["rule_set"],
        "bundle_file": bundle.name if bundle.is_file() else "",
        "signed_by_key": key,
        "non_permanence_rating_percent": head.get("non_permanence_rating_percent"),
        "bundle_manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        "signed_off_by": signed_off_by,
        "signed_off_on": signed_off_on.isoformat(),
    }
    return tuple(
        LedgerEntry.model_validate_json(
            json.dumps(
                {
                    "period": period["name"],
                    "during": period["during"],
                    "units": units.get(period["name"], ()),
                    **figures_of_period(period),
                    **shared,
                }
            )
        )
        for period in going
    )


def _stopped(results: dict[str, Any]) -> str:
    """Return in words why a period of a bundle has no units, as far as the state of its run tells."""
    if results.get("state") == "provisional":
        return "is provisional (something that must be declared or shown was not; the report says what)"
    return "was refused"


def as_toml(entries: tuple[LedgerEntry, ...]) -> str:
    """Return entries as the text of ``ledger.toml``; numbers keep every digit."""
    blocks = []
    for entry in entries:
        lines = ["[[entry]]"]
        for name, value in entry.model_dump().items():
            if name == "during":
                lines.append(f"during = {{ start = {entry.during.start}, end = {entry.during.end} }}")
            elif name == "units":
                lines += [f"units = {json.dumps(value, ensure_ascii=False)}"] if value else []
            elif value is None:
                continue
            elif isinstance(value, str):
                lines.append(f"{name} = {json.dumps(value, ensure_ascii=False)}")
            else:
                lines.append(f"{name} = {value!r}" if isinstance(value, int | float) else f"{name} = {value}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)
