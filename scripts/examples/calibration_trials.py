"""Makes the trial folders of ``examples/`` that calibrate and validate the models, from public experiments.

Needs the published tables (see the README of each folder for their sources): ``--data`` is a folder with
``rothamsted_lte`` and ``canada_lte``, ``--vectors`` one with ``rothc_py``. The folders then stand alone.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "examples"))

from rothamsted_trials import SMALL_GRAINS, rothamsted  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shared import read_csv, write_csv  # noqa: E402

type Row = dict[str, Any]


def write_all(folder: Path, tables: dict[str, Sequence[Row]]) -> None:
    """Write the tables of a folder."""
    for name, rows in tables.items():
        write_csv(folder / f"{name}.csv", rows)
        print(f"{folder.name}/{name}.csv: {len(rows)} rows")


PLACES: dict[str, Row] = {
    "Harrow": {
        "climate_zone": "cool-temperate-moist",
        "texture_class": "clay-loam",
        "clay_percent": 37,
        "latitude_deg": 42.03,
        "longitude_deg": -82.9,
    },
    "Ottawa": {
        "climate_zone": "cool-temperate-moist",
        "texture_class": "loam",
        "clay_percent": 24,
        "latitude_deg": 45.38,
        "longitude_deg": -75.72,
    },
    "Lethbridge": {
        "climate_zone": "cool-temperate-dry",
        "texture_class": "loam",
        "clay_percent": 27,
        "latitude_deg": 49.7,
        "longitude_deg": -112.78,
    },
    "Swift Current": {
        "climate_zone": "cool-temperate-dry",
        "texture_class": "loam",
        "clay_percent": 23,
        "latitude_deg": 50.28,
        "longitude_deg": -107.73,
    },
}
PRACTICE = {
    "E2": ("inorganic N fertilizer", "F1_CR1"),
    "E3": ("inorganic N fertilizer", ""),
    "E4": ("cropping", "3_RT_CR2"),
    "E5": ("inorganic N fertilizer", "N0P0"),
    "E6": ("cropping", "T2_CT_CR1"),
    "E7": ("cropping", "T1_RT_CR1"),
}
"""Of each Canadian experiment: what its treatments differ in, as far as names say, and the reference treatment."""
CANADA_CITATION = (
    "PelletierN/AAFC-SOC-cal at 87933fe, prepared from trials of Agriculture and Agri-Food Canada"
)
RUN_IN = 5
MAIZE = "non-fixing annual C4 herbaceous upland"


def block_of(experiment: str, site: str) -> str:
    """Give the block or field of a Canadian plot, as its name says."""
    if experiment == "E4":
        return site[3]
    if experiment in ("E5", "E6"):
        return site.split("Field ")[1].split(".")[0]
    if experiment == "E7":
        return site.split("Field ")[1][0]
    return site[-1] if experiment == "E2" else "1"


def canada(data: Path, out: Path) -> None:
    """Make the Canadian folder."""
    stocks: dict[str, list[tuple[int, float]]] = defaultdict(list)
    head: dict[str, dict[str, str]] = {}
    for row in read_csv(data / "soc_stocks.csv"):
        if row["measured_to_30cm"] == "1":
            stocks[row["site"]].append((int(row["year"]), float(row["soc_t_ha_0_30cm"])))
            head[row["site"]] = row
    managed: dict[str, dict[int, dict[str, str]]] = defaultdict(dict)
    for row in read_csv(data / "management_annual.csv"):
        if all(row[n] for n in ("c_input_t_ha", "lignin_fraction", "nitrogen_fraction", "tillage")):
            managed[row["site"]][int(row["year"])] = row
    chosen = sorted(s for s, v in stocks.items() if len({y for y, _ in v}) > 1 and managed.get(s))
    cells = {managed[s][min(managed[s])]["POLYID"] for s in chosen}
    first = min(min(stocks[s])[0] for s in chosen) - RUN_IN + 1
    last = max(max(stocks[s])[0] for s in chosen)
    tables: dict[str, list[Row]] = defaultdict(list)
    tables["weather"] = canada_weather(data, sorted(cells), first, last)
    seen = set()
    for site in chosen:
        of = head[site]
        experiment, place = of["experiment"], of["location_name"].split(",")[0]
        name = site.replace(" ", "-")
        series = sorted(stocks[site])
        years = managed[site]
        soil = years[min(years)]
        if experiment not in seen:
            seen.add(experiment)
            tables["studies"].append(
                {
                    "study": experiment,
                    "experiment": f"{place} {experiment}",
                    "practice_category": PRACTICE[experiment][0],
                    "crop_group": SMALL_GRAINS if place in ("Lethbridge", "Swift Current") else MAIZE,
                    "source": "SOC",
                    **PLACES[place],
                    "use": "cross-validation",
                    "citation": CANADA_CITATION,
                    "licence": "MIT",
                }
            )
        tables["sites"].append(
            {
                "site": name,
                "cell": soil["POLYID"],
                "depth_cm": 30,
                "clay_percent": PLACES[place]["clay_percent"],
                "soc_t_ha": series[0][1],
                "sand_fraction": soil["sand_fraction"],
            }
        )
        tables["trial_sites"].append(
            {
                "site": name,
                "study": experiment,
                "treatment": of["TrtID_Final"],
                "block": block_of(experiment, site),
                "start_year": series[0][0],
            }
        )
        tables["observations"] += [{"site": name, "year": year, "soc_t_ha": stock} for year, stock in series]
        tables["schedule"] += canada_schedule(name, years, series[0][0] - RUN_IN + 1, series[-1][0])
    tables["comparisons"] = canada_pairs(tables["trial_sites"], stocks)
    write_all(out, tables)


def canada_schedule(name: str, years: dict[int, dict[str, str]], first: int, last: int) -> list[Row]:
    """Give inputs and tillage of a site; years before the record have the mean of its first ten."""
    rows: list[Row] = []
    early = [years[y] for y in sorted(years)[:10]]
    total = sum(float(r["c_input_t_ha"]) for r in early)
    quality = {
        key: sum(float(r["c_input_t_ha"]) * float(r[key]) for r in early) / total
        for key in ("lignin_fraction", "nitrogen_fraction")
    }
    words = {"FT": "full", "RT": "reduced", "NT": "none"}
    before = ""
    for year in range(first, last + 1):
        known = years.get(year)
        if known is None and year > min(years):
            known = years[min(years, key=lambda y, year=year: abs(y - year))]  # type: ignore[misc]
        carbon = float(known["c_input_t_ha"]) if known else round(total / len(early), 4)
        tillage = words[(known or early[0])["tillage"]]
        if tillage != before:
            rows.append(entry(name, year, 4, "tillage", tillage, 1))
            before = tillage
        rows.append(
            entry(name, year, 8, "plant-input", "crop", carbon)
            | {
                key: float(known[key]) if known else round(quality[key], 5)
                for key in ("lignin_fraction", "nitrogen_fraction")
            }
        )
    return [{"lignin_fraction": "", "nitrogen_fraction": "", **row} for row in rows]


def entry(site: str, year: int, month: int, activity: str, what: str, amount: float | str) -> Row:
    """Give an entry of the schedule of a trial."""
    return {
        "scenario": "trial",
        "site": site,
        "year": year,
        "month": month,
        "activity": activity,
        "what": what,
        "amount": amount,
    }


def canada_weather(data: Path, cells: Sequence[str], first: int, last: int) -> list[Row]:
    """Give weather by cell; the ratio of rain to evapotranspiration is written as mm of rain to 100 mm of the other."""
    table: dict[tuple[str, int, int], tuple[float, float]] = {}
    for row in read_csv(data / "climate_monthly.csv"):
        ratio = min(float(row["precip_over_pet"]), 10.0)
        table[row["POLYID"], int(row["year"]), int(row["month"])] = float(row["tmean_c"]), ratio
    rows = []
    for cell in cells:
        known = sorted({y for c, y, _ in table if c == cell})
        means = [
            tuple(sum(table[cell, y, m][i] for y in known) / len(known) for i in (0, 1)) for m in range(1, 13)
        ]
        for year in range(first, last + 1):
            for month in range(1, 13):
                warm, ratio = table.get((cell, year, month), means[month - 1])
                rows.append(
                    {
                        "cell": cell,
                        "year": year,
                        "month": month,
                        "tmean_c": round(warm, 2),
                        "rain_mm": round(100.0 * ratio, 1),
                        "pet_mm": 100,
                    }
                )
    return rows


def canada_pairs(sites: Iterable[Row], stocks: dict[str, list[tuple[int, float]]]) -> list[Row]:
    """Compare each site with a reference of its block, between the first and the last year that both were measured."""
    measured = {name.replace(" ", "-"): {year for year, _ in series} for name, series in stocks.items()}
    sites = list(sites)
    rows = []
    for site in sites:
        practice, word = PRACTICE[site["study"]]
        if not word or word in site["treatment"]:
            continue
        of_study = [r for r in sites if r["study"] == site["study"] and word in r["treatment"]]
        if site["study"] == "E5":
            rotation = site["treatment"].split("_")[-1]
            of_study = [r for r in of_study if r["treatment"].endswith(rotation)]
        same = [r for r in of_study if r["block"] == site["block"]]
        if not same:
            continue
        both = sorted(measured[site["site"]] & measured[same[0]["site"]])
        if len(both) > 1 and both[-1] - both[0] >= 5:
            rows.append(
                {
                    "comparison": f"{site['study']}-{len(rows) + 1:03d}",
                    "study": site["study"],
                    "practice_category": practice,
                    "crop_group": MAIZE if site["study"] in ("E2", "E3") else SMALL_GRAINS,
                    "source": "SOC",
                    "treated_site": site["site"],
                    "reference_site": same[0]["site"],
                    "from_year": both[0],
                    "to_year": both[-1],
                }
            )
    return rows


def main() -> None:
    """Make both folders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "examples")
    arguments = parser.parse_args()
    canada(arguments.data / "canada_lte", arguments.out / "canada-trials")
    tables = rothamsted(arguments.data / "rothamsted_lte", arguments.vectors)
    write_all(arguments.out / "rothamsted-trials", tables)


if __name__ == "__main__":
    main()
