"""The models that are shipped, and what each can and cannot represent."""

from __future__ import annotations

from typing import Final

from mollisol.methodology.base import DomainObject

EXTERNAL: Final = "external"
"""The id under which the results of DayCent, DNDC and the like stand in the place of a model."""


class ModelCard(DomainObject):
    """What a model is.

    Parameters
    ----------
    id, title, parameter_set
        Names.
    step, pools
        Time step and pools.
    answers_to, silent_on
        Practices it responds to, and practices it cannot see.
    lands, soils
        Land uses and soils it can represent; any other is refused.
    caution
        Soils where it runs with a warning.
    depth_cm
        Smallest and largest layer. [cm]
    creditable
        Whether it may stand behind a credit once it is validated for the project's domain.
    document
        Where the limits are stated.
    start, run_in
        What a run starts from, and whether it takes years of the baseline for that.
    needs
        Columns of the site table that are optional in general and needed by this model.
    concerns
        Codes of what a schedule leaves open that matters to it.
    """

    id: str
    title: str
    parameter_set: str
    step: str
    pools: tuple[str, ...]
    answers_to: tuple[str, ...]
    silent_on: tuple[str, ...]
    lands: tuple[str, ...]
    soils: tuple[str, ...]
    caution: tuple[str, ...]
    depth_cm: tuple[float, float]
    creditable: bool
    document: str
    start: str
    run_in: bool = False
    needs: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()


_RUN_IN = "steady state of the run-in under the baseline, scaled to the measured stock"

MODELS: dict[str, ModelCard] = {
    card.id: card
    for card in (
        ModelCard(
            id="rothc",
            title="RothC-26.3",
            parameter_set="rothc-26.3",
            step="month",
            pools=("DPM", "RPM", "BIO", "HUM", "IOM"),
            answers_to=("plant input", "manure", "cover", "irrigation"),
            silent_on=("tillage",),
            lands=("cropland", "grassland", "woodland"),
            soils=("mineral", "volcanic"),
            caution=("volcanic",),
            depth_cm=(5.0, 60.0),
            creditable=True,
            document="RothC model description, February 2024, section 1",
            start=_RUN_IN,
            run_in=True,
            concerns=("cover-assumed",),
        ),
        ModelCard(
            id="tier2",
            title="IPCC 2019 Tier 2, steady-state method",
            parameter_set="ipcc2019-tier2",
            step="year",
            pools=("active", "slow", "passive"),
            answers_to=("plant input", "manure", "tillage", "irrigation"),
            silent_on=("cover",),
            lands=("cropland",),
            soils=("mineral", "volcanic"),
            caution=("volcanic",),
            depth_cm=(30.0, 30.0),
            creditable=True,
            document="IPCC 2019 Refinement, Volume 4, Chapter 5, section 5.2.3",
            start=_RUN_IN,
            run_in=True,
            needs=("sand_fraction",),
            concerns=("residue-quality-generic", "tillage-unknown"),
        ),
        ModelCard(
            id="amg",
            title="AMGv2",
            parameter_set="amg-v2",
            step="year",
            pools=("active", "stable"),
            answers_to=("plant input", "manure", "irrigation"),
            silent_on=("tillage", "cover"),
            lands=("cropland",),
            soils=("mineral",),
            caution=(),
            depth_cm=(15.0, 40.0),
            creditable=True,
            document="Clivot and others 2019",
            start="measured stock, stable share of the parameter set",
            needs=("caco3_g_kg", "ph", "cn_ratio"),
            concerns=("humification-unknown",),
        ),
        ModelCard(
            id="icbm",
            title="ICBM",
            parameter_set="icbm-ultuna",
            step="year",
            pools=("young", "old"),
            answers_to=("plant input", "manure"),
            silent_on=("tillage", "cover", "irrigation"),
            lands=("cropland",),
            soils=("mineral",),
            caution=(),
            depth_cm=(15.0, 40.0),
            creditable=False,
            document="Andren and Katterer 1997",
            start="steady state under the mean input of the baseline, scaled to the measured stock",
        ),
        ModelCard(
            id=EXTERNAL,
            title="a model that ran elsewhere",
            parameter_set="",
            step="as it ran",
            pools=(),
            answers_to=("what its own validation shows",),
            silent_on=(),
            lands=("cropland", "grassland", "woodland", "paddy"),
            soils=("mineral", "volcanic", "organic", "permafrost"),
            caution=(),
            depth_cm=(5.0, 200.0),
            creditable=True,
            document="VMD0053",
            start="as it ran: its change is laid over the measured stock",
        ),
    )
}
"""By id; :mod:`mollisol.soil_models` adds those that other packages register."""
