"""Same inputs, same bytes, in every process; and a result reads back equal from its JSON."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import case, shipped, world

from tenderloop import evaluate, improve
from tenderloop.result import Result

KINDS = pytest.mark.parametrize("from_shipped", [False, True], ids=["small", "shipped"])
SEEDS = given(seed=st.integers(0, 2**63))
CASES_A_PACK = 100


@KINDS
@SEEDS
def test_a_result_reads_back_equal_from_its_json(from_shipped: bool, seed: int) -> None:
    made = world(Random(seed), from_shipped=from_shipped)
    result = evaluate(made.later, made.pack)
    complete = result.model_copy(update={"steps": improve(result)})
    text = complete.to_json()
    again = Result.from_json(text)
    assert again == complete
    assert again.to_json() == text
    if not from_shipped:
        assert Result.from_json(complete.to_json(indent=1)) == complete
    assert improve(again) == complete.steps


@KINDS
@SEEDS
def test_same_inputs_same_bytes(from_shipped: bool, seed: int) -> None:
    texts = set()
    for _ in range(2):
        made = world(Random(seed), from_shipped=from_shipped)
        texts.add(evaluate(made.later, made.pack).to_json())
    assert len(texts) == 1


def digest() -> str:
    """One hash over the results of many cases; run by other processes too."""
    found = hashlib.sha256()
    for asked in shipped():
        for seed in range(CASES_A_PACK):
            rated = evaluate(case(Random(seed), asked), asked)
            found.update(rated.to_json().encode())
            found.update(repr(improve(rated)).encode())
    return found.hexdigest()


def test_same_bytes_in_every_process() -> None:
    """300 results hash the same whatever the seed of Python's own hashes, the time zone and the locale."""
    command = [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import test_bytes; print(test_bytes.digest())",
    ]
    surroundings = ({"PYTHONHASHSEED": "0"}, {"PYTHONHASHSEED": "4242", "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONOPTIMIZE": "1"})
    running = [subprocess.Popen(command, env=os.environ | each, stdout=subprocess.PIPE, text=True) for each in surroundings]
    found = {process.communicate(timeout=300)[0].strip() for process in running}
    assert found == {digest()}
