"""Close the periods of a bundle that was signed off: the ledger takes them, the project goes on with the next ones."""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from mollisol.crediting.ledger import LedgerError, as_toml, entries_of_bundle
from mollisol.methodology.ledger import LEDGER_FILE, LedgerEntry
from mollisol.output import PEOPLE, write_beside
from mollisol.reading.archive import open_source
from mollisol.reading.schema import HEAD_FILE

FOLDER: Final = "ledger"
_PERIOD: Final = re.compile(
    r"^\[\[project\.verification_periods\]\][^\n]*\n(?:(?!\[)[^\n]*\n?)*", re.MULTILINE
)
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can say: its bytes do not change with the day."""


def close_periods(
    project: Path, bundle: Path, *, signed_off_by: str, signed_off_on: date
) -> tuple[tuple[LedgerEntry, ...], list[str]]:
    """Move the periods of a bundle from ``project.toml`` into ``ledger.toml``, and put its zip into ``ledger/``.

    Returns
    -------
    tuple
        The entries, and the files that were written.

    Raises
    ------
    LedgerError
        If the bundle is not one of this project, a period of it is closed already or not open, or the head of the
        project cannot be changed by its lines. Nothing is written then.
    """
    made = entries_of_bundle(bundle, signed_off_by=signed_off_by, signed_off_on=signed_off_on)
    names = [entry.period for entry in made]
    head, ledger = _text(project / HEAD_FILE), _text(project / LEDGER_FILE, required=False)
    known = tomllib.loads(head).get("project", {})
    _must_fit(known, bundle, names, ledger)
    file = f"{FOLDER}/period-{'-'.join(names)}.zip"
    entries = tuple(entry.model_copy(update={"bundle_file": file}) for entry in made)
    shorter = _without_periods(head, names)
    packed = bundle.read_bytes() if bundle.is_file() else _packed(bundle)
    (project / FOLDER).mkdir(exist_ok=True)
    write_beside(project / file, packed)
    write_beside(project / LEDGER_FILE, (ledger + ("\n" if ledger else "") + as_toml(entries)).encode())
    write_beside(project / HEAD_FILE, shorter.encode())
    return entries, [file, LEDGER_FILE, HEAD_FILE]


def _text(path: Path, *, required: bool = True) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if required:
            raise LedgerError(
                f"{path.parent} holds no {path.name}: name the project with --project"
            ) from None
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(f"{path} cannot be read: {error}") from None


def _must_fit(head: dict[str, Any], bundle: Path, names: Sequence[str], ledger: str) -> None:
    source = open_source(bundle)
    other = tomllib.loads(source.read(f"inputs/{HEAD_FILE}").decode("utf-8-sig"))["project"]
    for key in ("name", "start_date"):
        if head.get(key) != other.get(key):
            raise LedgerError(f"{key} is {head.get(key)} here, and the bundle is of {other.get(key)}")
    closed = {entry["period"] for entry in tomllib.loads(ledger).get("entry", ())}
    if twice := [name for name in names if name in closed]:
        raise LedgerError(f"period {', '.join(twice)} stands in {LEDGER_FILE} already")
    is_open = {period["name"] for period in head.get("verification_periods", ())}
    if unknown := [name for name in names if name not in is_open]:
        raise LedgerError(f"period {', '.join(unknown)} of the bundle is none of {HEAD_FILE}")


def _without_periods(head: str, names: Collection[str]) -> str:
    """Return the text of ``project.toml`` without the blocks of some periods; nothing else of it changes."""

    def kept(block: re.Match[str]) -> str:
        (period,) = tomllib.loads(block[0])["project"]["verification_periods"]
        return "" if period["name"] in names else block[0]

    wanted = tomllib.loads(head)
    left = [item for item in wanted["project"]["verification_periods"] if item["name"] not in names]
    shorter = _PERIOD.sub(kept, head)
    if not left:
        wanted["project"]["verification_periods"] = []
        line = "verification_periods = []  # add the next one, with the campaign that ended the last\n"
        shorter = re.sub(
            r"^\[project\][^\n]*\n", lambda found: found[0] + line, shorter, count=1, flags=re.MULTILINE
        )
    else:
        wanted["project"]["verification_periods"] = left
    try:
        same = tomllib.loads(shorter) == wanted
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise LedgerError(
            f"the periods of {HEAD_FILE} are not written as blocks [[project.verification_periods]]"
        )
    return shorter


def _packed(folder: Path) -> bytes:
    """Return a folder as a zip, the same bytes each time, without the names of people."""
    source = open_source(folder)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(set(source.sizes) - {PEOPLE}):
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY), source.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
