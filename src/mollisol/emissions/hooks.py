"""What authors of rules ask for beside the documents: an allowance and two discounts, each a rule that is 0 by default.

At 0 a hook leaves no step in the trace: the quantity is the one that the document prints.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mollisol.methodology.trace import Quantity, Trace
from mollisol.quantification.accounting.units import after_discount_t_co2e
from mollisol.uncertainty.deduction.moment import deduction_after_allowance_percent

ON_LEAKAGE = "mollisol.leakage.discount"
ON_CREDIT = "mollisol.credit.discount"


def after_allowance(percent: Quantity, name: str, trace: Trace, index: Sequence[str] = ()) -> Quantity:
    """Return what the allowance leaves of a deduction, in per cent, as a quantity of that name."""
    allowance = trace.rule("mollisol.deduction.allowance")
    if not allowance.value:
        return percent
    return trace.compute(
        name,
        deduction_after_allowance_percent,
        index=index,
        uncertainty_percent=percent,
        allowance_percent=allowance,
    )


def after_discount(
    make: Callable[[str], Quantity], name: str, rule: str, trace: Trace, index: Sequence[str] = ()
) -> Quantity:
    """Return an amount after the discount of a rule, as a quantity of that name.

    ``make`` enters the amount before it under the name that it is given: the same where there is no discount.
    """
    discount = trace.rule(rule)
    if not discount.value:
        return make(name)
    stem, _, place = name.partition("@")
    return trace.compute(
        name,
        after_discount_t_co2e,
        index=index,
        amount_t_co2e=make(f"{stem}_before_discount@{place}"),
        discount_percent=discount,
    )
