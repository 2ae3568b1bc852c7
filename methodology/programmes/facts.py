"""What a project declares for a programme beside VM0042: answers to its rules, and amounts by period."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.base import Day, DomainObject, Identifier, Items, RequiredText, Text

type Tonnes = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class Answer(DomainObject):
    """What a project says of a rule that asks about its land or its practice: true, false or a number."""

    rule: RequiredText
    value: bool | Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
    evidence: Text = ""


class PeriodFacts(DomainObject):
    """Amounts of a verification period that a programme counts beside soil carbon.

    Parameters
    ----------
    nitrogen_kg
        Put on the land in each year; left out, it is taken from the tables of fertilizers.
    nitrogen_baseline_kg
        In a year without the project; left out with documents missing.
    fuel_t_co2e, electricity_t_co2e, agrochemicals_t_co2e
        Emissions of each year.
    seed_t_co2e, other_t_co2e
        Of the whole period: seed of cover crops, and what rose beside all this.
    yield_kg_per_ha, yield_baseline_kg_per_ha
        Mean yield of five years at the end of the period, and before the project.
    lost_t_co2e_per_ha
        What a hectare loses that makes up for yields.
    """

    period: Identifier
    nitrogen_kg: Items[Tonnes] = ()
    nitrogen_baseline_kg: Tonnes | None = None
    fuel_t_co2e: Items[Tonnes] = ()
    fuel_baseline_t_co2e: Tonnes = 0.0
    electricity_t_co2e: Items[Tonnes] = ()
    electricity_baseline_t_co2e: Tonnes = 0.0
    agrochemicals_t_co2e: Items[Tonnes] = ()
    agrochemicals_baseline_t_co2e: Tonnes = 0.0
    seed_t_co2e: Tonnes = 0.0
    other_t_co2e: Tonnes = 0.0
    yield_kg_per_ha: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None = None
    yield_baseline_kg_per_ha: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None = None
    lost_t_co2e_per_ha: Tonnes = 0.0


class ProgrammeFacts(DomainObject):
    """The table ``[project.gs402]`` or ``[project.crcf]`` of a project."""

    module: Literal["402.1", "402.4", "402.6"] = "402.1"
    """The activity module, of Gold Standard 402."""
    approach: Literal[1, 2, 3] = 1
    model_source: Literal["A", "B", "C", "D"] = "D"
    """Where the model of approach 2 is from: 402.7 v1.0, Table 4."""
    tier: Literal[1, 2] = 1
    """Of the factor of nitrous oxide, under carbon farming."""
    certified_on: Day | None = None
    """The day of design certification."""
    years: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Of the crediting or activity period."""
    answers: Items[Answer] = ()
    periods: Items[PeriodFacts] = ()

    def of(self, period: str) -> PeriodFacts:
        """Return what is declared of a period; nothing where it is not named."""
        return next((one for one in self.periods if one.period == period), PeriodFacts(period=period))
