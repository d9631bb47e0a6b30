"""Random packs and cases: small packs made up whole, and random partial cases over the shipped packs.

Knows what a pack and a case may hold. Must not know what a result should be: that is for the properties to say.

Everything is made from one seed by Python's own generator, so that cases are dense: many answers, many grades, many open questions.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Any

from building import LADDER, check, choice, criterion, gate, indicator, level, number, other, outcome, pack, yes_no

from tenderloop.case import Answer, Case, Evidence
from tenderloop.pack import Fact, Pack, TableColumn
from tenderloop.quantity import UNITS
from tenderloop.readers.packs import list_packs, load_pack

UNITS_USED = ("1", "t/year", "MWh")
CAPS: tuple[dict[int, Any] | None, ...] = (None, {}, {0: 25, 1: 60}, {1: 50}, {0: 0, 2: 70})
WAYS = ("mean", "mean", "mean", "sum", "minimum", "product", "geometric")
DATES = ("2024-03-01", "2026-06-01", "2031-01-01")


@dataclass(frozen=True)
class World:
    """A pack and a case of it; ``later`` is the same case with more answers and better evidence."""

    pack: Pack
    case: Case
    later: Case


@lru_cache(maxsize=1)
def shipped() -> tuple[Pack, ...]:
    """The packs that ship."""
    return tuple(load_pack(name) for name in list_packs())


# ------------------------------------------------------------------------------------------------------------------------ small packs


@dataclass
class _Maker:
    """Draws the parts of a pack. In a ``rising`` pack every fact has a good direction that every rule follows."""

    rng: Random
    rising: bool
    facts: list[dict[str, Any]]

    def pick(self, options: Sequence[Any]) -> Any:
        return self.rng.choice(options)

    def of_kind(self, *kinds: str) -> list[dict[str, Any]]:
        return [fact for fact in self.facts if fact["kind"] in kinds]

    def amount(self, unit: str) -> str:
        text = self.pick(("0", "1", "2.5", "4", "7", "10"))
        return text if unit == "1" else f"{text} {unit}"

    def numeric(self) -> tuple[str, str]:
        """A numeric rule and its unit; in a rising pack more of it is better."""
        found = self.of_kind("number")
        one = self.pick(found)
        same = [each for each in found if each["unit"] == one["unit"]]
        two = self.pick(same)
        shapes = ["{a}", "{a} + {b}", "min({a}, {b})", "max({a}, {b})", "sum({a}, {b})", "2 * {a}"]
        if not self.rising:
            shapes += ["{a} - {b}", "abs({a} - {b})", "-{a}"]
            if one["unit"] == "1":
                shapes += ["{a} / {b}", "{a} * {b}", "1 - {a} / {b}"]
        return self.pick(shapes).format(a=one["id"], b=two["id"]), one["unit"]

    def condition(self, depth: int = 2) -> str:
        """A condition; in a rising pack better answers never turn it from true to false."""
        kinds = ["yes_no", "number", "level", "choices"]
        if depth > 0:
            kinds += ["and", "or", "count"]
        if not self.rising:
            kinds += ["choice", "known", "not", "chain", "date"] if depth > 0 else ["choice", "known", "date"]
        kind = self.pick(kinds)
        facts = self.of_kind(kind)
        if kind == "number" or not (facts or kind in ("and", "or", "not", "count", "known", "chain")):
            rule, unit = self.numeric()
            return f"{rule} {self.pick(('>=', '>') if self.rising else ('>=', '<', '<=', '>', '==', '!='))} {self.amount(unit)}"
        if kind == "yes_no":
            return str(self.pick(facts)["id"])
        if kind == "level":
            return f"{self.pick(facts)['id']} >= {self.pick((1, 2, 3))}"
        if kind == "choices":
            return f"'{self.pick(('a', 'b', 'c'))}' in {self.pick(facts)['id']}"
        if kind == "choice":
            return self.pick(("{id} == 'a'", "{id} in ['a', 'b']", "{id} != 'c'")).format(**self.pick(facts))  # type: ignore[no-any-return]
        if kind == "date":
            return f"{self.pick(facts)['id']} < '2020-01-01'"
        if kind == "known":
            return f"known({self.pick(self.facts)['id']})"
        if kind == "not":
            return f"not ({self.condition(depth - 1)})"
        if kind == "chain":
            rule, unit = self.numeric()
            return f"{self.amount(unit)} <= {rule} < {self.amount(unit)}"
        if kind == "count":
            return f"count({self.condition(0)}, {self.condition(0)}, {self.condition(0)}) >= {self.pick((1, 2))}"
        return f"({self.condition(depth - 1)}) {kind} ({self.condition(depth - 1)})"

    def scoring(self) -> dict[str, Any]:
        kinds = ["linear", "steps", "piecewise", "yes_no", "checklist"]
        kinds += [kind for kind, facts in (("levels", self.of_kind("level")), ("choice", self.of_kind("choice"))) if facts]
        kind = self.pick(kinds)
        if kind in ("linear", "steps", "piecewise"):
            rule, unit = self.numeric()
            low, middle, high = (text if unit == "1" else f"{text} {unit}" for text in self.pick((("0", "3", "10"), ("1", "2.5", "4"))))
            if kind == "linear":
                down = not self.rising and self.pick((True, False))
                return {"linear": {"of": rule, "from": high if down else low, "to": low if down else high}}
            scores = (10, 50, 100) if self.rising else self.pick(((0, 50, 100), (100, 40, 0), (20, 100, 30)))
            if kind == "steps":
                return {"steps": {"of": rule, "below": 0, "at": [[low, scores[0] or 5], [middle, scores[1]], [high, scores[2]]]}}
            return {"piecewise": {"of": rule, "points": [[low, scores[0]], [middle, scores[1]], [high, scores[2]]]}}
        if kind == "levels":
            fact = self.pick(self.of_kind("level"))
            if self.pick((True, False)):
                return {"levels": {"of": fact["id"], "by_stage": True}}
            return {"levels": {"of": fact["id"], "scores": [0, 25, 60, 80, 100][: len(fact["levels"])]}}
        if kind == "choice":
            scores = (0, 50, 100) if self.rising else self.pick(((0, 50, 100), (100, 30, 10)))
            return {"choice": {"of": self.pick(self.of_kind("choice"))["id"], "scores": dict(zip("abc", scores, strict=True))}}
        if kind == "yes_no":
            yes, no = (100, 0) if self.rising else self.pick(((100, 0), (0, 100), (80, 20)))
            return {"yes_no": {"of": self.condition(), "yes": yes, "no": no}}
        points = self.pick(((40, 60), (20, 30, 50), ("33.4", "33.3", "33.3")))
        return {"checklist": {"items": [{"when": self.condition(1), "points": each} for each in points]}}

    def indicator(self, id_: str, criteria: Sequence[str], derived: Sequence[str]) -> dict[str, Any]:
        more: dict[str, Any] = {"weight": self.pick((1, 1, 2, "0.5", 3)), "caps": self.pick(CAPS)}
        if not self.rising:
            if self.pick((False, False, True)):
                more["applies_when"] = self.condition(1)
            if self.rng.random() < 0.2:
                more["stages"] = self.pick((["delivery", "tender"], ["preparation", "delivery"], ["identification"]))
            more["if_unknown"] = self.pick(("zero", "zero", "lowest"))
            more["na"] = self.pick(("never", "When there is none."))
        scoring = self.scoring()
        if derived and self.pick((False, False, True)):
            scoring = {"linear": {"of": self.pick(derived), "from": 0, "to": 5}}
        return indicator(id_, scoring, [self.facts[0]["id"]], criterion=self.pick(criteria), **more)

    def pack(self) -> Pack:
        criteria = ["c1", "c2", "c3"]
        ways = WAYS
        shape = self.pick(((("c1",), ("c2", "c3")), (("c1", "c2", "c3"),), (("c1",), ("c2",), ("c3",))))
        outcomes = [
            outcome(
                f"o{place}",
                *(criterion(each, weight=self.pick((1, 2)), aggregate=self.pick(ways)) for each in ids),
                weight=self.pick((1, 2, "1.5")),
                aggregate=self.pick(ways),
            )
            for place, ids in enumerate(shape, 1)
        ]
        parameters: list[dict[str, Any]] = [
            {"id": "steady", "value": "3", "source": "ours"},
            {"id": "dated", "values": {"2025-01-01": "2", "2030-01-01": "6"}, "source": "ours"},
        ]
        pure = [each["id"] for each in self.of_kind("number") if each["unit"] == "1"]
        derived: list[dict[str, Any]] = []
        if pure:
            shapes = ["{a} + steady", "max({a}, dated)"] if self.rising else ["{a} / steady", "{a} - dated", "{a} / {b}", "min({a}, dated)"]
            derived = [
                {"id": f"derived{n}", "value": self.pick(shapes).format(a=self.pick(pure), b=self.pick(pure))}
                for n in range(self.pick((0, 1, 2)))
            ]
        names = [each["id"] for each in derived]
        indicators = [self.indicator(f"i{n}", criteria, names) for n in range(1, 2 + self.rng.randint(0, 6))]
        gates = [self.gate(f"g{n}") for n in range(self.rng.randint(0, 2))]
        checks = [check("k1", self.condition())] if self.pick((False, True)) else []
        minima = self.pick(({}, {}, {"A": {"o1": 50}}, {"A": {"o1": 70}, "B": {"o1": 30}}))
        return pack(
            self.facts,
            indicators,
            outcomes=outcomes,
            aggregate=self.pick(ways),
            parameters=parameters,
            derived=derived,
            gates=gates,
            checks=checks,
            evidence_caps=self.pick(({}, {0: 25, 1: 60})),
            ladder={**LADDER, "minima": minima},
        )

    def gate(self, id_: str) -> dict[str, Any]:
        more: dict[str, Any] = {"on_fail": self.pick(("reject", "warn", {"cap": "C"})), "min_grade": self.pick((0, 1, 3))}
        if not self.rising and self.pick((False, False, True)):
            more["applies_when"] = self.condition(1)
        return gate(id_, self.condition(), [self.facts[0]["id"]], **more)


def small_pack(rng: Random, *, rising: bool = False) -> Pack:
    """A pack of one to seven indicators over two to eight facts of every kind, with gates, checks, parameters and derived values."""
    made: tuple[Callable[[str], dict[str, Any]], ...] = (
        lambda n: number(f"n{n}", rng.choice(UNITS_USED)),
        lambda n: yes_no(f"y{n}"),
        lambda n: level(f"v{n}", rng.choice((3, 5))),
        lambda n: choice(f"h{n}", "a", "b", "c"),
        lambda n: choice(f"s{n}", "a", "b", "c", kind="choices"),
        lambda n: other(f"d{n}", "date"),
    )
    facts = [number("n1", rng.choice(UNITS_USED)), *(rng.choice(made)(str(n)) for n in range(2, rng.randint(3, 9)))]
    return _Maker(rng, rising, facts).pack()


# ------------------------------------------------------------------------------------------------------------------------------ cases


def value(rng: Random, fact: Fact) -> Any:
    """An answer that a fact may have, as the engine holds it; a number in the fact's unit, with a short decimal, often on a threshold."""
    if fact.kind == "yes_no":
        return rng.random() < 0.5
    if fact.kind == "number":
        low = fact.min if fact.min is not None else Fraction(0)
        high = fact.max if fact.max is not None else max(low * 2, Fraction(12))
        plain = Fraction(rng.randint(0, 24), 2) if rng.random() < 0.6 else Fraction(rng.randint(0, 100), 10)
        if rng.random() < 0.5 and low <= plain <= high:
            return plain
        return max(low, Fraction(round((low + (high - low) * rng.randint(0, 1000) / 1000) * 1000), 1000))
    if fact.kind == "level":
        return Fraction(rng.randrange(len(fact.levels)))
    if fact.kind == "choice":
        return rng.choice(tuple(fact.options))
    if fact.kind == "choices":
        return tuple(option for option in fact.options if rng.random() < 0.5)
    if fact.kind == "date":
        return dt.date(2005, 1, 1) + dt.timedelta(days=rng.randint(0, 9000))
    if fact.kind == "text":
        return rng.choice(("one", "two"))
    rows = [{column.id: _cell(rng, column) for column in fact.columns} for _ in range(rng.randint(1, 4))]
    return tuple({row[fact.key]: row for row in rows}.values()) if fact.key else tuple(rows)


def _cell(rng: Random, column: TableColumn) -> Fraction | str:
    if column.kind == "number":
        return Fraction(rng.randint(0, 40), 2)
    return rng.choice(column.options or ("one", "two", "three", "four"))


def grade(rng: Random) -> int:
    """A grade of evidence, good ones more often."""
    return rng.choice((0, 1, 2, 3, 4, 4))


def answer(rng: Random, fact: Fact) -> Answer:
    """An answer with up to two pieces of evidence."""
    evidence = tuple(Evidence(grade=grade(rng), document="d", page=str(place)) for place in range(rng.choice((0, 1, 1, 2))))
    return Answer(kind=fact.kind, value=value(rng, fact), unit=fact.unit, evidence=evidence)


def case(rng: Random, asked: Pack, *, share: float | None = None) -> Case:
    """A partial case: a share of the facts answered, at some stage and date, some indicators marked not applicable."""
    share = rng.choice((0.1, 0.4, 0.7)) if share is None else share
    return Case(
        id="case",
        title="A case",
        kind=asked.kinds[0],
        stage=rng.choice((*asked.stages, "delivery", "delivery")),
        date=rng.choice(DATES),
        facts={fact.id: answer(rng, fact) for fact in asked.facts if rng.random() < share},
        not_applicable={each.id: "There is none here." for each in asked.indicators if each.na != "never" and rng.random() < 0.15},
    )


def later(rng: Random, asked: Pack, case: Case, *, share: float = 0.4) -> Case:
    """The same case with more answers, and better evidence for some of those given."""
    facts = {name: proven(rng, each) if rng.random() < 0.25 else each for name, each in case.facts.items()}
    facts |= {fact.id: answer(rng, fact) for fact in asked.facts if fact.id not in facts and rng.random() < share}
    return case.model_copy(update={"facts": facts})


def answered(rng: Random, asked: Pack, case: Case) -> Case:
    """The case with every fact answered."""
    return case.model_copy(update={"facts": {fact.id: case.facts.get(fact.id) or answer(rng, fact) for fact in asked.facts}})


def proven(rng: Random, answer: Answer) -> Answer:
    """The answer with one more piece of evidence."""
    return answer.model_copy(update={"evidence": (*answer.evidence, Evidence(grade=grade(rng)))})


def world(rng: Random, *, from_shipped: bool) -> World:
    """A pack, a case and the same case later."""
    asked = rng.choice(shipped()) if from_shipped else small_pack(rng)
    first = case(rng, asked)
    return World(asked, first, later(rng, asked, first))


def variant(asked: Pack, **changes: Any) -> Pack:
    """The pack with some parts replaced. It loses its hash, so that the compiler does not take it for the original."""
    return asked.model_copy(update={**changes, "hash": ""})


@lru_cache(maxsize=512)
def same_dimension(unit: str) -> tuple[str, ...]:
    """Other ways to write a unit of the same dimension: one of its symbols replaced by another that measures the same.

    >>> same_dimension("t/year")[:3]
    ('kg/year', 'Mt/year', 'g/year')
    """
    parts = re.split(r"([/*])", unit)
    found = [
        "".join((*parts[:place], name, *parts[place + 1 :]))
        for place, symbol in enumerate(parts)
        if symbol in UNITS
        for name, each in UNITS.items()
        if each.dimension == UNITS[symbol].dimension and name != symbol
    ]
    return tuple(dict.fromkeys(found))
