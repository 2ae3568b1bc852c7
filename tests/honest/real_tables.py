"""Real tables that are no projects, made into one: only the frame around them is made up."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.honest.folder import CORES, DENSITY, POINTS, SOC, Folder

CLAPHAM = Path(__file__).resolve().parents[2] / "examples" / "clapham" / "clapham_soc_bd.csv"
PAIRS = 10


def clapham(frame: Folder) -> Folder:
    """Return the profiles of Clapham as two campaigns, in the frame of an honest project of one stratum or more.

    Places stand for times, as in many surveys: pasture first, silvopasture then, and for the controls other pasture of
    the same block. No profile stands twice.
    """
    with CLAPHAM.open(encoding="utf-8", newline="") as file:
        layers = list(csv.DictReader(file))
    made, (first, last) = frame.copy(), (frame.campaigns[0], frame.campaigns[-1])
    stratum = frame.rows("strata")[0]["stratum"]
    area = frame.rows("quantification_units")[0]["area_ha"]
    sites = [row["control_site"] for row in frame.rows("control_sites")]
    pasture, trees = (
        list(dict.fromkeys(row["location"] for row in layers if row["land_use"] == use))
        for use in ("PA", "SP")
    )
    pairs = [(f"L{n + 1:02d}", pasture[n], trees[n], "") for n in range(2 * PAIRS)]
    pairs += [
        (f"K{n + 1:02d}", pasture[20 + n], pasture[30 + n], sites[n % len(sites)]) for n in range(PAIRS)
    ]
    points, cores = [], []
    for name, before, after, site in pairs:
        points.append(
            {"point": name, "stratum": "" if site else stratum, "control_site": site, "sampling_unit": name}
        )
        for campaign, location in ((first, before), (last, after)):
            cores += [
                {
                    "campaign": campaign, "point": name, "sample": f"{name}-{campaign}",
                    "sampled_on": f"{campaign}-10-10", "upper_cm": row["upper_cm"], "lower_cm": row["lower_cm"],
                    SOC: f"{10 * float(row['soc_percent']):.5f}", "laboratory_method": "dumas",
                    DENSITY: row["bulk_density_g_per_cm3"],
                }
                for row in layers
                if row["location"] == location
            ]  # fmt: skip
    made.save(POINTS, points)
    made.save(CORES, cores)
    made.save("strata", [{"stratum": stratum, "quantification_unit": "farm", "area_ha": area}])
    made.save("control_links", [{"control_site": site, "stratum": stratum} for site in sites])
    del made.files["units.geojson"]
    made.replace("project.toml", 'geometry_file = "units.geojson"\n', "")
    return made
