"""One pool that loses the same share of its stock each year, whatever is done: the smallest soil model there is."""

from datetime import date

import numpy as np

from mollisol.methodology.soil_models.catalogue import ModelCard
from mollisol.methodology.soil_models.parameters import Parameter, ParameterSet, Source
from mollisol.quantification.models.scenarios import Job, Outcome, SoilModel


def run(job: Job) -> Outcome:
    """Return the stocks at the ends of the years, (year, site, draw), the same in every scenario."""
    years = job.air.years[1] - job.air.years[0] + 1
    left = (1 - np.asarray(job.joint.by_draw["loss_per_yr"])) ** np.arange(years + 1)
    return 0, dict.fromkeys(job.plans, left[:, None, None] * job.stock[None]), ()


CARD = ModelCard(
    id="one-pool",
    title="One pool",
    parameter_set="one-pool-1",
    step="year",
    pools=("all",),
    answers_to=("plant input", "manure", "cover", "irrigation", "tillage"),
    silent_on=(),
    lands=("cropland",),
    soils=("mineral",),
    caution=(),
    depth_cm=(5.0, 60.0),
    creditable=False,
    document="this example",
    start="measured stock",
)
LOSS = ParameterSet(
    id="one-pool-1",
    model="one-pool",
    version="1",
    vintage="2026",
    title="Two per cent a year",
    status="verified",
    source=Source(title="this example", document="made up", licence="none", read=date(2026, 1, 1)),
    parameter=(Parameter(name="loss_per_yr", value=0.02, unit="1/yr"),),
)
ONE_POOL = SoilModel(CARD, run, (LOSS,))
