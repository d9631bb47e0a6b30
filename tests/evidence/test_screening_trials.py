"""Measures of the trials against worked values, and a trial from end to end."""

from __future__ import annotations

import random

import pytest
from screening_examples import invented_texts, notice, strategic

from tenderloop.evidence.training import BOTH, grouped, notice_example
from tenderloop.evidence.trials import (
    Answers,
    System,
    always_yes,
    average_precision,
    by_rules,
    calibration_error,
    cross_validated,
    either,
    evaluate,
    f1,
    measured,
    tables,
    within,
)


def test_measures_agree_with_scikit_learn() -> None:
    from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score, roc_auc_score

    drawn = random.Random(5)
    for _ in range(50):
        truth = [True, False] + [drawn.random() < 0.4 for _ in range(30)]
        sure = [drawn.choice([0.1, 0.3, 0.35, 0.7, 0.9]) for _ in truth]
        yes = [value > 0.5 for value in sure]
        expected = (f1_score(truth, yes, zero_division=0), precision_score(truth, yes, zero_division=0), recall_score(truth, yes))
        assert f1(truth, yes) == pytest.approx(expected)
        assert average_precision(truth, sure) == pytest.approx(average_precision_score(truth, sure))
        assert within(truth, sure, ["en"] * len(truth)) == pytest.approx(roc_auc_score(truth, sure))


def test_the_area_within_languages_does_not_see_a_difference_between_them() -> None:
    truth, languages = [True, True, False, False], ["fr", "de", "de", "de"]
    assert within(truth, [0.99, 0.1, 0.2, 0.3], languages) == 0
    assert within([True, False], [0.9, 0.1], ["fr", "de"]) is None


def test_calibration_error_is_worked_by_hand() -> None:
    # bin 0.2: two of 0.25 with one yes -> 0.25 each; bin 0.9: one of 0.95, yes -> 0.05
    assert calibration_error([True, False, True], [0.25, 0.25, 0.95]) == pytest.approx((2 * 0.25 + 0.05) / 3)


def test_intervals_hold_the_value_and_are_the_same_every_time() -> None:
    truth = [at % 3 == 0 for at in range(60)]
    answers = Answers(tuple(at % 2 == 0 for at in range(60)), tuple((at % 7) / 7 for at in range(60)))
    system = System("x", (answers,))
    once, twice = (measured(truth, ["en"] * 60, list(range(60)), system) for _ in range(2))
    assert once == twice
    for found in once.values():
        assert found is not None
        value, low, high = found
        assert low <= value <= high
        assert low < high


def test_groups_and_not_examples_are_resampled() -> None:
    """Thirty copies of the same group tell no more than one: the interval of two groups is as wide as can be."""
    truth = [True] * 30 + [False] * 30
    answers = Answers((True,) * 60, (0.5,) * 60)
    found = measured(truth, ["en"] * 60, [0] * 30 + [1] * 30, System("x", (answers,)))["precision"]
    assert found == [0.5, 0.0, 1.0]


def test_rules_have_no_probability_and_always_yes_has_the_share_of_the_training_folds() -> None:
    examples = invented_texts(30)
    groups = grouped(examples)
    assert not by_rules(examples, "green").calibrated
    everything = always_yes(examples, "green", groups, 0)
    assert all(everything.yes)
    assert all(0.4 < value < 0.6 for value in everything.sure)


def test_either_says_yes_when_one_does() -> None:
    one, other = Answers((True, False, False), (1, 0, 0), False), Answers((False, True, False), (0.2, 0.9, 0.3))
    assert either(one, other).yes == (True, True, False)
    assert either(one, other).sure == (1.2, 0.9, 0.3)


def test_a_cross_validated_answer_does_not_know_its_own_label() -> None:
    """Labels drawn by lot cannot be foretold; a leak would show as a good figure."""
    drawn = random.Random(11)
    from dataclasses import replace

    examples = [replace(each, labels={**each.labels, "green": drawn.random() < 0.5}) for each in invented_texts(40)]
    groups = grouped(examples)
    answers = cross_validated(examples, "green", groups, BOTH, 0)
    truth = [bool(each.labels["green"]) for each in examples]
    area = within(truth, answers.sure, ["en"] * len(truth))
    assert area is not None
    assert 0.25 < area < 0.7


def test_a_trial_from_end_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from tenderloop.evidence import trials

    monkeypatch.setattr(trials, "SEEDS", (0,))
    monkeypatch.setattr(trials, "RESAMPLES", 40)
    examples = invented_texts(30)
    for number in range(40):
        own = "".join(chr(97 + (number * step) % 26) for step in (1, 3, 5, 7, 9, 11))
        code = strategic("none" if number % 2 else "env-imp")
        examples.append(notice_example(notice(number, procedure=f"p{number}", words=f"{own} goods {own[::-1]}", codes=(code,))))
    examples.append(notice_example(notice(99, words="nothing is declared here at all")))
    steps: list[tuple[int, int]] = []
    found = evaluate(examples, lambda done, of: steps.append((done, of)))
    assert steps[-1][0] <= steps[-1][1]
    assert found["data"]["green"] == {
        "yes": 20, "no": 20, "unstated": 1, "converted from older XML": 0, "rules say yes of yes": 0, "rules say yes of no": 0,
    }  # fmt: skip
    names = {table["name"]: table for table in found["tables"]}
    assert set(names) == {"green, labelled texts", "green, coded notices", "green, coded notices in languages of the term base"}
    rows = {row["system"]: row for row in names["green, labelled texts"]["rows"]}
    assert rows["always yes"]["F1"][0] == pytest.approx(2 / 3, abs=0.001)
    assert rows["combination: one model of words and concepts (shipped)"]["F1"][0] > 0.9
    assert rows["rules alone"]["Brier"] is None
    printed = tables(found)
    assert "| rules alone |" in printed
    assert "### Green, labelled texts: 60 examples, 30 yes" in printed
