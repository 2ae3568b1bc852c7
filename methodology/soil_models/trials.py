"""Rows of a trial folder: studies, their sites, measured stocks, and what is compared with what."""

from __future__ import annotations

from mollisol.methodology.base import DomainObject
from mollisol.methodology.soil_models.inputs import ModelInputs, Row

USES = ("calibration", "validation", "cross-validation")
SOURCES = ("SOC", "N2O", "CH4")


class StudyRow(Row):
    """One study: what it tests, where, and whether it calibrates or validates.

    Studies of one ``experiment`` are not independent of each other: they stand on one side only.
    """

    study: str
    experiment: str
    practice_category: str
    crop_group: str
    source: str
    climate_zone: str
    texture_class: str
    clay_percent: float
    latitude_deg: float
    longitude_deg: float
    use: str
    citation: str
    licence: str


class TrialSiteRow(Row):
    """The study, treatment and block of a site of ``sites.csv``, and when its stock there was measured.

    The ``soc_t_ha`` of ``sites.csv`` stands at the end of ``start_year``: the run starts from it. Where its standard
    error is not given it has the error of any other measured stock.
    """

    site: str
    study: str
    treatment: str
    block: str = ""
    start_year: int
    start_standard_error_t_ha: float | None = None


class ObservationRow(Row):
    """One measured stock at the end of a month, with what is known of its error."""

    site: str
    year: int
    month: int = 12
    soc_t_ha: float
    standard_error_t_ha: float | None = None
    replicates: int = 1


class ComparisonRow(Row):
    """One comparison between two years.

    A practice effect is the difference of the changes at two sites. Without a reference site it is the change of one.
    """

    comparison: str
    study: str
    practice_category: str
    crop_group: str
    source: str
    treated_site: str
    reference_site: str = ""
    from_year: int
    to_year: int


def scenario_of_trials(inputs: ModelInputs) -> str:
    """Return the scenario of the trials: the one that is not the baseline, where there is one."""
    return next((name for name in inputs.scenarios if name != inputs.baseline), inputs.baseline)


class Trials(DomainObject):
    """A trial folder, read and checked.

    Parameters
    ----------
    inputs
        Model, published parameter set, weather, sites and schedule; the schedule has one scenario.
    studies, trial_sites, observations, comparisons
        The tables.
    sha256
        SHA-256 of each table's bytes, by file name.
    """

    inputs: ModelInputs
    studies: tuple[StudyRow, ...]
    trial_sites: tuple[TrialSiteRow, ...]
    observations: tuple[ObservationRow, ...]
    comparisons: tuple[ComparisonRow, ...] = ()
    sha256: dict[str, str]

    def study_of(self) -> dict[str, str]:
        """Return the study of each site."""
        return {row.site: row.study for row in self.trial_sites}

    def only(self, studies: frozenset[str]) -> Trials:
        """Return the trials of these studies alone."""
        return self.at(frozenset(row.site for row in self.trial_sites if row.study in studies))

    def at(self, sites: frozenset[str]) -> Trials:
        """Return the trials at these sites alone, and the studies that have any; weather stays whole."""
        inputs = self.inputs.model_copy(
            update={
                "sites": tuple(row for row in self.inputs.sites if row.site in sites),
                "schedule": tuple(row for row in self.inputs.schedule if row.site in sites),
            }
        )
        kept = tuple(row for row in self.trial_sites if row.site in sites)
        studies = {row.study for row in kept}
        return self.model_copy(
            update={
                "inputs": inputs,
                "studies": tuple(row for row in self.studies if row.study in studies),
                "trial_sites": kept,
                "observations": tuple(row for row in self.observations if row.site in sites),
                "comparisons": tuple(
                    row
                    for row in self.comparisons
                    if row.treated_site in sites and row.reference_site in sites | {""}
                ),
            }
        )
