"""The trial folder of Rothamsted and Woburn; called by ``calibration_trials.py``."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shared import read_csv

type Row = dict[str, Any]

FIRST, LAST = 1843, 2015
RUN_IN = 5
SMALL_GRAINS, LEYS, FALLOW_SOIL = "non-fixing annual C3 herbaceous upland", "mixed", "bare"
"""Crop functional groups by the attributes of VMD0053."""
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
MANURE_T_HA = 3.0
"""Carbon of 35 t/ha of farmyard manure, as in the RothC manual."""
BACKGROUND_T_HA = 1.0
"""Carbon of roots, stubble and weeds that does not follow the yield: a prior mean, calibrated."""
DRY = 0.85
FALLOW = (1912, 1933, 1943, 1967)
"""Years without a crop at Hoosfield, as in the RothC manual."""
SOIL = {
    "rothamsted": {"cell": "rothamsted", "depth_cm": 23, "clay_percent": 23.4},
    "woburn": {"cell": "woburn", "depth_cm": 25, "clay_percent": 13},
}
PLACE: dict[str, Row] = {
    "rothamsted": {
        "climate_zone": "cool-temperate-moist",
        "texture_class": "silty-clay-loam",
        "clay_percent": 23.4,
        "latitude_deg": 51.81,
        "longitude_deg": -0.37,
    },
    "woburn": {
        "climate_zone": "cool-temperate-moist",
        "texture_class": "sandy-loam",
        "clay_percent": 13,
        "latitude_deg": 52.01,
        "longitude_deg": -0.6,
    },
}
DOI = {
    "broadbalk": "10.23637/KeyRefOABKsoc-02, yields 10.23637/rbk1/meanWWYields1852-2022-03",
    "hoosfield": "10.23637/KeyRefOAHBsoc, yields 10.23637/KeyRefOAHByields",
    "highfield": "10.23637/rrs1-SOILCN1959-2014-01",
    "woburn": "10.23637/wrn3-soc3809-01, inputs of a ley from RothC_Py at f2ab6df",
}
LEY_SHARE = {"ley": 1.0, "arable": 0.75, "fallow rotation": 0.5, "long ley": 1.2}
"""Carbon of a rotation as a share of that of the three-year ley: prior means, calibrated."""
PHASES = {
    "Ar": ("arable", "fallow rotation", "arable"),
    "Ah": ("arable", "arable", "arable"),
    "L": ("ley", "ley", "ley"),
    "Lu": ("ley", "ley", "ley"),
    "Ar/Lu": ("both", "long ley", "long ley"),
    "Ah/L": ("both", "long ley", "long ley"),
    "Lu/Ar": ("both", "long ley", "long ley"),
    "L/Ah": ("both", "long ley", "long ley"),
}
"""What each lineage of Woburn was until 1974, until 1999 and after."""


def entry(site: str, year: int, month: int, activity: str, what: str, amount: float, **more: Any) -> Row:
    """Give an entry of a schedule."""
    return {
        "scenario": "trial",
        "site": site,
        "year": year,
        "month": month,
        "activity": activity,
        "what": what,
        "amount": round(amount, 4),
        "residues": "returned",
        "until_year": "",
        **more,
    }


def weather(data: Path, vectors: Path) -> list[Row]:
    """Give the weather of both places; what was not measured is the mean of the month."""
    normal = {
        row["month"]: row
        for row in read_csv(data / "weather_rothamsted_normals.csv")
        if row["period"] == "1961-1990"
    }
    warm = [float(normal[m]["tmean_c"]) for m in MONTHS]
    yearly = {
        int(row["year"]): float(row["tmean_c"])
        for row in read_csv(data / "weather_rothamsted_annual_temperature.csv")
        if row["tmean_c"]
    }
    measured: dict[tuple[int, int], dict[str, str]] = {
        (int(row["year"]), int(row["month"])): row
        for row in read_csv(data / "weather_rothamsted_monthly.csv")
    }
    rows = []
    for year in range(FIRST, LAST + 1):
        shift = yearly.get(year, sum(warm) / 12.0) - sum(warm) / 12.0
        for month in range(1, 13):
            known = measured.get((year, month), {})
            mean = normal[MONTHS[month - 1]]
            rows.append(
                {
                    "cell": "rothamsted",
                    "year": year,
                    "month": month,
                    "tmean_c": round(float(known.get("tmean_c") or warm[month - 1] + shift), 2),
                    "rain_mm": float(known.get("rain_mm") or mean["rain_mm"]),
                    "pan_evaporation_mm": float(mean["evaporation_mm"]),
                }
            )
    columns = {"tmean_c": "tmean_c", "rain_mm": "rain_mm", "pan_evaporation_mm": "pan_evap_mm"}
    given = {
        (int(r["year"]), int(r["month"])): r
        for r in read_csv(vectors / "rothc_py" / "input_monthly.csv")
        if r["year"] != "1"
    }
    means = {
        (month, name): sum(float(r[source]) for (_, m), r in given.items() if m == month)
        / sum(1 for _, m in given if m == month)
        for month in range(1, 13)
        for name, source in columns.items()
    }
    for year in range(FIRST, LAST + 1):
        for month in range(1, 13):
            known = given.get((year, month), {})
            rows.append(
                {"cell": "woburn", "year": year, "month": month}
                | {
                    name: round(
                        max(
                            float(known.get(source) or means[month, name]),
                            -99.0 if name == "tmean_c" else 0.0,
                        ),
                        2,
                    )
                    for name, source in columns.items()
                }
            )
    return rows


class Folder:
    """The tables as they grow."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = defaultdict(list)

    def study(self, name: str, experiment: str, place: str, use: str, practice: str, crop: str) -> None:
        """Add a study."""
        self.tables["studies"].append(
            {
                "study": name,
                "experiment": experiment,
                "practice_category": practice,
                "crop_group": crop,
                "source": "SOC",
                **PLACE[place],
                "use": use,
                "citation": f"Rothamsted Research, electronic Rothamsted Archive, {DOI[name.split('-')[0]]}",
                "licence": "CC BY 4.0",
            }
        )

    def site(
        self,
        name: str,
        study: str,
        place: str,
        treatment: str,
        start: tuple[int, float, float | str],
        block: str = "",
    ) -> None:
        """Add a site; its start is year, stock and standard error."""
        year, stock, error = start
        self.tables["sites"].append({"site": name, **SOIL[place], "soc_t_ha": round(stock, 3)})
        self.tables["trial_sites"].append(
            {
                "site": name,
                "study": study,
                "treatment": treatment,
                "block": block,
                "start_year": year,
                "start_standard_error_t_ha": error,
            }
        )

    def stock(self, site: str, year: int, value: float, error: float | str = "", replicates: int = 1) -> None:
        """Add a measured stock."""
        self.tables["observations"].append(
            {
                "site": site,
                "year": year,
                "soc_t_ha": round(value, 3),
                "standard_error_t_ha": error,
                "replicates": replicates,
            }
        )

    def history(self, site: str, *, grass: bool = False) -> None:
        """Add the past that the start is the steady state of: the same each year."""
        until = {"until_year": FIRST + RUN_IN - 1}
        rows = [
            entry(site, FIRST, 8, "plant-input", "past", 3.0 if grass else 1.4, **until),
            entry(site, FIRST, 1, "cover", "", 1, **until),
        ]
        if not grass:
            rows.append(entry(site, FIRST, 8, "cover", "", 0, **until))
            rows.append(entry(site, FIRST, 11, "cover", "", 1, **until))
        self.tables["schedule"] += [{**row, "scenario": "history"} for row in rows]

    def cover(self, site: str, first: int, last: int, *, on: int, off: int) -> None:
        """Add cover from a month on and bare soil from another, every year."""
        self.tables["schedule"] += [
            entry(site, first, on, "cover", "", 1, until_year=last),
            entry(site, first, off, "cover", "", 0, until_year=last),
        ]

    def cereal(
        self,
        site: str,
        crop: str,
        yields: list[tuple[int, int, float]],
        first: int,
        last: int,
        without: tuple[int, ...] = (),
    ) -> None:
        """Add yields by period, straw carried off, and the background input; none in fallow years."""
        for begin, end, grain in yields:
            for a, b in _gaps(max(begin, first), min(end, last), without):
                self.tables["schedule"].append(
                    entry(site, a, 8, "harvest", crop, DRY * grain, residues="exported", until_year=b)
                )
        for a, b in _gaps(first, last, without):
            self.tables["schedule"].append(
                entry(site, a, 8, "plant-input", "background", BACKGROUND_T_HA, until_year=b)
            )

    def manure(self, site: str, first: int, last: int, amount: float, month: int = 11) -> None:
        """Add manure every year."""
        self.tables["schedule"].append(
            entry(site, first, month, "manure-carbon", "Bovine manure", amount, until_year=last)
        )

    def compare(
        self, study: str, practice: str, crop: str, treated: str, reference: str, first: int, last: int
    ) -> None:
        """Add a comparison."""
        self.tables["comparisons"].append(
            {
                "comparison": f"{treated}-{first}-{last}"
                + ("" if not reference else f"-to-{reference.split('-')[-1]}"),
                "study": study,
                "practice_category": practice,
                "crop_group": crop,
                "source": "SOC",
                "treated_site": treated,
                "reference_site": reference,
                "from_year": first,
                "to_year": last,
            }
        )


def _gaps(first: int, last: int, without: tuple[int, ...]) -> list[tuple[int, int]]:
    """Give the runs of years from the first to the last that leave some out."""
    runs: list[tuple[int, int]] = []
    for year in range(first, last + 1):
        if year in without:
            continue
        if runs and runs[-1][1] == year - 1:
            runs[-1] = (runs[-1][0], year)
        else:
            runs.append((year, year))
    return runs


def rothamsted(data: Path, vectors: Path) -> dict[str, list[Row]]:
    """Give the tables of the folder."""
    made = Folder()
    made.tables["weather"] = weather(data, vectors)
    stocks = [r for r in read_csv(data / "soc_timeseries.csv") if r["soc_t_ha"]]
    yields = periods(data)
    broadbalk(made, stocks, yields)
    woburn(made, stocks, vectors)
    hoosfield(made, stocks, yields)
    highfield(made, stocks)
    return made.tables


def periods(data: Path) -> dict[tuple[str, str], list[tuple[int, int, float]]]:
    """Give mean yields by experiment and treatment; the first period also stands for the years before it."""
    found: dict[tuple[str, str], list[tuple[int, int, float]]] = defaultdict(list)
    for row in read_csv(data / "yields_period_means.csv"):
        key = row["experiment"].split()[0], row["treatment"]
        first = FIRST if not found[key] else int(row["year_from"])
        found[key].append((first, int(row["year_to"]), float(row["grain_t_ha_85pct_dm"])))
    return found


def broadbalk(made: Folder, stocks: list[dict[str, str]], yields: Any) -> None:
    """Add Broadbalk: winter wheat, straw carried off."""
    made.study("broadbalk", "Broadbalk", "rothamsted", "calibration", "organic amendments", SMALL_GRAINS)
    plots = {
        "nil": ("nil", "nil", ()),
        "PK": ("PK", "nil", ()),
        "N3PK": ("N3PK", "N3PK", ()),
        "FYM-1843": ("FYM since 1843", "FYM since 1843", ((1844, LAST),)),
        "FYM-1885": ("FYM since 1885 (+N since 1968)", "FYM since 1843", ((1885, LAST),)),
        "FYM-1968-2000": ("FYM+N 1968-2000, N only since 2001", "FYM since 1843", ((1968, 2000),)),
    }
    for name, (treatment, yielding, manured) in plots.items():
        series = sorted(
            (int(r["year"]), float(r["soc_t_ha"]), r["estimated_start"])
            for r in stocks
            if r["experiment"].startswith("Broadbalk") and r["treatment"] == treatment
        )
        series = [s for s in series if s[1] < 1000.0]
        site = f"broadbalk-{name}"
        first, start, estimated = series[0]
        made.site(site, "broadbalk", "rothamsted", name, (first, start, 2.0 if estimated == "1" else ""))
        made.history(site)
        made.cereal(site, "Winter wheat", yields["Broadbalk", yielding], first + 1, LAST)
        made.cover(site, first + 1, LAST, on=11, off=8)
        for begin, end in manured:
            made.manure(site, begin, end, MANURE_T_HA)
        for year, value, estimated in series:
            if estimated != "1":
                made.stock(site, year, value)


def hoosfield(made: Folder, stocks: list[dict[str, str]], yields: Any) -> None:
    """Add Hoosfield: spring barley, straw carried off, by the same allometry as Broadbalk."""
    made.study("hoosfield", "Hoosfield", "rothamsted", "validation", "organic amendments", SMALL_GRAINS)
    plots = {
        "nil": ("nil", 0),
        "FYM-1852": ("FYM every year since 1852", 1998),
        "FYM-1852-1871": ("FYM 1852-1871 only", 1871),
    }
    for name, (treatment, manured_until) in plots.items():
        site = f"hoosfield-{name}"
        series = sorted(
            (int(r["year"]), float(r["soc_t_ha"]))
            for r in stocks
            if r["experiment"].startswith("Hoosfield") and r["treatment"] == treatment
        )
        made.site(site, "hoosfield", "rothamsted", name, (1851, series[0][1], 2.0))
        made.history(site)
        made.cereal(site, "Spring barley", yields["Hoosfield", treatment], 1852, 1998, FALLOW)
        for a, b in _gaps(1852, 1998, FALLOW):
            made.cover(site, a, b, on=4, off=8)
        for begin, end, month in ((1852, min(manured_until, 1930), 2), (1931, manured_until, 11)):
            for a, b in _gaps(begin, end, (1912,)):
                made.manure(site, a, b, MANURE_T_HA, month=month)
        for year, value in series[1:]:
            made.stock(site, year, value)
    years = [year for year, _ in series[2:]]
    for name in ("FYM-1852", "FYM-1852-1871"):
        for year in years:
            made.compare(
                "hoosfield",
                "organic amendments",
                SMALL_GRAINS,
                f"hoosfield-{name}",
                "hoosfield-nil",
                1882,
                year,
            )


def highfield(made: Folder, stocks: list[dict[str, str]]) -> None:
    """Add the bare fallow on old grass: means of four blocks, stocks of 0-23 cm as the archive has them."""
    practice = "soil disturbance and residue management"
    made.study("highfield-fallow", "Highfield bare fallow", "rothamsted", "validation", practice, FALLOW_SOIL)
    by_year: dict[int, list[float]] = defaultdict(list)
    rows = [r for r in stocks if r["experiment"] == "Highfield bare fallow"]
    for row in rows:
        by_year[int(row["year"])].append(float(row["soc_t_ha"]))
    site = "highfield-fallow"
    for year, values in sorted(by_year.items()):
        mean = sum(values) / len(values)
        error = (sum((v - mean) ** 2 for v in values) / (len(values) - 1) / len(values)) ** 0.5
        if year == 1959:
            made.site(site, "highfield-fallow", "rothamsted", "fallow", (year, mean, round(error, 3)))
        made.stock(site, year, mean, round(error, 3), len(values))
    made.history(site, grass=True)
    made.tables["schedule"].append(entry(site, 1960, 1, "cover", "", 0))
    for year in sorted(by_year)[1:]:
        made.compare("highfield-fallow", practice, FALLOW_SOIL, site, "", 1959, year)


def woburn(made: Folder, stocks: list[dict[str, str]], vectors: Path) -> None:
    """Add the ley-arable experiment at Woburn: eight lineages of rotations, with and without manure, in five blocks."""
    ley: dict[int, float] = defaultdict(float)
    for row in read_csv(vectors / "rothc_py" / "input_monthly.csv"):
        if row["year"] != "1":
            ley[int(row["year"])] += float(row["plant_c_t_ha"])
    plots: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in stocks:
        if row["experiment"] == "Woburn ley-arable":
            plots[row["block"], row["plot"]].append(row)
    for block in "12345":
        made.study(f"woburn-b{block}", "Woburn ley-arable", "woburn", "cross-validation", "cropping", LEYS)
    last = 2009
    for (block, _), rows in sorted(plots.items()):
        rows.sort(key=lambda r: int(r["year"]))
        _, rotation, manure = rows[0]["treatment"].split("|")
        fym = manure.upper() == "FYM=FYM"
        treatment = f"{rotation.replace('/', '+')}-{'FYM' if fym else 'none'}"
        site = f"woburn-b{block}-{treatment}"
        made.site(
            site, f"woburn-b{block}", "woburn", treatment, (1938, float(rows[0]["soc_t_ha"]), 3.5), block
        )
        made.history(site)
        for span, kind in zip(((1939, 1974), (1975, 1999), (2000, last)), PHASES[rotation], strict=True):
            woburn_inputs(made, site, span, kind, ley)
        if fym:
            made.manure(site, 1941, 1967, 37.7 / 35.0 * MANURE_T_HA / 5.0)
        for row in rows[1:]:
            made.stock(site, int(row["year"]), float(row["soc_t_ha"]))
    woburn_pairs(made)


def woburn_inputs(made: Folder, site: str, span: tuple[int, int], kind: str, ley: dict[int, float]) -> None:
    """Add the input of a rotation in means of five years, and its cover; an alternating one is half and half."""
    parts = ("arable", "ley") if kind == "both" else (kind,)
    known = sorted(ley)
    for part in parts:
        for begin in range(span[0], span[1] + 1, 5):
            end = min(begin + 4, span[1])
            years = [min(max(year, known[0]), known[-1]) for year in range(begin, end + 1)]
            amount = LEY_SHARE[part] / len(parts) * sum(ley[year] for year in years) / len(years)
            made.tables["schedule"].append(entry(site, begin, 8, "plant-input", part, amount, until_year=end))
    bare = {"arable": 9, "fallow rotation": 8, "both": 10}.get(kind)
    if bare is None:
        made.tables["schedule"].append(entry(site, span[0], 1, "cover", "", 1))
    else:
        made.cover(site, *span, on=4 if kind == "fallow rotation" else 12, off=bare)


def woburn_pairs(made: Folder) -> None:
    """Compare manured with unmanured, and each rotation with the arable one that has hay, within a block."""
    seen: dict[str, list[int]] = defaultdict(list)
    for row in made.tables["observations"]:
        seen[row["site"]].append(row["year"])
    for block in "12345":
        study = f"woburn-b{block}"
        sites = sorted(s for s in seen if s.startswith(study + "-"))
        for site in sites:
            treatment = site.removeprefix(study + "-")
            rotation, manure = treatment.rsplit("-", 1)
            pairs = []
            if manure == "FYM":
                pairs.append(("organic amendments", f"{study}-{rotation}-none"))
            if manure == "none" and rotation != "Ah":
                pairs.append(("cropping", f"{study}-Ah-none"))
            for practice, reference in pairs:
                both = sorted(set(seen[site]) & set(seen[reference]))
                made.compare(study, practice, LEYS, site, reference, both[0], both[-1])
