"""The findings log: what may follow what, two writers at once, a changed line, and the exports with their signature."""

from __future__ import annotations

import io
import json
import zipfile
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.findings_log.events import Event, next_number
from mollisol.findings_log.export import export_files, signer_of
from mollisol.findings_log.store import append, read_log
from mollisol.methodology.findings import UserError

DIGEST = "ab" * 32


def opening(**more: object) -> Event:
    """Return an opening of a clarification request on a row."""
    given: dict[str, object] = {
        "request": "CL-1", "what": "open", "by": "auditor", "on": date(2026, 12, 1), "bundle": DIGEST,
        "text": "Which sheet?", "kind": "clarification", "subject_kind": "row", "subject": "core_increments.csv:7",
    }  # fmt: skip
    return Event.model_validate(given | more)


def after(what: str, by: str, **more: object) -> Event:
    """Return an event on CL-1 that follows its opening."""
    given = {"request": "CL-1", "what": what, "by": by, "on": date(2026, 12, 2), "bundle": DIGEST}
    return Event.model_validate(given | {"text": "as written", **more})


def write(path: Path, *events: Event) -> None:
    """Append events, one after the other."""
    for event in events:
        append(path, lambda _, event=event: [event])  # type: ignore[misc]


def test_request_goes_from_its_opening_to_its_closure(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    steps = (
        opening(),
        after("respond", "developer"),
        after("assess", "auditor", accepted=False),
        after("respond", "developer"),
        after("assess", "auditor", accepted=True, effect_t_co2e=3.5),
        after("close", "auditor"),
    )
    write(log, *steps)
    assert [event.what for event in read_log(log)] == [step.what for step in steps]
    assert b'"state": "closed"' in export_files(log)["findings-log.json"]


@pytest.mark.parametrize(
    ("before", "event", "why"),
    [
        ((), after("respond", "developer"), "never opened"),
        ((opening(),), opening(), "open already"),
        ((opening(),), after("respond", "auditor"), "cannot answer it"),
        ((opening(),), after("assess", "auditor", accepted=True), "only an answer is assessed"),
        (
            (opening(), after("respond", "developer")),
            after("assess", "auditor"),
            "whether the answer is accepted",
        ),
        ((opening(), after("respond", "developer")), after("assess", "developer", accepted=True), "answered"),
        ((opening(), after("respond", "developer")), after("close", "auditor"), "has to be accepted"),
        ((opening(),), after("respond", "developer", on=date(2026, 11, 30)), "before the last event"),
        ((), opening(request="FAR-1", kind="forward"), "has a day when it is due"),
        ((), opening(due=date(2027, 1, 1)), "has a day when it is due"),
        (
            (),
            opening(request="FAR-1", kind="forward", due=date(2026, 12, 1)),
            "due before it is opened",
        ),
        ((), opening(request="CAR-1"), "no number of a clarification"),
        ((), opening(subject=""), "without kind and subject"),
    ],
)
def test_what_cannot_follow_is_refused_and_nothing_is_written(
    tmp_path: Path, before: tuple[Event, ...], event: Event, why: str
) -> None:
    log = tmp_path / "log.jsonl"
    write(log, *before)
    kept = log.read_bytes() if before else b""
    with pytest.raises(UserError, match=why):
        write(log, event)
    assert (log.read_bytes() if log.exists() else b"") == kept


def numbered(path: Path) -> None:
    """Open twenty requests, each with the number that is next when it is written."""
    for _ in range(20):
        append(
            path,
            lambda there: [opening(request=next_number("clarification", (one.request for one in there)))],
        )


def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(numbered, [log, log]))
    assert [event.request for event in read_log(log)] == [f"CL-{n}" for n in range(1, 41)]


@pytest.mark.parametrize("change", ["a word", "a line"])
def test_changed_or_missing_line_is_told(tmp_path: Path, change: str) -> None:
    log = tmp_path / "log.jsonl"
    write(log, opening(), after("respond", "developer"), after("assess", "auditor", accepted=True))
    first, second, third = log.read_bytes().splitlines(keepends=True)
    kept = [first.replace(b"Which", b"Whose"), second, third] if change == "a word" else [first, third]
    log.write_bytes(b"".join(kept))
    with pytest.raises(UserError, match="line 2: the line before is not the one"):
        read_log(log)


@pytest.mark.parametrize("line", ["{", "[]", '{"request": "CL-1"}', '{"effect_t_co2e": NaN}'])
def test_line_that_is_no_event_is_told_with_its_place(tmp_path: Path, line: str) -> None:
    log = tmp_path / "log.jsonl"
    write(log, opening())
    log.write_bytes(log.read_bytes() + line.encode() + b"\n")
    found = CliRunner().invoke(app, ["audit", "log", "list", str(log)])
    assert isinstance(found.exception, UserError)
    assert "line 2" in str(found.exception)


def test_exports_say_the_same_and_their_signature_holds(tmp_path: Path) -> None:
    log, out, key = tmp_path / "log.jsonl", tmp_path / "out", tmp_path / "key"
    write(log, opening(effect_t_co2e=12.5), after("respond", "developer", document="sheet-7.pdf"))
    run = CliRunner().invoke
    assert run(app, ["sign", "--new-key", str(key)]).exit_code == 0
    assert run(app, ["audit", "log", "export", str(log), "--out", str(out), "--key", str(key)]).exit_code == 0
    with zipfile.ZipFile(io.BytesIO((out / "findings-log.docx").read_bytes())) as word:
        words = word.read("word/document.xml").decode()
    page, table = ((out / f"findings-log.{kind}").read_text() for kind in ("html", "csv"))
    for told in ("CL-1", "core_increments.csv:7", "12.5", "Which sheet?"):
        assert told in words
        assert told in page
        assert told in table
    assert "sheet-7.pdf" in words
    assert json.loads((out / "findings-log.json").read_text())["requests"][0]["state"] == "answered"
    assert (out / "findings-log.jsonl").read_bytes() == log.read_bytes()
    signer_of(out, tmp_path / "key.pub")
    (out / "findings-log.csv").write_text("other")
    with pytest.raises(UserError, match=r"findings-log\.csv"):
        signer_of(out, tmp_path / "key.pub")


def test_export_leaves_a_bundle_as_it_is(tmp_path: Path) -> None:
    log, bundle = tmp_path / "log.jsonl", tmp_path / "bundle"
    write(log, opening())
    bundle.mkdir()
    (bundle / "manifest.json").write_text("{}")
    found = CliRunner().invoke(app, ["audit", "log", "export", str(log), "--out", str(bundle)])
    assert isinstance(found.exception, UserError)
    assert [path.name for path in bundle.iterdir()] == ["manifest.json"]
