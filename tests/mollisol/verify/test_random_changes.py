"""Random changes to the JSON files of a bundle: never the same, never a traceback."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mollisol.output import canonical_json
from mollisol.reading.archive import BundleFaultError
from mollisol.verify.results import Verification
from tests.support.bundles import Taken

FILES = (
    "results.json", "trace.json", "findings.json", "project.json", "rules.json", "ro-crate-metadata.json",
    "manifest.json",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1e300,
    "",
    "x" * 200,
    [],
    {},
    [1],
    {"a": 1},
    "\x00<script>",
    10**17,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, part in parts:
        yield (*path, key)
        yield from places(part, (*path, key))


def change_somewhere(data: Any, chance: random.Random) -> bool:
    """Take a part of a document out, or put another value in its place; say whether it is another one."""
    *path, last = chance.choice(list(places(data)))
    for key in path:
        data = data[key]
    if chance.random() < 0.3:
        del data[last]
        return True
    value = copy.deepcopy(chance.choice(VALUES))
    before, data[last] = data[last], value
    return before != value or type(before) is not type(value)


def one_change(chance: random.Random, taken: Taken, verified: Callable[..., Verification]) -> None:
    name = chance.choice(FILES)
    before = {file: taken.read(file) for file in {name, "manifest.json"}}
    data = json.loads(before[name])
    if not change_somewhere(data, chance):
        return
    taken.write(name, canonical_json(data))
    if name != "manifest.json" and chance.random() < 0.5:
        taken.hash_again()
    try:
        outcome = verified(taken, independent=True)
    except BundleFaultError as error:
        assert error.finding.where.file  # noqa: PT017
    else:
        assert not outcome.same, name
        json.dumps(outcome.model_dump(mode="json"), allow_nan=False)
    for file, content in before.items():
        taken.write(file, content)


@pytest.mark.parametrize(
    ("seed", "changes"), [(1, 20), *(pytest.param(s, 60, marks=pytest.mark.slow) for s in range(2, 8))]
)
def test_random_changes(seed: int, changes: int, taken: Taken, verified: Callable[..., Verification]) -> None:
    chance = random.Random(seed)  # noqa: S311
    for _ in range(changes):
        one_change(chance, taken, verified)
