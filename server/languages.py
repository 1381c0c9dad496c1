"""The languages of the pages, and which one a request gets.

In this order: what the address asks for (``?language=fil``, which is kept in a cookie), the cookie, the language of
whoever is signed in, what the browser asks for, English. Programs always read English.
"""

from __future__ import annotations

from functools import cached_property
from urllib.parse import quote, urlencode

from babel.support import NullTranslations
from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, Domain

from server import auth
from server.built_files import REVALIDATED
from server.refusals import wants_page
from server.texts import catalogue, language

#: What each language calls itself, by its tag.
LANGUAGES = {"en": "English", "fil": "Filipino", "th": "ไทย"}
COOKIE = "saksi-language"
ASKED = "language"
A_YEAR = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Let every page be told in its reader's language."""
    _Languages().init_app(app, default_locale="en", locale_selector=_chosen)
    app.jinja_env.globals.update(language=language, languages=LANGUAGES, in_language=in_language)
    app.after_request(_keep)


def in_language(tag: str) -> str:
    """The address of the page that is shown, in another language.

    The path is written anew: a browser reads a bare backslash as a slash, and would follow two of them to another site.
    """
    kept = [(key, value) for key, value in request.args.items(multi=True) if key != ASKED]
    return f"{quote(request.path)}?{urlencode([*kept, (ASKED, tag)])}"


class _Languages(Babel):  # type: ignore[misc]
    """Flask-Babel with catalogues that are read as their translators wrote them, without a step that compiles them."""

    @cached_property
    def domain_instance(self) -> Domain:
        return _Catalogues()


class _Catalogues(Domain):  # type: ignore[misc]
    def get_translations(self) -> NullTranslations:
        return catalogue(language())


def _chosen() -> str:
    if not has_request_context() or not wants_page():
        return "en"
    person = auth.optional_actor()
    for tag in (request.args.get(ASKED), request.cookies.get(COOKIE), person.language if person else None):
        if tag in LANGUAGES:
            return str(tag)
    return _of_the_browser()


def _of_the_browser() -> str:
    """The first of its languages that is one of ours, whatever country it adds; Tagalog's old tag is Filipino's."""
    for tag, quality in request.accept_languages:
        primary = tag.partition("-")[0].lower().replace("tl", "fil")
        if quality > 0 and primary in LANGUAGES:
            return primary
    return "en"


def _keep(response: Response) -> Response:
    """Remember the language that was asked for, and tell caches that there are others."""
    asked = request.args.get(ASKED)
    # A page that a build left is one for all languages; it comes with its own word on who may keep it.
    if response.mimetype == "text/html" and response.headers.get("Cache-Control") != REVALIDATED:
        response.vary.update(("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", language())
        if asked in LANGUAGES:
            response.set_cookie(COOKIE, asked, max_age=A_YEAR, samesite="Lax", secure=request.is_secure)
    return response
