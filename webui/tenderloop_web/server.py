"""``tenderloop serve``: the application behind a server that may face people.

Knows command-line options and servers. Must not know pages.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from typing import Any

from flask import Flask

from tenderloop_web.app import LOCAL_HOSTS, create_app

THREADS = 4
MOST_BODY = 32_000_000  # what waitress takes before it hangs up; the application refuses far less, with a page that explains it


def serve(arguments: Sequence[str] | None = None) -> int:
    """Serve the pages until interrupted. Returns the exit code."""
    given = _parser().parse_args(arguments)
    hosts = [*LOCAL_HOSTS, *given.trusted_host]
    if given.host not in ("0.0.0.0", "::", *hosts):  # noqa: S104  (compared, not bound)
        hosts.append(f"[{given.host}]" if ":" in given.host else given.host)
    app = create_app({"TRUSTED_HOSTS": hosts, "SESSION_COOKIE_SECURE": given.https})
    shown = f"[{given.host}]" if ":" in given.host else given.host
    sys.stderr.write(f"Tenderloop is at http://{shown}:{given.port}/  (stop it with Ctrl+C)\n")
    if given.host in ("0.0.0.0", "::") and not given.trusted_host:  # noqa: S104
        sys.stderr.write("Only localhost is answered: name the address people use with --trusted-host NAME.\n")
    sys.stderr.flush()
    try:
        return _gunicorn(app, given) if given.server == "gunicorn" else _waitress(app, given)
    except OSError as error:
        sys.stderr.write(f"tenderloop serve: {shown}:{given.port} cannot be used: {error.strerror}. Choose another --port.\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tenderloop serve", description="Rate a case in a browser. Nothing is kept on the server.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: %(default)s, this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="port (default: %(default)s)")
    parser.add_argument(
        "--trusted-host", action="append", default=[], metavar="NAME", help="a host name under which people reach it; may be repeated"
    )
    parser.add_argument("--https", action="store_true", help="it stands behind HTTPS: cookies are sent over HTTPS only")
    parser.add_argument("--threads", type=int, default=THREADS, help="requests at a time (default: %(default)s)")
    parser.add_argument(
        "--server", choices=("waitress", "gunicorn"), default="waitress", help="waitress, or gunicorn where it is installed"
    )
    return parser


def _waitress(app: Flask, given: argparse.Namespace) -> int:
    import waitress  # type: ignore[import-untyped]

    logging.getLogger("waitress").setLevel(logging.WARNING)
    waitress.serve(
        app,
        host=given.host,
        port=given.port,
        threads=given.threads,
        max_request_body_size=MOST_BODY,
        ident="tenderloop",
        clear_untrusted_proxy_headers=True,
    )
    return 0


def _gunicorn(app: Flask, given: argparse.Namespace) -> int:
    try:
        from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
    except ImportError:
        sys.stderr.write("tenderloop serve: gunicorn is not installed: pip install gunicorn, or leave --server out.\n")
        return 2

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            settings: dict[str, Any] = {
                "bind": f"{given.host}:{given.port}",
                "worker_class": "gthread",
                "threads": given.threads,
                "workers": 1,
                "timeout": 120,
                "control_socket_disable": True,  # nothing is written to the home folder
            }
            for name, value in settings.items():
                if name in self.cfg.settings:  # older releases have no control socket
                    self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

    Server().run()
    return 0
