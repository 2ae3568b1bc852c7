"""The designs that the tests of the posterior share."""

from tests.uncertainty.posterior.conftest import design as design
from tests.uncertainty.posterior.conftest import designs as designs
