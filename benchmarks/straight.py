"""A pack written out as one straight NumPy function, as a person would write it by hand who has only this pack and float64 to think of.

The yardstick for the column engine: no kernel, no dispatch, no classes while it runs; tables for everything that has few values, weights
folded into the tables, units folded into the thresholds, a checklist over one set of options as a single table. What it leaves out: exact
decisions, nodes, derived values and checks that no score reads. ``written_out`` gives the source text, ``compiled`` the function.

Knows people_first_ppp's kinds of rules: means all the way up, ``if_unknown: zero``, no methods. Anything else is an AssertionError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from tenderloop.curves import Linear, Piecewise
from tenderloop.expression import (
    Arithmetic,
    Both,
    Call,
    Comparison,
    Constant,
    Contains,
    Either,
    Expression,
    Member,
    Name,
    Not,
    Text,
    names_in,
)
from tenderloop.pack import CapRating, Pack, Stage
from tenderloop.plan import IndicatorStep, Plan, compile_pack
from tenderloop.quantity import parse_unit

GRADES = 5
FALSE, OPEN, TRUE = 0, 1, 2
Columns = Mapping[str, Any]
Rated = tuple[Any, Any, Any, Any, dict[str, Any]]


def compiled(pack: Pack, stage: Stage, date: str) -> Callable[[Columns, Columns, int], Rated]:
    """``rate(facts, grades, chunk) -> low, high, coverage, ratings, gates``; facts are coded as for ``evaluate_columns``."""
    writer = _Writer(compile_pack(pack), stage, date)
    source = writer.source()
    space: dict[str, Any] = {"np": np, "T": writer.tables, "prefixes": prefixes, "_proof": _proof}
    space |= {"zero": np.int8(0), "one": np.int8(1), "two": np.int8(2)}
    exec(compile(source, "<straight>", "exec"), space)
    rate = space["rate"]

    def in_chunks(facts: Columns, grades: Columns, chunk: int) -> Rated:
        size = len(next(iter(facts.values())))
        parts = [
            rate(
                {name: values[at : at + chunk] for name, values in facts.items()}, {name: g[at : at + chunk] for name, g in grades.items()}
            )
            for at in range(0, size, chunk)
        ]
        low, high, coverage, ratings = (np.concatenate([part[place] for part in parts]) for place in range(4))
        return low, high, coverage, ratings, {name: np.concatenate([part[4][name] for part in parts]) for name in parts[0][4]}

    return in_chunks


def written_out(pack: Pack, stage: Stage, date: str) -> str:
    """The source text, to read what is being compared with."""
    return _Writer(compile_pack(pack), stage, date).source()


class _Writer:
    def __init__(self, plan: Plan, stage: Stage, date: str) -> None:
        self.plan, self.pack, self.stage, self.date = plan, plan.pack, stage, date
        self.tables: dict[str, Any] = {}
        self.lines: list[str] = []
        self.held: dict[str, str] = {}
        self.values = {value.declared.id: value for value in plan.values}
        self.parameters = {parameter.id: parameter for parameter in self.pack.parameters}

    # ----------------------------------------------------------------------------------------------------------------- small helpers

    def say(self, line: str) -> None:
        self.lines.append("    " + line)

    def keep(self, code: str) -> str:
        """A local variable for a piece of code, once."""
        if code not in self.held:
            self.held[code] = f"v{len(self.held)}"
            self.say(f"{self.held[code]} = {code}")
        return self.held[code]

    def table(self, values: Sequence[float]) -> str:
        name = f"t{len(self.tables)}"
        self.tables[name] = np.array(values)
        return f"T['{name}']"

    def grade(self, names: Sequence[str]) -> str | None:
        found = sorted(name for name in names if name not in self.parameters)
        if not found:
            return None
        code = f"g['{found[0]}']"
        for name in found[1:]:
            code = f"np.minimum({code}, g['{name}'])"
        return self.keep(code) if len(found) > 1 else code

    def reads(self, rule: Expression) -> list[str]:
        """The facts under a rule, through derived values."""
        found: set[str] = set()
        for name in names_in(rule):
            found |= set(self.reads(self.values[name].rule)) if name in self.values else {name}  # type: ignore[arg-type]
        return sorted(found)

    # ------------------------------------------------------------------------------------------------------------------------ rules

    def number(self, rule: Expression) -> tuple[str | Fraction, Fraction]:
        """Code and the factor into base units; a constant comes as a fraction in base units."""
        if isinstance(rule, Constant):
            return rule.base, Fraction(1)
        if isinstance(rule, Name):
            if rule.id in self.parameters:
                found = self.parameters[rule.id].at(self.date)
                assert found is not None
                return found[0].base, Fraction(1)
            if rule.id in self.values:
                inner = self.values[rule.id].rule
                assert inner is not None
                code, factor = self.number(inner)
                return (self.keep(code) if isinstance(code, str) else code), factor
            return f"f['{rule.id}']", parse_unit(self.pack.fact_of[rule.id].unit).factor
        if isinstance(rule, Call):
            assert rule.function in ("min", "max")
            parts = [self.number(each) for each in rule.arguments]
            code = self.text(*parts[0], parts[0][1])
            for part in parts[1:]:
                code = f"np.{rule.function}imum({code}, {self.text(*part, parts[0][1])})"
            return code, parts[0][1]
        assert isinstance(rule, Arithmetic), rule
        (a, fa), (b, fb) = self.number(rule.left), self.number(rule.right)
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else Fraction(0)}[rule.operator], Fraction(1)
        if rule.operator in "+-":
            factor = fb if isinstance(a, Fraction) else fa
            return f"({self.text(a, fa, factor)} {rule.operator} {self.text(b, fb, factor)})", factor
        if rule.operator == "*":
            if isinstance(a, Fraction):
                return b, fb * a
            if isinstance(b, Fraction):
                return a, fa * b
            return f"({a} * {b})", fa * fb
        if isinstance(b, Fraction):
            return a, fa / b
        below = self.keep(f"np.where({b} == 0, np.nan, {b})")
        return f"({self.text(a, fa, fa)} / {below})", fa / fb

    def text(self, code: str | Fraction, factor: Fraction, wanted: Fraction) -> str:
        if isinstance(code, Fraction):
            return repr(float(code / wanted))
        return code if factor == wanted else f"({code} * {float(factor / wanted)!r})"

    def truth(self, rule: Expression) -> str:
        """Code of 0 false, 1 unknown, 2 true."""
        if isinstance(rule, Name):
            return self.keep(f"T['truth'].take(f['{rule.id}'] + 1)")
        if isinstance(rule, Not):
            return f"(2 - {self.truth(rule.part)})"
        if isinstance(rule, Both | Either):
            code = self.truth(rule.parts[0])
            for part in rule.parts[1:]:
                code = f"np.{'minimum' if isinstance(rule, Both) else 'maximum'}({code}, {self.truth(part)})"
            return code
        if isinstance(rule, Member):
            return self.of_options(rule.name.id, rule.options)
        if isinstance(rule, Contains):
            fact = self.pack.fact_of[rule.name.id]
            bit = 1 << tuple(fact.options).index(rule.option)
            return self.keep(f"np.where(f['{fact.id}'] < 0, one, np.where(f['{fact.id}'] & {bit}, two, zero))")
        assert isinstance(rule, Comparison), rule
        assert len(rule.operators) == 1, rule
        left, right = rule.operands
        if isinstance(right, Text):
            assert isinstance(left, Name)
            return self.of_options(left.id, (right.value,))
        (a, fa), (b, fb) = self.number(left), self.number(right)
        factor = fb if isinstance(a, Fraction) else fa
        a, b = self.text(a, fa, factor), self.text(b, fb, factor)
        a, b = (each if each[0].isdigit() or each[0] == "-" else self.keep(each) for each in (a, b))
        blank = " | ".join(f"np.isnan({each})" for each in (a, b) if each.startswith(("v", "f[")))
        return self.keep(f"np.where({blank}, one, np.where({a} {rule.operators[0]} {b}, two, zero))")

    def of_options(self, name: str, options: Sequence[str]) -> str:
        known = tuple(self.pack.fact_of[name].options)
        return self.keep(
            f"{self.table([OPEN, *(TRUE if each in options else FALSE for each in known)])}.astype(np.int8).take(f['{name}'] + 1)"
        )

    def proof(self, rule: Expression) -> str | None:
        """Code of the grade that carries a condition: for a joint one, the best proof of what decides it."""
        if isinstance(rule, Not):
            return self.proof(rule.part)
        if isinstance(rule, Both | Either):
            decisive = FALSE if isinstance(rule, Both) else TRUE
            joint, code, grade = "minimum" if decisive == FALSE else "maximum", self.truth(rule.parts[0]), self.proof(rule.parts[0])
            for part in rule.parts[1:]:
                other, proof = self.truth(part), self.proof(part)
                if grade != proof:
                    grade = self.keep(f"_proof({code}, {grade}, {other}, {proof}, {decisive})")
                code = self.keep(f"np.{joint}({code}, {other})")
            return grade
        return self.grade(self.reads(rule))

    # ----------------------------------------------------------------------------------------------------------------------- scores

    def leaf(self, step: IndicatorStep, weight: float) -> tuple[str, str, str]:
        """Code of low, high and coverage, each times the weight."""
        curve, scoring = step.curves[self.stage], step.declared.scoring
        caps = [min([float(cap) for limit, cap in step.caps.items() if limit >= grade], default=100.0) for grade in range(GRADES)]

        def tables(scores: Sequence[float], top: float, index: str, grade: str) -> tuple[str, str, str]:
            """For a few codes, the first of them unknown."""
            low = self.table([0.0] * GRADES + [weight * min(score, cap) for score in scores for cap in caps])
            high = self.table([weight * top, *(weight * score for score in scores)])
            covered = self.table([0.0, *([weight] * len(scores))])
            at = self.keep(index)
            return f"{low}.take({at} * {GRADES} + {grade})", f"{high}.take({at})", f"{covered}.take({at})"

        if scoring.levels is not None:
            name = scoring.levels.of
            return tables([float(each) for each in curve.scores_by_level], float(curve.highest), f"(f['{name}'] + 1)", f"g['{name}']")  # type: ignore[union-attr]
        if scoring.yes_no is not None:
            yes, no = float(scoring.yes_no.yes), float(scoring.yes_no.no)
            rule = step.rules[0]
            if isinstance(rule, Name):
                return tables([no, yes], max(yes, no), f"(f['{rule.id}'] + 1)", f"g['{rule.id}']")
            return tables([no, yes], max(yes, no), f"T['from_truth'].take({self.truth(rule)})", str(self.proof(rule)))
        if scoring.checklist is not None:
            return self.checklist(step, weight, caps)
        assert isinstance(curve, Linear | Piecewise), step.id
        code, factor = self.number(step.rules[0])
        assert isinstance(code, str)
        value, grade = self.keep(code), self.grade(self.reads(step.rules[0]))
        known = self.keep(f"~np.isnan({value})")
        if isinstance(curve, Linear):
            start, end = float(curve.start / factor), float(curve.end / factor)
            plain = f"np.clip(({value} - {start!r}) * {100 / (end - start)!r}, 0.0, 100.0)"
        else:
            places = [float(place / factor) for place, _ in curve.points]
            plain = f"np.interp({value}, {places}, {[float(score) for _, score in curve.points]})"
        plain = self.keep(f"np.where({known}, {plain}, 100.0)")
        low = f"np.where({known}, np.minimum({plain}, {self.table(caps)}.take({grade})), 0.0) * {weight!r}"
        return low, f"{plain} * {weight!r}", f"{known} * {weight!r}"

    def checklist(self, step: IndicatorStep, weight: float, caps: Sequence[float]) -> tuple[str, str, str]:
        assert step.declared.scoring.checklist is not None
        points = [float(item.points) * weight for item in step.declared.scoring.checklist.items]
        if (
            all(isinstance(rule, Contains) for rule in step.rules)
            and len({rule.name.id for rule in step.rules if isinstance(rule, Contains)}) == 1
        ):
            name = next(rule.name.id for rule in step.rules if isinstance(rule, Contains))
            options = tuple(self.pack.fact_of[name].options)
            bits = [1 << options.index(rule.option) for rule in step.rules if isinstance(rule, Contains)]
            sums = [sum(each for each, bit in zip(points, bits, strict=True) if mask & bit) for mask in range(1 << len(options))]
            low = self.table([0.0] * GRADES + [each * cap / 100 for each in sums for cap in caps])
            high = self.table([sum(points), *sums])
            at = self.keep(f"(f['{name}'] + 1)")
            return f"{low}.take({at} * {GRADES} + g['{name}'])", f"{high}.take({at})", f"({at} > 0) * {weight!r}"
        lows, highs, known = [], [], []
        for each, rule in zip(points, step.rules, strict=True):
            code, grade = self.keep(self.truth(rule)), self.proof(rule)
            lows.append(f"{self.table([0.0] * (2 * GRADES) + [each * cap / 100 for cap in caps])}.take({code} * {GRADES} + {grade})")
            highs.append(f"{self.table([0.0, each, each])}.take({code})")
            known.append(f"({code} != 1)")
        return " + ".join(lows), " + ".join(highs), f"({' & '.join(known)}) * {weight!r}"

    # ------------------------------------------------------------------------------------------------------------------------- whole

    def source(self) -> str:
        self.tables |= {"truth": np.array([OPEN, FALSE, TRUE], dtype=np.int8), "from_truth": np.array([1, 0, 2])}
        self.lines, self.held = [], {}
        pack, asked = self.pack, {step.id: step for step in self.plan.indicators if self.stage in self.plan.pack.stages_of(step.declared)}
        assert pack.aggregate == "mean"
        used = {
            outcome.id: [c for c in outcome.criteria if any(each.id in asked for each in pack.indicators_of.get(c.id, ()))]
            for outcome in pack.outcomes
        }
        outcomes = [each for each in pack.outcomes if used[each.id]]
        for outcome in outcomes:
            for what in ("low", "high", "cov"):
                self.say(f"{what}_{outcome.id} = np.zeros(n)")
            total = sum(criterion.weight for criterion in used[outcome.id])
            for criterion in used[outcome.id]:
                assert outcome.aggregate == criterion.aggregate == "mean"
                steps = [asked[each.id] for each in pack.indicators_of[criterion.id] if each.id in asked]
                share = criterion.weight / total
                if any(step.applies is not None for step in steps):
                    self.partly(outcome.id, steps, float(share))
                    continue
                within = sum(step.declared.weight for step in steps)
                for step in steps:
                    parts = self.leaf(step, float(share * step.declared.weight / within))
                    for what, code in zip(("low", "high", "cov"), parts, strict=True):
                        self.say(f"{what}_{outcome.id} += {code}")
        total = sum(outcome.weight for outcome in outcomes)
        for what in ("low", "high", "cov"):
            self.say(f"{what} = " + " + ".join(f"{what}_{each.id} * {float(each.weight / total)!r}" for each in outcomes))
        self.rating([each.id for each in outcomes])
        return "\n".join(["def rate(f, g):", "    n = len(next(iter(f.values())))", *self.lines, ""])

    def partly(self, outcome: str, steps: Sequence[IndicatorStep], share: float) -> None:
        """A criterion of which some parts may not apply."""
        rows: dict[str, list[str]] = {"low": [], "high": [], "cov": [], "app": []}
        for step in steps:
            for what, code in zip(("low", "high", "cov"), self.leaf(step, 1.0), strict=True):
                rows[what].append(self.keep(code))
            rows["app"].append("np.full(n, 2, dtype=np.int8)" if step.applies is None else self.truth(step.applies))
        weights = [float(step.declared.weight) for step in steps]
        listed = ", ".join(f"[{', '.join(rows[what])}]" for what in ("low", "high", "cov", "app"))
        self.say(f"some = prefixes({listed}, {weights})")
        for place, what in enumerate(("low", "high", "cov")):
            self.say(f"{what}_{outcome} += some[{place}] * {share!r}")

    def rating(self, outcomes: Sequence[str]) -> None:
        ladder = self.pack.ladder
        self.say("codes = np.zeros(n, dtype=np.int8)")
        for code, band in enumerate(ladder.bands):
            good = [f"(low >= {float(band.start)!r})"]
            good += [f"(low_{name} >= {float(least)!r})" for name, least in ladder.minima.get(band.rating, {}).items() if name in outcomes]
            if code:
                self.say(f"codes[{' & '.join(good)}] = {code}")
        self.say("gates = {}")
        for step in self.plan.gates:
            if self.stage not in self.pack.stages_of(step.declared):
                continue
            assert step.applies is None, step.declared.id
            truth, grade = self.keep(self.truth(step.passes)), self.proof(step.passes)
            name = step.declared.id
            passes = f"np.where({grade} >= {step.declared.min_grade}, 2, 1)"
            self.say(f"gates['{name}'] = np.where({truth} == 2, {passes}, np.where({truth} == 0, 0, 1))")
            if isinstance(step.declared.on_fail, CapRating):
                limit = ladder.ratings.index(step.declared.on_fail.cap)
                self.say(f"codes = np.where(gates['{name}'] == 0, np.minimum(codes, {limit}), codes)")
            elif step.declared.on_fail == "reject":
                self.say(f"codes = np.where(gates['{name}'] == 0, {len(ladder.ratings)}, codes)")
        self.say("return low, high, cov, codes, gates")


def _proof(a: Any, grade_a: Any, b: Any, grade_b: Any, decisive: int) -> Any:
    best = np.maximum(np.where(a == decisive, grade_a, -1), np.where(b == decisive, grade_b, -1))
    return np.where(best >= 0, best, np.minimum(grade_a, grade_b))


def prefixes(lows: list[Any], highs: list[Any], covered: list[Any], applies: list[Any], weights: list[float]) -> tuple[Any, Any, Any]:
    """A weighted mean of which some parts may not apply: by hand for the rows in which that is open, at once for all others."""
    low, high, app = np.stack(lows), np.stack(highs), np.stack(applies)
    weight = np.array(weights)[:, None]
    sure = (app == TRUE) * weight
    total = sure.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        least, most = (sure * low).sum(axis=0) / total, (sure * high).sum(axis=0) / total
    rows = np.flatnonzero((app == OPEN).any(axis=0))
    for scores, found, pick, sign in ((low, least, np.fmin, 1), (high, most, np.fmax, -1)):
        if not len(rows):
            break
        part = scores[:, rows]
        order = np.argsort(np.where(app[:, rows] == OPEN, sign * part, np.inf), axis=0, kind="stable")
        part, open_weight = np.take_along_axis(part, order, 0), np.take_along_axis((app[:, rows] == OPEN) * weight, order, 0)
        top, bottom = (sure[:, rows] * scores[:, rows]).sum(axis=0), total[rows].copy()
        best = found[rows]
        none_sure = bottom == 0
        for place in range(len(part)):
            top, bottom = top + part[place] * open_weight[place], bottom + open_weight[place]
            with np.errstate(invalid="ignore", divide="ignore"):
                best = pick(best, top / bottom)
                best = pick(best, np.where(none_sure & (open_weight[place] > 0), part[place], np.nan))
        found[rows] = best
    counted = (app != FALSE) * weight
    share = (np.where(app == TRUE, np.stack(covered), 0.0) * weight).sum(axis=0) / counted.sum(axis=0)
    return least, most, share
