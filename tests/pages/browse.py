"""A visitor without a browser: reads a page's text and forms, fills them in and presses buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

from flask import g, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

VOID = {"input", "img", "link", "meta", "br", "rect", "circle", "path"}


@dataclass
class Button:
    """A button by what stands on it."""

    text: str
    name: str | None
    value: str | None


@dataclass
class FilledForm:
    """A form as the page has it: where it goes, what it holds already, its buttons."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)


class PageReader(HTMLParser):
    """Collects the visible text, the links, and the forms of one page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.images: list[str] = []
        self.forms: list[FilledForm] = []
        self.inline: list[str] = []
        self._form: FilledForm | None = None
        self._textarea: str | None = None
        self._in_button = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in given) else []
        self.links += [given["href"]] if tag == "a" else []
        self.images += [given["src"]] if tag == "img" else []
        if tag == "form":
            self._form = FilledForm(given.get("action", ""))
            self.forms.append(self._form)
        elif self._form is not None and tag == "input":
            self._form.values[given.get("name", "")] = given.get("value", "")
        elif self._form is not None and tag == "textarea":
            self._textarea = given["name"]
            self._form.values[self._textarea] = ""
        elif self._form is not None and tag == "button":
            self._in_button = True
            self._form.buttons.append(Button("", given.get("name"), given.get("value")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._textarea = None
        elif tag == "button":
            self._in_button = False

    def handle_data(self, data: str) -> None:
        self.words += data.split()
        if self._form is not None and self._textarea is not None:
            self._form.values[self._textarea] += data
        if self._form is not None and self._in_button:
            self._form.buttons[-1].text += data


@lru_cache(maxsize=4)
def _read(html: str) -> PageReader:
    """A page is read once, however often a test asks for its words."""
    return PageReader(html)


class Visitor:
    """Someone who looks at pages, signed in or not; ``page`` is the last one they saw."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.status = 0
        self.html = ""

    def go(self, path: str) -> Visitor:
        """Open a page, following where it leads."""
        _forget_token()
        return self._take(self.client.get(path, follow_redirects=True))

    @property
    def page(self) -> PageReader:
        """The page that is open."""
        return _read(self.html)

    def form_with(self, name: str) -> FilledForm:
        """The form of the open page that asks for this field."""
        return next(form for form in self.page.forms if name in form.values)

    @property
    def text(self) -> str:
        """The words of the open page, each a single space apart."""
        return " ".join(self.page.words)

    @property
    def buttons(self) -> list[str]:
        """What stands on the page's buttons."""
        return [button.text for form in self.page.forms for button in form.buttons]

    def press(self, text: str, /, **typed: str) -> Visitor:
        """Fill in the form that has this button, and press it."""
        for form in self.page.forms:
            for button in form.buttons:
                if button.text == text:
                    chosen = {button.name: button.value or ""} if button.name else {}
                    values = form.values | typed | chosen
                    _forget_token()
                    return self._take(self.client.post(form.action, data=values, follow_redirects=True))
        raise AssertionError(f"there is no button “{text}”, only {self.buttons}")

    def _take(self, response: TestResponse) -> Visitor:
        self.status, self.html = response.status_code, response.get_data(as_text=True)
        return self


def _forget_token() -> None:
    """Tests live in one application context, in which one visitor's token would be kept for the next."""
    if has_app_context():
        g.pop("csrf_token", None)
