"""A bias of climate zones beside that of practices: where it enters, and what it does to the credit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from mollisol.uncertainty.posterior.compiling import compile_specification
from mollisol.uncertainty.posterior.declaration import ModelDraws
from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.marginal import Marginal
from mollisol.uncertainty.posterior.specification import Specification

type Design = Callable[..., Specification]


def test_one_zone_with_comparisons_has_no_component_of_its_own(designs: dict[str, Design]) -> None:
    base = designs["modelled"]()
    elsewhere = replace(base, strata=replace(base.strata, climate=np.array([0, 1, 2])))
    assert "s_climate" not in compile_specification(elsewhere).names
    plain, other = (posterior_of_change(spec, checks=False) for spec in (base, elsewhere))
    assert other.quantile == plain.quantile
    assert "s_climate" in compile_specification(designs["zones"]()).names


def test_zones_under_other_names_change_nothing(designs: dict[str, Design]) -> None:
    base = designs["zones"]()
    renamed = replace(
        base,
        strata=replace(base.strata, climate=np.array([7, 3, 2])),
        validation=replace(base.trials, climate=np.array([7, 2])[base.trials.climate]),
    )
    one, other = (posterior_of_change(spec, checks=False) for spec in (base, renamed))
    assert other.quantile == pytest.approx(one.quantile, rel=1e-9)


def test_a_zone_where_the_model_promises_too_much_lowers_the_credit_there(
    designs: dict[str, Design],
) -> None:
    """Comparisons of zone 1 lie 3 below those of zone 0; the project moves from one zone into the other."""
    base = designs["zones"](model=ModelDraws(effect=np.ones((3, 4)) * [1.0, 1.1, 0.9, 1.0]))
    residual = np.where(base.trials.climate == 1, -3.0, 0.0) + 0.1 * np.arange(12)
    base = replace(base, validation=replace(base.trials, residual=residual), bias_scale=2.0)
    here, there = (
        posterior_of_change(
            replace(base, strata=replace(base.strata, climate=np.full(3, zone))), checks=False
        )
        for zone in (0, 1)
    )
    assert there.mean < here.mean - 1.5
    assert there.credited < here.credited - 1.5


def test_a_zone_without_comparisons_is_less_sure(designs: dict[str, Design]) -> None:
    """Its bias is drawn from the spread between zones: variance given the components, exactly."""
    base = designs["zones"](bias_scale=2.0)
    known, new = (
        Marginal(
            compile_specification(replace(base, strata=replace(base.strata, climate=np.full(3, zone))))
        ).conditional(np.full((1, 6), -0.5))
        for zone in (0, 5)
    )
    assert new.variance[0] > known.variance[0]


def test_too_many_components_beside_the_zones_are_refused(designs: dict[str, Design]) -> None:
    base = designs["hybrid"]()
    points = replace(
        base.project,
        change=np.tile(base.project.change, 3),
        stratum=np.tile(base.project.stratum, 3),
        unit=np.concatenate([base.project.unit + 100 * k for k in range(3)]),
        measurement_class=np.tile(base.project.measurement_class, 3),
    )
    spec = replace(
        base,
        project=points,
        shared=(),
        strata=replace(base.strata, point_spread=np.array([0, 1, 1])),
        validation=replace(base.trials, climate=np.arange(12) % 2),
    )
    with pytest.raises(ValueError, match=r"9 variance components .* fewer classes of point_spread"):
        posterior_of_change(spec, checks=False)
