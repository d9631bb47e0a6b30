"""The award criteria of an eForms lot: types, words, numbers with their kinds, formulas.

Knows ``cac:AwardingTerms`` and what is inside. Must not know how weights add up.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

from lxml import etree

from tenderloop.notice import AwardCriterion, Code, Parameter, ParameterKind, Text
from tenderloop.readers.eforms_leaf import Leaves, extensions, known_code
from tenderloop.readers.eforms_names import CAC, CBC, CODES, EFAC, EFBC, EXT, LIST_OF_PARAMETER, PARAMETER_LISTS, UNPUBLISHED

CriterionType = Literal["price", "cost", "quality", ""]

_AWARDING_CRITERION: Final = CAC + "AwardingCriterion"
_SUBORDINATE: Final = CAC + "SubordinateAwardingCriterion"
_TYPE: Final = CBC + "AwardingCriterionTypeCode"
_NAME: Final = CBC + "Name"
_DESCRIPTION: Final = CBC + "Description"
_FORMULA: Final = CBC + "CalculationExpression"
_WEIGHTS_OF_UBL: Final = (CBC + "WeightNumeric", CBC + "Weight")
_EXTENSIONS: Final = EXT + "UBLExtensions"
_PARAMETER: Final = EFAC + "AwardCriterionParameter"
_PRIVACY: Final = EFAC + "FieldsPrivacy"
_PARAMETER_CODE: Final = EFBC + "ParameterCode"
_PARAMETER_NUMBER: Final = EFBC + "ParameterNumeric"
_TYPES: Final[dict[str, CriterionType]] = {"price": "price", "cost": "cost", "quality": "quality"}
_USE: Final = "write efac:AwardCriterionParameter with its code and number"


def read_criteria(leaves: Leaves, terms: etree._Element, base: str, lot: str, texts: list[Text], into: list[AwardCriterion]) -> None:
    """Reads one ``cac:AwardingTerms`` at ``base``: criteria are added to ``into``, formulas and reasons for an order to ``texts``.

    A lot may have several ``cac:AwardingCriterion``; all are read.
    """
    number = 0
    for group in terms:
        if group.tag != _AWARDING_CRITERION:
            continue
        number += 1
        where = f"{base}/cac:AwardingCriterion[{number}]"
        place, alone, words = 0, None, []
        hidden: list[str] = []
        for child in group:
            tag = child.tag
            if tag == _SUBORDINATE:
                place += 1
                _read_one(leaves, child, f"{where}/cac:SubordinateAwardingCriterion[{place}]", lot, into)
            elif tag == _TYPE:
                alone = child
            elif tag in (_DESCRIPTION, _FORMULA):
                words.append(child)
            elif tag == _EXTENSIONS:
                hidden = [leaves.withheld(privacy, at) for privacy, at in _privacies(child, where)]
        _add_words(leaves, words, where, lot, hidden, texts)
        if alone is not None and not place:
            message = "the type of an award criterion stands beside the criteria, not in one; it is read as the only criterion"
            at = where + "/cbc:AwardingCriterionTypeCode"
            leaves.problem("misplaced", message, alone, at, "put it into cac:SubordinateAwardingCriterion")
            kind, code = _type(leaves, alone, at)
            into.append(AwardCriterion(lot, kind, code, (), (), (), where))


def _privacies(element: etree._Element, base: str) -> list[tuple[etree._Element, str]]:
    return [
        (privacy, f"{where}/efac:FieldsPrivacy[{number}]")
        for inside, where in extensions(element, base)
        for number, privacy in enumerate(inside.iterchildren(_PRIVACY), 1)
    ]


def _add_words(leaves: Leaves, words: list[etree._Element], where: str, lot: str, hidden: list[str], texts: list[Text]) -> None:
    counts = {_DESCRIPTION: 0, _FORMULA: 0}
    for word in words:
        tag = str(word.tag)
        counts[tag] += 1
        formula = tag == _FORMULA
        if ("awa-cri-com" if formula else "awa-cri-ord") not in hidden:
            leaves.text(texts, word, "award", f"{where}/cbc:{'CalculationExpression' if formula else 'Description'}[{counts[tag]}]", lot)


def _type(leaves: Leaves, element: etree._Element, where: str) -> tuple[CriterionType, str]:
    published = (element.text or "").strip()
    codes: list[Code] = []
    return _TYPES.get(leaves.code(codes, element, "award-criterion-type", where), ""), published if published != UNPUBLISHED else ""


def _read_one(leaves: Leaves, criterion: etree._Element, where: str, lot: str, into: list[AwardCriterion]) -> None:
    kind: CriterionType = ""
    code = ""
    names: list[Text] = []
    descriptions: list[Text] = []
    parameters: list[Parameter] = []
    hidden: list[str] = []
    nested: list[etree._Element] = []
    name_count = description_count = formula_count = 0
    for child in criterion:
        tag = child.tag
        if tag == _TYPE:
            code = child.text or ""
            if code in _TYPES:  # the common case needs no more
                kind = _TYPES[code]
            else:
                kind, code = _type(leaves, child, where + "/cbc:AwardingCriterionTypeCode")
        elif tag == _EXTENSIONS:
            for inside, at in extensions(child, where):
                count = 0
                for found in inside:
                    if found.tag == _PARAMETER:
                        count += 1
                        _add_parameter(leaves, found, f"{at}/efac:AwardCriterionParameter[{count}]", parameters)
                if len(inside) != count:
                    hidden.extend(leaves.withheld(privacy, there) for privacy, there in _privacies(child, where))
        elif tag == _DESCRIPTION:
            description_count += 1
            leaves.text(descriptions, child, "award", f"{where}/cbc:Description[{description_count}]", lot)
        elif tag == _NAME:
            name_count += 1
            leaves.text(names, child, "award", f"{where}/cbc:Name[{name_count}]", lot)
        elif tag == _FORMULA:
            formula_count += 1
            leaves.text(descriptions, child, "award", f"{where}/cbc:CalculationExpression[{formula_count}]", lot)
        elif tag in _WEIGHTS_OF_UBL:
            at = f"{where}/cbc:{'WeightNumeric' if tag == _WEIGHTS_OF_UBL[0] else 'Weight'}"
            leaves.problem("misplaced", "a weight stands in an element that eForms does not use; its kind is unknown", child, at, _USE)
            value = leaves.number(child, at)
            if value is not None:
                parameters.append(Parameter("", "", value, at, "an element of UBL that eForms does not use"))
        elif tag == _SUBORDINATE:
            nested.append(child)
    if hidden:
        if "awa-cri-typ" in hidden:
            kind, code = "", ""
        if "awa-cri-nam" in hidden:
            names = []
        if "awa-cri-des" in hidden:
            descriptions = []
    into.append(AwardCriterion(lot, kind, code, tuple(names), tuple(descriptions), tuple(parameters), where))
    for number, inner in enumerate(nested, 1):
        at = f"{where}/cac:SubordinateAwardingCriterion[{number}]"
        leaves.problem(
            "misplaced", "an award criterion stands inside another one; it is read as one of its own", inner, at, "write it beside"
        )
        _read_one(leaves, inner, at, lot, into)


def _add_parameter(leaves: Leaves, parameter: etree._Element, where: str, into: list[Parameter]) -> None:
    code_element = number_element = None
    hidden: list[str] = []
    for child in parameter:
        tag = child.tag
        if tag == _PARAMETER_NUMBER:
            number_element = child
        elif tag == _PARAMETER_CODE:
            code_element = child
        elif tag == _PRIVACY:
            hidden.append(leaves.withheld(child, f"{where}/efac:FieldsPrivacy[{len(hidden) + 1}]"))
    kind: ParameterKind = ""
    code = ""
    at = where + "/efbc:ParameterNumeric"
    if code_element is None:
        leaves.problem(
            "code-missing", "a number of an award criterion has no code that says what it is", parameter, where, "add ParameterCode"
        )
    else:
        kind, code = _parameter_code(leaves, code_element, where + "/efbc:ParameterCode")
        if hidden and not {"awa-cri-wei", "awa-cri-fix", "awa-cri-thr"}.isdisjoint(hidden):
            code = ""
    value: Decimal | None = None
    if number_element is None:
        leaves.problem("number-missing", "a number of an award criterion is announced and not stated", parameter, where)
        at = where
    elif "awa-cri-num" not in hidden:
        value = leaves.number(number_element, at)
        if value is not None and value < 0:
            leaves.problem("negative-number", f"{value} is no weight, fixed number or threshold", number_element, at, "write 0 or more")
    if code or value is not None:
        into.append(Parameter(kind, code, value, at))


def _parameter_code(leaves: Leaves, element: etree._Element, where: str) -> tuple[ParameterKind, str]:
    """The kind by the list that the code names; when it names none, by the code itself."""
    code = (element.text or "").strip()
    name = element.get("listName", "")
    kind: ParameterKind = PARAMETER_LISTS.get(name, "")
    if not code or code == UNPUBLISHED:
        leaves.problem("unpublished" if code else "code-missing", "what the number is, is not stated", element, where)
        return kind, ""
    if not kind:
        name = LIST_OF_PARAMETER.get(code, "")
        kind = PARAMETER_LISTS.get(name, "")
        said = f"the code {code[:60]!r} does not name its list" + (f"; read as {name}" if name else "")
        leaves.problem("list-missing", said, element, where, "add listName, such as number-weight")
    if name and code not in CODES[name]:
        kept = known_code(code, CODES[name])
        if not kept:
            leaves.problem(
                "unknown-code", f"{code[:60]!r} is not a code of the list {name}", element, where, ", ".join(sorted(CODES[name]))
            )
    return kind, code
