"""What a run of RothC takes: the numbers of a parameter set, and weather and management as arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.models.arrays import FloatArray, ParametersByName, common_length, with_axes

POOLS: Final = ("DPM", "RPM", "BIO", "HUM")
_WEATHER: Final = ("tmean_c", "rain_mm", "pan_evaporation_mm")
_STREAMS: Final = ("plant_c_t_ha", "manure_c_t_ha", "covered", "dpm_rpm_ratio", "irrigation_mm")
BY_SITE_AND_DRAW: Final = (
    "k_dpm_per_yr",
    "k_rpm_per_yr",
    "k_bio_per_yr",
    "k_hum_per_yr",
    "rate_multiplier",
    "partition_scale",
    "input_multiplier",
    "manure_multiplier",
)


@dataclass(frozen=True, slots=True)
class RothCParameters(ParametersByName):
    """The numbers of a RothC parameter set. Those marked * may vary by (site, draw); the others are one number.

    Parameters
    ----------
    k_dpm_per_yr, k_rpm_per_yr, k_bio_per_yr, k_hum_per_yr
        * Decay rates. [1/yr]
    rate_multiplier
        * Factor on all four rates: a calibrated change of the rate. [1]
    partition_scale
        * 1.67 in the ratio of carbon dioxide to stabilised carbon. [1]
    input_multiplier, manure_multiplier
        * Factors on the plant and the manure carbon. [1]
    bio_part, hum_part
        0.46 and 0.54.
    manure_dpm, manure_rpm, manure_hum
        Shares of manure carbon, 0.49, 0.49, 0.02.
    temperature_top, temperature_numerator_c, temperature_shift_c, temperature_cold_limit_c
        Constants of the temperature factor.
    moisture_onset_share, moisture_bare_share, moisture_lowest
        0.444, 0.556, 0.2.
    cover_factor
        0.6.
    label
        Id and hash of the parameter set, for the results.
    """

    k_dpm_per_yr: ArrayLike = 10.0
    k_rpm_per_yr: ArrayLike = 0.3
    k_bio_per_yr: ArrayLike = 0.66
    k_hum_per_yr: ArrayLike = 0.02
    rate_multiplier: ArrayLike = 1.0
    partition_scale: ArrayLike = 1.67
    input_multiplier: ArrayLike = 1.0
    manure_multiplier: ArrayLike = 1.0
    bio_part: float = 0.46
    hum_part: float = 0.54
    manure_dpm: float = 0.49
    manure_rpm: float = 0.49
    manure_hum: float = 0.02
    temperature_top: float = 47.91
    temperature_numerator_c: float = 106.06
    temperature_shift_c: float = 18.27
    temperature_cold_limit_c: float = -5.0
    moisture_onset_share: float = 0.444
    moisture_bare_share: float = 0.556
    moisture_lowest: float = 0.2
    cover_factor: float = 0.6
    label: str = "rothc-26.3"

    def rates(self) -> FloatArray:
        """Return the four decay rates, (pool, site, draw)."""
        scale = with_axes(self.rate_multiplier, 2, "rate_multiplier")
        each = (self.k_dpm_per_yr, self.k_rpm_per_yr, self.k_bio_per_yr, self.k_hum_per_yr)
        return np.stack(
            np.broadcast_arrays(*[with_axes(k, 2, name) * scale for k, name in zip(each, POOLS, strict=True)])
        )


@dataclass(frozen=True, slots=True)
class RothCForcing:
    """Weather by cell and management by site. The month axis may have length 1, the site axis too.

    Parameters
    ----------
    tmean_c, rain_mm, pan_evaporation_mm
        Monthly weather, (month, cell). [°C, mm, mm]
    plant_c_t_ha, manure_c_t_ha
        Carbon inputs, (month, site). [t C/ha per month]
    covered
        1 under plants, 0 bare, (month, site).
    clay_percent, depth_cm
        (site,). [%, cm]
    dpm_rpm_ratio
        (month, site). [1]
    irrigation_mm
        Added to the rain, (month, site). [mm]
    cell
        Number of the weather cell of each site, (site,); left out where each site has its own weather.
    evaporation_factor
        0.75 for open-pan evaporation; 1 where the column is potential evapotranspiration.
    """

    tmean_c: ArrayLike
    rain_mm: ArrayLike
    pan_evaporation_mm: ArrayLike
    plant_c_t_ha: ArrayLike
    covered: ArrayLike
    clay_percent: ArrayLike
    depth_cm: ArrayLike
    manure_c_t_ha: ArrayLike = 0.0
    dpm_rpm_ratio: ArrayLike = 1.44
    irrigation_mm: ArrayLike = 0.0
    cell: ArrayLike | None = None
    evaporation_factor: float = 0.75

    def prepared(self) -> Prepared:
        """Bring all streams to (month, site or cell) and look at their lengths.

        Raises
        ------
        ValueError
            If lengths disagree, or a site names a weather cell that is not there.
        """
        weather = {name: with_axes(getattr(self, name), 2, name) for name in _WEATHER}
        field_streams = {name: with_axes(getattr(self, name), 2, name) for name in _STREAMS}
        soil = {name: with_axes(getattr(self, name), 1, name) for name in ("clay_percent", "depth_cm")}
        by_site = {**field_streams, **{name: values[None] for name, values in soil.items()}}
        months = common_length(0, {**weather, **field_streams})
        cells = common_length(1, weather)
        if self.cell is None:
            sites = common_length(1, {**weather, **by_site})
            cell = np.zeros(0, dtype=np.int64)
        else:
            cell = np.ascontiguousarray(self.cell, dtype=np.int64).ravel()
            sites = common_length(1, {**by_site, "cell": cell[None].astype(np.float64)})
            if len(cell) != sites or cell.min(initial=0) < 0 or cell.max(initial=0) >= cells:
                raise ValueError(f"cell must name one of {cells} weather cells for each of {sites} sites")
        return Prepared(weather, field_streams, soil, cell, months, sites, self.evaporation_factor)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A forcing with its lengths known; what the engines take."""

    weather: dict[str, FloatArray]
    streams: dict[str, FloatArray]
    soil: dict[str, FloatArray]
    cell: np.ndarray[tuple[int], np.dtype[np.int64]]
    months: int
    sites: int
    evaporation_factor: float

    def part(self, lo: int, hi: int) -> Prepared:
        """Return the sites lo to hi."""

        def cut(array: FloatArray) -> FloatArray:
            return array if array.shape[-1] == 1 else array[..., lo:hi]

        weather = self.weather
        if len(self.cell):
            chosen = self.cell[lo:hi]
            weather = {k: v if v.shape[1] == 1 else v[:, chosen] for k, v in weather.items()}
        else:
            weather = {k: cut(v) for k, v in weather.items()}
        return replace(
            self,
            weather=weather,
            streams={k: cut(v) for k, v in self.streams.items()},
            soil={k: cut(v) for k, v in self.soil.items()},
            cell=self.cell[:0],
            sites=hi - lo,
        )

    def months_between(self, lo: int, hi: int) -> Prepared:
        """Return the months lo to hi."""

        def cut(array: FloatArray) -> FloatArray:
            return array if array.shape[0] == 1 else array[lo:hi]

        return replace(
            self,
            weather={k: cut(v) for k, v in self.weather.items()},
            streams={k: cut(v) for k, v in self.streams.items()},
            months=hi - lo,
        )

    def everything(self) -> dict[str, FloatArray]:
        """Return all arrays by name, for messages."""
        return {**self.weather, **self.streams, **self.soil}
