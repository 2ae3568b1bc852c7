"""Reads a trial folder: the tables of a model, and studies, their sites, measured stocks and comparisons."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.findings import Finding
from mollisol.methodology.soil_models.external import missing_years
from mollisol.methodology.soil_models.inputs import ModelInputs
from mollisol.methodology.soil_models.trial_checks import (
    check_comparisons,
    check_observations,
    check_studies,
    check_trial_sites,
)
from mollisol.methodology.soil_models.trials import (
    ComparisonRow,
    ObservationRow,
    StudyRow,
    Trials,
    TrialSiteRow,
    scenario_of_trials,
)
from mollisol.reading.external_model import SETTINGS, SITES
from mollisol.reading.intake import Intake
from mollisol.reading.model_folder import SCHEDULE, WEATHER, model_of

STUDIES, TRIAL_SITES, OBSERVATIONS = "studies.csv", "trial_sites.csv", "observations.csv"
COMPARISONS = "comparisons.csv"
TABLES = (SETTINGS, WEATHER, SITES, SCHEDULE, STUDIES, TRIAL_SITES, OBSERVATIONS, COMPARISONS)


def trials_of(intake: Intake) -> Trials | None:
    """Read and check the tables of trials.

    Parameters
    ----------
    intake
        A folder with the tables of a model, studies.csv, trial_sites.csv, observations.csv and, where there are any,
        comparisons.csv; every finding goes there.

    Returns
    -------
    Trials or None
        The trials; None where something could not be read at all.
    """
    inputs = model_of(intake)
    studies = intake.table(STUDIES, StudyRow)
    trial_sites = intake.table(TRIAL_SITES, TrialSiteRow)
    observations = intake.table(OBSERVATIONS, ObservationRow)
    comparisons = intake.table(COMPARISONS, ComparisonRow, required=False)
    years = None
    if inputs is not None:
        years = inputs.years
    intake.findings += gathered(
        [
            *check_studies(studies),
            *check_trial_sites(
                trial_sites,
                studies=studies,
                sites=inputs.sites if inputs is not None else (),
                years=years,
            ),
            *check_observations(observations, trial_sites=trial_sites, years=years),
            *check_comparisons(comparisons, trial_sites=trial_sites, observations=observations),
            *(_not_run(inputs, comparisons) if inputs is not None else ()),
        ]
    )
    if inputs is None or not (studies and trial_sites and observations):
        return None
    files = (*TABLES, inputs.external.rows.file, *inputs.external.files) if inputs.external else TABLES
    return Trials(
        inputs=inputs,
        studies=studies.rows,
        trial_sites=trial_sites.rows,
        observations=observations.rows,
        comparisons=comparisons.rows,
        sha256={
            name: hashlib.sha256(intake.contents[name]).hexdigest()
            for name in files
            if name in intake.contents
        },
    )


def _not_run(inputs: ModelInputs, comparisons: Iterable[ComparisonRow]) -> Iterable[Finding]:
    """Return a finding where the results of a model that ran elsewhere lack a year that is compared."""
    if inputs.external is None:
        return ()
    wanted = {
        (site, year)
        for row in comparisons
        for site in (row.treated_site, row.reference_site)
        for year in (row.from_year, row.to_year)
        if site
    }
    return missing_years(inputs.external.rows, wanted, [scenario_of_trials(inputs)])
