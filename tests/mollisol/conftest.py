"""What the tests of more than one room share: small projects, projects under measure and model, a bundle."""

from tests.support.baselines import modelled as modelled
from tests.support.bundles import taken as taken
from tests.support.bundles import verified as verified
from tests.support.bundles import whole as whole
from tests.support.projects import make_project as make_project
