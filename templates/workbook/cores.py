"""Sheets from increments to the stock of each sampling unit at equal soil mass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from mollisol.methodology.checks.sampling import reporting_depth_by_point
from mollisol.methodology.land.design import shares_in_unit
from mollisol.methodology.measurement import CoreIncrement
from mollisol.methodology.project import Project
from mollisol.templates.workbook.known import Known
from mollisol.templates.workbook.sheet import Book, Cell, Sheet, average_of
from mollisol.templates.workbook.spline import SplineSheet, on_straight_lines

_SOIL, _CARBON = 13, 14
"""Columns of the increments that hold soil and carbon mass."""
_FIXED: Final = ("sample", "campaign", "stratum or control site", "sampling unit", "point", "reference group")


class _Profile(NamedTuple):
    sample: str
    campaign: str
    home: str
    unit: str
    point: str
    group: str
    depth_cm: float
    rows: tuple[int, ...]


class CoreSheets:
    """Increments, profiles, points and sampling units; ``unit_stock`` says where the stock of a unit stands."""

    def __init__(self, book: Book, project: Project, known: Known) -> None:
        self._book, self._project, self._known = book, project, known
        self._points = {point.point: point for point in project.sample_points}
        self.unit_stock: dict[tuple[str, str], Cell] = {}
        """By campaign and ``home/sampling unit``: where it stands, and what the engine found."""

    def write(self) -> None:
        """Write the sheets in the order in which the numbers flow."""
        profiles = self._profiles()
        self._write_increments()
        stock = self._write_profiles(profiles)
        points = self._write_points(profiles, stock)
        self._write_units(points)

    def _profiles(self) -> list[_Profile]:
        rows: dict[str, list[int]] = defaultdict(list)
        for place, item in enumerate(self._project.core_increments):
            rows[item.sample].append(place)
        depth = reporting_depth_by_point(self._project)
        group = self._groups()
        found = []
        for sample, places in rows.items():
            places.sort(key=lambda place: self._project.core_increments[place].upper_cm)
            first = self._project.core_increments[places[0]]
            point = self._points[first.point]
            home = point.stratum or point.control_site or ""
            found.append(
                _Profile(
                    sample, first.campaign, home, point.sampling_unit, first.point,
                    group[home], depth[first.point], tuple(places),
                )
            )  # fmt: skip
        order = [campaign.name for campaign in self._project.head.campaigns]
        return sorted(found, key=lambda p: (order.index(p.campaign), f"{p.home}/{p.unit}", p.point, p.sample))

    def _groups(self) -> dict[str, str]:
        """Return the reference group of each stratum and control site, as the engine forms them."""
        group = {
            s.stratum: "all" if s.shallow_soil_depth_cm is None else s.stratum for s in self._project.strata
        }
        group |= {site.control_site: "all" for site in self._project.control_sites}
        return group | {link.control_site: group[link.stratum] for link in self._project.control_links}

    def _write_increments(self) -> None:
        labels = (
            "campaign", "point", "sample", "sampled on", "upper, cm", "lower, cm", "SOC, g/kg",
            "fine soil, g", "probe diameter, mm", "cores", "fine soil density, g/cm3", "laboratory method",
            "row of core_increments.csv", "soil mass, t/ha", "carbon mass, t C/ha",
        )  # fmt: skip
        sheet = self._book.sheet("Increments", (12, 14, 20, 11, 10), freeze=(1, 3))
        sheet.head(0, labels)
        soil, carbon = self._known.array("soil_mass"), self._known.array("carbon_mass_t")
        for place, item in enumerate(self._project.core_increments):
            self._write_increment(sheet, place + 1, item, float(soil[place]), float(carbon[place]))

    def _write_increment(
        self, sheet: Sheet, row: int, item: CoreIncrement, soil: float, carbon: float
    ) -> None:
        sheet.words(row, (item.campaign, item.point, item.sample, str(item.sampled_on)))
        given = (
            item.upper_cm, item.lower_cm, item.soc_g_per_kg, item.fine_soil_mass_g,
            item.probe_inner_diameter_mm, item.cores, item.fine_soil_density_g_per_cm3,
        )  # fmt: skip
        for column, value in enumerate(given, start=4):
            if value is not None:
                sheet.put(row, column, value)
        sheet.text(row, 11, item.laboratory_method)
        sheet.put(row, 12, row + 1, "text")
        line = row + 1
        formula = (
            f"100*K{line}*(F{line}-E{line})"
            if item.fine_soil_mass_g is None
            else f"H{line}*10000/(PI()*(I{line}/2)^2*J{line})"
        )
        sheet.live(row, _SOIL, formula, soil)
        sheet.live(row, _CARBON, f"N{line}*G{line}/1000", carbon)

    def _write_profiles(self, profiles: list[_Profile]) -> dict[str, str]:
        """Write cumulative masses, the reference and the stock of each profile; give where each stock stands."""
        deepest = max(len(profile.rows) for profile in profiles)
        sheet = self._book.sheet("Profiles", (20, 12, 20, 14, 14, 12, 12), freeze=(1, 1))
        spline = SplineSheet(self._book, deepest, self._project.head.interpolation)
        labels = [*_FIXED, "reporting depth, cm", "increments"]
        for name in ("lower end {}, cm", "soil mass down to {}, t/ha", "carbon down to {}, t C/ha"):
            labels += [name.format(number + 1) for number in range(deepest)]
        ends = len(_FIXED) + 2
        mass, carbon, after = ends + deepest, ends + 2 * deepest, ends + 3 * deepest
        labels += ["soil mass at reporting depth, t/ha", "reference soil mass, t/ha"]
        labels += ["reference beyond the sample, fraction", "stock at reference, t C/ha"]
        sheet.head(0, labels)
        groups = sorted({profile.group for profile in profiles})
        references = self._references(groups, sheet, len(profiles), after)
        found = self._known.by_label("stock_of_sample")
        at: dict[str, str] = {}
        for number, profile in enumerate(profiles, start=1):
            sheet.words(number, profile[:6])
            k = len(profile.rows)
            depth = sheet.put(number, ends - 2, profile.depth_cm)
            sheet.put(number, ends - 1, k, "text")
            knots = self._cumulative(sheet, number, profile, (ends, mass, carbon))
            reference = references[profile.group]
            lower, masses = (sheet.span(number, start, number, start + k - 1) for start in (ends, mass))
            value = self._at_depth(profile, [value for _, value in knots[0]])
            sheet.live(number, after, on_straight_lines(lower, masses, k, depth), value)
            own = sheet.live(number, after + 1, *reference)
            last, whole = knots[0][-1]
            beyond = max(0.0, reference[1] / whole - 1)
            sheet.live(number, after + 2, f"MAX(0,{own}/{last}-1)", beyond, number="0.000")
            formula = spline.write(number, profile.sample, knots, (own, reference[1]))
            at[profile.sample] = sheet.live(number, after + 3, formula, found[profile.sample], "result")
        return at

    def _cumulative(
        self, sheet: Sheet, row: int, profile: _Profile, starts: tuple[int, int, int]
    ) -> list[list[Cell]]:
        """Write lower ends, and soil mass and carbon down to them; give the cells of the two."""
        ends, *rest = starts
        for step, place in enumerate(profile.rows):
            lower = self._project.core_increments[place].lower_cm
            sheet.live(row, ends + step, f"Increments!$F${place + 2}", lower, number="General")
        knots: list[list[Cell]] = []
        for start, column, name in zip(rest, ("N", "O"), ("soil_mass", "carbon_mass_t"), strict=True):
            sums = np.cumsum(self._known.array(name)[list(profile.rows)]).tolist()
            knots.append([])
            for step, place in enumerate(profile.rows):
                before = f"{knots[-1][-1][0]}+" if step else ""
                formula = f"{before}Increments!${column}${place + 2}"
                knots[-1].append((sheet.live(row, start + step, formula, sums[step]), sums[step]))
        return knots

    def _at_depth(self, profile: _Profile, masses: Sequence[float]) -> float:
        """Read the soil mass at the reporting depth off straight lines between the ends of the increments."""
        ends = [0.0, *(self._project.core_increments[place].lower_cm for place in profile.rows)]
        known = [0.0, *masses]
        at = min(len(masses), 1 + sum(end <= profile.depth_cm for end in ends[1:]))
        above, below = ends[at - 1 : at + 1]
        return known[at - 1] + (profile.depth_cm - above) * (known[at] - known[at - 1]) / (below - above)

    def _references(self, groups: list[str], profiles: Sheet, count: int, column: int) -> dict[str, Cell]:
        sheet = self._book.sheet("References", (24, 24, 60))
        sheet.head(0, ("reference group", "reference soil mass, t/ha", "how"))
        found = {}
        for row, group in enumerate(groups, start=1):
            sheet.text(row, 0, group)
            names = profiles.span(1, len(_FIXED) - 1, count, len(_FIXED) - 1)
            masses = profiles.span(1, column, count, column)
            value = self._known.number(f"reference_soil_mass.{group}") or 0.0
            formula = f"SUMPRODUCT(MAX(({names}={sheet.at(row, 0)})*{masses}))"
            found[group] = (sheet.live(row, 1, formula, value, "result"), value)
            how = "the largest soil mass at the reporting depth of all profiles of the group"
            sheet.text(row, 2, how, "note")
        return found

    def _write_points(
        self, profiles: list[_Profile], stock: Mapping[str, str]
    ) -> dict[tuple[str, str], list[Cell]]:
        """Average the samples of a point; give the points of each campaign and unit with their shares in it."""
        sheet = self._book.sheet("Points", (12, 20, 14, 14, 10, 14))
        labels = ("campaign", "stratum or control site", "sampling unit", "point", "samples", "stock, t C/ha")
        sheet.head(0, labels)
        members: dict[tuple[str, str], list[_Profile]] = defaultdict(list)
        for profile in profiles:
            members[profile.campaign, profile.point].append(profile)
        units: dict[tuple[str, str], list[Cell]] = defaultdict(list)
        found = {c: self._known.by_label(f"stock_of_point@{c}") for c in {p.campaign for p in profiles}}
        share = {
            name: shares_in_unit((self._points[point] for point in stocks), self._project.drawn_fields)
            for name, stocks in found.items()
        }
        for row, ((campaign, point), own) in enumerate(members.items(), start=1):
            sheet.words(row, (campaign, own[0].home, own[0].unit, point))
            sheet.put(row, 4, len(own), "text")
            value = found[campaign][point]
            at = sheet.live(row, 5, average_of([stock[profile.sample] for profile in own]), value)
            units[campaign, f"{own[0].home}/{own[0].unit}"].append((at, share[campaign][point]))
        return units

    def _write_units(self, points: Mapping[tuple[str, str], list[Cell]]) -> None:
        campaigns = list(dict.fromkeys(campaign for campaign, _ in points))
        labels = sorted({label for _, label in points})
        sheet = self._book.sheet("Sampling units", (24, 18, 14), freeze=(1, 2))
        stocks = (f"stock {campaign}, t C/ha" for campaign in campaigns)
        sheet.head(0, ("stratum or control site", "sampling unit", *stocks))
        found = {campaign: self._known.by_label(f"stock_of_unit@{campaign}") for campaign in campaigns}
        for row, label in enumerate(labels, start=1):
            home, _, unit = label.partition("/")
            sheet.words(row, (home, unit))
            for column, campaign in enumerate(campaigns, start=2):
                own = points.get((campaign, label))
                if own:
                    value = found[campaign][label]
                    formula = average_of([at for at, _ in own])
                    if len(self._project.drawn_fields):  # parts of a field count by their areas
                        formula = "+".join(f"{share!r}*{at}" for at, share in own)
                    self.unit_stock[campaign, label] = (sheet.live(row, column, formula, value), value)
