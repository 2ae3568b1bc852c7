"""All questions that are put to the cores of a project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.unread import heard
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding
from mollisol.questions.changes import check_changes
from mollisol.questions.densities import check_carbon_against_density, check_density_shift
from mollisol.questions.increments import check_increments
from mollisol.questions.pairs import layers_of, pairs_of
from mollisol.questions.ratios import check_groups, check_same_amount, check_single_values
from mollisol.stocks.measured import UnitStocks
from mollisol.stocks.profiles import Increments, increment_masses


def question_cores(context: Context, stocks: UnitStocks) -> list[Finding]:
    """Return what physics, trials and the cores among themselves say against contents, densities and changes."""
    return gathered(_asked(context, stocks.increments, stocks))


def question_increments(context: Context) -> list[Finding]:
    """Return what the increments say by themselves, where a fault in another table leaves no stocks to be asked."""
    return gathered(_asked(context, increment_masses(context.project.core_increments, context.trace), None))


def _asked(context: Context, increments: Increments, stocks: UnitStocks | None) -> Iterator[Finding]:
    layers = layers_of(context.project, increments)
    yield from check_carbon_against_density(context, layers)
    yield from check_single_values(context, layers)
    for pairs in pairs_of(context, layers):
        asked: list[Iterable[Finding]] = [check_density_shift(context, layers, pairs)]
        asked += [check_groups(context, layers, pairs), check_same_amount(context, layers, pairs)]
        if stocks is not None:
            asked += [check_changes(context, stocks, pairs), check_increments(context, layers, stocks, pairs)]
        for questions in asked:
            yield from heard(lambda questions=questions: questions)  # type: ignore[misc]
