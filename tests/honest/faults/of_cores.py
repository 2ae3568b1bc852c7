"""Faults of the core table: contents and densities, copies, points left out."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from tests.honest.faults.fault import Fault
from tests.honest.folder import CORES, DENSITY, POINTS, SOC, Folder, Row, kept

TO_CARBON = 1.724
"""Organic matter over organic carbon, by convention."""
LOOK_ALIKE = {"S": "\u0405", "C": "\u0421", "O": "\u041e", "A": "\u0410", "E": "\u0415", "P": "\u0420"}
"""Cyrillic letters that look like Latin ones."""


def last_of(
    folder: Folder, points: Collection[str], columns: list[str], factor: float, upper: str = ""
) -> None:
    """Multiply values of some points in the last campaign."""
    last = folder.campaigns[-1]

    def there(row: Row) -> bool:
        return row["campaign"] == last and row["point"] in points and upper in ("", row["upper_cm"])

    folder.multiply(CORES, columns, factor, there)


def controls(folder: Folder) -> set[str]:
    """Return the points of the control sites."""
    return {row["point"] for row in folder.rows(POINTS)} - folder.inside


def peat(folder: Folder, size: float) -> None:
    last_of(folder, sorted(folder.inside)[::10], [SOC], 1 + size, "0")


def project_richer(folder: Folder, size: float) -> None:
    last_of(folder, folder.inside, [SOC], 1 + size)


def controls_poorer(folder: Folder, size: float) -> None:
    last_of(folder, controls(folder), [SOC], 1 - size)


def stratum_richer(folder: Folder, size: float) -> None:
    largest = max(folder.rows("strata"), key=lambda row: float(row["area_ha"]))["stratum"]
    own = {row["point"] for row in folder.rows(POINTS) if row["stratum"] == largest}
    last_of(folder, own, [SOC], 1 + size)


def everything_richer(folder: Folder, size: float) -> None:
    folder.multiply(CORES, [SOC], 1 + size, lambda _row: True)


def matter_for_carbon(folder: Folder, size: float) -> None:
    last_of(folder, sorted(folder.inside)[: int(size)], [SOC], TO_CARBON)


def moist_mass(folder: Folder, size: float) -> None:
    last_of(folder, folder.inside, [DENSITY], 1 + size)


def zero_below(folder: Folder, size: float) -> None:
    first, points = folder.campaigns[0], sorted(folder.inside)[: int(size)]
    second = sorted({float(row["upper_cm"]) for row in folder.rows(CORES)})[1]

    def change(row: Row) -> None:
        if row["campaign"] == first and row["point"] in points and float(row["upper_cm"]) == second:
            row[SOC] = "0"

    folder.edit(CORES, change)


def not_sampled_again(folder: Folder, size: float) -> None:
    least, last = folder.by_gain()[: int(size)], folder.campaigns[-1]
    folder.keep(CORES, lambda row: row["point"] not in least or row["campaign"] != last)


def taken_out(folder: Folder, size: float) -> None:
    least = folder.by_gain()[: int(size)]
    for table in (CORES, POINTS):
        folder.keep(table, lambda row: row["point"] not in least)


def numbered_anew(folder: Folder, size: float) -> None:
    taken_out(folder, size)
    kept = [row["point"] for row in folder.rows(POINTS) if row["stratum"]]
    again = {name: f"P{number:03d}" for number, name in enumerate(kept, 1)}

    def rename(row: Row) -> None:
        for column in {"point", "sampling_unit"} & row.keys():
            row[column] = again.get(row["point"], row[column]) if column == "sampling_unit" else row[column]
        row["point"] = again.get(row["point"], row["point"])

    for table in (CORES, POINTS):
        folder.edit(table, rename)


def lost_with_a_reason(folder: Folder, size: float) -> None:
    least, last = folder.by_gain()[: int(size)], folder.campaigns[-1]
    not_sampled_again(folder, size)
    told = [
        {"point": point, "status": "lost", "campaign": last, "reason": "no access on the day"}
        for point in least
    ]
    folder.save("point_status", told)


def again(folder: Folder, size: float, *, like: str, spread: float, metres: float) -> None:
    """Enter the points that gained most once more under other names, values scattered by a share."""
    best, dice = folder.by_gain()[-int(size) :], np.random.default_rng(1)
    points, cores = folder.rows(POINTS), folder.rows(CORES)
    numbers: dict[str, int] = {}
    for row in points:
        head, number = row["sampling_unit"].rsplit("-", 1)
        numbers[head] = max(numbers.get(head, 0), int(number))
    home = {row["point"]: row["sampling_unit"] for row in points}
    unit_of: dict[str, str] = {}
    for point in best:
        head = home[point].rsplit("-", 1)[0]
        numbers[head] += 1
        letter = next(letter for letter in point if letter in LOOK_ALIKE)
        alike = home[point].replace(letter, LOOK_ALIKE[letter], 1)
        unit_of[point] = alike if like == "letter" else f"{head}-{numbers[head]:02d}"
    for row in [row for row in points if row["point"] in best]:
        own = {"point": unit_of[row["point"]], "sampling_unit": unit_of[row["point"]]}
        north = f"{float(row['latitude_deg']) - metres / 111_195:.6f}"
        points.append({**row, **own, "latitude_deg": north})
    for row in [row for row in cores if row["point"] in best]:
        own = {"point": unit_of[row["point"]], "sample": f"{unit_of[row['point']]}-{row['campaign']}"}
        if spread:
            own |= {name: kept(row[name], 1 + dice.normal(0, spread), 0.5) for name in (SOC, DENSITY)}
        cores.append({**row, **own})
    folder.save(POINTS, points)
    folder.save(CORES, cores)


def copied(folder: Folder, size: float) -> None:
    again(folder, size, like="number", spread=0, metres=60)


def copied_and_scattered(folder: Folder, size: float) -> None:
    again(folder, size, like="number", spread=0.03, metres=60)


def look_alike(folder: Folder, size: float) -> None:
    again(folder, size, like="letter", spread=0.03, metres=60)


def one_place(folder: Folder, size: float) -> None:
    again(folder, size, like="number", spread=0.03, metres=0)


def controls_carried_over(folder: Folder, size: float) -> None:
    first, last, gain = folder.campaigns[0], folder.campaigns[-1], folder.gains()
    own = sorted(controls(folder), key=lambda point: -gain[point])[: int(size)]
    before = {
        (row["point"], row["upper_cm"]): row
        for row in folder.rows(CORES)
        if row["campaign"] == first and row["point"] in own
    }

    def change(row: Row) -> None:
        old = before.get((row["point"], row["upper_cm"]))
        if row["campaign"] == last and old is not None:
            row.update({name: old[name] for name in (SOC, DENSITY)})

    folder.edit(CORES, change)


def controls_not_sampled_again(folder: Folder, size: float) -> None:
    last, gain = folder.campaigns[-1], folder.gains()
    own = sorted(controls(folder), key=lambda point: -gain[point])[: int(size)]
    folder.keep(CORES, lambda row: row["point"] not in own or row["campaign"] != last)


def control_in_project(folder: Folder, size: float) -> None:
    """Make the last campaign of the controls poorer, and set them on project land, where the plough went on."""
    controls_poorer(folder, size)
    stratum = folder.rows("strata")[0]["stratum"]
    homes = [row for row in folder.rows(POINTS) if row["stratum"] == stratum]
    places = iter(homes)

    def move(row: Row) -> None:
        if row["control_site"] and (home := next(places, None)):
            row.update(
                longitude_deg=home["longitude_deg"], latitude_deg=f"{float(home['latitude_deg']) + 1e-5:.6f}"
            )

    folder.edit(POINTS, move)


def second_laboratory(folder: Folder, size: float) -> None:
    """Send the last campaign of the project to another laboratory, which reads higher; the controls stay."""
    project_richer(folder, size)
    last, inside = folder.campaigns[-1], folder.inside

    def change(row: Row) -> None:
        if row["campaign"] == last and row["point"] in inside:
            row["laboratory_method"] = "dumas-b"

    folder.edit(CORES, change)
    method = """[[project.laboratory_methods]]
id = "dumas-b"
kind = "dry_combustion"
laboratory = "Another laboratory, ISO 10694"
proficiency_test = "GLOSOLAN"

[[project.monitoring_periods]]
name = "1\""""
    folder.replace("project.toml", '[[project.monitoring_periods]]\nname = "1"', method)


def batch_richer(folder: Folder, size: float) -> None:
    """Raise the last campaign of one unit in four, as a batch of samples that was read too high."""
    last_of(folder, sorted(folder.inside)[::4], [SOC], 1 + size)


OF_CORES = (
    Fault("impossible-stock", "every tenth core of the project with more carbon, at its old density", peat, largest=12),
    Fault("implausible-change", "all cores of the project, last campaign, richer by a factor", project_richer),
    Fault("implausible-change", "all cores of the controls, last campaign, poorer by a factor", controls_poorer),
    Fault("implausible-change", "all cores of the largest stratum, last campaign, richer by a factor", stratum_richer),
    Fault("implausible-change", "every fourth core of the project, last campaign, richer by a factor", batch_richer),
    Fault("implausible-change", "every core of both campaigns, project and controls, richer by a factor",
          everything_richer),
    Fault("unit-or-analyte", "organic matter written as carbon for some points, last campaign", matter_for_carbon,
          counted=True),
    Fault("unit-or-analyte", "soil of the project weighed moist, last campaign", moist_mass),
    Fault("missing-is-not-zero", "second layer of some points typed as 0, first campaign", zero_below, counted=True),
    Fault("selection", "points that gained least not sampled again", not_sampled_again, counted=True),
    Fault("selection", "points that gained least taken out of all tables; a plan names them", taken_out, "plan",
          counted=True),
    Fault("selection", "points that gained least taken out of all tables; no plan", taken_out, counted=True),
    Fault("selection", "points that gained least taken out, the others numbered anew; no plan", numbered_anew,
          counted=True),
    Fault("selection", "control points that gained most not sampled again", controls_not_sampled_again, counted=True),
    Fault("project-life", "points that gained least declared lost, each with a reason", lost_with_a_reason,
          counted=True),
    Fault("duplicate-or-copied", "points that gained most entered again, value for value", copied, counted=True),
    Fault("duplicate-or-copied", "points that gained most entered again, scattered, 60 m apart; a plan",
          copied_and_scattered, "plan", counted=True),
    Fault("duplicate-or-copied", "points that gained most entered again, scattered, 60 m apart; no plan",
          copied_and_scattered, counted=True),
    Fault("duplicate-or-copied", "control points that gained most with the values of the first campaign again",
          controls_carried_over, counted=True),
    Fault("look-alike-id", "points that gained most again with a Cyrillic letter in the name", look_alike,
          counted=True),
    Fault("coordinates", "points that gained most again under other names at the same places", one_place,
          counted=True),
    Fault("coordinates", "controls that fell, on land of the project", control_in_project),
    Fault("laboratory-by-side", "project to another laboratory that reads higher, controls not", second_laboratory),
)  # fmt: skip
