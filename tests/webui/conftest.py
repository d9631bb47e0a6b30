"""What the tests of the screens share: the application, a visitor that carries token and answers like a browser, a reader of pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tenderloop_web import create_app

SAMPLES = Path(__file__).parents[2] / "samples"
VOID = {"meta", "link", "input", "br", "hr", "img", "area", "base", "col", "embed", "source", "track", "wbr"}


@dataclass
class Element:
    """One element with what a test asks of it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Html:
    """A page as a flat list of elements, with every tag checked to be closed in order."""

    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        return [
            each
            for each in self.elements
            if each.tag == tag and all(each.attributes.get(name.removesuffix("_")) == value for name, value in attributes.items())
        ]

    def ids(self) -> list[str]:
        return [each.attributes["id"] for each in self.elements if "id" in each.attributes]

    def fields(self) -> dict[str, list[str]]:
        """What a browser would send: the values of every field that is filled in, the whole page taken as one form."""
        sent: dict[str, list[str]] = {}
        options: list[Element] = []
        name = ""
        for each in self.elements:
            attributes = each.attributes
            if each.tag == "select":
                name, options = attributes.get("name", ""), []
                sent.setdefault(name, [])
            elif each.tag == "option" and name:
                options.append(each)
                if "selected" in attributes or not sent[name]:
                    sent[name] = [attributes.get("value", "")]
            elif each.tag == "textarea":
                sent.setdefault(attributes["name"], []).append(each.text.removeprefix("\n"))
            elif each.tag == "input" and "name" in attributes:
                kind = attributes.get("type", "text")
                if (kind in ("radio", "checkbox") and "checked" not in attributes) or kind == "file":
                    continue
                sent.setdefault(attributes["name"], []).append(attributes.get("value", ""))
        return sent


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Html()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.page.faults.append(f"<{tag}> has an attribute twice: {names}")
        self.page.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1].tag != tag:
            self.page.faults.append(f"</{tag}> closes {self.open[-1].tag if self.open else 'nothing'}")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def read_html(text: str) -> Html:
    """The page that a text is."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.page.faults += [f"<{element.tag}> is never closed" for element in reader.open]
    return reader.page


class Visitor:
    """A browser without a screen: keeps its cookie, sends the token, carries the answers from page to page."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.case = ""
        self.page = Html()
        self.answer: TestResponse | None = None

    @property
    def token(self) -> str:
        with self.client.session_transaction() as session:
            held = session.get("token")
        if held is None:
            self.client.get("/")
            with self.client.session_transaction() as session:
                held = session["token"]
        return str(held)

    def open(self, path: Path | None = None, *, name: str = "case.yaml", data: bytes | None = None) -> Html:
        import io

        content = data if data is not None else (path or SAMPLES / "hyderabad_wte" / "case.yaml").read_bytes()
        return self._seen(self.client.post("/open", data={"csrf": self.token, "file": (io.BytesIO(content), name)}))

    def go(self, go: str, at: str = "", fields: dict[str, Any] | None = None) -> Html:
        return self._seen(self.client.post("/case", data={"csrf": self.token, "case": self.case, "at": at, "go": go, **(fields or {})}))

    def send(self, go: str, changes: dict[str, Any] | None = None) -> Html:
        """Send the page that is shown, as it is but for some changes; None takes a field out."""
        fields: dict[str, Any] = {**self.page.fields(), **(changes or {})}
        fields = {name: value for name, value in fields.items() if value is not None and name != "go"}
        return self._seen(self.client.post("/case", data={**fields, "csrf": self.token, "go": go}))

    def download(self, form: str) -> TestResponse:
        return self.client.post("/case/download", data={"csrf": self.token, "case": self.case, "form": form})

    def _seen(self, answer: TestResponse) -> Html:
        self.answer = answer
        self.page = read_html(answer.text)
        carried = self.page.all("input", name="case")
        if carried:
            self.case = carried[0].attributes["value"]
        return self.page

    @property
    def status(self) -> int:
        assert self.answer is not None
        return self.answer.status_code

    @property
    def title(self) -> str:
        return self.page.all("title")[0].text

    @property
    def text(self) -> str:
        assert self.answer is not None
        return self.answer.text

    def errors(self) -> list[str]:
        """What the error summary lists."""
        found = re.search(r'id="error-summary".*?</ul>', self.text, re.DOTALL)
        return [each.text.strip() for each in read_html(f"<div {found[0]}</div></div>").all("li")] if found else []


@pytest.fixture(scope="session")
def app() -> Flask:
    return create_app({"SECRET_KEY": "for tests only", "TESTING": False, "PROPAGATE_EXCEPTIONS": False})


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    return Visitor(client)


@pytest.fixture(scope="session")
def html_of() -> Any:
    return read_html


@pytest.fixture(scope="session")
def samples() -> Path:
    return SAMPLES
