"""``tenderloop serve`` as people start it, and the examples in the modules of the screens."""

from __future__ import annotations

import doctest
import importlib
import os
import pkgutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

import tenderloop_web


def free_port() -> int:
    with socket.socket() as each:
        each.bind(("127.0.0.1", 0))
        return int(each.getsockname()[1])


def fetch(port: int, path: str = "/", host: str = "localhost") -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8")


def started(*options: str, port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tenderloop", "serve", "--port", str(port), *options]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            fetch(port)
        except OSError:
            time.sleep(0.1)
        else:
            return server
    server.kill()
    raise AssertionError(server.communicate()[1])


def test_serve_answers_its_own_names_only_and_says_where_it_is() -> None:
    port = free_port()
    server = started("--trusted-host", "tenders.example", port=port)
    try:
        for host in ("localhost", f"127.0.0.1:{port}", "tenders.example"):
            code, text = fetch(port, host=host)
            assert code == 200
            assert "Rate a tender" in text
        assert fetch(port, host="evil.example")[0] == 400
        assert fetch(port, "/packs/waste_to_energy", host="tenders.example")[0] == 200
        taken = subprocess.run(
            [sys.executable, "-m", "tenderloop", "serve", "--port", str(port)], capture_output=True, text=True, timeout=60, check=False
        )
        assert taken.returncode == 1
        assert "Choose another --port" in taken.stderr
    finally:
        server.terminate()
        said = server.communicate(timeout=20)[1]
    assert f"http://127.0.0.1:{port}/" in said
    assert "Traceback" not in said


def test_help_names_every_option() -> None:
    said = subprocess.run([sys.executable, "-m", "tenderloop", "serve", "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 0
    for option in ("--host", "--port", "--trusted-host", "--https", "--threads", "--server"):
        assert option in said.stdout


@pytest.mark.parametrize("name", [each.name for each in pkgutil.iter_modules(tenderloop_web.__path__)])
def test_examples_in_the_modules(name: str) -> None:
    found = doctest.testmod(importlib.import_module(f"tenderloop_web.{name}"))
    assert found.failed == 0
