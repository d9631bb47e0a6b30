"""Mutation testing: changes the engine in small wrong ways, one at a time, and says which changes no test notices.

    python tests/mutation/run.py [MODULE …] [--every N] [--only TEXT] [--processes N]

Knows how to run tests against a changed module. Must not know what a change is: that is mutants.py.

The tree is copied to a temporary folder first, so that work may go on. Each change runs in a forked process in which the tests are already
loaded: the code of the changed function is put in place of the sound one (or the changed constant in place of the constant), quick tests
first, until one fails. What survives there, and what is changed in a class outside of its methods, is run again in a fresh process that
imports the changed module from the start; only that verdict counts as survival. ``survivors.md`` lists the survivors that are explained;
a survivor that is not listed there makes the exit code 1.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import importlib
import importlib.abc
import importlib.util
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from mutants import Mutant, Mutator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SLACK = 15.0  # seconds that a change may take beyond three times the sound run
MEMORY = 6 << 30  # bytes; a change may loop and collect
EXAMPLES = 12  # of hypothesis a property, where the test does not say itself

_BUILT = (
    "test_evaluate.py",
    "test_evaluate_mutants.py",
    "test_because_mutants.py",
    "test_profiles.py",
    "test_evaluate_mutants_confirmations.py",
)
TESTS: dict[str, tuple[str, ...]] = {
    "curves": ("test_curves.py", "test_curves_mutants.py"),
    "aggregate": ("test_aggregate_mutants.py",),
    "expression": ("test_hostile_expressions.py", "test_expression_mutants.py", "test_expression.py"),
    "scalar": ("test_scalar_mutants.py", "test_evaluate.py"),
    "evaluate": _BUILT,
    "because": ("test_because_mutants.py", "test_evaluate.py"),
}
DESELECTED = "not shipped"  # properties over the shipped packs take minutes


# ------------------------------------------------------------------------------------------------------------------ one worker


class _Settings:
    """A pytest plugin: few hypothesis examples, the same ones every time, nothing kept."""

    def pytest_collection(self) -> None:
        from hypothesis import HealthCheck, Phase, settings

        settings.register_profile(
            "mutation",
            max_examples=EXAMPLES,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.generate),  # a failing example need not be made small
        )
        settings.load_profile("mutation")


class _Swapping(_Settings):
    """Runs the loaded tests once for each change."""

    def __init__(self, module: str, wanted: Callable[[Mutant], bool]) -> None:
        self.module = module
        self.wanted = wanted

    def pytest_runtestloop(self, session: Any) -> bool:
        times: dict[str, float] = {}
        sound = _forked(lambda: _run_items(session, times), 600.0, lambda: json.dumps(times))
        if sound.code != 0:
            raise SystemExit(f"the sound tests fail or take too long: {sound}")
        taken = json.loads(sound.said)
        session.items.sort(key=lambda item: taken.get(item.nodeid, 0.0))
        limit = 3 * sum(taken.values()) + SLACK
        _caches()
        module = importlib.import_module(f"tenderloop.{self.module}")
        for mutant, tree in _changes(self.module, self.wanted):
            # outside of functions, the one changed assignment is made again in the loaded module
            changed = tree if mutant.function else ast.Module([tree.body[mutant.top]], [])
            code = compile(changed, str(module.__file__), "exec")
            _tell(mutant, _forked(partial(_swapped_run, session, module, mutant, code), limit))
        return True


def _swapped_run(session: Any, module: ModuleType, mutant: Mutant, code: CodeType) -> int:
    if mutant.function:
        _swap(module, mutant.function, code)
    else:
        exec(code, module.__dict__)
    return _run_items(session, {})


def _run_items(session: Any, times: dict[str, float]) -> int:
    from _pytest.runner import runtestprotocol

    for place, item in enumerate(session.items):
        begun = time.monotonic()
        following = session.items[place + 1] if place + 1 < len(session.items) else None
        reports = runtestprotocol(item, log=False, nextitem=following)
        times[item.nodeid] = time.monotonic() - begun
        if any(report.failed for report in reports):
            return 1
    return 0


def _swap(module: ModuleType, name: str, code: CodeType) -> None:
    """Give the function the changed code, and forget what was remembered with the sound one."""
    *owners, last = name.split(".")
    holder: Any = module
    for owner in owners:
        holder = getattr(holder, owner)
    found = vars(holder)[last]
    while not isinstance(found, FunctionType):
        found = next(
            each for each in (getattr(found, kind, None) for kind in ("fget", "__func__", "__wrapped__", "func")) if each is not None
        )
    new = next(each for each in _codes(code) if each.co_qualname == name and each.co_firstlineno == found.__code__.co_firstlineno)
    found.__code__ = new
    for remembered in _caches():
        remembered.cache_clear()


@functools.cache
def _caches() -> list[Any]:
    """What remembers results of the engine, found once before any fork."""
    found = [each for each in gc.get_objects() if isinstance(each, functools._lru_cache_wrapper)]
    return [each for each in found if (each.__module__ or "").startswith("tenderloop")]


def _codes(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from changed code."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self.name, self.path, self.code = name, path, code

    def find_spec(self, fullname: str, path: object, target: object = None) -> Any:
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)


class _Done:
    """How a forked process ended: code 0 when every test passed; ``said`` is its last word."""

    def __init__(self, status: int, said: str, seconds: float) -> None:
        self.code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        self.said = said
        self.seconds = seconds

    def __repr__(self) -> str:
        return f"code {self.code} after {self.seconds:.1f} s"


def _forked(work: Callable[[], int], limit: float, word: Callable[[], str] = str) -> _Done:
    begun = time.monotonic()
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            os.close(inlet)
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            signal.setitimer(signal.ITIMER_REAL, limit)  # the default action of the alarm ends the process
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            code = work()
            os.write(outlet, word().encode())
        except BaseException as error:
            os.write(outlet, repr(error)[:2000].encode())
        finally:
            os._exit(code)
    os.close(outlet)
    with os.fdopen(inlet, "rb") as stream:
        said = stream.read().decode()
    _, status = os.waitpid(child, 0)
    return _Done(status, said, time.monotonic() - begun)


def _changes(module: str, wanted: Callable[[Mutant], bool]) -> Iterator[tuple[Mutant, ast.Module]]:
    tree = ast.parse(_path(module).read_text(encoding="utf-8"))
    for mutant in Mutator(tree):
        if wanted(mutant):
            yield mutant, tree


def _path(module: str) -> Path:
    return Path("engine", "tenderloop", f"{module}.py").resolve()


def _tell(mutant: Mutant, done: _Done) -> None:
    os.write(_REPORT, (json.dumps({"number": mutant.number, "code": done.code, "said": done.said[:300]}) + "\n").encode())


_REPORT = 1


def _arguments(module: str) -> list[str]:
    files = [f"tests/{name}" for name in dict.fromkeys(TESTS[module]) if Path("tests", name).exists()]
    return [*files, "-k", DESELECTED, "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly"]


def _work(module: str, way: str, numbers: Sequence[int]) -> None:
    """What a worker process does, in the copy: one line of JSON for each change."""
    global _REPORT
    _REPORT = os.dup(1)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.nice(10)
    asked = set(numbers)
    sys.path.insert(0, str(Path("engine").resolve()))
    import pytest

    if way == "swap":
        ended = pytest.main(_arguments(module), plugins=[_Swapping(module, lambda mutant: mutant.number in asked)])
        if ended not in (0, 5):
            raise SystemExit(f"worker ended with {ended}")
        return
    for heavy in ("numpy", "hypothesis", "pydantic", "yaml"):
        importlib.import_module(heavy)
    name, path = f"tenderloop.{module}", _path(module)

    def fresh(code: CodeType) -> int:
        sys.meta_path.insert(0, _Changed(name, path, code))
        return int(pytest.main(_arguments(module), plugins=[_Settings()]))

    sound = _forked(partial(fresh, compile(path.read_bytes(), str(path), "exec")), 600.0)
    if sound.code != 0:
        raise SystemExit(f"the sound tests fail: {sound}")
    for mutant, tree in _changes(module, lambda mutant: mutant.number in asked):
        code = compile(tree, str(path), "exec")
        _tell(mutant, _forked(partial(fresh, code), 3 * sound.seconds + SLACK))


# ------------------------------------------------------------------------------------------------------------------- the whole


def _spread(copy: Path, module: str, way: str, numbers: Sequence[int], processes: int) -> dict[int, tuple[int, str]]:
    """The exit code of the tests for each change, from several workers."""
    found: dict[int, tuple[int, str]] = {}
    if not numbers:
        return found
    parts = [part for part in (numbers[each::processes] for each in range(processes)) if part]
    environment = {**os.environ, "PYTHONPATH": str(copy / "engine"), "PYTHONHASHSEED": "0"}
    running = [
        subprocess.Popen(
            [sys.executable, str(HERE / "run.py"), "--worker", way, module],
            cwd=copy,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in parts
    ]
    for worker, part in zip(running, parts, strict=True):
        assert worker.stdin is not None
        worker.stdin.write(json.dumps(list(part)))
        worker.stdin.close()
    for worker in running:
        assert worker.stdout is not None
        for line in worker.stdout:
            told = json.loads(line)
            found[told["number"]] = (told["code"], told["said"])
        if worker.wait() != 0:
            raise SystemExit(f"{module}: a worker failed")
    return found


def explained() -> dict[str, str]:
    """The survivors that survivors.md explains: module and name of the change, and the reason."""
    found: dict[str, str] = {}
    module, reason = "", ""
    for line in (HERE / "survivors.md").read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"## (\w+)\.py", line):
            module = heading[1]
        elif entry := re.fullmatch(r"  +``? ?(.+?) ?``?", line):
            found[f"{module}/{entry[1]}"] = reason
        elif line.startswith("- "):
            reason = line[2:]
    return found


def _report(module: str, mutants: Sequence[Mutant], codes: dict[int, tuple[int, str]], reasons: dict[str, str]) -> tuple[int, int, int]:
    source = _path_in(ROOT, module).read_text(encoding="utf-8").splitlines()
    alive = [mutant for mutant in mutants if codes[mutant.number][0] == 0]
    known = [mutant for mutant in alive if f"{module}/{mutant.name}" in reasons]
    late = sum(codes[mutant.number][0] < 0 for mutant in mutants)
    print(
        f"{module}.py: {len(mutants)} changes, {len(mutants) - len(alive)} killed ({late} of them by the time limit), "
        f"{len(alive)} survived, {len(known)} of them explained"
    )
    for mutant in alive:
        if mutant not in known:
            print(f"\n  {module}.py:{mutant.line}  {source[mutant.line - 1].strip()}\n      {mutant.name}")
    gone = {name for name in reasons if name.startswith(f"{module}/")} - {f"{module}/{mutant.name}" for mutant in alive}
    if len(mutants) > 1 and gone and not _PARTIAL:
        print(f"\n  explained, but killed or no longer there ({len(gone)}):", *sorted(gone), sep="\n      ")
    print(flush=True)
    return len(mutants), len(alive), len(known)


_PARTIAL = False


def _path_in(root: Path, module: str) -> Path:
    return root / "engine" / "tenderloop" / f"{module}.py"


def main() -> int:
    """Run it; 1 when a survivor is not explained."""
    global _PARTIAL
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"one of {', '.join(TESTS)}; all unless given")
    parser.add_argument("--every", type=int, default=1, help="take every N-th change only (a sample, the same one every time)")
    parser.add_argument("--only", default="", help="only changes whose name holds this text")
    parser.add_argument("--quick", action="store_true", help="do not try survivors again from a fresh import")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--worker", choices=("swap", "fresh"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        _work(given.modules[0], given.worker, json.loads(sys.stdin.read()))
        return 0
    _PARTIAL = given.every > 1 or bool(given.only)
    reasons = explained()
    figures: list[tuple[int, int, int]] = []
    with tempfile.TemporaryDirectory(prefix="tenderloop-mutation-") as folder:
        copy = Path(folder)
        for name in ("engine", "tests", "criteria", "samples"):
            if (ROOT / name).exists():
                shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "mutation", "*.pdf"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        for module in given.modules or TESTS:
            tree = ast.parse(_path_in(copy, module).read_text(encoding="utf-8"))
            mutants = [each for each in Mutator(tree) if each.number % given.every == 0 and given.only in each.name]
            codes = _spread(copy, module, "swap", [each.number for each in mutants if each.loaded], given.processes)
            again = [each.number for each in mutants if each.loaded and codes[each.number][0] in ((99,) if given.quick else (0, 99))]
            codes |= _spread(copy, module, "fresh", [*again, *(each.number for each in mutants if not each.loaded)], given.processes)
            figures.append(_report(module, mutants, codes, reasons))
    made, alive, known = (sum(column) for column in zip(*figures, strict=True))
    print(f"all: {made} changes, {made - alive} killed, {alive} survived, {known} of them explained")
    return 0 if alive == known else 1


if __name__ == "__main__":
    raise SystemExit(main())
