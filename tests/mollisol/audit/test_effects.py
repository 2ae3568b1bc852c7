"""The effect of a record, against running the project again with the record changed."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest

from mollisol.audit.effects import RecordsError, effects_of_records
from mollisol.bundle.read import open_bundle
from mollisol.bundle.write import bundle_files
from mollisol.engine import run_project
from mollisol.output import write_folder
from mollisol.run import Run
from mollisol.uncertainty.audit.misstatement import systematic_selection
from tests.support.bundles import change_trace
from tests.support.designs import landowners

CORES = "core_increments.csv"


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("records")
    with as_file(files("mollisol").joinpath("examples", "mixed-farm")) as source:
        shutil.copytree(source, folder / "project")
    write_folder(folder / "bundle", bundle_files(run_project(folder / "project", route="analytic")))
    return folder


def credited(run: Run) -> float:
    return sum(p.deduction.credited_t_co2e_per_ha * p.area_ha for p in run.results.periods)


def again(project: Path, row: int, column: str, factor: float) -> Run:
    """Run the project with one cell multiplied."""
    path = project / CORES
    before = path.read_bytes()
    lines = list(csv.reader(io.StringIO(before.decode(), newline="")))
    place = lines[0].index(column)
    lines[row - 1][place] = repr(float(lines[row - 1][place]) * factor)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(lines)
    path.write_bytes(out.getvalue().encode())
    try:
        return run_project(project, route="analytic")
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (2, "soc_g_per_kg"),  # the upper increment of a project core
        (3, "soc_g_per_kg"),  # the lower one: it lies below the reference mass, and moves the spline a little
        (2, "fine_soil_density_g_per_cm3"),  # of a profile that sets the reference mass
        (42, "fine_soil_density_g_per_cm3"),
        (120, "soc_g_per_kg"),
        (200, "fine_soil_density_g_per_cm3"),
        (280, "soc_g_per_kg"),  # of a control site
    ],
)
def test_effect_is_what_running_again_gives(farm: Path, row: int, column: str) -> None:
    """Relative change of 1e-4 upwards; the t value follows the degrees of freedom, which the effect leaves out."""
    effects = effects_of_records(open_bundle(farm / "bundle"))
    place = effects.rows.index(f"{CORES}:{row}")
    told = float((effects.carbon if column == "soc_g_per_kg" else effects.mass)[place]) * 1e-4
    true = credited(again(farm / "project", row, column, 1 + 1e-4)) - effects.credited
    assert told == pytest.approx(true, rel=0.03, abs=1e-4 * effects.size.max() * 1e-4)


def test_every_core_of_the_credit_has_an_effect(farm: Path) -> None:
    effects = effects_of_records(open_bundle(farm / "bundle"))
    upper = np.arange(len(effects.rows)) % 2 == 0  # two increments a core, the upper one first
    assert (effects.size[upper] > 0).all()
    assert effects.credited == pytest.approx(credited(run_project(farm / "project", route="analytic")))


def spoil(bundle: Path, change: Callable[[dict[str, object]], object]) -> None:
    change_trace(bundle, lambda trace: [change(quantity) for quantity in trace["quantities"]])


@pytest.mark.parametrize(
    "change",
    [
        lambda q: q["name"].startswith("stock_of_unit") and q.update(equation="mollisol:total"),
        lambda q: q["name"].startswith("control_change@") and q.update(inputs={"values": "elsewhere"}),
        lambda q: q["name"].startswith("stock_of_point") and q.update(inputs={}),
        lambda q: q["name"] == "stock_of_sample@2021" and q.update(places=[10**9]),
    ],
)
def test_a_trace_that_does_not_lead_to_cores_is_refused(
    farm: Path, tmp_path: Path, change: Callable[[dict[str, object]], object]
) -> None:
    bundle = Path(shutil.copytree(farm / "bundle", tmp_path / "bundle"))
    spoil(bundle, change)
    with pytest.raises(RecordsError, match="does not lead from cores"):
        effects_of_records(open_bundle(bundle))


def test_selection_is_proportional_to_size_and_repeatable() -> None:
    """A record of more than a step is picked each time; of the others, as often as their size says."""
    size = np.array([50.0, *[1.0] * 50])
    times = np.zeros(51)
    for seed in range(4000):
        picks = systematic_selection(size=size, number=10, seed=seed)
        assert picks.size == 10
        times += np.bincount(picks, minlength=51)
    assert times[0] == pytest.approx(4000 * 5, abs=0)
    # 50 records share 5 picks: each 0.1 a run, 400 in 4000 with a standard deviation below 20
    assert np.abs(times[1:] - 400).max() < 5 * 20
    one, other = (systematic_selection(size=size, number=10, seed=3) for _ in range(2))
    assert one.tolist() == other.tolist()


@pytest.mark.parametrize(("size", "number"), [([0.0, 0.0], 2), ([1.0, -1.0], 2), ([1.0], 0)])
def test_selection_refuses(size: list[float], number: int) -> None:
    with pytest.raises(ValueError, match=r"size|number"):
        systematic_selection(size=size, number=number, seed=0)


def test_the_effect_of_a_core_goes_by_the_area_of_its_part(tmp_path: Path) -> None:
    """Of two points of a part of 12 ha in a field of 20: the run again, whose t follows the degrees of freedom."""
    project = landowners(tmp_path / "project")
    run = run_project(project, route="analytic")
    write_folder(tmp_path / "bundle", bundle_files(run))
    effects = effects_of_records(open_bundle(tmp_path / "bundle"))
    for row in (16, 18, 20):
        moved = (credited(again(project, row, "soc_g_per_kg", 1 + 1e-6)) - credited(run)) / 1e-6
        place = effects.rows.index(f"{CORES}:{row}")
        assert effects.carbon[place] == pytest.approx(moved, rel=0.05)
        assert abs(moved) > 1
