"""The exact conversion factors, each in one place."""

from typing import Final

CO2E_PER_C: Final = 44 / 12
"""t CO2e per t C. A variance takes its square."""

KG_PER_T: Final = 1000.0
PERCENT_PER_FRACTION: Final = 100.0
