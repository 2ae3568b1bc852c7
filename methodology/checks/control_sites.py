"""Baseline control sites against section 8.2 (measure and re-measure)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from mollisol.methodology.checks.likely_causes import other_units
from mollisol.methodology.checks.unread import heard
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce


def control_groups(project: Project) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Group control sites by the set of strata that they are linked to.

    Returns
    -------
    dict
        From the linked strata, in order, to the control sites that share exactly these links. The sites of a group
        stand for the same strata, so their spread is the error of the group's mean.
    """
    strata_of: dict[str, set[str]] = defaultdict(set)
    for link in project.control_links:
        strata_of[link.control_site].add(link.stratum)
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for site in sorted(strata_of):
        groups[tuple(sorted(strata_of[site]))].append(site)
    return {strata: tuple(sites) for strata, sites in sorted(groups.items())}


def check_control_sites(project: Project, rules: RulesInForce) -> list[Finding]:
    """Return every finding on the number, distance, links and replication of control sites."""
    return [
        *heard(_number_and_distance, project, rules),
        *heard(_links, project, rules),
        *heard(_without, project),
        *heard(_depths, project),
        *heard(_replication, project),
    ]


def _number_and_distance(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    least, farthest = (
        rules.number("vm0042.control.least-sites"),
        rules.number("vm0042.control.greatest-distance"),
    )
    if len(project.control_sites) < least:
        yield finding(
            "control-too-few",
            Place(file="control_sites.csv"),
            f"{len(project.control_sites)} control sites",
            least=least,
        )
    for row, site in enumerate(project.control_sites, start=2):
        if site.distance_km > farthest:
            yield finding(
                "control-too-far",
                Place(file="control_sites.csv", row=row, column="distance_km"),
                f"{site.control_site}: {site.distance_km:g} km"
                + other_units("distance", site.distance_km, 0.0, farthest, "km"),
                farthest=farthest,
            )


def _links(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    least = rules.number("vm0042.control.least-sites-per-stratum")
    sites = project.control_links.groups("stratum")
    for row, stratum in enumerate(project.strata, start=2):
        linked = len(sites.get((stratum.stratum,), ()))
        if linked < least:
            yield finding(
                "stratum-without-control",
                Place(file="strata.csv", row=row, thing=f"stratum {stratum.stratum}"),
                f"{linked} linked control sites",
                least=least,
            )


def _without(project: Project) -> Iterable[Finding]:
    """Yield the control sites that no stratum is linked to, and those that no sample point is at."""
    linked = {link.control_site for link in project.control_links}
    measured = {point.control_site for point in project.sample_points}
    for code, sites, found in (
        ("control-unused", linked, "linked to no stratum"),
        ("control-not-measured", measured, "no sample point"),
    ):
        for row, site in enumerate(project.control_sites, start=2):
            if site.control_site not in sites:
                where = Place(file="control_sites.csv", row=row, thing=f"control site {site.control_site}")
                yield finding(code, where, found)


def _depths(project: Project) -> Iterable[Finding]:
    depth = {stratum.stratum: stratum.shallow_soil_depth_cm for stratum in project.strata}
    for strata, sites in control_groups(project).items():
        if len(strata) > 1 and any(depth[stratum] is not None for stratum in strata):
            yield finding(
                "control-serves-two-depths",
                Place(file="control_links.csv", thing=f"control site {sites[0]}"),
                "linked to a shallow stratum and to others: " + ", ".join(strata),
            )


def _replication(project: Project) -> Iterable[Finding]:
    units: dict[str, set[str]] = defaultdict(set)
    for point in project.sample_points:
        if point.control_site is not None:
            units[point.control_site].add(point.sampling_unit)
    for strata, sites in control_groups(project).items():
        if len(sites) > 1:
            continue
        where = Place(file="control_links.csv", thing=f"control site {sites[0]}")
        if len(units[sites[0]]) < 2:
            yield finding(
                "control-variance-not-estimable",
                where,
                f"the only control site of {', '.join(strata)}, with one sampling unit",
            )
        else:
            yield finding("control-spread-unknown", where, f"the only control site of {', '.join(strata)}")
