"""Which quantity of the trace a figure of the results is; ``{p}`` is its period, ``{f}`` its form, ``{n}`` its year."""

from __future__ import annotations

from typing import Final

VINTAGE: Final = {
    "project_change_t_co2e": "project_change_after_deduction@{p}",
    "baseline_change_t_co2e": "baseline_change_after_deduction@{p}",
    "cumulative_project_change_t_co2e": "cumulative_project_change@{p}.{n}",
}
SAME: Final = {
    "deduction": {
        "mean_t_co2e_per_ha": "mean_difference@{p}",
        "standard_error_t_co2e_per_ha": "standard_error.{f}@{p}",
        "degrees_of_freedom": "degrees_of_freedom.{f}@{p}",
        "t_quantile": "t_quantile.{f}@{p}",
        "uncertainty_percent": "uncertainty_percent.{f}@{p}",
        "credited_t_co2e_per_ha": "credited_mean.{f}@{p}",
        "half_width_percent": "half_width_percent.{f}@{p}",
    },
    "guarded": {
        "standard_error_t_co2e_per_ha": "pooled_standard_error@{p}",
        "multiplier": "guarded_multiplier@{p}",
        "credited_t_co2e_per_ha": "guarded_credited@{p}",
        "uncertainty_percent": "guarded_uncertainty_percent@{p}",
    },
    "montecarlo": {
        "standard_error_t_co2e_per_ha": "montecarlo_error@{p}",
        "degrees_of_freedom": "montecarlo_degrees_of_freedom@{p}",
        "draws": "montecarlo_draws@{p}",
        "sampling_variance_t_co2e_per_ha_2": "variance_of_mean.corrected@{p}",
        "measurement_variance_t_co2e_per_ha_2": "montecarlo_drawn_variance@{p}",
        "credited_t_co2e_per_ha": "montecarlo_credited@{p}",
        "uncertainty_percent": "montecarlo_uncertainty_percent@{p}",
    },
    "posterior": {
        "credited_t_co2e_per_ha": "posterior_credited@{p}",
        "uncertainty_percent": "posterior_uncertainty_percent@{p}",
    },
}
BESIDE: Final = {
    "guarded": "guarded_multiplier@{p}",
    "montecarlo": "montecarlo_variance@{p}",
    "posterior": "posterior_credited@{p}",
}
RUN: Final = {
    "seed": "the seed of the run: --seed, or 0",
    "reporting_depth_cm": "project.toml: reporting_depth_cm",
}
MODEL: Final = {
    "points": "sample_points.csv: points of the modelled units",
    "draws": "joint draws of the parameter set",
}
CREDITED: Final = {
    "moment": ("credited_mean.corrected@{p}", "uncertainty_percent.corrected@{p}"),
    "guarded": ("guarded_credited@{p}", "guarded_uncertainty_percent@{p}"),
    "montecarlo": ("montecarlo_credited@{p}", "montecarlo_uncertainty_percent@{p}"),
    "posterior": ("posterior_credited@{p}", "posterior_uncertainty_percent@{p}"),
}
BASELINE: Final = {
    "difference_t_co2e_per_ha": "mean_difference@{p}",
    "model_bias_sd_t_co2e_per_ha": "model_bias_sd@{p}",
    "control_weight": "correction_weight@{p}",
    "correction_t_co2e_per_ha": "baseline_correction@{p}",
}
