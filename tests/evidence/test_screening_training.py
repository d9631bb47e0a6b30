"""Labels, what the model may see, groups and folds, and that training is the same every time."""

from __future__ import annotations

import json
import math

import pytest
from screening_examples import invented_texts, notice, strategic

from tenderloop.cli_screening import written
from tenderloop.evidence.features import show_notice, shown_texts
from tenderloop.evidence.grouping import groups_of
from tenderloop.evidence.screening import RULES, green_concepts, read_model, screen_shown
from tenderloop.evidence.terms import load_terms
from tenderloop.evidence.training import (
    BOTH,
    CONCEPTS,
    NOTICES,
    NOTICES_ADJUSTED,
    Recipe,
    declared,
    fit,
    folds_of,
    grouped,
    notice_example,
    tabled,
    text_example,
    train,
)
from tenderloop.notice import Code, Notice, Text

SECRET = "zwlkquorx"


@pytest.mark.parametrize(
    ("codes", "green", "social", "circular"),
    [
        ((strategic("env-imp"),), True, None, None),
        ((strategic("soc-obj"),), None, True, None),
        ((strategic("none"),), False, False, False),
        ((strategic("none"), Code("environmental-impact", "other", "/x")), True, False, None),
        ((strategic("none"), Code("gpp-criteria", "none", "/x")), False, False, False),
        ((Code("gpp-criteria", "none", "/x"),), None, None, None),
        ((Code("gpp-criteria", "national", "/x"),), True, None, None),
        ((Code("environmental-impact", "circ-econ", "/x"),), True, None, True),
        ((Code("social-objective", "work-cond", "/x"),), None, True, None),
        ((strategic("inn-pur"),), None, None, None),
    ],
)
def test_a_label_comes_from_what_is_declared_and_silence_is_no_answer(
    codes: tuple[Code, ...], green: bool | None, social: bool | None, circular: bool | None
) -> None:
    assert declared(notice(1, codes=codes)) == {"green": green, "social": social, "circular": circular}


def _with_secrets() -> Notice:
    lot = "/*/cac:ProcurementProjectLot[1]/cac:ProcurementProject/cac:ProcurementAdditionalType[1]/cbc:ProcurementType[1]"
    texts = (
        Text("Chairs for the school", "title", "/t", "en"),
        Text(f"{SECRET} reuse and repair", "sustainability", lot, "en"),
        Text(f"{SECRET} why access was not thought of", "note", lot, "en"),
    )
    codes = tuple(
        Code(name, SECRET, "/x")
        for name in (
            "strategic-procurement",
            "environmental-impact",
            "social-objective",
            "innovative-acquisition",
            "gpp-criteria",
            "accessibility",
        )
    )
    return Notice("eforms", "", "a", "b", "tender", languages=("en",), texts=texts, codes=codes)


def test_codes_and_texts_that_repeat_them_never_reach_the_features() -> None:
    shown = show_notice(_with_secrets())
    assert [text.value for text in shown_texts(_with_secrets())] == ["Chairs for the school"]
    assert SECRET not in repr(shown)
    assert not shown.concepts, "reuse and repair stand only in the text that gives the answer away"
    for recipe in (BOTH, CONCEPTS, NOTICES, NOTICES_ADJUSTED):
        assert not any(SECRET in name for name in tabled(shown, recipe))


def test_a_notice_looks_the_same_whatever_it_declares() -> None:
    plain, coded = (
        notice(1, words="Chairs"),
        notice(1, words="Chairs", codes=(strategic("env-imp"), Code("environmental-impact", "circ-econ", "/x"))),
    )
    assert show_notice(plain) == show_notice(coded)


def test_names_countries_and_addresses_are_not_words_of_the_model() -> None:
    text = "Attn: Mr. Abel Testperson, abel.testperson@ministry.example, Windhoek, Namibia. Supply of pumps to the Namibian ministry."
    words = text_example("1", text, True).shown.rest.split()
    assert {"supply", "pumps", "ministry"} <= set(words)
    assert not {"abel", "testperson", "namibia", "namibian", "example"} & set(words)


def test_notices_of_one_procedure_publication_buyer_or_template_are_one_group() -> None:
    long = "one two three four five six seven eight nine ten eleven twelve thirteen"
    examples = [
        notice_example(notice(1, procedure="p", words="chairs for schools")),
        notice_example(notice(2, procedure="p", words="award of furniture")),
        notice_example(notice(3, buyer="Ville de X", words="road works")),
        notice_example(notice(4, buyer="VILLE DE X", words=long)),
        notice_example(notice(5, words=long + " fourteen")),
        notice_example(notice(6, words="something else altogether that nobody has written before")),
    ]
    assert grouped(examples) == [0, 0, 2, 2, 2, 5]


def test_a_notice_without_a_procedure_is_not_joined_with_every_other_one() -> None:
    assert len(set(grouped([notice_example(notice(number, words=f"{chr(97 + number) * 6} {number}")) for number in range(5)]))) == 5


def test_folds_share_no_procedure() -> None:
    examples = [
        notice_example(notice(at, procedure=f"p{at // 3}", words=f"{'abcdefghij'[at % 10] * 5} {'klmnopqrst'[at // 10] * 7}"))
        for at in range(60)
    ]
    groups = grouped(examples)
    labels = [at // 3 % 2 == 0 for at in range(60)]
    for seed in (0, 1, 2):
        tested: list[int] = []
        for learned, tried in folds_of(labels, groups, 5, seed):
            mine, its = ({key for at in side for key in examples[at].keys if key.startswith("procedure:")} for side in (learned, tried))
            assert mine
            assert its
            assert not mine & its
            tested += tried
        assert sorted(tested) == list(range(60)), "every example is tried exactly once"


def test_calibration_and_threshold_come_from_what_is_trained_on() -> None:
    """A fit does not depend on anything but its own examples: fitting a part gives the same as fitting the part alone."""
    examples = invented_texts(40)
    part = examples[:60]
    shown, labels, groups = [each.shown for each in part], [bool(each.labels["green"]) for each in part], grouped(part)
    one, other = fit(shown, labels, groups, BOTH), fit(shown, labels, groups, BOTH)
    assert (one.slope, one.offset, one.threshold) == (other.slope, other.offset, other.threshold)
    assert one.slope > 0
    assert 0 < one.threshold < 1


def test_training_twice_gives_the_same_bytes_in_any_order() -> None:
    examples = invented_texts()
    assert written(train(examples)).encode() == written(train(examples[::-1])).encode()


def test_the_model_learns_what_is_there_to_learn_and_equals_the_pipeline() -> None:
    examples = invented_texts()
    tree = json.loads(written(train(examples)))
    model = read_model(tree)
    ordered = sorted(examples, key=lambda each: each.id)
    groups = grouped(ordered)
    shown = [each.shown for each in ordered]
    labels = [bool(each.labels["green"]) for each in ordered]
    for recipe, head in ((BOTH, model.green),):
        pipeline = fit(shown, labels, groups, recipe)
        for expected, each in zip(pipeline.probabilities(shown), shown, strict=True):
            assert head.probability(head.value(each)) == pytest.approx(expected, abs=1e-9)
    said = [screen_shown(each, model)["green"].suggested is True for each in shown]
    assert sum(a == b for a, b in zip(said, labels, strict=True)) >= 0.95 * len(labels)


def test_the_parts_of_an_explanation_add_up() -> None:
    model = read_model(json.loads(written(train(invented_texts()))))
    shown = text_example("x", "Solar solar power plant and renewable energy with audit of accounts", True).shown
    for head in (model.green,):
        parts = head.contributions(shown)
        assert math.fsum(part.contribution for part in parts) + head.intercept / 10**6 == pytest.approx(head.value(shown), abs=1e-12)
    assert {part.kind for part in model.green.contributions(shown)} == {"word", "concept"}


def test_a_green_concept_never_speaks_against_green() -> None:
    """Even where the labels would teach it: here every text with recycling is labelled not green."""
    examples = [
        text_example(
            each.id, each.shown.text + ("" if each.labels["green"] else " Waste recycling and composting."), bool(each.labels["green"])
        )
        for each in invented_texts()
    ]
    tree = train(examples)
    for head in (tree["green"],):
        assert all(weight > 0 for weight in head["concepts"].values())
        assert not {"recycling", "composting"} & set(head["concepts"])
    words = {word: weight for word, _, weight in tree["green"]["words"]}
    assert words.get("waste", 0) >= 0
    assert all(weight >= 0 for piece, _, weight in tree["green"]["pieces"] if piece in (" recy", "recyc", "ecycl", "wast"))


def test_too_few_of_an_answer_train_no_model() -> None:
    with pytest.raises(ValueError, match="20 green and 20 other texts are too few"):
        train(invented_texts(20))


def test_the_language_is_taken_out_where_it_is_all_there_is() -> None:
    """All German ones no, all French ones yes: a plain model answers by language, an adjusted one knows that it knows nothing."""
    examples = []
    for number in range(40):
        for language, words in (("de", "Lieferung von Waren der Stadt"), ("fr", "fourniture de biens pour la ville")):
            own = "".join(chr(97 + (number * step) % 26) for step in (1, 3, 5, 7, 9, 11))
            code = strategic("none" if language == "de" else "env-imp")
            examples.append(
                notice_example(notice(number + (100 if language == "fr" else 0), words=f"{words} {own}", codes=(code,), language=language))
            )
    shown, labels, groups = (
        [each.shown for each in examples],
        [each.labels["green"] is True for each in examples],
        list(range(len(examples))),
    )

    def apart(recipe: Recipe) -> float:
        values = fit(shown, labels, groups, recipe).values(shown)
        yes, no = ([value for value, label in zip(values, labels, strict=True) if label is side] for side in (True, False))
        return sum(yes) / len(yes) - sum(no) / len(no)

    assert apart(NOTICES) > 2
    assert abs(apart(NOTICES_ADJUSTED)) < apart(NOTICES) / 2


def test_rules_name_concepts_of_the_term_base() -> None:
    for label, concepts in RULES.items():
        assert concepts <= set(load_terms().concepts), label
    assert RULES["circular"] <= RULES["green"]
    assert "different green concepts" in green_concepts({"bound:take_back": 1})


def test_identical_words_are_one_group_and_two_short_titles_are_not() -> None:
    assert groups_of([(), (), ()], ["chairs", "chairs", "road works"]) == [0, 0, 2]
