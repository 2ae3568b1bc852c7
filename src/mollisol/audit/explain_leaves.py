"""Where bare arguments of equations were declared, and which equations mix entries of one index."""

from __future__ import annotations

from typing import Final

_SETTING: Final = (
    "docs/deduction.md, the constants: mollisol.sharp.setting chooses among them, or for few samples its own"
)

DECLARED: Final[dict[str, str]] = {
    "years": "project.toml: verification_periods",
    "campaign": "project.toml: campaigns",
    "years_since_start": "project.toml: start_date and verification_periods",
    "interpolation": "project.toml: equivalent_soil_mass_interpolation",
    "entry": "the columns of sample_points.csv and strata.csv that say what belongs together",
    "first_entry": "strata.csv: quantification_unit and stratum",
    "second_entry": "control_links.csv",
    "unit_entry": "strata.csv: quantification_unit and stratum",
    "control_entry": "control_links.csv",
    "group": "the columns of sample_points.csv and core_increments.csv that say what belongs together",
    "project_stratum": "sample_points.csv: stratum",
    "project_unit": "sample_points.csv: sampling_unit",
    "control_site": "sample_points.csv: control_site",
    "stratum": "sample_points.csv: stratum",
    "sampling_unit": "sample_points.csv: sampling_unit",
    "practice": "project.toml: model.strata",
    "draws": "joint draws of the parameter set; mollisol.montecarlo.draws where it has none",
    "joint_draws": "the parameter set of project.toml: model",
    "mollisol:regression-to-mean group": "strata.csv and control_links.csv: project or control side",
    "mollisol:trend-difference years": "project.toml: campaigns",
    "site_link": "control_links.csv",
    "area_ha": "quantification_units.csv: area_ha",
    "basis": "vm0042.leakage.amendment-basis",
    "displaced_in_print": "vm0042.leakage.in-net",
    "half_step": "core_increments.csv: half a unit of the last digit that the column is written with",
    "errors": "project.toml: laboratory_methods declare no measurement error",
    "prior": "mollisol.posterior.prior",
    "vm0042:62 area_ha": "one hectare: the variance is taken per hectare",
    "mollisol:linear-at reference_soil_mass_t_per_ha": "project.toml: reporting_depth_cm, or strata.csv",
    "vm0042:73 points": "sample_points.csv: sampling units of the project",
    "vm0042:73 strata": "strata.csv",
    "mollisol:relative-repeats sample": "laboratory_repeats.csv: batch and sample",
    "mollisol:relative-batches sample": "laboratory_repeats.csv: sample",
    "mollisol:relative-batches batch": "laboratory_repeats.csv: batch",
    "mollisol:class-error share_of_point": "core_increments.csv: one over the samples of the point and campaign",
    "mollisol:class-error point": "core_increments.csv: point",
    "mollisol:class-error class_of_point": "core_increments.csv: samples, depths and laboratory_method of the point",
    "mollisol:upper-tail-of-f numerator_degrees_of_freedom": "strata.csv: strata less one",
    "mollisol:upper-tail-of-f denominator_degrees_of_freedom": "sample_points.csv: sampling units less strata",
    "mollisol:mean-difference baseline_change_t_co2e": "nothing: project and baseline were subtracted before",
    "vm0042:74 degrees_of_freedom": "infinite: the variance of a model counts as known",
    "first": "sample_points.csv: grid_row and grid_column",
    "second": "sample_points.csv: grid_row and grid_column",
    "mollisol:systematic-degrees-of-freedom points": "sample_points.csv: sampling units of the stratum",
    "part": "sample_points.csv: part",
    "unit_of_part": "sample_points.csv and drawn_fields.csv: sampling_unit",
    "mollisol:excess-skewness samples": "sample_points.csv: samples of strata, or of control sites, with three or more",
    "mollisol:excess-skewness harmful": "losses of the project over-credit, and gains at control sites",
    "mollisol:excess-skewness gate": _SETTING,
    "mollisol:excess-skewness sample_term": _SETTING,
    "mollisol:excess-skewness longest": _SETTING,
    "mollisol:lone-site-variance factor": _SETTING,
    "mollisol:level-of-sites below_confidence": _SETTING,
    "mollisol:skewness-of-estimate samples": "sample_points.csv: samples of each stratum and control site; "
    "infinite for errors that samples share",
    "mollisol:satterthwaite degrees_of_freedom": "sample_points.csv and control_links.csv: samples less one of each "
    "stratum and control site, sites less their groups; infinite for a declared error",
    "gs402:2 deduction_fraction": "none: the change before any deduction",
    "mollisol:t-quantile degrees_of_freedom": "sample_points.csv: sampling units of the stratum, less one",
    "fertilizer_t_co2e_per_ha": "no row in fertilizers.csv, or left out of the boundary",
    "manure_t_co2e_per_ha": "no row in manure_systems.csv, or left out of the boundary",
    "fixing_species_t_co2e_per_ha": "no row in nitrogen_fixing_species.csv, or left out of the boundary",
}
"""By the name of the argument, or by equation and argument; a rule id stands for the rule."""

MIXES_ITS_ENTRIES: Final = frozenset({"mollisol:units-by-label"})
"""Equations whose entries hang on all entries of an argument with the same labels: nothing is left out there."""
