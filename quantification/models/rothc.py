"""RothC-26.3 on the linear kernel: from monthly weather and management to pools, over site and draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.models import linear
from mollisol.quantification.models.arrays import FloatArray, common_length, refuse_non_finite, with_axes
from mollisol.quantification.models.linear import Compartments, Engine, Outputs, Run
from mollisol.quantification.models.rothc_clock import clock_numpy, clock_plain
from mollisol.quantification.models.rothc_equations import (
    co2_ratio,
    dpm_share,
    maximum_deficit,
    stabilised_share,
)

POOLS: Final = ("DPM", "RPM", "BIO", "HUM")
_WEATHER: Final = ("tmean_c", "rain_mm", "pan_evaporation_mm")
_STREAMS: Final = ("plant_c_t_ha", "manure_c_t_ha", "covered", "dpm_rpm_ratio", "irrigation_mm")
_BY_SITE_AND_DRAW: Final = (
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
class RothCParameters:
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

    @classmethod
    def of(cls, values: Mapping[str, float], label: str) -> RothCParameters:
        """Make them from the values of a parameter set, by name."""
        numbers: dict[str, Any] = {**values, "label": label}
        return cls(**numbers)

    def rates(self) -> FloatArray:
        """Give the four decay rates, (pool, site, draw)."""
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
        """Give the sites lo to hi."""

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
        """Give the months lo to hi."""

        def cut(array: FloatArray) -> FloatArray:
            return array if array.shape[0] == 1 else array[lo:hi]

        return replace(
            self,
            weather={k: cut(v) for k, v in self.weather.items()},
            streams={k: cut(v) for k, v in self.streams.items()},
            months=hi - lo,
        )

    def everything(self) -> dict[str, FloatArray]:
        """Give all arrays by name, for messages."""
        return {**self.weather, **self.streams, **self.soil}


@dataclass(frozen=True, slots=True)
class RothCRun:
    """A run of RothC: the kernel's run, the moisture deficit at its end, and which numbers made it.

    Parameters
    ----------
    run
        Totals with the inert carbon, (row, site, draw), and what else was asked for. [t C/ha]
    deficit_mm
        Deficit at the end, (site,). [mm]
    inert_t_ha
        IOM, (site, draw). [t C/ha]
    label
        Id and hash of the parameter set.
    """

    run: Run
    deficit_mm: FloatArray
    inert_t_ha: FloatArray
    label: str = field(default="")


def rothc_clock(
    forcing: RothCForcing, parameters: RothCParameters, *, deficit_mm: ArrayLike = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Give the rate clock a b c dt of each month and site, (month, site) in years, and the last deficit, (site,).

    The clock holds all weather, clay and cover; every draw that does not change these shares it.
    """
    ready = forcing.prepared()
    before = np.array(np.broadcast_to(with_axes(deficit_mm, 1, "deficit_mm"), ready.sites))
    make = clock_plain if ready.sites == 1 else clock_numpy
    clock = make(ready.part(0, ready.sites), parameters, before, ready.months)
    return clock, before


def rothc_system(ready: Prepared, parameters: RothCParameters, clock: FloatArray) -> Compartments:
    """Give RothC as linear compartments, for a clock (month, site)."""
    ratio = co2_ratio(
        clay_percent=ready.soil["clay_percent"][:, None],
        scale=with_axes(parameters.partition_scale, 2, "partition_scale"),
    )
    to_bio = stabilised_share(co2_ratio=ratio, part=parameters.bio_part)
    to_hum = stabilised_share(co2_ratio=ratio, part=parameters.hum_part)
    none = np.zeros_like(to_bio)
    plant = with_axes(parameters.input_multiplier, 2, "input_multiplier")
    manure = with_axes(parameters.manure_multiplier, 2, "manure_multiplier")
    plant, manure = np.broadcast_arrays(plant, manure)
    zero = np.zeros_like(plant)
    share = dpm_share(dpm_rpm_ratio=ready.streams["dpm_rpm_ratio"])
    carbon = ready.streams["plant_c_t_ha"]
    to_dpm = carbon * share
    sources = np.broadcast_arrays(to_dpm, carbon - to_dpm, ready.streams["manure_c_t_ha"])
    return Compartments(
        names=POOLS,
        routes=np.stack([none, none, to_bio, to_hum])[:, None],
        donors=np.ones((1, 4)),
        inlet=np.stack(
            [
                np.stack([plant, zero, parameters.manure_dpm * manure]),
                np.stack([zero, plant, parameters.manure_rpm * manure]),
                np.stack([zero, zero, zero]),
                np.stack([zero, zero, parameters.manure_hum * manure]),
            ]
        ),
        supply=np.stack(sources, axis=1)[..., None],
        clock=clock[..., None],
        rates=parameters.rates(),
    )


def run_rothc(
    forcing: RothCForcing,
    parameters: RothCParameters,
    *,
    start_t_ha: ArrayLike,
    inert_t_ha: ArrayLike = 0.0,
    deficit_mm: ArrayLike = 0.0,
    every: int = 12,
    pools: bool = False,
    respired: bool = False,
    engine: Engine = "auto",
    block: int = linear.BLOCK,
    threads: int | None = None,
) -> RothCRun:
    """Run RothC over all months of the forcing.

    Parameters
    ----------
    forcing
        Weather and management. The number of months is that of its longest stream.
    parameters
        The parameter set, some of it by site and draw.
    start_t_ha
        DPM, RPM, BIO, HUM at the start, (pool, site, draw); trailing axes may be left out. [t C/ha]
    inert_t_ha
        IOM, (site, draw). [t C/ha]
    deficit_mm
        Moisture deficit at the start, from the largest of the soil, a negative number, to 0, field capacity. [mm]
    every
        Months between rows; 12 writes each December of a run that begins in January.
    pools, respired, engine, block, threads
        As in :func:`~mollisol.quantification.models.linear.run_linear`.

    Returns
    -------
    RothCRun
        Totals (row, site, draw) with IOM.

    Raises
    ------
    ValueError
        If axes do not fit or a value is not a finite number.

    Notes
    -----
    Order in the month: moisture, rates, decay and partition, then the inputs, undecayed.

    References
    ----------
    RothC model description, Rothamsted Research, February 2024.
    """
    ready = forcing.prepared()
    linear.check_rows(steps=ready.months, every=every)
    x = with_axes(start_t_ha, 3, "start_t_ha")
    inert = with_axes(inert_t_ha, 2, "inert_t_ha")
    by_draw = {
        "start_t_ha": x,
        "inert_t_ha": inert[None],
        **{name: with_axes(getattr(parameters, name), 2, name)[None] for name in _BY_SITE_AND_DRAW},
    }
    draws = common_length(2, by_draw)
    if common_length(1, by_draw) not in (1, ready.sites):
        raise ValueError(f"parameters have {common_length(1, by_draw)} sites, the forcing has {ready.sites}")
    state = np.array(np.broadcast_to(x, (4, ready.sites, draws)))
    inert = np.array(np.broadcast_to(inert, (ready.sites, draws)))
    deficit = np.array(np.broadcast_to(with_axes(deficit_mm, 1, "deficit_mm"), ready.sites))
    driest = maximum_deficit(clay_percent=ready.soil["clay_percent"], depth_cm=ready.soil["depth_cm"])
    if ((deficit > 0.0) | (deficit < driest)).any():
        raise ValueError(
            "deficit_mm must lie between the largest deficit of the soil, a negative number, and 0"
        )
    rows = ready.months // every
    out = Outputs.empty(rows=rows, n_pool=4, sites=ready.sites, draws=draws, pools=pools, respired=respired)
    picked = linear.choose_engine(engine, steps=ready.months, lanes=ready.sites * draws)
    count = linear.thread_count(threads)
    fused = picked == "compiled" and draws == 1
    if not fused:
        refuse_non_finite({**ready.everything(), **by_draw})
    if fused:
        from mollisol.quantification.models.rothc_fused import run_fused

        run_fused(ready, parameters, state, inert, deficit, every, out, block, count)
    else:
        size = max(1, (4 * block if picked == "numpy" else 64 * block) // draws)
        for lo in range(0, ready.sites, size):
            hi = min(lo + size, ready.sites)
            part = ready.part(lo, hi)
            local = _local(parameters, lo, hi)
            make = clock_plain if hi - lo == 1 else clock_numpy
            before = deficit[lo:hi]
            clock = make(part, local, before, part.months)
            done = linear.run_linear(
                rothc_system(part, local, clock),
                state[:, lo:hi],
                steps=ready.months,
                every=every,
                inert=inert[lo:hi],
                pools=pools,
                respired=respired,
                engine=picked,
                block=block,
                threads=count,
            )
            for whole, piece in zip(
                out.sites(lo, hi).arrays(), (done.total, done.pools, done.respired), strict=True
            ):
                whole[...] = piece
            state[:, lo:hi] = done.end
    if not (np.isfinite(state).all() and np.isfinite(deficit).all()):
        refuse_non_finite({**ready.everything(), **by_draw})
    steps = np.arange(every, ready.months + 1, every, dtype=np.float64)
    return RothCRun(Run(POOLS, steps, *out.arrays(), state), deficit, inert, parameters.label)


def _local(parameters: RothCParameters, lo: int, hi: int) -> RothCParameters:
    """Give the parameters of the sites lo to hi."""
    cut: dict[str, Any] = {}
    for name in _BY_SITE_AND_DRAW:
        values = with_axes(getattr(parameters, name), 2, name)
        if values.shape[0] > 1:
            cut[name] = values[lo:hi]
    return replace(parameters, **cut)
