"""``mollisol audit log``: requests of an auditor, answers and closures, through the rounds of an audit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mollisol.cli.printing import Json, print_found, print_json, tell
from mollisol.methodology.findings import UserError

if TYPE_CHECKING:
    from mollisol.findings_log.events import Event

log_app = typer.Typer(
    help="Findings of an audit through its rounds, in a file that only grows.", no_args_is_help=True
)

LogFile = Annotated[Path, typer.Argument(help="The log, a file of JSON lines.", metavar="LOG")]
RequestId = Annotated[str, typer.Argument(help="As CL-1, CAR-1 or FAR-1.", metavar="REQUEST")]
By = Annotated[str, typer.Option("--by", metavar="ID", help="Who writes: an id, as in people.csv.")]
Words = Annotated[str, typer.Option("--text", metavar="TEXT", help="What is asked, answered or judged.")]
On = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], metavar="DAY", help="The day; today by default."),
]
Effect = Annotated[
    float | None,
    typer.Option("--effect", metavar="T", help="t CO2e; above zero where too much was credited."),
]
OfBundle = Annotated[
    Path | None,
    typer.Option("--bundle", metavar="BUNDLE", help="The bundle of this round; by default that of before."),
]


@log_app.command(name="open")
def open_request(
    log: LogFile,
    bundle: Annotated[Path, typer.Argument(help="The bundle that it is about.", metavar="BUNDLE")],
    by: By,
    about: Annotated[
        str,
        typer.Option(
            "--about", metavar="NAME", help="A number, FILE:ROW, a rule, a kind of lead or a document."
        ),
    ] = "",
    kind: Annotated[
        Literal["clarification", "corrective", "forward"], typer.Option("--kind")
    ] = "clarification",
    text: Words = "",
    effect: Effect = None,
    due: Annotated[
        datetime | None,
        typer.Option(
            "--due", formats=["%Y-%m-%d"], metavar="DAY", help="When a forward action request is due."
        ),
    ] = None,
    on: On = None,
    leads: Annotated[
        bool, typer.Option("--leads", help="Open a clarification request on each rare lead instead.")
    ] = False,
    differences: Annotated[
        bool, typer.Option("--differences", help="Open a corrective request on each kind of difference.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Open a request about something of a bundle, or one for each lead or each kind of difference."""
    from mollisol.bundle.read import open_bundle
    from mollisol.findings_log.events import next_number, requests_of
    from mollisol.findings_log.opening import difference_events, lead_events, manifest_hash, subject_of
    from mollisol.findings_log.store import append

    if (bool(about) or leads or differences) != (not (about and (leads or differences))):
        raise typer.BadParameter("name what it is about with --about, or give --leads or --differences")
    day = _day(on)
    found: list[Event] = []
    if about:
        opened = open_bundle(bundle)
        subject = subject_of(opened, about)
        given = {"text": text, "kind": kind, "due": due.date() if due else None, "effect_t_co2e": effect}
        told = {"subject_kind": subject.kind, "subject": subject.name, "value": subject.value}
        found.append(
            _event(
                request=next_number(kind, ()),
                what="open",
                by=by,
                on=day,
                bundle=manifest_hash(opened),
                unit=subject.unit,
                **given,
                **told,
            )
        )
    if leads:
        found += lead_events(bundle, by, day)
    if differences:
        found += difference_events(bundle, by, day)

    def made(there: tuple[Event, ...]) -> Sequence[Event]:
        requests = requests_of(there)
        waiting = {one.opened.subject for one in requests.values() if one.state != "closed"}
        taken, events = list(requests), []
        for event in found:
            if event.subject in waiting and not about:
                continue
            number = next_number(event.kind or kind, taken)
            taken.append(number)
            events.append(event.model_copy(update={"request": number}))
        return events

    _told(append(log, made), as_json)


@log_app.command()
def respond(
    log: LogFile,
    request: RequestId,
    by: By,
    text: Words,
    document: Annotated[
        str, typer.Option("--document", metavar="FILE", help="What the answer rests on.")
    ] = "",
    bundle: OfBundle = None,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Answer a request, with the bundle of the next round where the answer is a new run."""
    _follow(log, request, bundle, as_json, what="respond", by=by, text=text, document=document, on=_day(on))


@log_app.command()
def assess(
    log: LogFile,
    request: RequestId,
    by: By,
    text: Words,
    accepted: Annotated[bool, typer.Option("--accepted/--not-accepted", help="Whether the answer will do.")],
    effect: Effect = None,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Judge the answer to a request, and what it was worth."""
    more = {"accepted": accepted, "effect_t_co2e": effect, "on": _day(on)}
    _follow(log, request, None, as_json, what="assess", by=by, text=text, **more)


@log_app.command()
def close(
    log: LogFile,
    request: RequestId,
    by: By,
    text: Words,
    bundle: OfBundle = None,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Close a request whose answer was accepted."""
    _follow(log, request, bundle, as_json, what="close", by=by, text=text, on=_day(on))


@log_app.command(name="list")
def list_requests(
    log: LogFile,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="Public key that must have signed the export beside it."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print where each request stands, what it is about, and its effect in t CO2e."""
    from mollisol.findings_log.export import log_document, request_rows, signer_of
    from mollisol.findings_log.store import read_log

    if key is not None:
        tell(f"signed by {signer_of(log.parent, key)[:16]}")
    if not log.is_file():
        raise UserError(f"{log}: no such file")
    events = read_log(log)
    lines = [
        f"{row['request']:8} {row['state']:12} {_tonnes(row['effect_t_co2e']):>12}  {row['due'] or '':10}  "
        f"{row['about']} {row['subject']}: {row['text']}"
        for row in request_rows(events)
    ]
    print_found(log_document(events), lines, as_json)


@log_app.command()
def export(
    log: LogFile,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the files.")],
    template: Annotated[
        Path | None, typer.Option("--template", metavar="FILE", help="Word file with the styles to use.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="Private key to sign with.")
    ] = None,
) -> None:
    """Write the log as page, Word, table and JSON, with a manifest that may be signed."""
    from mollisol.findings_log.export import check_target, export_files
    from mollisol.output import write_folder

    check_target(out)
    files = export_files(log, template=template, key=key)
    write_folder(out, files)
    typer.echo("\n".join(str(out / name) for name in sorted(files)))


def _follow(log: Path, request: str, bundle: Path | None, as_json: bool, **given: object) -> None:
    from mollisol.bundle.read import open_bundle
    from mollisol.findings_log.events import requests_of
    from mollisol.findings_log.opening import manifest_hash, subject_of
    from mollisol.findings_log.store import append

    opened = open_bundle(bundle) if bundle else None

    def made(there: tuple[Event, ...]) -> Sequence[Event]:
        requests = requests_of(there)
        if request not in requests:
            raise UserError(f"{request}: no such request in {log}; it has {', '.join(requests) or 'none'}")
        last, first = requests[request].events[-1], requests[request].opened
        more: dict[str, object] = {"bundle": manifest_hash(opened) if opened else last.bundle}
        if first.subject_kind == "number" and opened:
            subject = subject_of(opened, first.subject)
            more |= {"value": subject.value, "unit": subject.unit}
        return [_event(request=request, **more, **given)]

    _told(append(log, made), as_json)


def _event(**given: object) -> Event:
    from pydantic import ValidationError

    from mollisol.findings_log.events import Event

    try:
        return Event.model_validate(given)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, one['loc']))}: {one['msg'].lower()}" for one in error.errors())
        raise UserError("; ".join(faults)) from None


def _told(events: Sequence[Event], as_json: bool) -> None:
    if as_json:
        print_json([event.model_dump(mode="json", exclude_defaults=True) for event in events])
    else:
        typer.echo(
            "\n".join(f"{event.request} {event.what}: {event.text}" for event in events) or "nothing new"
        )


def _day(on: datetime | None) -> date:
    return on.date() if on else date.today()


def _tonnes(effect: float | None) -> str:
    return "" if effect is None else f"{effect:+,.1f} t"
