"""Write docs/fixed-depth-or-equal-mass.md: what equal soil mass does to real profiles.

``python scripts/pages/equal_mass.py [DOCS]`` makes page and figure; a test makes them again and compares.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from scipy.special import stdtrit

from mollisol.quantification.equivalent_soil_mass import (
    carbon_at_equivalent_soil_mass_t_per_ha,
    extrapolated_share,
    reference_soil_mass_t_per_ha,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shared import save_figure

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "examples" / "clapham" / "clapham_soc_bd.csv"

USES = {"PA": "pasture", "SP": "silvopasture", "FW": "farm woodland"}
COMPARED = ("SP", "FW")
LAYERS_TO_40_CM = 3
CUBIC, LINEAR = "natural_cubic_spline", "linear"
BANDS_PERCENT = ((0, 5), (5, 10), (10, 15), (15, 20), (20, 35))
WARN_PERCENT, REFUSE_PERCENT = 10, 35


@dataclass(frozen=True)
class Profiles:
    """Cumulative soil mass and carbon at the lower end of each layer, t/ha; one row for each location."""

    location: np.ndarray
    use: np.ndarray
    lower_cm: np.ndarray
    mass: np.ndarray
    carbon: np.ndarray

    @property
    def reference(self) -> float:
        """Mass of the densest profile at 40 cm."""
        at_40 = self.mass[:, LAYERS_TO_40_CM - 1]
        return float(reference_soil_mass_t_per_ha(soil_mass_at_reporting_depth_t_per_ha=at_40))

    @property
    def fixed_depth(self) -> np.ndarray:
        """Carbon to 40 cm."""
        return self.carbon[:, LAYERS_TO_40_CM - 1]

    def at_mass(self, reference: float, interpolation: str, layers: int = 6) -> np.ndarray:
        """Carbon above one soil mass, from the uppermost layers only."""
        return carbon_at_equivalent_soil_mass_t_per_ha(
            cumulative_soil_mass_t_per_ha=self.mass[:, :layers],
            cumulative_carbon_t_per_ha=self.carbon[:, :layers],
            reference_soil_mass_t_per_ha=np.array([reference]),
            interpolation=interpolation,
        )[:, 0]

    def beyond_percent(self, layers: int) -> np.ndarray:
        """How far the reference lies beyond the sampled mass, per cent."""
        share = extrapolated_share(
            sampled_soil_mass_t_per_ha=self.mass[:, layers - 1], reference_soil_mass_t_per_ha=self.reference
        )
        return 100 * np.asarray(share)


def read(path: Path = SOURCE) -> Profiles:
    """Read the profiles."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows.sort(key=lambda row: (list(USES).index(row["land_use"]), row["location"], float(row["upper_cm"])))
    upper, lower, percent, density = (
        np.array([float(row[name]) for row in rows]).reshape(-1, 6)
        for name in ("upper_cm", "lower_cm", "soc_percent", "bulk_density_g_per_cm3")
    )
    mass = 100 * density * (lower - upper)
    return Profiles(
        location=np.array([row["location"] for row in rows[::6]]),
        use=np.array([row["land_use"] for row in rows[::6]]),
        lower_cm=lower[0],
        mass=mass.cumsum(axis=1),
        carbon=(mass * percent / 100).cumsum(axis=1),
    )


@dataclass(frozen=True)
class Way:
    """One way to get a stock from a profile."""

    name: str
    stock: np.ndarray


def ways(profiles: Profiles) -> list[Way]:
    """Give the stocks of all profiles in each way."""
    reference = profiles.reference
    lightest = float(profiles.mass[:, LAYERS_TO_40_CM - 1].min())
    return [
        Way("fixed depth, 0-40 cm", profiles.fixed_depth),
        Way("equal mass, six layers, cubic", profiles.at_mass(reference, CUBIC)),
        Way("equal mass, six layers, linear", profiles.at_mass(reference, LINEAR)),
        Way("equal mass, only 0-40 cm sampled, cubic", profiles.at_mass(reference, CUBIC, LAYERS_TO_40_CM)),
        Way("equal mass, only 0-40 cm sampled, linear", profiles.at_mass(reference, LINEAR, LAYERS_TO_40_CM)),
        Way(
            f"equal mass of the lightest profile ({lightest:.0f} t/ha), six layers, cubic",
            profiles.at_mass(lightest, CUBIC),
        ),
    ]


def against_pasture(profiles: Profiles, stock: np.ndarray, use: str) -> tuple[float, float]:
    """Give the difference of two means and its two-sided 90 % half-width, Welch."""
    one, pasture = stock[profiles.use == use], stock[profiles.use == "PA"]
    terms = np.array([sample.var(ddof=1) / len(sample) for sample in (one, pasture)])
    freedom = np.array([len(one) - 1, len(pasture) - 1])
    df = terms.sum() ** 2 / (terms**2 / freedom).sum()
    return float(one.mean() - pasture.mean()), float(stdtrit(df, 0.95) * terms.sum() ** 0.5)


def profile_table(profiles: Profiles) -> str:
    """Give mass and carbon at fixed depth by land use."""
    lines = [
        "| land use | profiles | soil mass to 40 cm, t/ha | carbon to 40 cm, t/ha |",
        "|---|---|---|---|",
    ]
    for use, name in USES.items():
        mine = profiles.use == use
        mass, carbon = profiles.mass[mine, LAYERS_TO_40_CM - 1], profiles.fixed_depth[mine]
        lines.append(
            f"| {name} | {mine.sum()} | {mass.mean():.0f} ({mass.min():.0f} to {mass.max():.0f}) "
            f"| {carbon.mean():.1f} |"
        )
    return "\n".join(lines)


def ways_table(profiles: Profiles) -> str:
    """Give stocks and differences in each way."""
    lines = [
        "| way | " + " | ".join(USES.values()) + " | silvopasture less pasture | woodland less pasture |",
        "|---" * 6 + "|",
    ]
    for way in ways(profiles):
        means = [f"{way.stock[profiles.use == use].mean():.1f}" for use in USES]
        gaps = [against_pasture(profiles, way.stock, use) for use in COMPARED]
        cells = [way.name, *means, *(f"{gap:.1f} ± {half:.1f}" for gap, half in gaps)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def excess(profiles: Profiles, interpolation: str) -> np.ndarray:
    """Give what sampling to 40 cm alone adds: its extrapolated stock less that of six layers, cubic."""
    reference = profiles.reference
    shallow = profiles.at_mass(reference, interpolation, LAYERS_TO_40_CM)
    return shallow - profiles.at_mass(reference, CUBIC)


def beyond_table(profiles: Profiles) -> str:
    """Give the excess by how far the reference lies beyond 40 cm."""
    beyond = profiles.beyond_percent(LAYERS_TO_40_CM)
    cubic, linear = excess(profiles, CUBIC), excess(profiles, LINEAR)
    lines = [
        "| beyond the sample | profiles | cubic, mean | cubic, range | linear, mean | linear, range |",
        "|---" * 6 + "|",
    ]
    for low, high in BANDS_PERCENT:
        band = (beyond >= low) & (beyond < high)
        cells = [f"{low} to {high} %", str(band.sum())]
        for over in (cubic[band], linear[band]):
            cells += [f"{over.mean():+.1f}", f"{over.min():+.1f} to {over.max():+.1f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def figure(profiles: Profiles) -> Figure:
    """Draw the differences in each way, and the excess of extrapolation."""
    drawing = Figure(figsize=(10, 4.4), layout="constrained")
    left, right = drawing.subplots(1, 2, width_ratios=(1.15, 1))
    colours = {"SP": "#0072b2", "FW": "#d55e00"}
    shown = ways(profiles)[:5]
    names = [
        "fixed depth\n0-40 cm",
        "equal mass\nsix layers, cubic",
        "equal mass\nsix layers, linear",
        "equal mass\nto 40 cm, cubic",
        "equal mass\nto 40 cm, linear",
    ]
    for use, shift in zip(COMPARED, (-0.12, 0.12), strict=True):
        gaps = [against_pasture(profiles, way.stock, use) for way in shown]
        left.errorbar(
            [gap for gap, _ in gaps],
            np.arange(len(shown)) + shift,
            xerr=[half for _, half in gaps],
            fmt="o",
            color=colours[use],
            capsize=3,
            label=f"{USES[use]} less pasture",
        )
    left.axvline(0, color="black", linewidth=0.8)
    left.set_yticks(range(len(shown)), names, fontsize=8)
    left.invert_yaxis()
    left.set_xlabel("difference of means, t C/ha, with 90 % intervals")
    left.legend(fontsize=8, frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    beyond = profiles.beyond_percent(LAYERS_TO_40_CM)
    looks = {CUBIC: ("o", "#009e73", "cubic"), LINEAR: ("x", "#555555", "linear")}
    for interpolation, (marker, colour, name) in looks.items():
        right.scatter(beyond, excess(profiles, interpolation), s=22, marker=marker, color=colour, label=name)
    right.axhline(0, color="black", linewidth=0.8)
    for limit, word in ((WARN_PERCENT, "warned"), (REFUSE_PERCENT, "refused")):
        right.axvline(limit, color="#8a8a8a", linewidth=0.8, linestyle="--")
        right.annotate(f"{word} from here", (limit, 31), (-3, 0), "data", "offset points", rotation=90)
        right.texts[-1].set(fontsize=8, color="#555555", ha="right", va="top")
    right.set_xlim(-1, 37)
    right.set_xlabel("reference mass beyond the mass to 40 cm, %")
    right.set_ylabel("too much carbon, t C/ha")
    right.legend(
        fontsize=8,
        frameon=False,
        title="only 0-40 cm sampled",
        title_fontsize=8,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=2,
    )
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    return drawing


def page(profiles: Profiles) -> str:
    """Write the page."""
    fixed, cubic, linear, shallow, *_ = (way.stock for way in ways(profiles))
    reference = profiles.reference
    densest = profiles.location[profiles.mass[:, LAYERS_TO_40_CM - 1].argmax()]
    beyond = profiles.beyond_percent(LAYERS_TO_40_CM)
    least = profiles.mass[:, -1].min()
    short = (beyond > 0).sum()
    over = excess(profiles, CUBIC)
    straight = excess(profiles, LINEAR)
    gap = {use: [against_pasture(profiles, s, use)[0] for s in (fixed, cubic, shallow)] for use in COMPARED}
    sp, fw = gap["SP"], gap["FW"]
    moved = [abs(cubic - linear)[profiles.use == use].mean() for use in USES]
    hid = [abs(sp[1] - sp[0]), abs(fw[1] - fw[0])]
    co2e = [t_c * 44 / 12 for t_c in hid]
    warned, refused = ((beyond > limit).sum() for limit in (WARN_PERCENT, REFUSE_PERCENT))
    worst = over.argmax()
    return f"""\
<!-- Made by scripts/pages/equal_mass.py. Do not edit: change the script and run it. -->

# Fixed depth or equal mass?

Carbon to 40 cm is carbon in more soil where the soil is denser. Compare two lands, or two years, at fixed
depth, and part of the difference is soil, not carbon. VM0042 therefore compares at equal soil mass. This page
shows what that does to real profiles, with the engine's own functions.

The profiles: Clapham Park, Bedfordshire, UK, 80 locations with six layers to 150 cm (0-10, 10-20, 20-40,
40-60, 60-105, 105-150 cm). Data: M. Upson, DOI 10.6084/m9.figshare.1492497 and 10.6084/m9.figshare.3496751,
CC BY; changes are told in `examples/clapham/README.md`. 40 cm is the layer boundary closest to VM0042's 30
cm.

{profile_table(profiles)}

Pasture is the lightest: at fixed depth its carbon is that of less soil.

## The reference

The reference is the mass of the densest profile at 40 cm, over all that is compared: {densest} with
{reference:.0f} t/ha. The others reach it somewhat below 40 cm. All were sampled to 150 cm, {least:.0f} t/ha
or more, so nothing lies beyond a sample.

## What moves

{ways_table(profiles)}

Carbon in t/ha, differences with two-sided 90 % half-widths (Welch). All locations lie on one farm, pasture
and silvopasture in one block and woodland in another: these are differences between places, not effects of
trees.

![Differences to pasture in each way; excess of extrapolation](figures/esm/clapham.svg)

- Silvopasture less pasture goes from {sp[0]:.1f} to {sp[1]:.1f} t C/ha, woodland less pasture from
  {fw[0]:.1f} to {fw[1]:.1f}. Fixed depth hid {hid[0]:.1f} and {hid[1]:.1f} t C/ha of the gap, {co2e[0]:.0f}
  and {co2e[1]:.0f} t CO2e/ha: as much as the [Woburn example](woburn-ley.md) is credited in five years.
- With six layers, cubic and linear differ by {min(moved):.1f} to {max(moved):.1f} t C/ha in the mean of a
  land use. Between two knots a straight line cuts below the curve, so choose once and keep it.
- The reference is a choice too. At the mass of the lightest profile every stock is smaller, and so is the
  difference.

## If only 0-40 cm had been sampled

Then {short} of 80 profiles end before the reference, by {beyond.mean():.0f} % of their mass on average and
{beyond.max():.0f} % at most. The curve is carried on with nothing to hold it. Carbon falls off with depth and
the last piece of the curve does not know by how much: it goes on too steeply.

{beyond_table(profiles)}

t C/ha more than the six layers say. All profiles together: cubic {over.mean():+.1f} on average and
{over.max():+.1f} at worst, linear {straight.mean():+.1f} and {straight.max():+.1f}. The natural cubic ends
flatter than a straight line through the last layer and is the milder of the two on average, yet the wilder
one at its worst.

It does not cancel between lands, since the lighter soil is carried on farther: silvopasture less pasture
becomes {sp[2]:.1f} t C/ha instead of {sp[1]:.1f}, and woodland less pasture {fw[2]:.1f} instead of
{fw[1]:.1f}. An extrapolation makes carbon where the soil is loose, which is where a project that loosens its
soil would like to find it.

The engine tells how far each reference lies beyond the sample, warns above {WARN_PERCENT} % ({warned}
profiles here) and refuses above {REFUSE_PERCENT} % ({refused} here; the worst profile lies at
{beyond[worst]:.0f} %, so it is only warned of). The cure is the one that VM0042 names: sample deeper than you
report.
"""


def main(docs: Path) -> None:
    """Write page and figure."""
    profiles = read()
    save_figure(figure(profiles), docs / "figures" / "esm" / "clapham.svg")
    (docs / "fixed-depth-or-equal-mass.md").write_text(page(profiles), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
