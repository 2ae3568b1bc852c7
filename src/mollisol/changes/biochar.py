"""Carbon of biochar in a period: it was put on the land, and did not grow there."""

from __future__ import annotations

from mollisol.methodology.context import PeriodContext
from mollisol.methodology.results.figure import Figure, figure
from mollisol.methodology.trace import Quantity


def biochar_carbon(context: PeriodContext) -> tuple[Figure, Quantity]:
    """Return the carbon of biochar that comes off the project change: of the period, and of each year. [t C]."""
    rule = "programme.biochar.subtracted"
    subtracted = context.rules.value(rule).value if context.rules.has(rule) else True
    applied = [
        (row, item.biochar_t * item.organic_carbon_fraction)
        for row, item in context.project.biochar.numbered_rows
        if context.period.during.holds(item.applied_on) and subtracted
    ]
    total = sum(carbon for _, carbon in applied)
    rows = [f"biochar.csv:{row}" for row, _ in applied] or ["no row in any table of biochar"]
    yearly = context.given("biochar_carbon_per_year", total / context.years, "t C", rows)
    return Figure(total, (figure(yearly) * context.years).said("yearly carbon times years").origin), yearly
