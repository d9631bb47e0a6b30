"""What must hold of thresholds that wait for a person, whatever the pack and the case."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_columns_agree import plain
from test_scores_properties import GATE_ORDER, figures, within
from worlds import case as random_case
from worlds import small_pack

from tenderloop import evaluate
from tenderloop.bulk import evaluate_columns
from tenderloop.case import Case, Confirmation
from tenderloop.pack import Amount, Pack

SEEDS = given(seed=st.integers(0, 2**63))
BUYER = Confirmation(by="A. Buyer")


def waiting(rng: Random) -> tuple[Pack, Case]:
    """A small pack all of whose named numbers wait for a person, and a case that confirms none."""
    made = small_pack(rng)
    pack = made.model_copy(update={"parameters": tuple(each.model_copy(update={"confirm": True}) for each in made.parameters)})
    return pack, random_case(rng, pack)


def confirmed(rng: Random, case: Case, pack: Pack, share: float) -> Case:
    """The case with some more thresholds confirmed, as printed or with a value of the buyer's own."""
    found = dict(case.confirmed)
    for each in pack.parameters:
        if each.id not in found and rng.random() < share:
            found[each.id] = (
                BUYER if rng.random() < 0.5 else Confirmation(by="A. Buyer", value=Amount.model_validate(str(rng.randint(0, 9))))
            )
    return case.model_copy(update={"confirmed": found})


@SEEDS
def test_what_nobody_confirmed_decides_nothing(seed: int) -> None:
    """The printed value may be anything: no figure of the result depends on it."""
    pack, case = waiting(Random(seed))
    other = pack.model_copy(
        update={
            "parameters": tuple(
                each.model_copy(update={"value": Amount.model_validate("87"), "values": {}}) if each.id == "steady" else each
                for each in pack.parameters
            )
        }
    )
    assert figures(evaluate(case, pack)) == figures(evaluate(case, other))


@SEEDS
def test_confirming_never_widens_a_range_and_never_turns_a_gate(seed: int) -> None:
    rng = Random(seed)
    pack, case = waiting(rng)
    some = confirmed(rng, case, pack, 0.5)
    results = [evaluate(each, pack) for each in (case, some, confirmed(rng, some, pack, 1))]
    for before, after in ((results[0], results[1]), (results[1], results[2]), (results[0], results[2])):
        for earlier, later in zip(before.nodes, after.nodes, strict=True):
            if earlier.range is not None and later.range is not None:
                assert within(later, earlier), later.id
        if before.range is not None and after.range is not None:
            assert within(after, before)
        for was, became in zip(before.gates, after.gates, strict=True):
            assert was.status == became.status or was.status == "undecided", (was, became)
            assert became.status in (*GATE_ORDER, "not_applicable")


@SEEDS
def test_columns_wait_for_the_same_person(seed: int) -> None:
    rng = Random(seed)
    pack, nobody = waiting(rng)
    for case in (nobody, confirmed(rng, nobody, pack, 0.7)):
        alone = evaluate(case, pack)
        bulk = evaluate_columns(
            {fact.id: [plain(fact, case.facts[fact.id].value) if fact.id in case.facts else None] for fact in pack.facts},
            pack,
            stage=case.stage,
            date=case.date,
            grades={name: answer.grade for name, answer in case.facts.items()},
            not_applicable=None,
            confirmed=case.confirmed,
        )
        if alone.range is not None and not case.not_applicable:
            assert bulk.low[0] == pytest.approx(float(alone.range.low), abs=1e-9)
            assert bulk.high[0] == pytest.approx(float(alone.range.high), abs=1e-9)
            assert bulk.rating_names[bulk.ratings[0]] == alone.rating
