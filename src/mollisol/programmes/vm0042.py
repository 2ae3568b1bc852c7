"""VM0042 behind the seam: its checks, and its accounting in the order of its sections 8.2 to 8.7."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar

from mollisol.checks.activity import check_activity
from mollisol.checks.control_sites import diagnose_controls
from mollisol.checks.eligibility import check_boundary_amounts, check_eligibility, check_sites
from mollisol.checks.non_permanence import check_rating, tell_release
from mollisol.checks.plausibility import check_similarity
from mollisol.emissions.grid import grid_of
from mollisol.emissions.hooks import ON_CREDIT, after_discount
from mollisol.emissions.leakage import leakage_of_period
from mollisol.emissions.sources import SourcesOfPeriod, sources_of_period
from mollisol.methodology.baseline import Baseline
from mollisol.methodology.boundary import check_boundary
from mollisol.methodology.checks.baseline_controls import check_controls_stayed
from mollisol.methodology.checks.baseline_model import check_model_setup
from mollisol.methodology.checks.baselines import check_baselines, credits_soil
from mollisol.methodology.checks.clocks import check_clocks, instances_of_period
from mollisol.methodology.checks.control_sites import check_control_sites
from mollisol.methodology.checks.land import check_land
from mollisol.methodology.checks.periods import check_periods
from mollisol.methodology.checks.sampling import check_sampling
from mollisol.methodology.checks.spectroscopy import check_spectroscopy
from mollisol.methodology.checks.unread import heard
from mollisol.methodology.context import Context, PeriodContext
from mollisol.methodology.factors.factor import FactorError
from mollisol.methodology.findings import Finding, FindingsError, Place, blocking, finding
from mollisol.methodology.results.run import ControlDiagnostics, PeriodResult
from mollisol.methodology.rules_in_force.rule import MissingRuleError, RuleValue
from mollisol.methodology.rules_in_force.rule_set import RuleFolders, RulesInForce
from mollisol.methodology.trace import Quantity
from mollisol.programmes.interface import (
    Activity,
    Carried,
    Deducted,
    Longer,
    Net,
    Programme,
    Shares,
    Split,
    Verified,
    Year,
)
from mollisol.quantification.accounting.vm0042 import issuance, leakage_shares, reductions_removals
from mollisol.quantification.accounting.vm0042.deduction import (
    baseline_change_after_deduction,
    project_change_after_deduction,
)
from mollisol.quantification.totals import uncertainty_fraction
from mollisol.questions.declarations import check_declarations
from mollisol.questions.laboratory.methods import question_methods
from mollisol.questions.places.grid import check_grid
from mollisol.questions.plan import check_plan
from mollisol.questions.registration import question_registration
from mollisol.questions.selection import check_lost_points, check_selection
from mollisol.questions.typed_numbers import question_typed, tell_typed
from mollisol.questions.words.clauses import check_declared_clauses
from mollisol.questions.words.eligibility import check_declared_practices
from mollisol.questions.words.evidence import tell_evidence
from mollisol.stocks.samples import Samples

if TYPE_CHECKING:
    from mollisol.changes.change import ChangeOfPeriod

HEAD = "project.toml"
_COMPUTED: Mapping[str, RuleValue] = {
    "vm0042.accounting.basis": "year by year",
    "mollisol.bar.basis": "estimate",
    "mollisol.negatives.of-periods": "dropped",
    "mollisol.pool.members": 1,
    "mollisol.prior.mean": 0,
    "mollisol.prior.sd": 0,
}
"""What there are equations of. Of the others the laboratory has some, over many projects."""


class VM0042(Programme):
    """VM0042, Improved Agricultural Land Management, with the modules and standards that it stands on."""

    id = "vm0042"
    rules = RuleFolders(
        files("mollisol.methodology"),
        documents=frozenset({"mollisol", "vcs", "vm0042", "vmd0053", "vmd0054"}),
        prefix="vm0042-",
    )
    complete_rules = "vm0042-2.2+2026-06-11"
    second_implementation = True
    compared: ClassVar[Mapping[str, str]] = {
        "gross": "the declared baseline takes off what happens without the project, a regional trend with it",
        "deducted": "vm0042.deduction.confidence, in the form of mollisol.issuance.form",
        "beside": "trees and sources by their difference, sections 8.2 and 8.3",
        "leakage": "section 8.4",
        "buffer": "the non-permanence rating of the project, on stock terms before leakage",
    }
    rule_names: ClassVar[Mapping[str, str]] = {
        "baseline.credited-kinds": "vm0042.baseline.credited-kinds",
        "biochar.subtracted": "vm0042.biochar.subtracted",
        "control.greatest-distance": "vm0042.control.greatest-distance",
        "control.similarity-confidence": "vm0042.control.similarity-confidence",
        "deduction.confidence": "vm0042.deduction.confidence",
        "eligibility.half-width": "vcs.eligibility.half-width",
        "materiality.large-project": "vcs.materiality.large-project",
        "materiality.share": "vcs.materiality.share",
        "materiality.share-large": "vcs.materiality.share-large",
        "soc.least-samples-per-stratum": "vm0042.soc.least-samples-per-stratum",
    }
    clauses: ClassVar[Mapping[str, str]] = {
        "loss-event": "VM0042 2.2, section 8.7, Eqs. 75-79",
        "loss-after-issue": "VM0042 2.2, section 8.7; reversal rules of the VCS Standard",
        "switch-turns-inside-period": "VM0042 2.2, section 8.5, Eq. 37",
    }

    def check_rules(self, rules: RulesInForce) -> list[Finding]:
        """Return a finding where the rule set accounts in a way that there are no equations of."""
        found = []
        for name, computed in _COMPUTED.items():
            rule = rules.rule_set.rules.get(name)
            if rule is None:  # of an old bundle
                continue
            try:
                value = rules.rule_set.value(name, rules.clocks).value
            except MissingRuleError:
                continue
            if value != computed:
                where, told = Place(file=HEAD, thing="rules"), f"{rule.label}: {value}"
                found.append(
                    finding("accounting-not-computed", where, told, allowed=str(computed), rule=name)
                )
        return found

    def check(self, context: Context) -> list[Finding]:
        """Return what sections 4 to 8 find in the tables."""
        project, rules = context.project, context.rules
        asked: tuple[Callable[[], Iterable[Finding]], ...] = (
            lambda: check_boundary(project.head.boundary, HEAD),
            lambda: check_sampling(project, rules),
            lambda: check_spectroscopy(project, rules),
            lambda: check_baselines(project, rules),
            lambda: check_model_setup(project, rules),
            lambda: check_control_sites(project, rules) if project.measured_controls else (),
            lambda: check_controls_stayed(project) if project.measured_controls else (),
            lambda: check_land(project, rules),
            lambda: check_periods(project, rules),
            lambda: check_clocks(project, rules),
            lambda: check_rating(context),
            lambda: check_activity(context),
            lambda: check_eligibility(context),
        )
        return [found for check in asked for found in heard(check)]

    def ask(self, context: Context) -> list[Finding]:
        """Return what the tables leave open: plan, choice of places, methods, typed numbers, what was declared."""
        project, rules = context.project, context.rules
        asked: tuple[Callable[[], Iterable[Finding]], ...] = (
            lambda: check_plan(context),
            lambda: check_selection(context),
            lambda: question_methods(context),
            lambda: check_grid(project, rules),
            lambda: question_typed(context),
            lambda: check_declarations(project, rules),
            lambda: check_declared_clauses(context),
            lambda: self._declared_practices(context),
            lambda: question_registration(context, ("VM0042",), self.rules.heads().values()),
        )
        return [found for question in asked for found in heard(question)]

    def _declared_practices(self, context: Context) -> Iterable[Finding]:
        if context.project.eligibility is None:
            return ()
        least, greatest = "vm0042.practice.least-change", "vm0042.productivity.greatest-loss"
        return check_declared_practices(
            context.project, context.rules.number(least), context.rules.number(greatest)
        )

    def check_samples(self, context: Context, samples: Samples | None) -> list[Finding]:
        """Return what the similarity of control sites asks: as described, and of their samples."""
        found = heard(check_sites, context, samples)
        if samples is not None:
            found += [*heard(check_similarity, context, samples), *heard(check_lost_points, context, samples)]
        return found

    def check_amounts(
        self, context: Context, periods: Sequence[PeriodResult], carried: Carried
    ) -> list[Finding]:
        """Return what the rules of inclusion find in the computed amounts, and what rests on typed numbers."""
        findings = check_boundary_amounts(context, periods, carried.net)
        if blocking(findings):
            return findings
        told = (tell_typed, tell_evidence, tell_release)
        return [*findings, *(found for tell in told for found in tell(context, periods))]

    def diagnose(
        self, context: Context, samples: Samples, first: PeriodResult
    ) -> tuple[tuple[ControlDiagnostics, ...], list[Finding]]:
        """Return the diagnostics beside the printed test of similarity."""
        return diagnose_controls(context, samples, first)

    def why_not(self, context: Context, baseline: Baseline) -> str:
        """Return why the rule set credits nothing from a kind of baseline."""
        return credits_soil(context.project, baseline, context.rules)

    def activity(self, context: PeriodContext, carried: Carried) -> Activity:
        """Return sources and trees (sections 8.2 and 8.3) and leakage (section 8.4).

        Raises
        ------
        FindingsError
            If an equation or a table of factors refuses what the tables hold; the message names the argument.
        """
        try:
            grid = grid_of(context)
            return Activity(
                sources_of_period(context, grid), leakage_of_period(context, grid, carried.displaced)
            )
        except (FactorError, ValueError) as error:
            where = f"verification period {context.period.name}"
            raise FindingsError([finding("activity-not-computable", where, str(error))]) from None

    def deduct(self, context: PeriodContext, change: ChangeOfPeriod, activity: Activity) -> Deducted:
        """Return both scenarios after the deduction, trees and shrubs with them (Eqs. 44 and 45)."""
        trace, place = context.trace, context.place
        shared: dict[str, Any] = {
            "uncertainty_fraction": trace.compute(
                f"uncertainty_fraction{place}",
                uncertainty_fraction,
                uncertainty_percent=change.outcome.uncertainty,
            ),
            "project_minus_baseline_t_co2e": change.totals.difference,
        }
        woody = _sources(activity).woody

        def trees(scenario: str) -> dict[str, Any]:
            return {
                f"{kind}_change_t_co2e": woody[f"{kind}.{scenario}"]
                for kind in ("tree", "shrub")
                if f"{kind}.{scenario}" in woody
            }

        return Deducted(
            trace.compute(
                f"project_change_after_deduction{place}",
                project_change_after_deduction,
                soil_change_t_co2e=change.totals.project,
                **shared,
                **trees("project"),
            ),
            trace.compute(
                f"baseline_change_after_deduction{place}",
                baseline_change_after_deduction,
                soil_change_t_co2e=change.totals.baseline,
                **shared,
                **trees("baseline"),
            ),
        )

    def concerns(self, finding: Finding, context: PeriodContext) -> bool:
        """Return whether a refusal stops a period: one of an instance stops those that cover its land."""
        kind, _, name = finding.where.thing.partition(" ")
        return kind != "instance" or name in instances_of_period(context.project, context.period)

    def bar(self, context: PeriodContext, change: ChangeOfPeriod, longer: Longer) -> list[Finding]:
        """Return a refusal above the half-width of the VCS Methodology Requirements, which slow removals may average.

        From edition 5.0 on the change over ten years is judged where campaigns lie so far apart.
        """
        deduction, where = change.deductions["corrected"], f"verification period {context.period.name}"
        if deduction.eligible:
            return []
        state = f"two-sided 90 % half-width {deduction.half_width_percent:.1f} % of the estimate"
        years = context.rules.number("vcs.eligibility.horizon-years")
        if years and (over := longer(years)) is not None:
            long = over.deductions["corrected"]
            state += f", {long.half_width_percent:.1f} % over {years:g} years or more"
            if long.eligible:
                return [finding("half-width-over-one-period", where, state)]
        return [finding("half-width-over-estimate", where, state, widest=deduction.widest_half_width_percent)]

    def split(self, year: Year, activity: Activity) -> Split:
        """Return reductions and removals by the switch (Eqs. 37 and 40)."""
        given = _sources(activity)
        switch = year.compute(
            "removals_switch",
            reductions_removals.removals_switch,
            cumulative_project_change_t_co2e=year.cumulative,
        )
        sources = year.compute(
            "source_terms",
            reductions_removals.source_terms_t_co2e,
            default_factor_sources_t_co2e=_of_year("default_sources", given.default, year),
            soil_ch4_t_co2e=_of_year("soil_ch4", given.soil_ch4, year),
            soil_n2o_t_co2e=_of_year("soil_n2o", given.soil_n2o, year),
            uncertainty_ch4=_of_year("uncertainty_ch4", given.uncertainty_ch4, year),
            uncertainty_n2o=_of_year("uncertainty_n2o", given.uncertainty_n2o, year),
            form=year.context.rules.form("switch.ch4-n2o-sign"),
        )
        stock = _stock(year, switch)
        reductions = year.compute(
            "reductions",
            reductions_removals.emission_reductions_t_co2e,
            source_terms_t_co2e=sources,
            **stock,
        )
        removals = year.compute("removals", reductions_removals.removals_t_co2e, **stock)
        return Split(Shares(reductions, removals), switch, sources)

    def leakage(self, year: Year, split: Split, activity: Activity) -> Net:
        """Return both less their shares of leakage (Eqs. 38 to 42)."""
        form = year.context.rules.form("switch.leakage-allocation")
        if activity.leakage is None:
            raise ValueError("leakage of VM0042 was not computed")
        leakage = _of_year("leakage", activity.leakage.by_year, year)
        _must_have_shares(year, leakage, split.shares, printed=form == "printed")
        amounts = split.shares
        shares: dict[str, Any] = {
            "leakage_t_co2e": leakage,
            "reductions_t_co2e": amounts.reductions,
            "removals_t_co2e": amounts.removals,
            "form": form,
        }
        on_reductions = year.compute(
            "leakage_on_reductions", leakage_shares.leakage_on_reductions_t_co2e, **shares
        )
        reductions = year.compute(
            "net_reductions",
            leakage_shares.net_reductions_t_co2e,
            reductions_t_co2e=amounts.reductions,
            leakage_on_reductions_t_co2e=on_reductions,
        )
        on_removals = year.compute("leakage_on_removals", leakage_shares.leakage_on_removals_t_co2e, **shares)
        removals = year.compute(
            "net_removals",
            leakage_shares.net_removals_t_co2e,
            removals_t_co2e=amounts.removals,
            leakage_on_removals_t_co2e=on_removals,
        )
        return Net(Shares(reductions, removals), leakage)

    def buffer(self, year: Year, split: Split, net: Net, carried: Carried) -> Verified:
        """Return the rating's share of the stock terms, and the verified amounts (Eqs. 75 to 79)."""
        stock: dict[str, Any] = _stock(year, split.switch) | {"non_permanence_rating_percent": carried.rating}
        buffer = Shares(
            year.compute("buffer_on_reductions", issuance.buffer_on_reductions_t_co2e, **stock),
            year.compute("buffer_on_removals", issuance.buffer_on_removals_t_co2e, **stock),
        )
        trace = year.context.trace

        def verified(kind: str, equation: Callable[..., Any], before: Quantity, taken: Quantity) -> Quantity:
            def make(name: str) -> Quantity:
                return trace.compute(name, equation, net_t_co2e=before, buffer_t_co2e=taken)

            return after_discount(make, f"verified_{kind}{year.place}", ON_CREDIT, trace)

        shares = Shares(
            verified(
                "reductions",
                issuance.verified_reductions_t_co2e,
                net.shares.reductions,
                buffer.reductions,
            ),
            verified("removals", issuance.verified_removals_t_co2e, net.shares.removals, buffer.removals),
        )
        total = year.compute(
            "verified_total",
            issuance.verified_total_t_co2e,
            verified_reductions_t_co2e=shares.reductions,
            verified_removals_t_co2e=shares.removals,
        )
        return Verified(buffer, shares, total)


def _sources(activity: Activity) -> SourcesOfPeriod:
    if activity.sources is None:
        raise ValueError("sources of VM0042 were not computed")
    return activity.sources


def _of_year(name: str, quantity: Quantity, year: Year) -> Quantity:
    """Take one year out of a quantity that has one value for each year of the period."""
    place = year.number - 1
    value = float(quantity.value[place])
    return year.context.trace.arrange(f"{name}{year.place}", value, [quantity], places=[place])


def _stock(year: Year, switch: Quantity) -> dict[str, Any]:
    return {
        "project_change_t_co2e": year.deducted.project,
        "baseline_change_t_co2e": year.deducted.baseline,
        "removals_switch": switch,
    }


def _must_have_shares(year: Year, leakage: Quantity, shares: Shares, *, printed: bool) -> None:
    """Stop where Eqs. 39 and 42 have no shares; the text does not say what to do.

    Raises
    ------
    FindingsError
        If there is leakage and reductions and removals sum to zero; where both are below it they share it as they are.
    """
    er, cr = float(shares.reductions.value), float(shares.removals.value)
    if float(leakage.value) == 0 or er + cr != 0 or (max(er, cr) > 0 and not printed):
        return
    raise FindingsError(
        [
            finding(
                "leakage-without-shares",
                f"year {year.during.start} to {year.during.end}",
                f"leakage {float(leakage.value):.1f} t CO2e, reductions {er:.1f}, removals {cr:.1f}",
            )
        ]
    )
