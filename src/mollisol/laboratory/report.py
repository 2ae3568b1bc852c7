"""What a run says: by class of project, winners and losers, which rule did it, samples that pay, and the frontier."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mollisol.laboratory.draws import Block, Plan
from mollisol.laboratory.figures import Outcome, differences_of, figures_of
from mollisol.laboratory.kernel import Credits, credits_of, plan_of
from mollisol.laboratory.results import (
    Attribution,
    ClassRow,
    FrontierPoint,
    LabReport,
    LabResult,
    Sampling,
    Turnover,
)
from mollisol.laboratory.run import Drawn
from mollisol.laboratory.scenarios import Scenario, mixed_terms, moving_parts
from mollisol.laboratory.terms import Terms
from mollisol.laboratory.world import World
from mollisol.laboratory.worlds import world_of
from mollisol.methodology.findings import FindingsError, Place, finding
from mollisol.methodology.rules_in_force.rule_set import RuleSet
from mollisol.output import MANIFEST
from mollisol.rule_catalogue.shapley import shapley_shares

AGAIN: Final = 4_000
"""Projects that are credited again for shares, samples and the frontier."""
CONFIDENCES: Final = (0.5, 2 / 3, 0.7, 0.75, 0.8, 0.9)
BARS: Final = (30.0, 50.0, 100.0, 1000.0)
SAMPLES: Final = (2, 3, 4, 5, 6, 8, 10, 15, 20)
SHOWN: Final = ("p_issued", "ratio_issued", "credit_per_ha", "refused_tonnes", "over_credited", "lost")
MEASURES: Final = ("verified", "over_credited", "lost")
_SIZES: Final = (0.0, 1 / 3, 2 / 3, 1.0)


@dataclass(frozen=True, slots=True)
class Folder:
    """A laboratory's folder, read again."""

    result: LabResult
    world: World
    scenarios: list[Scenario]
    drawn: Drawn


def read_folder(folder: Path) -> Folder:
    """Return what a run wrote.

    Raises
    ------
    FindingsError
        If it is no folder of a laboratory, or a file is not what the run wrote.
    """

    def refuse(words: str) -> FindingsError:
        return FindingsError([finding("lab-folder-not-usable", Place(file=folder.name), words)])

    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        files = {name: (folder / name).read_bytes() for name in manifest["files"]}
        texts = [files["world.toml"].decode(), files["run.json"].decode()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise refuse(f"not written by lab run: {str(error)[:200]}") from None
    changed = [
        name for name, raw in files.items() if hashlib.sha256(raw).hexdigest() != manifest["files"][name]
    ]
    if changed:
        raise refuse(f"changed after the run: {', '.join(changed)}")
    result = LabResult.model_validate_json(texts[1])
    scenarios = [
        Scenario.of(one.name, RuleSet.model_validate_json(files[f"rules/{number}.json"]))
        for number, one in enumerate(result.scenarios)
    ]
    made = [Credits(**_columns(files[f"credits/{number}.parquet"])) for number in range(len(scenarios))]
    return Folder(
        result,
        world_of(texts[0], "world.toml"),
        scenarios,
        Drawn(_columns(files["projects.parquet"]), made, [one.terms for one in scenarios]),
    )


def _columns(raw: bytes) -> dict[str, NDArray[Any]]:
    from pyarrow import parquet as pq

    table = pq.read_table(io.BytesIO(raw))
    return {name: np.asarray(table[name].to_pylist()) for name in table.column_names}


def lab_report(folder: Folder) -> LabReport:
    """Return the report of a run."""
    block = Block(folder.world, folder.result.seed, 0, AGAIN)
    return LabReport(
        run=folder.result,
        classes=tuple(_classes(folder)),
        turnover=tuple(_turnover(folder)),
        attribution=tuple(_attribution(folder, block)),
        sampling=tuple(_sampling(folder, block)),
        frontier=tuple(_frontier(folder.scenarios[0].terms, block)),
    )


def _classes(folder: Folder) -> Iterator[ClassRow]:
    """Yield the figures of each class; pools have none, for their members are of several."""
    drawn, names = folder.drawn, [one.name for one in folder.scenarios]
    alone = [number for number, one in enumerate(folder.scenarios) if one.terms.pool == 1]
    for kind, name, chosen in _members(folder.world, drawn.projects):
        outcomes = {names[number]: drawn.outcome(number)[chosen] for number in alone}
        first = outcomes.get(names[0])
        yield ClassRow(
            kind=kind,
            name=name,
            projects=int(chosen.sum()),
            issued={key: int(one.issued.sum()) for key, one in outcomes.items()},
            figures={
                key: {figure: found for figure, found in figures_of(one).items() if figure in SHOWN}
                for key, one in outcomes.items()
            },
            differences={
                key: {
                    figure: found for figure, found in differences_of(first, one).items() if figure in SHOWN
                }
                for key, one in outcomes.items()
                if first is not None and key != names[0]
            },
        )


def _members(
    world: World, projects: Mapping[str, NDArray[Any]]
) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    area = np.asarray(projects["area"], dtype=np.float64)
    if area.min() < area.max():
        ends = np.quantile(area, _SIZES)
        for low, high in itertools.pairwise(ends):
            chosen = (area >= low) & ((area < high) | (high == ends[-1]))
            yield "size", f"{low:,.0f} to {high:,.0f} ha", chosen
    for kind in ("practice", "texture", "region"):
        for number, one in enumerate(getattr(world, kind)):
            if len(getattr(world, kind)) > 1:
                yield kind, one.name, np.asarray(projects[kind] == number)
    strata = np.unique(np.asarray(projects["strata"]))
    for number in strata.tolist() if strata.size > 1 else ():
        yield (
            "strata",
            f"{number} {'stratum' if number == 1 else 'strata'}",
            np.asarray(projects["strata"] == number),
        )


def _turnover(folder: Folder) -> Iterator[Turnover]:
    first, *others = (np.where(one.issued, one.verified, 0.0) for one in folder.drawn.credits)
    area = float(np.sum(folder.drawn.projects["area"]))
    for scenario, verified in zip(folder.scenarios[1:], others, strict=True):
        more = verified - first
        yield Turnover(
            scenario=scenario.name,
            winners=float((more > 0).mean()),
            losers=float((more < 0).mean()),
            won_t_per_ha=float(np.maximum(more, 0.0).sum() / area),
            lost_t_per_ha=float(np.maximum(-more, 0.0).sum() / area),
        )


def _measured(block: Block, terms: Terms) -> tuple[float, ...]:
    """Return verified, over-credited and lost tonnes for each enrolled ha."""
    found = credits_of(block, terms)
    area, issued = float(block.area.sum()), found.issued
    credit, true = np.where(issued, found.credited, 0.0), np.maximum(block.truth, 0.0)
    return (
        float(np.where(issued, found.verified, 0.0).sum() / area),
        float((block.area * np.maximum(credit - true, 0.0)).sum() / area),
        float((block.area * np.maximum(true - credit, 0.0)).sum() / area),
    )


def _attribution(folder: Folder, block: Block) -> Iterator[Attribution]:
    first = folder.scenarios[0]
    for other in folder.scenarios[1:]:
        known: dict[Terms, tuple[float, ...]] = {}

        def value(
            coalition: frozenset[str], other: Scenario = other, known: dict[Terms, tuple[float, ...]] = known
        ) -> tuple[float, ...]:
            terms = mixed_terms(first, other, sorted(coalition))
            if terms not in known:
                known[terms] = _measured(block, terms)
            return known[terms]

        parts = moving_parts(first, other)
        shares = shapley_shares(parts, value, seed=folder.result.seed)
        yield Attribution(
            scenario=other.name,
            method=shares.method,
            shares={part: dict(zip(MEASURES, share, strict=True)) for part, share in shares.by_part.items()},
        )


def _sampling(folder: Folder, block: Block) -> Iterator[Sampling]:
    """Yield what each number of samples earns; a design of one project stays as it is."""
    if folder.world.design is not None:
        return
    target, paid = None, 0.0
    price = folder.world.economy.price_per_t
    for scenario in folder.scenarios:
        own = plan_of(block, scenario.terms)
        found = [
            credits_of(block, scenario.terms, Plan(np.full(block.size, n), own.sites, own.deeper))
            for n in SAMPLES
        ]
        verified = [float(np.where(one.issued, one.verified, 0.0).mean()) for one in found]
        cost = [float(one.cost.mean()) for one in found]
        now = credits_of(block, scenario.terms, own)
        if target is None:
            target, paid = float(np.where(now.issued, now.verified, 0.0).mean()), float(now.cost.mean())
        enough = [place for place, amount in enumerate(verified) if amount >= target]
        earned = [price * amount - spent for amount, spent in zip(verified, cost, strict=True)]
        yield Sampling(
            scenario=scenario.name,
            samples=SAMPLES,
            earned=tuple(earned),
            verified=tuple(verified),
            best=SAMPLES[int(np.argmax(earned))] if max(verified) > 0 else None,
            same_samples=SAMPLES[enough[0]] if enough else None,
            same_cost=cost[enough[0]] - paid if enough else None,
        )


def _frontier(terms: Terms, block: Block) -> Iterator[FrontierPoint]:
    for confidence in CONFIDENCES:
        at = replace(terms, confidence=confidence, confidence_of_moment=confidence, bar_percent=BARS[-1])
        found = credits_of(block, at)
        for bar in BARS:
            passes = found.issued & (found.half_width <= bar)
            figures = figures_of(Outcome(block.truth, found.credited, block.area, passes))
            if figures:
                yield FrontierPoint(
                    confidence=confidence,
                    bar_percent=bar,
                    over_credited=figures["over_credited"],
                    lost=figures["lost"],
                )
