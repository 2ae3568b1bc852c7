"""Baseline control sites against section 8.2 (measure and re-measure)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from mollisol.methodology.findings import Finding, Place, Severity
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
    """Give every finding on the number, distance, links and replication of control sites."""
    return [
        *_number_and_distance(project, rules),
        *_links(project, rules),
        *_measured(project),
        *_depths(project),
        *_replication(project),
    ]


def _number_and_distance(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    least, farthest = (
        rules.number("vm0042.control.least-sites"),
        rules.number("vm0042.control.greatest-distance"),
    )
    if len(project.control_sites) < least:
        yield Finding(
            code="control-too-few",
            severity=Severity.BLOCKING,
            where=Place(file="control_sites.csv"),
            found=f"{len(project.control_sites)} control sites",
            allowed=f"{least:g} or more",
            do="add control sites, or declare a deviation",
            clause="vm0042.control.least-sites",
        )
    for row, site in enumerate(project.control_sites, start=2):
        if site.distance_km > farthest:
            yield Finding(
                code="control-too-far",
                severity=Severity.BLOCKING,
                where=Place(file="control_sites.csv", row=row, column="distance_km"),
                found=f"{site.control_site}: {site.distance_km:g} km",
                allowed=f"up to {farthest:g} km from the linked unit",
                do="choose a nearer site, or declare a deviation",
                clause="vm0042.control.greatest-distance",
            )


def _links(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    least = rules.number("vm0042.control.least-sites-per-stratum")
    for row, stratum in enumerate(project.strata, start=2):
        linked = sum(link.stratum == stratum.stratum for link in project.control_links)
        if linked < least:
            yield Finding(
                code="stratum-without-control",
                severity=Severity.BLOCKING,
                where=Place(file="strata.csv", row=row, thing=f"stratum {stratum.stratum}"),
                found=f"{linked} linked control sites",
                allowed=f"{least:g} or more",
                do="link a control site to it in control_links.csv",
                clause="vm0042.control.least-sites-per-stratum",
            )
    linked_sites = {link.control_site for link in project.control_links}
    for row, site in enumerate(project.control_sites, start=2):
        if site.control_site not in linked_sites:
            yield Finding(
                code="control-unused",
                severity=Severity.WARNING,
                where=Place(file="control_sites.csv", row=row, thing=f"control site {site.control_site}"),
                found="linked to no stratum",
                allowed="each control site stands for at least one stratum",
                do="link it, or say why it is left out: leaving sites out after the fact moves the baseline",
                clause="VM0042 2.2, section 8.2",
            )


def _measured(project: Project) -> Iterable[Finding]:
    with_points = {point.control_site for point in project.sample_points}
    for row, site in enumerate(project.control_sites, start=2):
        if site.control_site not in with_points:
            yield Finding(
                code="control-not-measured",
                severity=Severity.BLOCKING,
                where=Place(file="control_sites.csv", row=row, thing=f"control site {site.control_site}"),
                found="no sample point",
                allowed="measured points inside each control site",
                do="add its points to sample_points.csv",
                clause="VM0042 2.2, section 8.2",
            )


def _depths(project: Project) -> Iterable[Finding]:
    depth = {stratum.stratum: stratum.shallow_soil_depth_cm for stratum in project.strata}
    for strata, sites in control_groups(project).items():
        if len(strata) > 1 and any(depth[stratum] is not None for stratum in strata):
            yield Finding(
                code="control-serves-two-depths",
                severity=Severity.BLOCKING,
                where=Place(file="control_links.csv", thing=f"control site {sites[0]}"),
                found="linked to a shallow stratum and to others: " + ", ".join(strata),
                allowed="a shallow stratum has control sites of its own, on its own equivalent soil mass",
                do="give the shallow stratum its own control sites",
                clause="VM0042 2.2, section 8.2.1.3",
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
            yield Finding(
                code="control-variance-not-estimable",
                severity=Severity.BLOCKING,
                where=where,
                found=f"the only control site of {', '.join(strata)}, with one sampling unit",
                allowed="two control sites that share these strata, or two sampling units in the one",
                do="link a second control site, or sample more of this one",
                clause="VM0042 2.2, section 8.6.2, Eq. 71",
            )
        else:
            yield Finding(
                code="control-spread-unknown",
                severity=Severity.WARNING,
                where=where,
                found=f"the only control site of {', '.join(strata)}",
                allowed="several, so that how far a site differs from what it stands for can be seen",
                do="know that the moment form holds only the spread inside the site, too small by the rest: where "
                "sites differ by 3 t CO2e/ha the truth exceeds it with 0.54 instead of two thirds",
                clause="VM0042 2.2, section 8.6.2, Eq. 71",
            )
