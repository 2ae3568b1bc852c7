"""Every rule decides: moved to another allowed value it moves a figure, a state or a finding of a small project.

What merely quotes a rule does not count: words are not compared, nor a figure that is the rule's own value. With the
rule reader patched to the shipped value nothing moves, so that it is the reading of the rule which moved it.
"""

from __future__ import annotations

from datetime import date

import pytest

from mollisol.bundle.write import bundle_files
from mollisol.engine import run_project
from mollisol.equations import all_equations
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.methodology.rules_in_force.proposal import lay_over
from mollisol.methodology.rules_in_force.rule import ChosenValue, Clocks, Rule, RuleValue
from mollisol.methodology.rules_in_force.rule_set import RuleSet, load_rule_set
from tests.mutation.probes import EXAMPLES, Probes, differs

AS_IT_IS = load_rule_set("vm0042-2.2+2026-06-11")


def moved(rule: str, value: RuleValue) -> RuleSet:
    """Give the rule set with one rule at another value from long ago on."""
    entry = {"id": rule, "from": date(2000, 1, 1), "value": value, "reason": "mutation"}
    return lay_over(AS_IT_IS, [Overlay.model_validate({"label": "mutation", "set": [entry]})], all_equations)


SHIPPED = moved("vm0042.control.aspect", AS_IT_IS.rules["vm0042.control.aspect"].value[-1].value)
"""A proposal that changes nothing, so that what every proposal brings with it stands on both sides."""
INFORMS = {
    "mollisol.deduction.degrees-of-freedom": "one way is computed; the methodology prints none. Others are refused",
    "mollisol.issuance.rounding": "a unit is a whole tonne; another way of counting is refused",
    "mollisol.vintages.split": "one way is computed; the methodology prints none. Others are refused",
    "vm0042.leakage.displaced-label": "the name of a term, before and after Correction 2; the equation is the same",
    "vm0042.manure.solids-unit": "the unit in a list, before and after Correction 1; Eq. 13 is per year under both",
}
"""Rules that decide nothing and why they stay: a reader of the trace or the report is told what was done."""
PROBES = {
    "woburn": """
        mollisol.area.agreement mollisol.bar.basis mollisol.credit.discount mollisol.deduction.allowance
        mollisol.negatives.of-periods mollisol.pool.members mollisol.prior.mean mollisol.prior.sd
        mollisol.control.equivalence-margin mollisol.esm.extrapolation-refuses
        mollisol.esm.extrapolation-warns mollisol.interval.tolerance mollisol.issuance.form
        mollisol.season.tolerance mollisol.sharp.few-samples
        mollisol.musts.decide mollisol.posterior.below-confidence
        mollisol.posterior.prior mollisol.start.tolerance vcs.buffer.greatest-rating vcs.buffer.least-rating
        vcs.buffer.rating-step
        vcs.eligibility.half-width vm0042.accounting.basis vm0042.control.greatest-distance
        vm0042.control.least-sites vm0042.control.least-sites-per-stratum vm0042.control.similarity-confidence
        vm0042.deduction.confidence vm0042.look-back.least-years vm0042.period.longest vm0042.period.shortest
        vm0042.soc.least-increments vm0042.soc.least-samples-per-stratum vm0042.soc.minimum-depth
        vm0042.soc.remeasure-years""",
    "farm": """
        mollisol.amount.live-weight mollisol.typed.greatest-burned mollisol.amount.scenarios-factor
        mollisol.leakage.discount mollisol.modelled-gas.least-error mollisol.sharp.setting mollisol.typed.greatest-fuel
        mollisol.typed.greatest-nitrogen mollisol.typed.greatest-production mollisol.typed.greatest-ratio
        mollisol.woody.greatest-acceleration mollisol.woody.greatest-growth
        vcs.adaptation.least-criteria vcs.adaptation.spared
        vcs.gwp.methane vcs.gwp.nitrous-oxide vm0042.additionality.common-practice vm0042.baseline.reassess-years
        vm0042.boundary.de-minimis-share vm0042.control.precipitation vm0042.control.same-practice-years
        vm0042.control.station vm0042.factors.selection vm0042.land.native-clearing-years
        vm0042.practice.least-change vm0042.productivity.greatest-loss vmd0054.production.edition
        vmd0054.production.least-years
        vmd0054.response.whole""",
    "declared": """
        vm0042.burning.least-plots vm0042.factors.recheck-years
        vm0042.baseline.production-data-years vm0042.baseline.reassess-recommended
        vm0042.control.aspect vm0042.control.land-cover-tolerance
        vm0042.control.land-cover-years vm0042.evidence.regional-data-iterations
        vm0042.evidence.regional-data-years vm0042.land.degradation-study-years vm0042.land.most-conversions""",
    "fuelled": "vm0042.boundary.inclusion-increase",
    "tables": "mollisol.amount.weight-factor",
    "broken:residues-thin": "mollisol.amount.least-residue",
    "broken:live-weight-pounds": "mollisol.amount.usual-weight",
    "leaking": """
        vm0042.biochar.subtracted vm0042.leakage.amendment-basis vmd0054.production.growth
        vmd0054.production.most-years vmd0054.response.new-land vmd0054.response.supply""",
    "printed": "vm0042.leakage.in-net",
    "gridded": "mollisol.systematic.variance",
    "lowest": "mollisol.skew-guard.prior-samples mollisol.skew-guard.prior-skewness",
    "modelled": "vm0042.baseline.credited-kinds vmd0053.domain.clay-span vmd0053.domain.least-studies",
    "elsewhere": "vmd0053.domain.every-climate-zone vmd0053.domain.predominant-textures",
    "drawn": """
        mollisol.errors.of-points mollisol.montecarlo.draws mollisol.montecarlo.error-share
        mollisol.montecarlo.most-draws
        mollisol.sharp.setting-of-few-samples""",
    "predicted": "mollisol.calibration.bias-significance vm0042.spectroscopy.least-share",
    "trials": """
        vmd0053.calibration.finest-region vmd0053.calibration.independent-data vmd0053.coverage.least-share
        vmd0053.crop.group-attributes vmd0053.interval.coverage vmd0053.interval.multiplier
        vmd0053.practice.categories""",
    "verified": "vcs.materiality.share",
    "large": "vcs.materiality.share-large vcs.materiality.large-project",
    "horizon": "vcs.eligibility.horizon-years",
    "broken:method-changed-one-side": "mollisol.laboratory.side-share",
    "broken:inorganic-carbon-counted": "mollisol.carbonate.least-ph",
    "broken:deviation-not-approved": "mollisol.words.shown",
    "broken:model-station": "vm0042.model.station",
    "ran:external-start-off": "mollisol.external.start-gap",
    "broken:initial-too-far": "vm0042.soc.back-model-years",
    "broken:stock-inconsistent": "mollisol.stock.agreement",
    "broken:validation-few": "mollisol.calibration.least-samples",
    "broken:density-against-carbon": """
        mollisol.mixing.greatest-ratio mollisol.mixing.organic""",
    "broken:density-of-one-point-everywhere": "mollisol.mixing.refuses-share",
    "broken:change-implausible-slow": "mollisol.change.refuses-t-c mollisol.change.refuses-share",
    "broken:controls-change-fast": "mollisol.change.controls-share mollisol.change.confidence",
    "broken:density-of-a-site": "mollisol.mixing.home-share",
    "broken:density-shift-by-side": "mollisol.density-shift.refuses",
    "broken:density-shift-noisy": "mollisol.density-shift.errors mollisol.density-shift.warns",
    "broken:method-changed-by-chance": "mollisol.laboratory.side-errors",
    "broken:density-shift": "mollisol.change.warns-t-c mollisol.density-shift.both",
    "broken:group-moved-by-factor": """
        mollisol.ratio.warns mollisol.ratio.refuses mollisol.ratio.errors mollisol.ratio.fewest
        mollisol.ratio.least-spread""",
    "broken:increments-credit-one": "mollisol.increments.credited-share mollisol.increments.beneath",
    "broken:same-amount-everywhere": """
        mollisol.same-amount.least-share mollisol.same-amount.spread mollisol.same-amount.errors""",
    "broken:value-far-from-neighbours": """
        mollisol.change.warns-share mollisol.mixing.least-ratio mollisol.mixing.mineral
        mollisol.single-value.factor mollisol.single-value.spreads mollisol.unit.least-content""",
    "broken:changes-too-regular": "mollisol.copies.least-scatter mollisol.copies.least-group",
    "broken:profiles-identical": "mollisol.copies.chance",
    "broken:listing-late": "vcs.pipeline.listing-years",
    "broken:registration-late": "vcs.pipeline.registration-years vcs.pipeline.small-project",
    "broken:registration-late-small": "vcs.pipeline.registration-years-small",
    "broken:instance-late": "vcs.instance.validation-years",
    "broken:credited-land-left": "vcs.loss.land-that-leaves",
    "broken:rating-internal": "vcs.buffer.greatest-internal",
    "broken:rating-external": "vcs.buffer.greatest-external",
    "broken:rating-natural": "vcs.buffer.greatest-natural",
    "broken:longevity-short": "vcs.longevity.least-years",
    "ran:buffer-release": "vcs.buffer.release-share vcs.buffer.release-years",
    "broken:crediting-short": "vcs.crediting.least-years",
    "broken:crediting-long": "vcs.crediting.most-years",
    "broken:verification-late": "vcs.verification.hold-years",
    "broken:plan-moved": "mollisol.plan.farthest-move",
    "broken:plan-campaign": "mollisol.plan.interval-share",
    "broken:polygons-overlap": "mollisol.overlap.seam",
    "broken:unit-changed": "mollisol.unit.tenfold",
    "broken:unit-depths-in-mm": "mollisol.unit.deepest-first-increment",
    "broken:numbering-gaps": """
        mollisol.selection.numbering-gaps mollisol.selection.fewest-missing mollisol.selection.least-filled""",
    "broken:points-lost-many": "mollisol.selection.greatest-loss",
    "broken:clause-limits": """
        vm0042.archive.least-years vm0042.land.expert-years vm0042.soc.largest-particle vm0042.soc.shipping-days
        vm0042.soc.storage-months vm0042.spectroscopy.least-articles""",
    "broken:practice-not-changed": "mollisol.declarations.contradiction",
}
"""The rules that each project shows to decide."""
PROBE_OF = {rule: probe for probe, rules in PROBES.items() for rule in rules.split()}
SAMPLE = sorted(PROBE_OF)[::8]
"""Tried at every run of the tests; the others are among the slow ones."""


def ends_of(rule: str) -> list[float]:
    """Give the ends of the range of a rule; none where it has words."""
    allowed = SHIPPED.rules[rule].allowed
    assert allowed is not None
    return [end for end in (allowed.least, allowed.greatest) if end is not None]


@pytest.fixture(scope="module")
def probes(tmp_path_factory: pytest.TempPathFactory) -> Probes:
    return Probes(tmp_path_factory.mktemp("probes"))


def others(rule: Rule) -> list[RuleValue]:
    """Give other values that a rule may have: each other word, or ends, half, double and what lies between."""
    now, allowed = rule.value[-1].value, rule.allowed
    assert allowed is not None
    if isinstance(now, bool):
        return [not now]
    if isinstance(now, str):
        if not allowed.separator:
            return [word for word in allowed.words if word != now]
        parts = [part.strip() for part in now.split(allowed.separator)]
        join = f"{allowed.separator} ".join
        less = [join(part for part in parts if part != left) for left in parts]
        return [*less, *(join([*parts, word]) for word in allowed.words if word not in parts)]
    low, high = allowed.least, allowed.greatest
    assert low is not None
    assert high is not None
    tried = [low, high, now / 2, now * 2, (now + low) / 2, (now + high) / 2]
    whole = [float(round(value)) for value in tried] if allowed.whole else tried
    return [value for value in dict.fromkeys(whole) if allowed.holds(value) and value != now]


def decides(rule: str, probes: Probes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Find a value that moves something, and see that it does not where the reader gives the shipped one."""
    probe, held = PROBE_OF[rule], SHIPPED.rules[rule]
    before, run = probes.before(probe, SHIPPED), probes.named(probe)
    old = held.value[-1].value
    for value in others(held):
        if differs(before, run(moved(rule, value)), old, value):
            break
    else:
        pytest.fail(f"{rule} moves nothing of {probe}")

    def shipped(self: RuleSet, id: str, clocks: Clocks) -> ChosenValue:
        return read(SHIPPED if id == rule else self, id, clocks)

    read = RuleSet.value
    monkeypatch.setattr(RuleSet, "value", shipped)
    assert not differs(before, run(moved(rule, value)), old, value), (
        "moved by something else than its reading"
    )


@pytest.mark.parametrize("rule", SAMPLE)
def test_a_rule_of_the_sample_decides(rule: str, probes: Probes, monkeypatch: pytest.MonkeyPatch) -> None:
    decides(rule, probes, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("rule", sorted(set(PROBE_OF) - set(SAMPLE)))
def test_a_rule_decides(rule: str, probes: Probes, monkeypatch: pytest.MonkeyPatch) -> None:
    decides(rule, probes, monkeypatch)


def test_every_rule_has_a_project_or_a_reason() -> None:
    assert set(PROBE_OF) | set(INFORMS) == set(SHIPPED.rules)
    assert set(PROBE_OF) & set(INFORMS) == set()
    assert len(INFORMS) <= 8


@pytest.mark.parametrize("rule", INFORMS)
def test_a_rule_that_informs_refuses_any_value_that_is_not_computed(rule: str) -> None:
    allowed = SHIPPED.rules[rule].allowed
    assert allowed is not None
    assert not allowed.holds("another way")
    assert {str(value.value) for value in SHIPPED.rules[rule].value} <= set(allowed.words)


def test_the_posterior_credits_less_at_a_higher_confidence(probes: Probes) -> None:
    """Three chances in four: the quantile lies below that of two in three, in every period."""
    place = ("periods", 0, "posterior", "credited_t_co2e_per_ha")
    stated = ("periods", 0, "posterior", "confidence")
    before, after = (
        probes.named("woburn")(rules) for rules in (SHIPPED, moved("vm0042.deduction.confidence", 0.75))
    )
    assert after.figures[place] < before.figures[place]
    # beside the sharp form its level lies below the confidence: the larger of two deductions covers more than either
    below = float(AS_IT_IS.rules["mollisol.posterior.below-confidence"].value[-1].value)
    levels = (pytest.approx(2 / 3 - below), pytest.approx(0.75 - below))
    assert (before.figures[stated], after.figures[stated]) == levels


def test_every_form_of_the_deduction_follows_the_confidence(probes: Probes) -> None:
    """Moment form, sharp form, Monte Carlo and posterior each credit less where more confidence is asked."""
    before, after = (
        probes.named("woburn")(rules) for rules in (SHIPPED, moved("vm0042.deduction.confidence", 0.75))
    )
    forms = ("deduction", "sharp", "montecarlo", "posterior")
    places = [("periods", 0, form, "uncertainty_percent") for form in forms]
    assert all(after.figures[place] > before.figures[place] for place in places)


def test_page_one_prints_the_confidence_in_force() -> None:
    run = run_project(EXAMPLES / "woburn-ley", rule_set=moved("vm0042.deduction.confidence", 0.75))
    first_page = bundle_files(run)["report.html"].decode().split("<table", 1)[0]
    assert "the true change is larger with a probability of 0.750" in first_page


@pytest.mark.slow
@pytest.mark.parametrize("rule", sorted(rule for rule in PROBE_OF if ends_of(rule)))
def test_the_ends_of_what_a_rule_may_be_are_computed_or_found_fault_with(rule: str, probes: Probes) -> None:
    """A run under either end gives figures or findings, never an error of another kind."""
    for value in ends_of(rule):
        seen = probes.named(PROBE_OF[rule])(moved(rule, value))
        assert seen.figures or seen.findings
