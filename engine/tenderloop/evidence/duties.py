"""Whether a sentence lays a duty on somebody: "must", "ist … zu gewährleisten", "devra".

Knows the words of ``criteria/terms/duties.yaml``. Must not know what the duty is about, nor where the sentence stands.
"""

from __future__ import annotations

from functools import cache

from tenderloop.errors import Problem, Problems
from tenderloop.evidence.terms import Matcher, phrase_matcher, read_list, sentence_bounds

FILE = "duties.yaml"


def duty(text: str, start: int, end: int, language: str = "") -> bool:
    """Whether the sentence around ``text[start:end]`` lays a duty on somebody, in its language; in any when that is not known.

    >>> text = "Die Ersatzteilversorgung ist für 5 Jahre zu gewährleisten. Wir schätzen Reparatur."
    >>> duty(text, 4, 24, "de"), duty(text, 72, 81, "de")
    (True, False)
    """
    begin, stop = sentence_bounds(text, start, end)
    code = language.strip().casefold()[:2]
    return any(True for _ in _matcher(code if code in _words() else "").matches(text[begin:stop]))


@cache
def _words() -> dict[str, tuple[str, ...]]:
    problems: list[Problem] = []
    found = read_list(FILE, "duties", problems)
    if problems:
        raise Problems(problems)
    return found


@cache
def _matcher(language: str) -> Matcher:
    return phrase_matcher(phrase for code, phrases in _words().items() if language in ("", code) for phrase in phrases)
