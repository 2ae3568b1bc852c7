"""R, an independent program, finds what the equations find: splines, quantiles, variances, degrees of freedom."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from mollisol.equations import passport
from tests.support.programs import need_program

pytestmark = pytest.mark.slow

START = [150.0, 162.0, 171.0, 158.0, 166.0]
END = [158.0, 167.0, 181.0, 163.0, 176.0]
CONTROL_START = [152.0, 160.0, 165.0]
CONTROL_END = [153.0, 163.0, 164.0]
"""Stocks of the first stratum of reference vector TV-2."""


def vector(values: Iterable[float]) -> str:
    return "c(" + ", ".join(repr(float(value)) for value in values) + ")"


def compute(equation: str, **given: Any) -> Any:
    return passport(equation).function(**given)


def r(program: str) -> list[float]:
    """Return the numbers that an R program leaves in ``found``."""
    done = subprocess.run(
        [need_program("R"), "--vanilla", "-e", program + '\ncat(sprintf("%.17g\\n", found))'],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return [float(line) for line in done.stdout.split()]


def test_quantiles_of_student() -> None:
    for degrees in (1.0, 2.5, 8.9098808874, 30.0, 1e6):
        share = [0.5 + 0.05 * step for step in range(1, 10)] + [2 / 3, 0.995]
        found = compute("mollisol:t-quantile", probability=share, degrees_of_freedom=degrees)
        assert found == pytest.approx(r(f"found <- qt({vector(share)}, {degrees!r})"), rel=1e-10)


def test_upper_tail_of_f() -> None:
    for statistic, first, second in ((0.3, 2.0, 9.0), (4.44177449168207, 2.0, 9.0), (12.0, 5.0, 40.0)):
        given = {
            "statistic": statistic,
            "numerator_degrees_of_freedom": first,
            "denominator_degrees_of_freedom": second,
        }
        (expected,) = r(f"found <- pf({statistic}, {first}, {second}, lower.tail = FALSE)")
        assert compute("mollisol:upper-tail-of-f", **given) == pytest.approx(expected, rel=1e-10)


def test_brown_forsythe() -> None:
    values = np.random.default_rng(11).gamma(3.0, size=24).round(3).tolist()
    groups = ["a"] * 5 + ["b"] * 9 + ["c"] * 10
    (expected,) = r(
        f"y <- {vector(values)}; g <- rep(c('a', 'b', 'c'), c(5, 9, 10))\n"
        "found <- anova(lm(abs(y - ave(y, g, FUN = median)) ~ g))$`F value`[1]"
    )
    found = compute("mollisol:brown-forsythe", value=values, group=groups)
    assert found == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_natural_cubic_spline_between_the_knots(seed: int) -> None:
    """Beyond the last knot R goes on in a straight line, and the document's figure in the last cubic."""
    random = np.random.default_rng(seed)
    mass = random.uniform(500, 1500, size=4).cumsum()
    carbon = random.uniform(5, 40, size=4).cumsum()
    reference = random.uniform(100, mass[-1], size=6)
    expected = r(
        f"spline <- splinefun(c(0, {vector(mass)}), c(0, {vector(carbon)}), method = 'natural')\n"
        f"found <- spline({vector(reference)})"
    )
    given = {
        "cumulative_soil_mass_t_per_ha": [mass.tolist()],
        "cumulative_carbon_t_per_ha": [carbon.tolist()],
        "reference_soil_mass_t_per_ha": reference.tolist(),
    }
    assert compute("vm0042:8.2.1.6", **given)[0] == pytest.approx(expected, rel=1e-10)


def test_degrees_of_freedom_of_a_difference() -> None:
    """Welch's test of R takes the difference of project and control changes of TV-2."""
    data = f"project <- {vector(END)} - {vector(START)}; control <- {vector(CONTROL_END)} - {vector(CONTROL_START)}\n"
    mean, error, degrees = r(
        data
        + "welch <- t.test(project, control)\nfound <- c(-diff(welch$estimate), welch$stderr, welch$parameter)"
    )
    project, control = np.subtract(END, START), np.subtract(CONTROL_END, CONTROL_START)
    variances = [project.var(ddof=1) / project.size, control.var(ddof=1) / control.size]
    given = {"variances": variances, "degrees_of_freedom": [project.size - 1, control.size - 1]}
    assert mean == pytest.approx(project.mean() - control.mean(), rel=1e-10)
    assert error == pytest.approx(sum(variances) ** 0.5, rel=1e-10)
    assert compute("mollisol:satterthwaite", **given) == pytest.approx(degrees, rel=1e-10)
    (upper,) = r(data + "found <- t.test(project, control, conf.level = 1 / 3)$conf.int[1]")
    credited = mean - error * compute("mollisol:t-quantile", probability=2 / 3, degrees_of_freedom=degrees)
    assert credited == pytest.approx(upper, rel=1e-10), "the end of R's two-sided interval of one third"


def test_variance_of_a_grid() -> None:
    """Geary's ratio of a grid of 4 by 5 without two corners, times the variance of the mean of a random sample."""
    values = np.random.default_rng(3).normal(5.0, 2.0, size=(4, 5)).round(3)
    nodes = [
        (row, column) for row in range(4) for column in range(5) if (row, column) not in ((0, 0), (3, 4))
    ]
    changes = [float(values[node]) for node in nodes]
    pairs = [
        (nodes.index(node), nodes.index(beside))
        for node in nodes
        for beside in ((node[0], node[1] + 1), (node[0] + 1, node[1]))
        if beside in nodes
    ]
    first, second = zip(*pairs, strict=True)
    program = (
        f"y <- {vector(changes)}\n"
        f"at <- cbind({vector(row for row, _ in nodes)}, {vector(column for _, column in nodes)})\n"
        "n <- length(y); w <- (as.matrix(dist(at)) == 1) * 1\n"
        "geary <- (n - 1) * sum(w * outer(y, y, '-')^2) / (2 * sum(w) * sum((y - mean(y))^2))\n"
        "l <- diag(rowSums(w)) - w\n"
        "found <- c(30^2 * geary * var(y) / n, sum(diag(l))^2 / sum(l * t(l)))"
    )
    variance, freedom = r(program)
    given = {"first": list(first), "second": list(second)}
    found = compute("mollisol:systematic-variance", area_ha=30.0, change_t_co2e_per_ha=changes, **given)
    assert found == pytest.approx(variance, rel=1e-12)
    found = compute("mollisol:systematic-degrees-of-freedom", points=float(len(nodes)), **given)
    assert found == pytest.approx(freedom, rel=1e-12)
