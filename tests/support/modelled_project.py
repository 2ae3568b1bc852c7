"""Writes a small project under measure and model: two strata, four control sites, RothC with joint draws.

Everything is made up and the same each time. The tests change it by hand; ``tests/broken`` breaks it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from mollisol.methodology.soil_models.calibrated import (
    CalibratedSet,
    CalibrationData,
    CalibrationPrior,
    ModelIdentity,
    ParameterDiagnostics,
    model_settings,
)
from mollisol.methodology.soil_models.parameters import parameter_set
from mollisol.methodology.validation import (
    BiasGate,
    CombinationResult,
    Comparison,
    Coverage,
    Domain,
    Study,
    StudyBias,
    ValidationResult,
    Verdict,
)
from mollisol.reading.model_folder import read_folder
from tests.support.approvals import approve

PRACTICE, CROPS, ZONE, TEXTURE = (
    "organic amendments",
    "non-fixing annual C3 herbaceous upland",
    "cool-moist",
    "loam",
)
ROTATION = 3
FIRST, LAST = 2016, 2020
POINTS = {
    "L1": ("loam", "", 24.0, 15.2),
    "L2": ("loam", "", 22.0, 14.1),
    "L3": ("loam", "", 26.0, 16.0),
    "L4": ("loam", "", 20.0, 15.0),
    "S1": ("sand", "", 13.0, 11.0),
    "S2": ("sand", "", 12.0, 10.2),
    "S3": ("sand", "", 14.0, 11.8),
    "C1-1": ("", "C1", 23.0, 15.0),
    "C2-1": ("", "C2", 21.0, 15.5),
    "C3-1": ("", "C3", 13.0, 11.1),
    "C4-1": ("", "C4", 12.0, 11.3),
}
"""Point: stratum, control site, clay [%], carbon at the start [g/kg]."""
LATER = dict(zip(POINTS, (16.4, 15.1, 17.0, 16.3, 11.8, 11.2, 12.4, 14.8, 15.2, 11.0, 11.2), strict=True))
PER_CENT = (
    ("2015", "2015-10-01", {name: row[3] for name, row in POINTS.items()}),
    ("2020", "2020-10-01", LATER),
)
LINKS = (("C1", "loam"), ("C2", "loam"), ("C3", "sand"), ("C4", "sand"))
DRAWS = 60

HEAD = """\
schema = 2
programme = "vm0042"

[project]
name = "Modelled test project"
proponent = "Nobody"
country = "GB"
rules = "vm0042-2.2+2026-06-11"
registered_on = 2026-11-21
start_date = 2016-01-01
kind = "constructed"
reporting_depth_cm = 30.0
equivalent_soil_mass_interpolation = "natural_cubic_spline"
non_permanence_rating_percent = 15.0

[project.design]
kind = "stratified_random"

[[project.practice_changes]]
group = "fertilizer"
kind = "adopt"
description = "farmyard manure"

[[project.absent_tables]]
table = "fertilizers.csv"
reason = "the tests of baselines look at soil carbon alone"

[[project.campaigns]]
name = "2015"
during = { start = 2015-09-01, end = 2015-11-30 }

[[project.campaigns]]
name = "2020"
during = { start = 2020-09-01, end = 2020-11-30 }

[[project.laboratory_methods]]
id = "dumas"
kind = "dry_combustion"
laboratory = "A laboratory"
proficiency_test = "NAPT"

[[project.monitoring_periods]]
name = "1"
during = { start = 2016-01-01, end = 2020-12-31 }

[[project.verification_periods]]
name = "1"
during = { start = 2016-01-01, end = 2020-12-31 }
first_campaign = "2015"
last_campaign = "2020"

[project.model]
parameter_set = "calibrated"
validation_file = "validation.json"
initial_campaign = "2015"
weather_station_km = 12.0

[[project.model.strata]]
practice_category = "organic amendments"
crop_group = "non-fixing annual C3 herbaceous upland"
climate_zone = "cool-moist"
texture_class = "loam"

[[project.boundary.entries]]
id = "soil_organic_carbon"
included = true
"""


def write_modelled_project(folder: Path) -> Path:
    """Write the project; it checks without a blocking finding."""
    (folder / "model" / "calibrated").mkdir(parents=True)
    skeleton = __import__("importlib.resources").resources.files("mollisol").joinpath("skeleton")
    boundary = skeleton.joinpath("project.toml").read_text(encoding="utf-8")
    entries = boundary[boundary.index("# Say for each") : boundary.index("# A departure")]
    (folder / "project.toml").write_text(HEAD + entries, encoding="utf-8")
    _tables(folder)
    _model_tables(folder / "model")
    inputs, findings = read_folder(folder / "model")
    assert inputs is not None, findings
    calibrated = calibrated_set_of(model_settings(inputs))
    for name, content in calibrated.files().items():
        (folder / "model" / "calibrated" / name).write_bytes(content)
    validation = validation_of(ModelIdentity.of(calibrated, model_settings(inputs)))
    (folder / "model" / "validation.json").write_text(validation.to_json(), encoding="utf-8")
    return approve(folder)


def calibrated_set_of(settings: dict[str, str], draws: int = DRAWS) -> CalibratedSet:
    """Make a set of joint draws of two rates and the inert carbon."""
    base = parameter_set("rothc-26.3")
    random = np.random.default_rng(5)
    names = {"k_hum_per_yr": (0.02, 0.15), "k_rpm_per_yr": (0.3, 0.2), "inert_factor": (1.0, 0.1)}
    columns = {
        name: middle * np.exp(spread * random.standard_normal(draws))
        for name, (middle, spread) in names.items()
    }
    return CalibratedSet(
        id="test-set",
        model="rothc",
        version=base.version,
        title="A made-up set",
        base=base.label,
        base_sha256=base.sha256,
        base_values=base.values,
        climate_zones=(ZONE,),
        priors=tuple(
            CalibrationPrior(
                name=name,
                role="start" if name == "inert_factor" else "model",
                distribution="lognormal",
                location=middle,
                scale=spread,
                low=0.0,
                high=10.0,
                unit="1",
                source="made up",
            )
            for name, (middle, spread) in names.items()
        ),
        draws=tuple(tuple(float(columns[name][draw]) for name in names) for draw in range(draws)),
        data=(CalibrationData(study="k1", stocks=8, citation="made up", licence="none", sha256="0" * 64),),
        settings=tuple(sorted(settings.items())),
        method="made up",
        sampler=(),
        seed=5,
        diagnostics=tuple(
            ParameterDiagnostics(name=name, mean=middle, sd=spread, r_hat=1.0, ess_bulk=50.0, ess_tail=45.0)
            for name, (middle, spread) in names.items()
        ),
        limits="none",
    )


ERRORS = (0.6, -0.9, 0.4, -0.5, 0.8, -0.3, -0.6, 0.5)
"""Modelled less observed effect of eight comparisons. [t CO2e/ha]"""


def validation_of(
    identity: ModelIdentity, *, horizon: float = 6.0, verdict: Verdict = "pass"
) -> ValidationResult:
    """Make a validation of one combination: four studies, two comparisons each."""
    comparisons = tuple(
        Comparison(
            comparison=f"c{number}",
            study=f"s{number // 2}",
            experiment=f"e{number // 2}",
            site=f"p{number}",
            reference_site=f"r{number}",
            practice_category="organic-amendments",
            crop_group="cereals",
            source="SOC",
            climate_zone=ZONE,
            texture_class=TEXTURE,
            clay_percent=10.0 + 3 * number,
            from_year=2000,
            to_year=2006,
            duration_years=6.0,
            observed_t_co2e_per_ha=5.0,
            modelled_t_co2e_per_ha=5.0 + error,
            standard_error_t_co2e_per_ha=0.4,
            replicates=4,
        ).model_copy(update={"practice_category": PRACTICE, "crop_group": CROPS})
        for number, error in enumerate(ERRORS)
    )
    variance = float(np.var(ERRORS, ddof=1))
    domain = Domain(
        climate_zones=(ZONE,),
        texture_classes=(TEXTURE, "sandy loam"),
        lowest_clay_percent=10.0,
        highest_clay_percent=31.0,
    )
    bias = [float(np.mean(ERRORS[2 * number : 2 * number + 2])) for number in range(4)]
    combination = CombinationResult.model_construct(
        practice_category=PRACTICE,
        crop_group=CROPS,
        source="SOC",
        practice_effect=True,
        comparisons=len(ERRORS),
        studies=tuple(
            StudyBias(study=f"s{number}", comparisons=2, bias_t_co2e_per_ha=value)
            for number, value in enumerate(bias)
        ),
        domain=domain,
        bias=BiasGate(
            mean_bias_t_co2e_per_ha=float(np.mean(bias)),
            pooled_measurement_uncertainty_t_co2e_per_ha=0.4,
            verdict="pass",
            equivalence_p_value=0.01,
            bias_low_t_co2e_per_ha=-0.2,
            bias_high_t_co2e_per_ha=0.2,
        ),
        mean_square_error=float(np.mean(np.square(ERRORS))),
        model_variance=variance,
        model_variance_without_noise=variance - 0.16,
        between_study_variance=0.1,
        within_study_variance=0.3,
        coverage_verdict="pass",
        coverage=(
            Coverage(
                form="printed", inside=8, of=8, share=1.0, multiplier=1.64, half_width_t_co2e_per_ha=1.0
            ),
        ),
        chance_right_model_passes=0.7,
        horizon_years=horizon,
        growth_constant=None,
        growth_per_year=None,
        verdict=verdict,
    )
    return ValidationResult.model_construct(
        title="Made-up validation",
        identity=identity,
        calibrated=True,
        cross_validation="none",
        folds=(),
        studies=tuple(
            Study.model_construct(
                study=f"s{number}",
                experiment=f"e{number}",
                practice_category=PRACTICE,
                crop_group=CROPS,
                source="SOC",
                climate_zone=ZONE,
                texture_class=TEXTURE,
                clay_percent=20.0,
                latitude_deg=52.0,
                longitude_deg=0.0,
                use="validation",
                citation="made up",
                licence="none",
            )
            for number in range(4)
        ),
        calibration_studies=(),
        comparisons=comparisons,
        combinations=(combination,),
        domain=domain,
        horizon_years=horizon,
        substitutions=(),
        limits=("made up",),
        rule_set="vm0042-2.2+2026-06-11",
        rule_set_hash="",
        rules=(),
        findings=(),
    )


def _tables(folder: Path) -> None:
    _write(folder / "quantification_units.csv", ["quantification_unit", "approach", "area_ha"],
           [["farm", "measure_and_model", 120]])  # fmt: skip
    _write(folder / "strata.csv", ["stratum", "quantification_unit", "area_ha"],
           [["loam", "farm", 80], ["sand", "farm", 40]])  # fmt: skip
    _write(folder / "sample_points.csv", ["point", "stratum", "control_site", "sampling_unit"],
           [[name, row[0], row[1], name] for name, row in POINTS.items()])  # fmt: skip
    _write(folder / "control_sites.csv", ["control_site", "managed_by", "distance_km"],
           [[site, "A neighbour", 12] for site, _ in LINKS])  # fmt: skip
    _write(folder / "control_links.csv", ["control_site", "stratum"], LINKS)
    columns = ["campaign", "point", "sample", "sampled_on", "upper_cm", "lower_cm", "soc_g_per_kg",
               "laboratory_method", "fine_soil_density_g_per_cm3"]  # fmt: skip
    _write(
        folder / "core_increments.csv",
        columns,
        [
            [
                campaign,
                name,
                f"{name}-{campaign}",
                day,
                upper,
                lower,
                round(value * share, 3),
                "dumas",
                density,
            ]
            for campaign, day, content in PER_CENT
            for name, value in content.items()
            for upper, lower, share, density in ((0, 30, 1.0, 1.35), (30, 50, 0.5, 1.45))
        ],
    )
    practices = ["tillage", "residue_removed", "synthetic_nitrogen", "manure", "compost", "irrigation", "grazing",
                 "liming"]  # fmt: skip
    rows = []
    for place in ("farm", *(site for site, _ in LINKS)):
        rows += [
            [place, "baseline", year, "winter wheat", *_flags(False), "records"] for year in range(2012, 2021)
        ]
    rows += [
        ["farm", "project", year, "winter wheat", *_flags(True), "records"] for year in range(2016, 2021)
    ]
    _write(
        folder / "schedule_of_activities.csv",
        ["place", "scenario", "year", "crop", *practices, "evidence"],
        rows,
    )


def _flags(manure: bool) -> list[str]:
    return ["yes", "yes", "yes", "yes" if manure else "no", "no", "no", "no", "no"]


def _model_tables(folder: Path) -> None:
    (folder / "model.toml").write_text(
        'model = "rothc"\nparameters = "rothc-26.3"\nbaseline = "baseline"\n\n[options]\ntemperature = "2024"\n',
        encoding="utf-8",
    )
    _write(
        folder / "sites.csv",
        ["site", "cell", "depth_cm", "clay_percent", "soc_t_ha"],
        [[name, "farm", 30, row[2], round(row[3] * 1.35 * 3, 4)] for name, row in POINTS.items()],
    )
    seasons = [
        (
            3 + 7 * (1 - np.cos(2 * np.pi * month / 12)),
            55 + 10 * np.sin(month),
            5 + 45 * (1 - np.cos(2 * np.pi * month / 12)),
        )
        for month in range(12)
    ]
    _write(
        folder / "weather.csv",
        ["cell", "year", "month", "tmean_c", "rain_mm", "pan_evaporation_mm"],
        [
            ["farm", year, month + 1, round(t + 0.1 * (year - FIRST), 2), round(rain, 1), round(pan, 1)]
            for year in range(FIRST, LAST + 1)
            for month, (t, rain, pan) in enumerate(seasons)
        ],
    )
    rows: list[list[object]] = []
    for place, name in enumerate(POINTS):
        for scenario in ("baseline", "project"):
            rows.append([scenario, name, FIRST, 1, "cover", "", 1, ""])
            for year in range(FIRST, LAST + 1):
                amount = 2.4 + 0.1 * (place % 4) + (0.6, 0.0, -0.6)[(year - FIRST) % ROTATION]
                rows.append([scenario, name, year, 8, "plant-input", "cereal", round(amount, 2), ""])
                if scenario == "project" and POINTS[name][0]:
                    rows.append(
                        [scenario, name, year, 10, "manure-carbon", "farmyard", 1.2 + 0.1 * (place % 3), ""]
                    )
    _write(folder / "schedule.csv",
           ["scenario", "site", "year", "month", "activity", "what", "amount", "residues"],
           [[*row[:-1], "returned"] for row in rows])  # fmt: skip


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
