"""The labelled questions of tests/standards/evidence_pairs: pools of passages from the notices, and how recall is counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from tenderloop.evidence.passages import Passage, notice_passages
from tenderloop.evidence.search import Question, Search, sameness
from tenderloop.notice import Notice
from tenderloop.readers.notices import read_records
from tenderloop.readers.strict_yaml import read_yaml

ROOT = Path(__file__).parents[2]
HERE = ROOT / "tests" / "standards" / "evidence_pairs"
DATA = ROOT.parent / "shared" / "data"
BAR = (
    "en",
    "de",
    "fr",
    "pl",
    "es",
    "it",
    "pt",
)  # languages for which the bar holds: those that the term base knew when the pairs were labelled
FOLDERS = ("ted-eforms", "ted-legacy-xml", "ocds-national")
AT = 5


@dataclass(frozen=True, eq=False)
class Pair:
    """A question asked of the pool of a language, and the notice and words by which the passages that count are known.

    ``added`` are those that were missed at first and judged when a search had found them (RULES.md, changes).
    """

    language: str
    question: Question
    half: str
    passages: tuple[tuple[str, str], ...]
    added: tuple[tuple[str, str], ...] = ()


@cache
def pairs() -> tuple[Pair, ...]:
    asked = {
        each["id"]: Question(each["id"], each["title"], each["question"], concepts=dict.fromkeys(each["concepts"], ""))
        for each in _read("questions.yaml")["questions"]
    }
    return tuple(
        Pair(
            each["language"],
            asked[each["question"]],
            each["half"],
            tuple((one["notice"], _plain(one["quote"])) for one in each["passages"] if "added" not in one),
            tuple((one["notice"], _plain(one["quote"])) for one in each["passages"] if "added" in one),
        )
        for each in _read("pairs.yaml")["pairs"]
    )


@cache
def pools() -> Mapping[str, tuple[Passage, ...]]:
    """The passages of each language's notices, each in its language; ``document`` is the notice as the pairs name it."""
    wanted: Mapping[str, Sequence[str]] = _read("pairs.yaml")["pools"]  # type: ignore[assignment]
    names = {name for each in wanted.values() for name in each}
    held: dict[str, list[Passage]] = {name: [] for name in names}
    for name, notice in _notices(names):
        held[name] += [replace(passage, document=name) for passage in notice_passages(notice)]
    assert not [name for name, passages in held.items() if not passages]
    return {
        language: tuple(
            passage
            for name in each
            for passage in held[name]
            if passage.language in (language, "", *({"no": ("nb", "nn")}.get(language, ())))
        )
        for language, each in wanted.items()
    }


def _notices(names: set[str]) -> Iterator[tuple[str, Notice]]:
    """Each notice once; a file that stands both alone and in an archive is taken alone."""
    files = [path for folder in FOLDERS for path in sorted((DATA / folder).rglob("*")) if path.suffix in (".xml", ".json", ".gz")]
    alone: set[str] = set()
    for path in sorted(files, key=lambda path: path.suffix == ".gz"):
        found = [name for name in sorted(names) if name in path.as_posix()]
        if not found and path.suffix != ".gz":
            continue
        for record in read_records(path, unread=[]):
            for name in names - alone if path.suffix == ".gz" else found:
                if record.kind == "notice" and name in record.file:
                    yield name, record.notice
        alone.update(found)


def recall(pair: Pair, search: Search, question: Question, *, as_first: bool = False) -> float | None:
    """Of the passages that count, at most five, the share that stands among the first five found; None when the pool holds none.

    ``as_first``: by the labels as they were first written.
    """
    right = {sameness(each.text) for each in search.passages if counts(each, pair, as_first=as_first)}
    if not right:
        return None
    found = {sameness(each.passage.text) for each in search.best(question, AT, 0.0)}
    return len(right & found) / min(AT, len(right))


def counts(passage: Passage, pair: Pair, *, as_first: bool = False) -> bool:
    """Whether a passage counts: it stands in the notice and holds one of the quotes."""
    words = _plain(passage.text)
    told = pair.passages if as_first else (*pair.passages, *pair.added)
    return any(notice == passage.document and quote in words for notice, quote in told)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _read(name: str) -> Mapping[str, Sequence[Mapping[str, str]]]:
    return read_yaml((HERE / name).read_text(encoding="utf-8"), name)  # type: ignore[return-value]
