"""What a rule set says to the kernel: values of its rules, and forms of its switches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from mollisol.emissions.leakage import IN_PRINT
from mollisol.methodology.factors.warming import fuel_factor, retained_fraction
from mollisol.methodology.findings import FindingsError, Place, finding
from mollisol.methodology.rules_in_force.rule import Clocks, Form
from mollisol.methodology.rules_in_force.rule_set import RuleSet, RulesInForce
from mollisol.programmes.registry import programme
from mollisol.routes.moment import PRINTED_CONFIDENCE
from mollisol.uncertainty.deduction.sharp import SETTINGS, SharpSetting

REGISTERED: Final = date(2026, 12, 1)
"""The day on which the projects of a world are registered: the clock of rules that change with it."""
KERNEL_ALONE: Final = (
    "mollisol.bar.basis",
    "mollisol.negatives.of-periods",
    "mollisol.pool.members",
    "mollisol.prior.mean",
    "mollisol.prior.sd",
)
"""Rules of which the kernel has equations beside the methodology's value, and the full engine has none."""
_COMPUTED: Final = {
    "mollisol.issuance.form": ("sharp", "moment"),
    "vm0042.accounting.basis": ("year by year",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a rule set says to the kernel: values of its rules, and forms of its switches."""

    name: str
    confidence: float
    confidence_of_moment: float
    bar_percent: float
    allowance_percent: float
    leakage_discount_percent: float
    discount_percent: float
    form: str
    setting: SharpSetting
    setting_of_few: SharpSetting
    few: float
    least_samples: int
    least_sites: int
    least_depth_cm: float
    denominator: Form
    bar_quantile: Form
    shared_control: Form
    leakage_allocation: Form
    retained_fraction: float
    displaced_production: Form
    displaced_in_print: float
    new_land_of_lost: float
    fuel_factor: float
    bar_basis: str = "estimate"
    negatives: str = "dropped"
    pool: int = 1
    prior: tuple[float, float] = (0.0, 0.0)

    @property
    def engine_knows(self) -> bool:
        """Return whether the full engine has equations of all of it."""
        return (self.bar_basis, self.negatives, self.pool, self.prior[1]) == ("estimate", "dropped", 1, 0.0)

    @classmethod
    def of(cls, rule_set: RuleSet, name: str) -> Self:
        """Return the terms of a rule set.

        Raises
        ------
        FindingsError
            If a rule has a value that the kernel has no equations of.
        RuleError
            If the rule set does not know one of the rules.
        """
        rules = RulesInForce(rule_set, Clocks(registered_on=REGISTERED), programme("vm0042").rule_names)
        for rule, allowed in _COMPUTED.items():
            value = rules.value(rule).value
            if value not in allowed:
                where, words = Place(thing=f"rule set {name}"), ", ".join(allowed)
                raise FindingsError(
                    [finding("rule-not-in-kernel", where, f"{rule}: {value}", allowed=words, rule=rule)]
                )
        confidence = rules.number("programme.deduction.confidence")
        printed = rules.form("switch.confidence") == "printed"
        return cls(
            name=name,
            confidence=confidence,
            confidence_of_moment=PRINTED_CONFIDENCE if printed else confidence,
            bar_percent=rules.number("programme.eligibility.half-width"),
            allowance_percent=rules.number("mollisol.deduction.allowance"),
            leakage_discount_percent=rules.number("mollisol.leakage.discount"),
            discount_percent=rules.number("mollisol.credit.discount"),
            form=str(rules.value("mollisol.issuance.form").value),
            setting=SETTINGS[str(rules.value("mollisol.sharp.setting").value)],
            setting_of_few=SETTINGS[str(rules.value("mollisol.sharp.setting-of-few-samples").value)],
            few=rules.number("mollisol.sharp.few-samples"),
            least_samples=int(rules.number("programme.soc.least-samples-per-stratum")),
            least_sites=int(rules.number("vm0042.control.least-sites")),
            least_depth_cm=rules.number("vm0042.soc.minimum-depth"),
            denominator=rules.form("switch.deduction-denominator"),
            bar_quantile=rules.form("switch.eligibility-quantile"),
            shared_control=rules.form("switch.shared-control"),
            leakage_allocation=rules.form("switch.leakage-allocation"),
            retained_fraction=rules.factor(retained_fraction()).central,
            displaced_production=rules.form("switch.displaced-production"),
            displaced_in_print=float(rules.value("vm0042.leakage.in-net").value == IN_PRINT),
            new_land_of_lost=rules.number("vmd0054.response.supply")
            * rules.number("vmd0054.response.new-land"),
            fuel_factor=rules.factor(fuel_factor("diesel")).central,
            bar_basis=str(rules.value("mollisol.bar.basis").value),
            negatives=str(rules.value("mollisol.negatives.of-periods").value),
            pool=int(rules.number("mollisol.pool.members")),
            prior=(rules.number("mollisol.prior.mean"), rules.number("mollisol.prior.sd")),
        )
