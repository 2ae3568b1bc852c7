"""Run a world under several rule sets on the same draws, hold the kernel against the engine, and write both."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from time import process_time
from typing import Any, Final

import numpy as np
from scipy.special import ndtri

from mollisol.laboratory.against_engine import SAMPLE, check_engine
from mollisol.laboratory.draws import BLOCK, Block
from mollisol.laboratory.figures import Figure, Outcome, differences_of, figures_of, price
from mollisol.laboratory.kernel import Credits, credits_of
from mollisol.laboratory.results import LabResult, ScenarioResult
from mollisol.laboratory.scenarios import Scenario, beside_kernel
from mollisol.laboratory.terms import Terms
from mollisol.laboratory.world import World
from mollisol.methodology.findings import Finding, Place, Severity, UserError, finding
from mollisol.output import MANIFEST, canonical_json, made_with
from mollisol.quantification.checks import FloatArray
from mollisol.run import Tell

ISSUED: Final = 50_000
"""Drawing goes on until so many issued under each rule set."""
MOST: Final = 2_000_000
"""And no further than this."""
_HARDLY: Final = 1e-3
"""Of a rule set that issues to a smaller share of the projects no more are waited for."""
_KEPT: Final = (
    "estimate",
    "error",
    "freedom",
    "known",
    "half_width",
    "deduction",
    "credited",
    "verified",
    "cost",
    "samples",
    "sites",
)
_OF_PROJECT: Final = ("area", "truth", "effect", "strata", "practice", "texture", "region", "rating")


@dataclass(frozen=True, slots=True)
class Drawn:
    """All projects of a run: columns of the projects, and what each scenario makes of them."""

    projects: Mapping[str, np.ndarray]
    credits: Sequence[Credits]
    terms: Sequence[Terms]

    def outcome(self, number: int) -> Outcome:
        """Return the projects, or their pools, under a scenario by its number."""
        found, members = self.credits[number], self.terms[number].pool
        own = Outcome(self.projects["truth"], found.credited, self.projects["area"], found.issued)
        if members == 1:
            return own
        block, place = np.divmod(np.arange(own.truth.size), BLOCK)
        return own.by_pool(np.unique(block * BLOCK + place // members, return_inverse=True)[1])

    def price(self, number: int) -> Figure:
        """Return the price of a scenario by its number: 0.98 says that caution costs 2 % of the credit."""
        found, terms, truth = self.credits[number], self.terms[number], self.projects["truth"]
        oracle = truth - float(ndtri(terms.confidence)) * found.known
        return price(truth, found.estimate, found.credited, oracle)


type _Part = tuple[dict[str, np.ndarray], list[Credits]]


def _part(world: World, terms: Sequence[Terms], seed: int, size: int, number: int) -> _Part:
    """Return a block's projects and what each rule set makes of them."""
    block = Block(world, seed, number, size)
    made = [credits_of(block, one) for one in terms]
    return {name: np.asarray(getattr(block, name)) for name in _OF_PROJECT}, made


def draw(
    world: World,
    terms: Sequence[Terms],
    *,
    seed: int = 0,
    projects: int = 0,
    issued: int = ISSUED,
    workers: int = 1,
) -> Drawn:
    """Draw projects and credit them under each rule set, on the same draws.

    Parameters
    ----------
    projects
        How many; 0 draws blocks until ``issued`` have issued under each rule set.
    workers
        Processes; the bits are the same for any number.
    """
    whole, rest = divmod(projects or MOST, BLOCK)
    sizes = [BLOCK] * whole + [rest] * (rest > 0)
    parts: list[_Part] = []
    count = np.zeros(len(terms), dtype=np.int64)
    for part in _parts(world, terms, seed, sizes, workers):
        parts.append(part)
        count += [int(one.issued.sum()) for one in part[1]]
        drawn = BLOCK * len(parts)
        waited = count[(count >= _HARDLY * drawn) | (drawn < 2 * BLOCK)]
        if not projects and np.all(waited >= issued):
            break
    columns = {name: np.concatenate([part[0][name] for part in parts]) for name in _OF_PROJECT}
    names = Credits.__dataclass_fields__
    made = [
        Credits(
            **{name: np.concatenate([getattr(part[1][number], name) for part in parts]) for name in names}
        )
        for number in range(len(terms))
    ]
    return Drawn(columns, made, terms)


def _parts(
    world: World, terms: Sequence[Terms], seed: int, sizes: Sequence[int], workers: int
) -> Iterator[_Part]:
    if workers == 1:
        yield from (_part(world, terms, seed, size, number) for number, size in enumerate(sizes))
        return
    with ProcessPoolExecutor(workers) as pool:
        for first in range(0, len(sizes), workers):
            numbers = range(first, min(first + workers, len(sizes)))
            yield from pool.map(partial(_part, world, terms, seed), [sizes[n] for n in numbers], numbers)


def run_lab(
    world: World,
    text: str,
    scenarios: Sequence[Scenario],
    *,
    seed: int = 0,
    projects: int = 0,
    sample: int = SAMPLE,
    workers: int = 1,
    tell: Tell,
) -> tuple[LabResult, Drawn]:
    """Return what a world gives under some rule sets, and all projects.

    Parameters
    ----------
    world, text
        The world, and the text that it was read from.
    scenarios
        The first is what the others are compared with.
    projects, workers
        As in :func:`draw`.
    sample
        How many projects the full engine computes too.
    tell
        Called with a line on each step, and on the time of both engines.

    Raises
    ------
    FindingsError
        If kernel and engine differ.
    """
    begun = process_time()
    drawn = draw(world, [one.terms for one in scenarios], seed=seed, projects=projects, workers=workers)
    number = drawn.projects["area"].size
    tell(
        f"{number:,} projects x {len(scenarios)} rule sets: {process_time() - begun:.1f} s of the processor (kernel)"
    )
    checks = [check_engine(world, one, seed, min(sample, number), tell) for one in scenarios]
    base = drawn.outcome(0)
    results = []
    for place, (scenario, check) in enumerate(zip(scenarios, checks, strict=True)):
        credits_, own = drawn.credits[place], drawn.outcome(place)
        states = {str(name): int(n) for name, n in sorted(Counter(credits_.state.tolist()).items())}
        earned = world.economy.price_per_t * np.where(credits_.issued, credits_.verified, 0.0) - credits_.cost
        results.append(
            ScenarioResult(
                name=scenario.name,
                rule_set=scenario.rule_set.key,
                rule_set_hash=scenario.rule_set.hash,
                changes=scenario.changes,
                states=states,
                figures=figures_of(own),
                price=drawn.price(place),
                differences=differences_of(base, own) if place else {},
                samples=float(credits_.samples.mean()),
                sites=float(credits_.sites.mean()),
                cost=float(credits_.cost.mean()),
                earned=float(earned.mean()),
                check=check,
                beside_kernel=beside_kernel(scenarios[0], scenario) if place else (),
            )
        )
    result = LabResult(
        world=world.name,
        about=world.about,
        world_sha256=hashlib.sha256(text.encode()).hexdigest(),
        seed=seed,
        projects=number,
        scenarios=tuple(results),
        findings=tuple(selected(world, one) for one in results if one.figures),
    )
    return result, drawn


def selected(world: World, result: ScenarioResult) -> Finding:
    """Return what the promise is among those that issue, beside what it is over all campaigns."""
    p, ratio = result.figures["p_issued"], result.figures["ratio_issued"]
    bad = p.value + 2 * p.error < 0.647 or ratio.value - 2 * ratio.error > 1
    total = sum(result.states.values())
    return finding(
        "selected-in-population",
        Place(thing=f"{world.name}, {result.name}"),
        f"over all campaigns, refused ones included, the truth is at least the credit in "
        f"{result.figures['p_all'].value:.3f}; of those that issue in {p.value:.3f} (error {p.error:.4f}; "
        f"{result.issued:,} of {total:,} issued). Together they are credited {ratio.value:.2f} times their truth. "
        f"Population: {world.about}",
        severity=Severity.WARNING if bad else Severity.NOTE,
    )


def lab_files(result: LabResult, drawn: Drawn, scenarios: Sequence[Scenario], text: str) -> dict[str, bytes]:
    """Return the files of a laboratory's folder by their path, manifest included."""
    files = {
        "world.toml": text.encode(),
        "run.json": canonical_json(result.model_dump(mode="json")),
        "projects.parquet": parquet({"project": np.arange(result.projects), **drawn.projects}),
    }
    for number, (scenario, found) in enumerate(zip(scenarios, drawn.credits, strict=True)):
        columns: dict[str, Any] = {name: getattr(found, name) for name in _KEPT}
        files[f"credits/{number}.parquet"] = parquet(columns | {"state": found.state})
        files[f"rules/{number}.json"] = canonical_json(
            scenario.rule_set.model_dump(mode="json", by_alias=True)
        )
    versions = made_with()
    files[MANIFEST] = canonical_json(
        {
            **versions,
            "seed": result.seed,
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
        }
    )
    return files


def parquet(columns: Mapping[str, FloatArray | np.ndarray]) -> bytes:
    """Return columns as a Parquet file: the same bytes each time.

    Raises
    ------
    UserError
        If the library is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet as pq
    except ImportError:
        raise UserError("a laboratory writes Parquet: install mollisol[parquet]") from None
    buffer = io.BytesIO()
    arrays = {
        name: values.tolist() if values.dtype.kind == "U" else values for name, values in columns.items()
    }
    pq.write_table(pa.table(arrays), buffer, compression="zstd")
    return buffer.getvalue()
