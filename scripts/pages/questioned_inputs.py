"""Write docs/questioned-inputs.md: what honest projects are told, and which planted faults are seen at which size.

``python scripts/pages/questioned_inputs.py [DOCS]`` makes the page in some twenty minutes of the processor; a slow test
counts the honest projects again and compares.
"""

from __future__ import annotations

import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from shared import ROOT, markdown, write_csv

from mollisol.engine import assess_project, run_project
from mollisol.methodology.findings import Finding, Severity
from tests.honest.counting import (
    FIRST_SEED,
    MUSTS,
    NEVER_DECLARED,
    PER_FAMILY,
    TOLD_BEFORE,
    Asked,
    by_code,
    codes_of,
    count,
    counted,
    files_of,
)
from tests.honest.faults.fault import Fault
from tests.honest.faults.of_cores import OF_CORES
from tests.honest.faults.of_records import OF_RECORDS
from tests.honest.faults.unsized import UNSIZED, checked
from tests.honest.folder import Folder
from tests.honest.generator import FAMILIES
from tests.honest.planted import LEAST_CREDIT_T, SHARES, Planted, honest_folders, planted
from tests.honest.real_tables import clapham
from tests.honest.records import with_plan, with_records

FIELDS_PER_FAMILY = 2
RUN_PER_FAMILY = 5
TOLD = (Severity.WARNING, Severity.REFUSAL, Severity.BLOCKING)
EXAMPLES = ("woburn-ley", "woburn-backtest", "measure-and-model")

HEAD = """# Inputs that are questioned: how often rightly, how often not

Made by `python scripts/pages/questioned_inputs.py`; the code of the honest projects and of the faults stands in
`tests/honest/`. `make test` counts a sample of 40 honest projects again, `make slow` all of them.
"""

HONEST = """## Honest projects

{made:,} projects, {per_family} of each of eight families ({families}), made by `tests/honest/generator.py`: it was
committed before the first question was written, imports nothing of the package and shares no constant with it. Seeds
from {seed:,} on, which nobody had looked at before they were counted. Each is asked all
that `mollisol check` asks before it computes periods; what the periods add is counted further below.

{stopped} of them are stopped by a *must* of the methodology ({musts}) and are not asked to the end: they are counted
apart. Not counted as new is what was told in the same words before inputs were questioned ({before}).

The generator writes no file for some other musts, so that each of its projects is *provisional* and none eligible to
request; they are asked to the end, and these codes are counted apart too: {never}.

| of {number:,} honest projects | told | share | 95 % upper bound (Clopper-Pearson, one-sided) | asked for |
|---|---|---|---|---|
| a new refusal or block | {refused} | {refused_share:.2%} | {refused_most:.2%} | below 1 % |
| a new warning | {warned} | {warned_share:.2%} | {warned_most:.2%} | below 10 % |
"""

STATES = """### What a run says of them

{number} of them, {per_family} of each family, went through the whole run with all routes: {states}. New beside what
`check` says: {codes}. A project whose yield is unsure is refused by the bar of the methodology, an honest one too;
the bar is a must.

The same projects with the records of a farm (fuel, fertilizer, lime, hedges, production) and with a plan of their
points, as the faults below are planted in them, {records} in all: {records_told}.
"""

REAL = """## Real tables, one by one

All findings of `mollisol check` that are more than notes. Only the frame of Clapham is made up: places stand for
times, pasture first and silvopasture then, other pasture of the same block for the controls, and no profile stands
twice.
"""

PLANTED = """## Faults planted at a size

Each fault is planted into {fields} honest projects ({per_family} of each family, those that a run by the analytic
route gives {least} t or more) and made larger until that credit moves by 2, 5 and 20 %, or doubles. A count of points
comes as near as it can (within a half), other sizes within 15 %; where no size comes so near the project is left out,
so that the number of projects differs. *stopped*: a new refusal or block. *seen*: at least a new warning. Findings
that only say that the figure is unsure do not count.
"""

UNSIZED_HEAD = """## Faults without a size

Planted as they are into the same {fields} projects. Faults of the weather are not planted here; the tests of the
model folder hold them.
"""

UNSEEN = """## What cannot be seen from the inputs

What credits five per cent more is small beside soil: a carbon content of the project's last campaign that is 0.1 to
0.4 % too high is worth that much where a few years' gain stands on a whole stock. No question to the numbers alone
finds it below the scatter of cores and laboratories, and a question that claimed to would accuse honest projects.

- Laboratory values raised everywhere by 3 %, in both campaigns and on both sides, raise the credit by 3 % and look
  like soil that is 3 % richer. What shows it is outside: reference samples with every batch, archived samples
  analysed again.
- The last campaign of the project alone raised by less than trials have seen in the time, without a change of
  laboratory in the tables. What shows it: blind repeats, and control samples in the same batch.
- Points that gained least and were never handed in, where no plan was there first and the others are numbered anew.
  What shows it: a plan that somebody else dated. Without one a run is provisional.
- Points that were never sampled, with values made to scatter as the others do, at places of their own, where there is
  no plan. What shows it: cores in the archive, the field kit's record.
- Areas and outlines drawn too large alike. What shows it: the land register, and neighbours' claims.
- Activities that are in no table and not in the schedule either: lime that nobody wrote down. What shows it:
  invoices.
- Numbers before the project that no rows stand behind, within what farms use. They are told as *credit on typed
  numbers* where they are material, and whether they are true only records say.
- A rating of the risk of loss that is lower than it should be, within what the rules allow.
- Whether a soil is full: what is known of saturation (Hassink 1997; Georgiou and others 2022) bounds the carbon that
  clay and silt protect and not the whole of it, and the tables of a project that measures hold no particle sizes. The
  reference stocks of the IPCC by soil and climate (2019 Refinement, Volume 4, Table 2.3) carry limits of the mean of
  a class and not the spread of fields, so that honest fields lie outside. Contents are therefore held
  against density and against their neighbours of the same soil; only gains have ranges by climate and practice.
"""


def main(folder: Path) -> None:
    """Write the page and the table behind it."""
    made = planted_lines()
    lines = [HEAD, honest_part(counted(PER_FAMILY)), states_part(), REAL, *real_lines(), "", *made, UNSEEN]
    (folder / "questioned-inputs.md").write_text("\n".join(lines), encoding="utf-8")


def honest_part(projects: Sequence[Asked]) -> str:
    """Return what honest projects are told, in figures."""
    told = count(projects)
    text = HONEST.format(
        made=told.made,
        per_family=PER_FAMILY,
        families=", ".join(FAMILIES),
        seed=FIRST_SEED,
        stopped=told.stopped,
        musts="; ".join(f"`{code}`, {clause}" for code, clause in MUSTS.items()),
        before=", ".join(f"`{code}`" for code in sorted(TOLD_BEFORE)),
        never=", ".join(f"`{code}`" for code in NEVER_DECLARED),
        number=told.number,
        refused=told.refused,
        refused_share=told.refused / told.number,
        refused_most=told.refused_at_most,
        warned=told.warned,
        warned_share=told.warned / told.number,
        warned_most=told.warned_at_most,
    )
    rows = [(f"`{code}`", what, number) for (code, what), number in by_code(projects).most_common()]
    return "\n".join([text, *markdown(["code", "what it is", "projects"], rows), ""])


def states_part() -> str:
    """Return the states of whole runs, and what projects with records are told."""
    states: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    for family in FAMILIES:
        for number in range(RUN_PER_FAMILY):
            files = files_of(family, FIRST_SEED + number)
            findings = assess_project(files).findings
            if codes_of(findings, Severity.BLOCKING):
                states["blocked by a must"] += 1
                continue
            run = run_project(files)
            states[str(run.results.state)] += 1
            codes.update(sorted(codes_of(run.findings, *TOLD) - codes_of(findings, *TOLD)))
    fields = [
        with_plan(with_records(folder, seed)) for seed, folder in enumerate(honest_folders(FIELDS_PER_FAMILY))
    ]
    told = Counter(
        code for item in fields for code in sorted(codes_of(assess_project(item.files).findings, *TOLD))
    )
    return STATES.format(
        number=RUN_PER_FAMILY * len(FAMILIES),
        per_family=RUN_PER_FAMILY,
        states=in_words(states.items()),
        codes=in_words((f"`{code}`", number) for code, number in codes.most_common()) or "nothing",
        records=len(fields),
        records_told=in_words((f"`{code}`", number) for code, number in told.most_common()) or "nothing",
    )


def in_words(numbers: Iterable[tuple[str, int]]) -> str:
    """Return names with their numbers."""
    return ", ".join(f"{name} {number}" for name, number in numbers)


def real_lines() -> list[str]:
    """Return the findings of real tables."""
    tables: list[tuple[str, Sequence[Finding]]] = [
        (name, assess_project(ROOT / "examples" / name).findings) for name in EXAMPLES
    ]
    tables.append(("Clapham", assess_project(clapham(Folder(files_of("temperate-loam", 1))).files).findings))
    rows = []
    for name, findings in tables:
        by_kind: dict[tuple[str, str], list[Finding]] = defaultdict(list)
        for item in findings:
            if item.severity in TOLD:
                by_kind[item.code, item.severity.value].append(item)
        for (code, severity), items in by_kind.items():
            first = items[0].found.replace("|", "/")
            more = f" (and {len(items) - 1} more)" if len(items) > 1 else ""
            rows.append((name, severity, f"`{code}`", f"{first[:160]}{more}"))
    return markdown(["table", "severity", "code", "found"], rows)


def planted_lines() -> list[str]:
    """Return the tables of planted faults, and write their figures."""
    faults = (*OF_CORES, *OF_RECORDS)
    found: dict[tuple[Fault, float], list[Planted]] = defaultdict(list)
    for item in planted(faults, FIELDS_PER_FAMILY):
        found[item.fault, item.share].append(item)
    fields = honest_folders(FIELDS_PER_FAMILY)
    write_csv(
        ROOT / "docs" / "data" / "questioned_inputs.csv",
        [figures(fault, share, found[fault, share]) for fault in faults for share in SHARES],
    )
    head = ["kind", "what is done", *(f"{share:.0%} of the credit" for share in SHARES), "told by"]
    rows = []
    for fault in sorted(faults, key=lambda fault: fault.kind):
        cells = [cell(found[fault, share]) for share in SHARES]
        codes = Counter(
            code for share in SHARES for item in found[fault, share] for code in sorted(item.warned)
        )
        told = ", ".join(f"`{code}`" for code, _ in codes.most_common(2))
        rows.append((fault.kind, fault.words, *cells, told))
    text = PLANTED.format(fields=len(fields), per_family=FIELDS_PER_FAMILY, least=LEAST_CREDIT_T)
    return [
        text,
        "Each cell: stopped / seen / projects.\n",
        *markdown(head, rows),
        "",
        UNSIZED_HEAD.format(fields=len(fields)),
        *markdown(["kind", "what is done", "stopped / seen / projects"], unsized_rows(fields)),
        "",
    ]


def figures(fault: Fault, share: float, items: Sequence[Planted]) -> dict[str, object]:
    """Return the figures of a fault at a share."""
    return {
        "kind": fault.kind,
        "fault": fault.words,
        "share_of_credit": share,
        "projects": len(items),
        "stopped": sum(bool(item.refused) for item in items),
        "seen": sum(bool(item.warned) for item in items),
        "median_size": f"{statistics.median(item.size for item in items):.4g}" if items else "",
    }


def cell(items: Sequence[Planted]) -> str:
    """Return how many projects were stopped and seen."""
    if not items:
        return "no size"
    return f"{sum(bool(item.refused) for item in items)} / {sum(bool(item.warned) for item in items)} / {len(items)}"


def unsized_rows(fields: Sequence[Folder]) -> Iterable[tuple[str, str, str]]:
    """Yield the faults without a size, and in how many projects they are seen."""
    for kind, words, plant in UNSIZED:
        stopped = seen = 0
        for folder in fields:
            honest, told = checked(folder), plant(folder)
            hard = codes_of(told, Severity.BLOCKING, Severity.REFUSAL)
            stopped += bool(
                hard - codes_of(honest, Severity.BLOCKING, Severity.REFUSAL) - {"routes-left-out"}
            )
            if words.startswith("one route"):
                stopped += "routes-left-out" in hard
            seen += bool(codes_of(told, *TOLD) - codes_of(honest, *TOLD))
        yield kind, words, f"{stopped} / {seen} / {len(fields)}"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
