"""What a laboratory prints, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mollisol.laboratory.results import Backtested, GameRow, LabReport, LabResult, ScenarioResult
from mollisol.laboratory.world import World
from mollisol.templates.laboratory_report.words import STATES, name_of


def lines_of_report(report: LabReport) -> Iterator[str]:
    """Yield winners and losers, which rule did it, and the samples that pay."""
    for won in report.turnover:
        yield (
            f"{won.scenario}: {won.winners:.3f} of the projects win {won.won_t_per_ha:.3f}, {won.losers:.3f} lose "
            f"{won.lost_t_per_ha:.3f} t CO2e for each enrolled ha"
        )
    for part in report.attribution:
        for rule, share in part.shares.items():
            told = ", ".join(f"{name} {value:+.3f}" for name, value in share.items())
            yield f"  {part.scenario}: {rule}: {told} t CO2e/ha"
    for row in report.sampling:
        same = (
            "none of those tried"
            if row.same_samples is None
            else f"{row.same_samples} ({row.same_cost:+,.0f})"
        )
        yield f"{row.scenario}: {row.best} samples in each stratum earn most; for as many units: {same}"
    for one in report.classes:
        for name, found in one.differences.items():
            more = found.get("credit_per_ha")
            told = (
                "fewer than 400 issued"
                if more is None
                else f"{more.value:+.3f}"
                if more.shown
                else "not told apart"
            )
            yield f"  {one.kind} {one.name}, {name}: credit {told} t CO2e/ha"


def lines_of_run(result: LabResult) -> Iterator[str]:
    """Yield the figures of the rule sets side by side, each with its error, and what differs from the first."""
    yield f"{result.world}: {result.about}"
    first, *others = result.scenarios
    yield f"{result.projects:,} projects; figures with their Monte Carlo error, and what differs from {first.name}"
    for one in others:
        for change in one.changes:
            yield f"  {one.name}: {change}"
    names = [name for one in result.scenarios for name in one.states]
    rows = [("", [one.name for one in result.scenarios])]
    rows += [
        (
            STATES.get(name, name),
            [f"{one.states.get(name, 0) / result.projects:.3f} of the projects" for one in result.scenarios],
        )
        for name in dict.fromkeys(names)
    ]
    names = _names(result)
    rows += [(name_of(name), [_figure(one, name) for one in result.scenarios]) for name in names]
    if names:
        prices = [
            f"{one.price.value:.3f} ({one.price.error:.3f})" if one.figures else "-"
            for one in result.scenarios
        ]
        rows.append((name_of("price"), prices))
    rows += [
        ("samples", [f"{one.samples:.1f} a project" for one in result.scenarios]),
        ("control sites", [f"{one.sites:.1f} a project" for one in result.scenarios]),
        ("cost", [f"{one.cost:,.0f}" for one in result.scenarios]),
        ("earned", [f"{one.earned:,.0f}" for one in result.scenarios]),
    ]
    wide = [max(len(cells[place]) for _, cells in rows) for place in range(len(result.scenarios))]
    first_column = max(len(name) for name, _ in rows)
    for name, cells in rows:
        yield "  ".join(
            [name.ljust(first_column), *(cell.ljust(width) for cell, width in zip(cells, wide, strict=True))]
        ).rstrip()
    for one in result.scenarios:
        if not one.figures:
            yield f"{one.name}: {one.issued:,} issued; no figure is printed below 400"


def _names(result: LabResult) -> list[str]:
    return list(dict.fromkeys(name for one in result.scenarios for name in one.figures))


def _figure(one: ScenarioResult, name: str) -> str:
    found, more = one.figures.get(name), one.differences.get(name)
    if found is None:
        return "-"
    told = f"{found.value:.3f} ({found.error:.3f})"
    if more is None:
        return told
    if more.shown:
        return f"{told} {more.value:+.3f} ({more.error:.3f})"
    return f"{told} {'not told apart' if more.error else 'the same'}"


def lines_of_games(world: World, rows: Sequence[GameRow]) -> Iterator[str]:
    """Yield each game with its figures beside those of the honest way."""
    yield f"{world.name}: {world.about}"
    scenario = ""
    for row in rows:
        if row.scenario != scenario:
            scenario = row.scenario
            yield scenario
        if not (row.honest and row.played):
            yield f"  {row.game}: fewer than 400 issued, no figure"
            continue
        more = "no gain told apart"
        if row.gain is not None and row.gain.shown:
            more = f"{row.gain.value:+.3f} ({row.gain.error:.3f}) t CO2e credited for each enrolled ha"
        yield f"  {row.game}: {more}"
        for name, one in row.played.items():
            yield f"    {name_of(name)}: {row.honest[name].value:.3f} -> {one.value:.3f}"


def lines_of_backtest(rows: Sequence[Backtested]) -> Iterator[str]:
    """Yield each project under each rule set, against the first, and the sums over projects that none blocks."""
    first = {row.project: row for row in rows if row.scenario == rows[0].scenario}
    blocked = {row.project for row in rows if row.verified_t is None}
    for row in rows:
        base = first[row.project].verified_t
        told = row.state
        if row.verified_t is not None:
            told = f"{row.verified_t:,.1f} t, {row.units:,} units, {row.state}"
            if base is not None and row is not first[row.project]:
                told += f" ({row.verified_t - base:+,.1f} t)"
        yield f"{row.project}, {row.scenario}: {told}"
    for scenario in dict.fromkeys(row.scenario for row in rows):
        own = [row for row in rows if row.scenario == scenario and row.project not in blocked]
        yield f"{scenario}: {sum(row.verified_t or 0.0 for row in own):,.1f} t of {len(own)} projects"
