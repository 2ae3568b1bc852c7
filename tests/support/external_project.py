"""Writes a small project whose stocks a model gave that ran elsewhere: raw outputs of DayCent or DNDC, and mappings.

Everything is constructed: the outputs are straight lines, so that what is credited can be had by hand. Baselines lose
0.1 t C/ha a year; points gain what ``GAIN`` says in the project. No model was run.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

from mollisol.methodology.soil_models.calibrated import ModelIdentity, model_settings
from mollisol.reading.intake import Intake
from mollisol.reading.model_folder import model_of
from tests.support.modelled_project import FIRST, LAST, POINTS, validation_of, write_modelled_project

GAIN = {"L1": 0.45, "L2": 0.4, "L3": 0.5, "L4": 0.45, "S1": 0.3, "S2": 0.25, "S3": 0.35}
"""Yearly change of a point in the project scenario; control sites go on as before. [t C/ha]"""
LOSS = -0.1
PRINTED = 100
"""DayCent prints g C/m2: 100 of them are a tonne a hectare. DNDC prints kg C/ha: 1,000 are."""

DECLARED = """\
model = "external"

[external]
name = "{name}"
version = "{version}"
parameter_set = "set-1"
document = "A journal, 2001, of a model that is not run here"
results = "external_{file}.csv"
depth_cm = 30

[[external.inputs]]
what = "weather"
files = ["model/inputs/farm.wth"]
source = "made up"

[[external.inputs]]
what = "soil"
files = ["model/sites.csv"]
source = "made up"

[[external.inputs]]
what = "management"
files = ["model/inputs/baseline.sch", "model/inputs/project.sch"]
source = "made up"

[[external.inputs]]
what = "parameters"
files = ["model/inputs/fix.100"]
source = "made up"
"""
DAYCENT = """\
preset = "daycent-lis"
kind = "model results"
file = "*.lis"

[fields]
model_version = { value = "DD17" }
parameter_set = { value = "set-1" }
point = { column = "file", read = '^(.+)_(baseline|project)' }
scenario = { column = "file", read = '_(baseline|project)' }
time = { column = "time", is = "end of month: 2022.00 is the end of December 2021" }
soc = { column = "somsc", unit = "g/m2" }
"""
DNDC = """\
preset = "dndc-multi-year"
kind = "model results"
file = "*.csv"

[read]
header = 2
data = 4

[fields]
model_version = { value = "9.5" }
parameter_set = { value = "set-1" }
point = { column = "file", read = '^(.+)_(baseline|project)' }
scenario = { column = "file", read = '_(baseline|project)' }
year = { column = "Year", shift = 2014 }
soc = { column = "SOC_0_30cm", unit = "kg/ha" }
n2o = { column = "N2O_flux", unit = "kg/ha", is = "N" }
ch4 = { column = "CH4", unit = "kg/ha", is = "C" }
"""


def write_raw_project(folder: Path, model: Literal["daycent", "dndc"] = "daycent") -> Path:
    """Write the project with raw outputs, a mapping of them, and no results yet."""
    write_modelled_project(folder)
    for name in ("weather.csv", "schedule.csv"):
        (folder / "model" / name).unlink()
    shutil.rmtree(folder / "model" / "calibrated")
    (folder / "model" / "inputs").mkdir()
    for name in ("farm.wth", "baseline.sch", "project.sch", "fix.100"):
        (folder / "model" / "inputs" / name).write_text(f"constructed: {name}\n", encoding="utf-8")
    head = folder / "project.toml"
    text = head.read_text(encoding="utf-8").replace('parameter_set = "calibrated"\n', "")
    head.write_text(text, encoding="utf-8")
    name, version = {"daycent": ("DayCent", "DD17"), "dndc": ("DNDC", "9.5")}[model]
    declared = DECLARED.format(name=name, version=version, file=model)
    (folder / "model" / "model.toml").write_text(declared, encoding="utf-8")
    (folder / "raw").mkdir()
    (folder / "imports").mkdir()
    (folder / "imports" / "results.toml").write_text(
        {"daycent": DAYCENT, "dndc": DNDC}[model], encoding="utf-8"
    )
    for point in POINTS:
        for scenario in ("baseline", "project"):
            write = {"daycent": _lis, "dndc": _summary}[model]
            (folder / "raw" / f"{point}_{scenario}.{'lis' if model == 'daycent' else 'csv'}").write_text(
                write(point, scenario), encoding="utf-8"
            )
    return folder


def write_external_project(folder: Path) -> Path:
    """Write the project with the results of DayCent as a table, and the validation; it checks without a fault."""
    write_raw_project(folder)
    rows = [
        f"DayCent,DD17,set-1,{point},{scenario},{year},{stock(point, scenario, year):.4f}"
        for point in POINTS
        for scenario in ("baseline", "project")
        for year in range(FIRST - 1, LAST + 1)
    ]
    head = "model,model_version,parameter_set,point,scenario,year,soc_t_ha"
    (folder / "model" / "external_daycent.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    shutil.rmtree(folder / "imports")
    shutil.rmtree(folder / "raw")
    return validated(folder)


def validated(folder: Path) -> Path:
    """Write the made-up validation of the model that the folder declares and has results of."""
    inputs = model_of(Intake(folder), inside="model/")
    assert inputs is not None
    validation = validation_of(ModelIdentity.of(inputs.parameters, model_settings(inputs)))
    (folder / "model" / "validation.json").write_text(validation.to_json(), encoding="utf-8")
    return folder


def stock(point: str, scenario: str, year: int) -> float:
    """Return the stock at the end of a year, from the measured one on. [t C/ha]."""
    gain = GAIN.get(point, LOSS) if scenario == "project" else LOSS
    return POINTS[point][3] * 1.35 * 3 + gain * (year - FIRST + 1)


def _lis(point: str, scenario: str) -> str:
    """Return what list100 would print: the end of December 2015 as 2016.00, and Junes between."""
    lines = ["      time         somsc         somtc", ""]
    for year in range(FIRST - 1, LAST + 1):
        for month in (6, 12):
            time, carbon = year + month / 12, PRINTED * stock(point, scenario, year)
            lines.append(f"{time:10.2f}{carbon:14.4f}{carbon + 300:14.4f}")
    return "\n".join([*lines, ""])


def _summary(point: str, scenario: str) -> str:
    """Return what DNDC would write: a title, names, units, and years from 1 on; year 1 is that before the start."""
    lines = [f"Site: {point},,,,", "Year,SOC_0_30cm,End_SOC,CH4,N2O_flux", ",kgC/ha,kgC/ha,kgC/ha,kgN/ha"]
    for number, year in enumerate(range(FIRST - 1, LAST + 1), start=1):
        carbon = 1000 * stock(point, scenario, year)
        lines.append(f"{number},{carbon:.1f},{carbon * 1.4:.1f},-0.5,2.0")
    return "\n".join([*lines, ""])
