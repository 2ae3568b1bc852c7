"""All questions that are put to the cores of a project."""

from __future__ import annotations

from collections.abc import Iterator

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding
from mollisol.questions.changes import check_changes
from mollisol.questions.densities import check_carbon_against_density, check_density_shift
from mollisol.questions.increments import check_increments
from mollisol.questions.pairs import layers_of, pairs_of
from mollisol.questions.ratios import check_groups, check_same_amount, check_single_values
from mollisol.stocks.measured import UnitStocks


def question_cores(context: Context, stocks: UnitStocks) -> list[Finding]:
    """Return what physics, trials and the cores among themselves say against contents, densities and changes."""
    return gathered(_asked(context, stocks))


def _asked(context: Context, stocks: UnitStocks) -> Iterator[Finding]:
    layers = layers_of(context.project, stocks)
    yield from check_carbon_against_density(context, layers)
    yield from check_single_values(context, layers)
    for pairs in pairs_of(context, layers):
        yield from check_changes(context, stocks, pairs)
        yield from check_increments(context, layers, stocks, pairs)
        yield from check_density_shift(context, layers, pairs)
        yield from check_groups(context, layers, pairs)
        yield from check_same_amount(context, layers, pairs)
