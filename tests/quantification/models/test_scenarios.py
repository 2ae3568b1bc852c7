"""Schedules, scenarios, parameter sets, external results and the command line."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from mollisol.cli.model import model_app
from mollisol.methodology.findings import FindingsError, Severity
from mollisol.methodology.soil_models.catalogue import EXTERNAL, MODELS
from mollisol.methodology.soil_models.inputs import ActivityRow, SiteRow
from mollisol.methodology.soil_models.parameters import parameter_set, parameter_sets, table
from mollisol.methodology.soil_models.tables import (
    crops,
    manures,
    residues,
    tier1_factor,
)
from mollisol.methodology.soil_models.warnings import gain_warnings, saturation_warnings
from mollisol.quantification.models.amg import AmgParameters
from mollisol.quantification.models.external import december_stocks
from mollisol.quantification.models.icbm import IcbmParameters
from mollisol.quantification.models.rothc.model import RothCParameters
from mollisol.quantification.models.run_inputs import run_inputs
from mollisol.quantification.models.schedule import crop_carbon, plan
from mollisol.quantification.models.tier1 import tier1_estimate
from mollisol.quantification.models.tier2 import Tier2Parameters
from mollisol.reading.model_folder import read_external, read_folder
from tests.quantification.models.reference_data import columns, document, numbers

BASE = Path(__file__).parents[2] / "broken" / "models" / "base"
EXAMPLE = Path(__file__).parents[3] / "examples" / "soil-models" / "rothamsted"
RUN = CliRunner()
CLASSES: dict[str, Any] = {
    "rothc": RothCParameters,
    "tier2": Tier2Parameters,
    "amg": AmgParameters,
    "icbm": IcbmParameters,
}


@pytest.mark.parametrize("model", sorted(MODELS.keys() - {EXTERNAL}))
def test_the_shipped_set_is_the_default_of_the_adapter(model: str) -> None:
    chosen = parameter_set(MODELS[model].parameter_set)
    default = CLASSES[model]()
    for name, value in chosen.values.items():
        assert getattr(default, name) == value, name
    free = {f.name for f in fields(default)} - set(chosen.values)
    assert free <= {"rate_multiplier", "input_multiplier", "manure_multiplier", "label"}
    assert CLASSES[model].of(chosen.values, chosen.label).label == chosen.label


def test_a_hash_follows_the_numbers_and_nothing_else() -> None:
    chosen = parameter_set("rothc-26.3")
    assert chosen.sha256 == chosen.model_copy(update={"title": "another"}).sha256
    older = chosen.with_options(temperature="1996")
    assert older.sha256 != chosen.sha256
    assert older.with_options(temperature="2024").sha256 == chosen.sha256
    assert older.values["temperature_numerator_c"] == 106.0
    with pytest.raises(KeyError, match="temperature=2024"):
        chosen.with_options(temperature="1066")


def test_every_set_has_a_source_and_each_group_one_default() -> None:
    for chosen in parameter_sets():
        assert chosen.source.title
        assert chosen.vintage
        groups = [o.group for o in chosen.option if o.default]
        assert sorted(groups) == sorted({o.group for o in chosen.option})


def test_the_older_temperature_constants_are_higher_by_what_is_said() -> None:
    from mollisol.quantification.models.rothc.equations import temperature_factor

    older: dict[str, Any] = {"top": 47.9, "numerator_c": 106.0, "shift_c": 18.3, "cold_limit_c": -17.0}
    for t, percent in ((0.0, 1.3), (9.0, 0.6), (20.0, 0.3)):
        here = float(temperature_factor(tmean_c=t))
        more = 100 * (float(temperature_factor(tmean_c=t, **older)) / here - 1)
        assert abs(more - percent) < 0.06
    assert temperature_factor(tmean_c=-60.0, **older) == 0.0


def test_a_number_from_memory_warns() -> None:
    assert parameter_set("amg-v2").weak() == []
    assert parameter_set("amg-v2").with_options(history="grassland").weak() == ["stable_share"]
    _, findings = read_folder(EXAMPLE, model="amg", options=["history=grassland"])
    assert [f.severity for f in findings if f.code == "parameter-weak"] == [Severity.WARNING]


def test_tier1_tables_are_complete_and_of_one_vintage() -> None:
    book = document("hestia_ipcc/tier1_factors.json")
    stocks = book["soc_ref_kgC_per_ha_0_30cm"]
    names = {"high-activity clay soils": "high-activity-clay", "low-activity clay soils": "low-activity-clay"}
    count = 0
    for soil, by_climate in stocks.items():
        level = str(names.get(soil, soil.split()[0]))
        for climate, cell in by_climate.items():
            factor = tier1_factor(kind="SOC_ref", level=level, climate=climate.lower().replace("_", "-"))
            assert factor.value == cell["value"] / 1000
            assert factor.error_percent == cell["uncertainty"]
            count += 1
    for kind in ("F_LU", "F_MG", "F_I"):
        count += sum(len(by_climate) for by_climate in book[kind].values())
    ones = 7
    assert len(table("ipcc2019-tier1").rows) == count + ones
    perennial = tier1_factor(kind="F_LU", level="perennial", climate="tropical-moist")
    assert (perennial.value, perennial.status) == (1.01, "verified")
    assert tier1_factor(kind="F_MG", level="full-tillage", climate="polar-dry").value == 1.0
    with pytest.raises(KeyError, match="no SOC_ref for spodic"):
        tier1_factor(kind="SOC_ref", level="spodic", climate="tropical-dry")


def test_tier1_estimate_by_names() -> None:
    place = {"climate": "cool-temperate-moist", "soil": "high-activity-clay", "land_use": "annual"}
    before = tier1_estimate(**place, management="full-tillage", carbon_input="medium")
    after = tier1_estimate(**place, management="no-tillage", carbon_input="medium")
    np.testing.assert_allclose(before.stock_t_ha, 81 * 0.70)
    np.testing.assert_allclose(after.stock_t_ha / before.stock_t_ha, 1.09)
    np.testing.assert_allclose(after.error_percent, np.sqrt(5**2 + 12**2 + 4**2))
    assert before.weak == ()
    montane = tier1_estimate(climate="tropical-montane", soil="sandy", land_use="perennial")
    assert [factor.kind for factor in montane.weak] == ["F_LU"]


def test_tables_of_crops_and_manures() -> None:
    assert (len(crops()), len(manures())) == (139, 29)
    assert residues()["Winter wheat"].lignin == 0.053


def test_carbon_of_crops_is_that_of_the_authors_of_amg() -> None:
    supply = columns("amg_base/outputs_C_SUPPLY.csv", ";")
    management = columns("amg_base/inputs_MANAGEMENT.csv", ";")
    key = ("Treatment", "Year", "Crop_type", "Crop_name")
    given = {
        tuple(row): (float(y), r == "Exported")
        for *row, y, r in zip(
            *(management[k] for k in key), management["Yield"], management["Residues"], strict=True
        )
    }
    kinds = {"MC": "main", "CC": "cover", "CCH": "harvested-cover"}
    rows = zip(*(supply[k] for k in key), numbers(supply, "CAG"), numbers(supply, "CBG"), strict=True)
    for treatment, year, kind, name, above, below in rows:
        dry, exported = given[treatment, year, kind, name]
        found = crop_carbon(crops()[kinds[kind], name], dry_t_ha=dry, depth_cm=28.0, exported=exported)
        np.testing.assert_allclose(found, (above, below), rtol=1e-12, atol=1e-14)


def test_a_schedule_becomes_arrays() -> None:
    site = SiteRow(site="A", cell="c", depth_cm=30.0, clay_percent=20.0, soc_t_ha=50.0)
    rows = [
        ActivityRow(scenario="p", site="A", year=2020, month=3, activity="cover", amount=0.0),
        ActivityRow(scenario="p", site="A", year=2021, month=1, activity="cover", amount=1.0),
        ActivityRow(scenario="p", site="A", year=2020, month=9, activity="tillage", what="reduced"),
        ActivityRow(scenario="p", site="A", year=2020, month=10, activity="tillage", what="full"),
        ActivityRow(scenario="p", site="A", year=2020, month=5, activity="irrigation", amount=30.0),
        ActivityRow(
            scenario="p", site="A", year=2020, month=10, activity="manure", what="Bovine manure", amount=10.0
        ),
        ActivityRow(
            scenario="p", site="A", year=2021, month=8, activity="plant-input", what="Wheat", amount=2.0
        ),
        ActivityRow(
            scenario="q", site="A", year=2021, month=8, activity="plant-input", what="Wheat", amount=9.0
        ),
    ]
    made = plan(rows, scenario="p", sites=[site], years=(2020, 2021))
    assert made.covered[:, 0].tolist() == [1.0] * 2 + [0.0] * 10 + [1.0] * 12
    assert made.tillage[:, 0].tolist() == [0.0, 0.0]
    assert made.irrigation_mm[4, 0] == 30.0
    np.testing.assert_allclose(made.manure_c_t_ha[9, 0], 0.83)
    np.testing.assert_allclose(made.humified_t_ha[0, 0], 0.83 * 0.64)
    assert made.yearly("plant_c_t_ha")[:, 0].tolist() == [0.0, 2.0]
    assert {f.code for f in made.findings} == {
        "cover-assumed",
        "humification-unknown",
        "residue-quality-generic",
    }


@pytest.mark.parametrize("model", sorted(MODELS.keys() - {EXTERNAL}))
def test_both_scenarios_share_model_set_and_start(model: str) -> None:
    inputs, findings = read_folder(EXAMPLE, model=model)
    assert inputs is not None
    assert not [f for f in findings if f.severity is Severity.BLOCKING]
    runs = run_inputs(inputs)
    assert runs.label == inputs.parameters.label
    baseline, project = runs.stock_t_ha["baseline"], runs.stock_t_ha["project"]
    np.testing.assert_array_equal(baseline[0], project[0])
    np.testing.assert_allclose(baseline[0, :, 0], [62.0, 70.0], rtol=1e-12)
    same = runs.years.index(2005) + 1
    np.testing.assert_array_equal(baseline[:same], project[:same])
    assert (project[-1] > baseline[-1]).all()
    assert runs.years[-1] == 2016
    assert np.isfinite(project).all()
    assert ("tier2-run-in" in {f.code for f in runs.findings}) == (model == "tier2")


def test_a_schedule_without_tillage_is_told() -> None:
    inputs, _ = read_folder(EXAMPLE, model="tier2")
    assert inputs is not None
    untilled = tuple(row for row in inputs.schedule if row.activity != "tillage")
    runs = run_inputs(inputs.model_copy(update={"schedule": untilled}))
    assert "tillage-unknown" in {f.code for f in runs.findings}


def test_rothc_says_how_far_the_input_is_from_the_stock() -> None:
    inputs, _ = read_folder(EXAMPLE)
    assert inputs is not None
    factors = [f for f in run_inputs(inputs).findings if f.code == "rothc-input-factor"]
    assert len(factors) == 2


def test_a_start_that_cannot_be_met_is_a_finding() -> None:
    inputs, _ = read_folder(BASE)
    assert inputs is not None
    bare = tuple(r for r in inputs.schedule if r.activity not in ("harvest", "manure"))
    with pytest.raises(FindingsError) as raised:
        run_inputs(inputs.model_copy(update={"schedule": bare}))
    assert [f.code for f in raised.value.findings] == ["model-cannot-run"]


def test_amg_refuses_carbon_whose_humification_it_does_not_know() -> None:
    inputs, _ = read_folder(EXAMPLE, model="amg")
    assert inputs is not None
    extra = ActivityRow(
        scenario="project",
        site="north",
        year=2010,
        month=5,
        activity="plant-input",
        what="Seaweed",
        amount=1.0,
    )
    with pytest.raises(FindingsError) as raised:
        run_inputs(inputs.model_copy(update={"schedule": (*inputs.schedule, extra)}))
    assert [f.code for f in raised.value.findings] == ["humification-unknown"]


def test_external_results_have_the_axes_of_our_own() -> None:
    rows, _ = read_external(BASE / "external.csv")
    stocks = december_stocks(rows, ["P1", "P2"], (2025, 2025))
    assert stocks["project"].shape == (1, 2, 2)
    np.testing.assert_allclose(stocks["project"] - stocks["baseline"], 2.0)
    with pytest.raises(ValueError, match="no stock of P1 at the end of 2021"):
        december_stocks(rows, ["P1", "P2"], (2020, 2025))


def test_plausibility_warns_and_never_changes_anything() -> None:
    found = gain_warnings({"a": 7.5, "b": 6.9, "c": -3.0})
    assert [(f.code, f.where.thing, f.severity) for f in found] == [
        ("gain-above-seven-per-thousand", "site a", Severity.WARNING)
    ]
    assert gain_warnings({"a": 7.5}, explained=True)[0].severity is Severity.NOTE
    assert [f.code for f in saturation_warnings({"a": 60.0, "b": 10.0}, {"a": 51.6, "b": 51.6})] == [
        "stock-above-capacity"
    ]


def test_list_says_what_each_model_refuses() -> None:
    shown = RUN.invoke(model_app, ["list", "--json"])
    assert shown.exit_code == 0
    cards: list[dict[str, Any]] = json.loads(shown.stdout)["models"]
    assert [card["id"] for card in cards] == list(MODELS)
    assert all(card["parameter_sets"] for card in cards if card["id"] != EXTERNAL)
    assert "not to tillage" in RUN.invoke(model_app, ["list"]).stdout


def test_run_writes_a_table_and_prints_one_document(tmp_path: Path) -> None:
    out = tmp_path / "stocks.csv"
    shown = RUN.invoke(
        model_app, ["run", str(EXAMPLE), "--option", "temperature=1996", "--out", str(out), "--json"]
    )
    assert shown.exit_code == 0
    result = json.loads(shown.stdout)
    assert result["parameters"].startswith("rothc-26.3,temperature=1996@")
    assert len(result["stocks"]) == 2 * 2 * 32
    with out.open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 128
    assert [p.name for p in tmp_path.iterdir()] == ["stocks.csv"]


def test_run_refuses_and_writes_nothing(tmp_path: Path) -> None:
    missing = RUN.invoke(model_app, ["run", str(tmp_path / "nothing"), "--json"])
    assert missing.exit_code == 2
    assert "file-missing" in {f["code"] for f in json.loads(missing.stdout)["findings"]}
    blocked = RUN.invoke(
        model_app, ["run", str(EXAMPLE), "--out", str(tmp_path / "no" / "such" / "folder.csv")]
    )
    assert blocked.exit_code == 2
    assert "output-not-writable" in blocked.stderr
    test_model = RUN.invoke(model_app, ["run", str(EXAMPLE), "--model", "icbm"])
    assert test_model.exit_code == 3


def test_listing_imports_no_numpy() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from mollisol.cli.model import model_app; "
        "assert CliRunner().invoke(model_app, ['list']).exit_code == 0; "
        "assert not {'numpy', 'scipy', 'numba'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_numba_is_imported_by_the_compiled_engine_only() -> None:
    code = (
        "import sys; from pathlib import Path; from mollisol.reading.model_folder import read_folder; "
        "from mollisol.quantification.models.run_inputs import run_inputs; "
        f"run_inputs(read_folder(Path({str(EXAMPLE)!r}))[0]); assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.slow
def test_compiled_code_is_not_kept_beside_the_package(tmp_path: Path) -> None:
    code = (
        "import numpy as np; from mollisol.quantification.models.icbm import IcbmParameters, run_icbm; "
        "run_icbm(IcbmParameters(), start_t_ha=[1., 9.], input_t_ha_yr=1., years=2, engine='compiled')"
    )
    for folder in (tmp_path, Path("/proc/nowhere")):
        environment = {"MOLLISOL_CACHE_DIR": str(folder), "HOME": str(tmp_path), "PATH": "/usr/bin"}
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert list(tmp_path.rglob("*.nbi"))
    import mollisol.quantification.models as package

    assert not list(Path(next(iter(package.__path__))).rglob("*.nbi"))


def test_tier2_says_that_the_first_years_are_its_run_in() -> None:
    inputs, _ = read_folder(EXAMPLE, model="tier2")
    assert inputs is not None
    assert "tier2-run-in" in {f.code for f in run_inputs(inputs).findings}
