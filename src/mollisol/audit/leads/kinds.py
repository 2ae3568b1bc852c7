"""The kinds of look: what each asks, what an innocent explanation would be, and who looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mollisol.audit.leads import order, regularity, weight
from mollisol.audit.leads.grounds import Grounds, Seen


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of look."""

    id: str
    title: str
    innocent: str
    look: Callable[[Grounds], Seen | None]


KINDS: Final = (
    Kind(
        "last-digits",
        "Last digits are not all alike",
        "a balance or a sheet that rounds to halves or fifths, values converted from another unit, two laboratories "
        "that round differently",
        regularity.last_digits,
    ),
    Kind(
        "digits-too-many",
        "Values are written finer than they can be repeated",
        "the instrument's export was taken over unrounded, or values were converted from another unit",
        regularity.digits_too_many,
    ),
    Kind(
        "contents-even",
        "Contents hardly differ between points",
        "a small and even field, or composites of many cores at each point",
        regularity.contents_even,
    ),
    Kind(
        "densities-even",
        "Densities hardly differ between points",
        "one density was measured for a soil, or densities come from a pedotransfer function: the project says so",
        regularity.densities_even,
    ),
    Kind(
        "depth-ratios",
        "One ratio between depths holds at all points",
        "deep ploughing that mixed the soil, or a calibration that predicts all depths from one spectrum",
        regularity.depth_ratios,
    ),
    Kind(
        "changes-even",
        "The change is nearly the same at all points",
        "the same amount of amendment everywhere on an even soil",
        regularity.changes_even,
    ),
    Kind(
        "profiles-alike",
        "Two samples of different points are nearly the same",
        "neighbouring points on even soil, or one composite that stands for both",
        regularity.profiles_alike,
    ),
    Kind(
        "drift",
        "The change drifts along the rows of a campaign",
        "rows in the order of places, and a change that follows the slope or the soil",
        order.drift,
    ),
    Kind(
        "batches",
        "Batches of a campaign read differently",
        "days or laboratories that follow fields with another practice inside the same stratum",
        order.batches,
    ),
    Kind(
        "rows-shifted",
        "Values fit those of the neighbouring row better",
        "points renamed between campaigns, or a list sorted by content",
        order.rows_shifted,
    ),
    Kind(
        "repeats-shifted",
        "Repeats of the laboratory fit the sample of the neighbouring row better",
        "the laboratory lists repeats in an order of its own",
        order.repeats_shifted,
    ),
    Kind(
        "swapped",
        "Two points seem to have exchanged their samples",
        "two points that in fact changed towards each other, or labels exchanged in the earlier campaign",
        order.swapped,
    ),
    Kind(
        "numbering-gaps",
        "Numbers are missing among the points",
        "points that could not be reached before the first campaign, or numbers of a larger list; a plan shows it",
        weight.gaps,
    ),
    Kind(
        "control-carries",
        "One control site carries the credit",
        "few control sites on unlike soils; look at its history and at why it was chosen",
        weight.control_carries,
    ),
    Kind(
        "control-outlying",
        "One control site changed unlike all others",
        "a control site on another soil, or ploughed, manured or flooded between the campaigns",
        weight.control_outlying,
    ),
    Kind(
        "unit-outlying",
        "One sampling unit changed unlike the others of its stratum",
        "a slip in one sample, another soil, or manure in one place; the detail of that core shows it",
        weight.unit_outlying,
    ),
    Kind(
        "unit-carries",
        "One sampling unit carries the credit",
        "a place where carbon does build up, such as a former headland or a manured corner",
        weight.unit_carries,
    ),
)
