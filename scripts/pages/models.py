"""Makes the figures and the skill tables of docs/models.md.

``python scripts/pages/models.py`` draws from what is in the checkout. With ``--data FOLDER`` (a folder with
``rothamsted_lte`` and ``canada_lte``) the models are first run against field data again and the small tables beside the
figures are written anew; with ``--bench FILE`` the figures of ``benchmarks/models.py --json`` are taken over.
"""

from __future__ import annotations

import argparse
import calendar
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt

from mollisol.quantification.models import amg, icbm
from mollisol.quantification.models.rothc.model import RothCForcing, RothCParameters, run_rothc
from mollisol.quantification.models.rothc.start import steady_rothc
from mollisol.quantification.models.tier2 import Tier2Forcing, Tier2Parameters, rain_over_pet, run_tier2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from shared import plain, read_csv, save_figure, write_csv

from tests.support.rothc_run_in import run_in_rothc

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "tests" / "quantification" / "models" / "reference"
OUT = ROOT / "docs" / "figures" / "models"
INK, QUIET, BLUE, RED, GREEN = "#222222", "#999999", "#1f5a99", "#b3402e", "#3d7a3d"
NAMES = tuple(calendar.month_name[1:])
BY_TILLAGE = Tier2Parameters(f2_full=0.455, f2_reduced=0.477, f2_none=0.5)
"""As the program of the reference runs has the shares, and the set that was fitted on the Canadian trials."""


def column(rows: list[dict[str, str]], name: str) -> Any:
    """Give a column as numbers."""
    return np.array([float(row[name]) for row in rows])


def rothc_difference() -> tuple[Any, Any, Any]:
    """Give time and the largest difference of any pool by month, from the run-in and from the exact steady state."""
    rows, book = (
        read_csv(REFERENCE / "rothc_py" / "input_monthly.csv"),
        read_csv(REFERENCE / "rothc_py" / "month_results.csv"),
    )
    site = json.loads((REFERENCE / "rothc_py" / "site.json").read_text(encoding="utf-8"))

    def forcing(part: slice) -> RothCForcing:
        return RothCForcing(
            tmean_c=column(rows, "tmean_c")[part],
            rain_mm=column(rows, "rain_mm")[part],
            pan_evaporation_mm=column(rows, "pan_evap_mm")[part],
            plant_c_t_ha=column(rows, "plant_c_t_ha")[part],
            manure_c_t_ha=column(rows, "fym_c_t_ha")[part],
            covered=column(rows, "plant_cover")[part],
            dpm_rpm_ratio=column(rows, "dpm_rpm")[part],
            clay_percent=site["clay_pct"],
            depth_cm=site["depth_cm"],
        )

    numbers = RothCParameters()
    expected = np.stack([column(book, f"{p}_t_C_ha") for p in ("DPM", "RPM", "BIO", "HUM")], axis=1)
    gaps = []
    for start in (
        run_in_rothc(forcing(slice(0, 12)), numbers)[0],
        steady_rothc(forcing(slice(0, 12)), numbers),
    ):
        done = run_rothc(
            forcing(slice(12, None)),
            numbers,
            start_t_ha=start.pools_t_ha,
            deficit_mm=start.deficit_mm,
            every=1,
            series=("pools",),
        )
        gaps.append(np.abs(done.run.pools[:, :, 0, 0] - expected).max(axis=1))
    time = column(book, "Year") + (column(book, "Month") - 0.5) / 12
    return time, gaps[0], gaps[1]


def other_differences() -> dict[str, tuple[float, float]]:
    """Give largest difference and tolerance of the other models against their references [t C/ha]."""
    found = {}
    runs = json.loads((REFERENCE / "hestia_ipcc" / "tier2_runs.json").read_text(encoding="utf-8"))
    classes = {"full tillage": 0.0, "reduced tillage": 1.0, "no tillage": 2.0, "unknown": 3.0}
    worst = 0.0
    for run in runs.values():
        given = run["input"]
        forcing = Tier2Forcing(
            tmean_c=np.array(given["temperature_c"])[None],
            rain_over_pet=rain_over_pet(rain_mm=given["precipitation_mm"], pet_mm=given["pet_mm"])[None],
            irrigated=np.array(given["irrigated"], dtype=np.float64)[None],
            carbon_t_ha_yr=np.array(given["carbon_input_kgC_ha"]) / 1000,
            tillage=np.array([classes[word] for word in given["tillage"]]),
            sand_fraction=given["sand"],
            lignin_fraction=given["lignin_content"],
            nitrogen_fraction=given["nitrogen_content"],
        )
        done = run_tier2(forcing, BY_TILLAGE, run_in_years=given["run_in_years"])
        gap = np.abs(done.run.total[:, 0, 0] - np.array(run["output"]["soc_kgC_ha"]) / 1000).max()
        worst = max(worst, float(gap))
    found["Tier 2, five runs of HESTIA"] = (worst, 1e-9)
    rows = read_csv(REFERENCE / "amg_base" / "outputs_SOC_STOCKS.csv", ";")
    worst = 0.0
    for treatment in ("CON", "FYM"):
        mine = [row for row in rows if row["Treatment"] == treatment]
        forcing_amg = amg.AmgForcing(
            tmean_c=column(mine, "T_mean"),
            net_water_mm=column(mine, "Rainfall") + column(mine, "Irrigation_year") - column(mine, "PET"),
            humified_t_ha_yr=column(mine, "CTOT_hum_year"),
            clay_g_kg=column(mine, "Clay")[0],
            caco3_g_kg=column(mine, "CaCO3")[0],
            ph=column(mine, "pH")[0],
            cn_ratio=column(mine, "CN_ratio")[0],
        )
        stock = column(mine, "Initial_SOC_stock")[0]
        total = amg.run_amg(forcing_amg, amg.AmgParameters(), start_total_t_ha=stock).run.total[:, 0, 0]
        worst = max(worst, float(np.abs(total - column(mine, "QC")).max()))
    found["AMG, script of its authors, which rounds"] = (worst, 0.031)
    years = np.arange(1.0, 101.0)
    numbers = icbm.IcbmParameters(humified_share=0.25, climate_factor=1.1)
    run_of = icbm.run_icbm(numbers, start_t_ha=[0.3, 3.99], input_t_ha_yr=0.272, years=100, series=("pools",))
    old = icbm.old_pool(
        years=years,
        young_start_t_ha=0.3,
        old_start_t_ha=3.99,
        input_t_ha_yr=0.272,
        humified_share=0.25,
        k_young_per_yr=0.8,
        k_old_per_yr=0.00605,
        climate_factor=1.1,
    )
    found["ICBM, closed form"] = (float(np.abs(run_of.pools[:, 1, 0, 0] - old).max()), 1e-12)
    return found


def hoosfield(data: Path) -> list[dict[str, Any]]:
    """Run RothC on Hoosfield with the manual's management and the normals of 1961-1990; give observed and modelled."""
    normals = [
        row
        for row in read_csv(data / "rothamsted_lte" / "weather_rothamsted_normals.csv")
        if row["period"] == "1961-1990"
    ]
    normals.sort(key=lambda row: NAMES.index(row["month"]))
    weather = {
        "tmean_c": column(normals, "tmean_c"),
        "rain_mm": column(normals, "rain_mm"),
        "pan_evaporation_mm": column(normals, "evaporation_mm"),
    }
    soil: dict[str, Any] = {"clay_percent": 23.4, "depth_cm": 23.0}
    book = json.loads((REFERENCE / "rothc_manual" / "worked_examples.json").read_text(encoding="utf-8"))
    before, after = book["hoosfield_equilibrium_1851"], book["hoosfield_management"]
    months = np.arange(1, 13)
    grown = np.isin(months, before["months_with_input"])
    start = steady_rothc(
        RothCForcing(
            **weather,
            plant_c_t_ha=grown * before["annual_plant_c_t_ha"] / grown.sum(),
            covered=grown * 1.0,
            **soil,
        ),
        RothCParameters(),
    )
    years = np.arange(1852, 2001)
    treatments = {
        "nil": "unmanured",
        "FYM every year since 1852": "fym_annual",
        "FYM 1852-1871 only": "fym_1852_1871",
    }
    found = []
    observed = [
        row
        for row in read_csv(data / "rothamsted_lte" / "soc_timeseries.csv")
        if row["experiment"].startswith("Hoosfield") and row["estimated_start"] == "0" and row["soc_t_ha"]
    ]
    for treatment, key in treatments.items():
        plant, manure, cover = (np.zeros((len(years), 12)) for _ in range(3))
        for i, year in enumerate(years):
            if year in after["fallow_years_no_input_no_cover"]:
                table = {}
            elif key == "fym_1852_1871":
                table = after[key]["plant_1852_1876" if year <= 1876 else "plant_1877_2000"]
            else:
                table = after[key]["plant_c_t_ha_by_month"]
            for month, amount in table.items():
                plant[i, int(month) - 1], cover[i, int(month) - 1] = amount, 1.0
            if key == "fym_annual":
                if year != 1912 and year <= 1931:
                    manure[i, 1] += 3.0
                if year >= 1931:
                    manure[i, 10] += 3.0
            if key == "fym_1852_1871" and year <= 1871:
                manure[i, 1] += 3.0
        forcing = RothCForcing(
            **{name: np.tile(values, len(years)) for name, values in weather.items()},
            plant_c_t_ha=plant.ravel(),
            manure_c_t_ha=manure.ravel(),
            covered=cover.ravel(),
            **soil,
        )
        run = run_rothc(
            forcing,
            RothCParameters(),
            start_t_ha=start.pools_t_ha,
            deficit_mm=start.deficit_mm,
            inert_t_ha=before["iom_t_ha"],
        )
        total = dict(zip(years.tolist(), run.run.total[:, 0, 0].tolist(), strict=True))
        stocks = {
            int(row["year"]): float(row["soc_t_ha"]) for row in observed if row["treatment"] == treatment
        }
        found += [
            {
                "treatment": treatment,
                "year": year,
                "modelled_t_ha": round(value, 4),
                "observed_t_ha": stocks.get(year, ""),
            }
            for year, value in [(1851, float(start.pools_t_ha.sum()) + before["iom_t_ha"]), *total.items()]
        ]
    return found


def canada(data: Path) -> list[dict[str, Any]]:
    """Run Tier 2 with its defaults on the Canadian sites from their first stock; give observed and modelled change."""
    stocks: dict[str, list[tuple[int, float]]] = defaultdict(list)
    place = {}
    for row in read_csv(data / "canada_lte" / "soc_stocks.csv"):
        if row["measured_to_30cm"] == "1":
            stocks[row["site"]].append((int(row["year"]), float(row["soc_t_ha_0_30cm"])))
            place[row["site"]] = row["location_name"]
    management: dict[str, dict[int, dict[str, str]]] = defaultdict(dict)
    for row in read_csv(data / "canada_lte" / "management_annual.csv"):
        if all(row[name] for name in ("c_input_t_ha", "lignin_fraction", "nitrogen_fraction", "tillage")):
            management[row["site"]][int(row["year"])] = row
    weather: dict[str, dict[int, Any]] = defaultdict(dict)
    for row in read_csv(data / "canada_lte" / "climate_monthly.csv"):
        year = weather[row["POLYID"]].setdefault(int(row["year"]), np.full((2, 12), np.nan))
        year[:, int(row["month"]) - 1] = float(row["tmean_c"]), float(row["precip_over_pet"])
    found = []
    classes = {"FT": 0.0, "RT": 1.0, "NT": 2.0}
    for site, series in sorted(stocks.items()):
        series.sort()
        mine = management.get(site, {})
        first, last = series[0][0], series[-1][0]
        if last == first or not mine:
            continue
        years = list(range(first - 4, last + 1))
        rows = [mine[min(mine, key=lambda y, year=year: abs(y - year))] for year in years]  # type: ignore[misc]
        cell = weather.get(rows[0]["POLYID"])
        if not cell:
            continue
        mean = np.mean(list(cell.values()), axis=0)
        air = np.stack([cell.get(year, mean) for year in years])
        forcing = Tier2Forcing(
            tmean_c=air[:, 0, :, None],
            rain_over_pet=air[:, 1, :, None],
            irrigated=np.array([[float(row["irrigated"])] * 12 for row in rows])[..., None],
            carbon_t_ha_yr=column(rows, "c_input_t_ha"),
            lignin_fraction=column(rows, "lignin_fraction"),
            nitrogen_fraction=column(rows, "nitrogen_fraction"),
            tillage=np.array([classes[row["tillage"]] for row in rows]),
            sand_fraction=float(rows[0]["sand_fraction"]),
        )
        total = run_tier2(forcing, BY_TILLAGE, start_total_t_ha=series[0][1]).run.total[:, 0, 0]
        found += [
            {
                "site": site,
                "location": place[site].split(",")[0],
                "years": year - first,
                "observed_change_t_ha": round(stock - series[0][1], 4),
                "modelled_change_t_ha": round(float(total[year - first] - total[0]), 4),
            }
            for year, stock in series[1:]
            if year > first
        ]
    return found


def skill(observed: Any, modelled: Any) -> dict[str, float]:
    """Give number, bias, RMSE and the spread of what was observed."""
    gap = np.asarray(modelled) - np.asarray(observed)
    return {
        "n": len(gap),
        "bias": float(gap.mean()),
        "rmse": float(np.sqrt((gap**2).mean())),
        "sd_observed": float(np.std(observed, ddof=1)),
    }


def draw_references() -> None:
    """Draw RothC against its program by month, and the largest difference of each model."""
    time, run_in, exact = rothc_difference()
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.4), layout="constrained")
    left.semilogy(time, run_in, color=BLUE, lw=1, label="after the program's own run-in")
    left.semilogy(time, exact, color=RED, lw=1, label="after the exact steady state")
    left.axhline(1e-9, color=QUIET, lw=0.8, ls="--")
    left.axhline(2e-4, color=QUIET, lw=0.8, ls="--")
    left.text(2008.5, 1e-9, "1e-9", color=QUIET, va="center", fontsize=8)
    left.text(2008.5, 2e-4, "2e-4", color=QUIET, va="center", fontsize=8)
    left.set(ylim=(1e-15, 1e-2), xlim=(1938, 2008), ylabel="largest difference of a pool (t C/ha)")
    left.set_title("RothC against Rothamsted's program, 828 months", fontsize=9, loc="left")
    left.legend(frameon=False, fontsize=8, loc="center right", bbox_to_anchor=(1.0, 0.62))
    rows = {"RothC, 828 months of its program": (float(run_in.max()), 1e-9), **other_differences()}
    for place, (name, (gap, bar)) in enumerate(reversed(rows.items())):
        right.plot([gap], [place], "o", color=BLUE)
        right.plot([bar], [place], "|", color=RED, ms=14, mew=2)
        right.text(1e-17, place + 0.22, name, fontsize=8, color=INK)
    right.set_xscale("log")
    right.set(xlim=(1e-17, 1), ylim=(-0.5, len(rows) - 0.3), yticks=[], xlabel="t C/ha")
    right.set_title("Largest difference (dot) and tolerance (bar)", fontsize=9, loc="left")
    right.spines["left"].set_visible(False)
    for axis in (left, right):
        plain(axis)
    save_figure(figure, OUT / "references.svg")


def draw_hoosfield(rows: list[dict[str, str]]) -> dict[str, dict[str, float]]:
    """Draw Hoosfield; give the skill by treatment."""
    figure, axis = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    found = {}
    for treatment, colour in (
        ("FYM every year since 1852", GREEN),
        ("FYM 1852-1871 only", BLUE),
        ("nil", RED),
    ):
        mine = [row for row in rows if row["treatment"] == treatment]
        seen = [row for row in mine if row["observed_t_ha"]]
        axis.plot(column(mine, "year"), column(mine, "modelled_t_ha"), color=colour, lw=1.4)
        axis.plot(column(seen, "year"), column(seen, "observed_t_ha"), "o", color=colour, ms=4.5)
        name = "no manure" if treatment == "nil" else treatment.replace("FYM", "manure")
        axis.text(2003, float(mine[-1]["modelled_t_ha"]), name, color=colour, fontsize=8, va="center")
        found[treatment] = skill(column(seen, "observed_t_ha"), column(seen, "modelled_t_ha"))
    axis.set(
        xlim=(1850, 2055),
        ylim=(0, 100),
        ylabel="organic carbon, 0-23 cm (t/ha)",
        xticks=range(1850, 2001, 25),
    )
    axis.set_title(
        "Hoosfield barley: RothC uncalibrated (lines), measured stocks (dots)", fontsize=9, loc="left"
    )
    plain(axis)
    save_figure(figure, OUT / "hoosfield.svg")
    return found


def draw_canada(rows: list[dict[str, str]]) -> dict[str, float]:
    """Draw the Canadian sites; give the skill."""
    figure, axis = plt.subplots(figsize=(4.6, 4.4), layout="constrained")
    observed, modelled = column(rows, "observed_change_t_ha"), column(rows, "modelled_change_t_ha")
    for place, colour in zip(
        sorted({row["location"] for row in rows}), (BLUE, GREEN, RED, INK, QUIET), strict=False
    ):
        here = np.array([row["location"] == place for row in rows])
        axis.plot(observed[here], modelled[here], "o", ms=2.6, color=colour, alpha=0.6, mew=0, label=place)
    axis.plot([-40, 40], [-40, 40], color=QUIET, lw=0.8)
    axis.set(
        xlim=(-35, 35), ylim=(-35, 35), xlabel="observed change (t C/ha)", ylabel="modelled change (t C/ha)"
    )
    axis.set_aspect("equal")
    axis.set_title("Tier 2 with its defaults, Canadian trials", fontsize=9, loc="left")
    axis.legend(frameon=False, fontsize=8, markerscale=2, loc="lower right")
    plain(axis)
    save_figure(figure, OUT / "canada.svg")
    return skill(observed, modelled)


def draw_speed(bench: dict[str, Any]) -> None:
    """Draw site-months per second by the number of sites and of draws."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.4), layout="constrained", sharey=True)
    for key, name, colour in (
        ("numpy", "NumPy", RED),
        ("compiled_1", "compiled, 1 thread", GREEN),
        ("compiled_2", "compiled, 2 threads", BLUE),
    ):
        sizes = [int(size) for size in bench[key]]
        left.loglog(sizes, list(bench[key].values()), "o-", color=colour, ms=4, lw=1.2, label=name)
    left.axhline(bench["plain_loop"], color=QUIET, lw=0.8, ls="--")
    left.text(
        1.2e4,
        bench["plain_loop"] * 1.1,
        "plain Python loop",
        color=QUIET,
        fontsize=8,
        ha="right",
        va="bottom",
    )
    left.axhline(bench["stream"] / 64, color=QUIET, lw=0.8, ls=":")
    left.text(
        1.2e4,
        bench["stream"] / 64 * 1.1,
        "memory, 64 bytes each",
        color=QUIET,
        fontsize=8,
        ha="right",
        va="bottom",
    )
    left.set(xlabel="sites, each with its own weather", ylabel="site-months per second", ylim=(3e5, 3e9))
    left.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(0.0, 0.82))
    sizes = [int(size) for size in bench["draws"]]
    right.loglog(sizes, list(bench["draws"].values()), "o-", color=BLUE, ms=4, lw=1.2)
    right.set(xlabel="draws of the input, 200 sites, compiled, 2 threads")
    for axis in (left, right):
        plain(axis)
    save_figure(figure, OUT / "speed.svg")


def main() -> None:
    """Make everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--bench", type=Path)
    arguments = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    mpl.rcParams.update(
        {"svg.hashsalt": "mollisol", "font.size": 9, "axes.edgecolor": INK, "svg.fonttype": "none"}
    )
    if arguments.data:
        write_csv(OUT / "hoosfield.csv", hoosfield(arguments.data))
        write_csv(OUT / "canada.csv", canada(arguments.data))
    if arguments.bench:
        (OUT / "speed.json").write_text(arguments.bench.read_text(encoding="utf-8"), encoding="utf-8")
    draw_references()
    found: dict[str, Any] = {"hoosfield": draw_hoosfield(read_csv(OUT / "hoosfield.csv"))}
    found["canada"] = draw_canada(read_csv(OUT / "canada.csv"))
    draw_speed(json.loads((OUT / "speed.json").read_text(encoding="utf-8")))
    json.dump(found, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
