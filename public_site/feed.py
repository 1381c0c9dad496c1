"""News as Atom feeds (RFC 4287): of one project, and of the projects in an area.

An entry's id is made from the record it tells of, so that it stays the same wherever the feed is read from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from feedgen.feed import FeedGenerator
from flask import Response, url_for
from markupsafe import Markup

from public_site.door import bp
from server.access import PUBLISHED, declare
from server.models import Project
from server.services import public, public_story
from server.services.public_story import News
from server.texts import _, language

#: An area's feed holds so many entries.
MOST_ENTRIES = 40
#: What no XML document may hold (XML 1.0, 2.2).
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@bp.get("/projects/<string:code>/feed.atom")
@declare(PUBLISHED)
def project_feed(code: str) -> Response:
    """What happened in one project."""
    project = public_story.published(code)
    feed = _feed(
        f"project/{project.id}",
        project.title,
        address=url_for("public_site.project", code=code, _external=True),
        own=url_for("public_site.project_feed", code=code, _external=True),
    )
    return _answer(feed, public_story.news_of([project]), named=False, otherwise=project.changed_at)


@bp.get("/areas/<string:code>/feed.atom")
@declare(PUBLISHED)
def area_feed(code: str) -> Response:
    """What happened in the projects of one area, of those with the latest news."""
    area = public.area(code).area
    feed = _feed(
        f"area/{area.code}",
        area.name,
        address=url_for("public_site.area", code=code, _external=True),
        own=url_for("public_site.area_feed", code=code, _external=True),
    )
    told = public_story.news_of(public_story.latest(code))[:MOST_ENTRIES]
    return _answer(feed, told, named=True, otherwise=public_story.NEVER)


def _feed(record: str, title: str, *, address: str, own: str) -> FeedGenerator:
    feed = FeedGenerator()
    feed.id(_id(record))
    feed.title(_clean(title))
    feed.subtitle(_("What was approved, paid and published, as Saksi recorded it."))
    feed.link(href=address, rel="alternate", type="text/html")
    feed.link(href=own, rel="self", type="application/atom+xml")
    feed.language(language())
    feed.generator("Saksi")
    return feed


def _answer(feed: FeedGenerator, told: Iterable[tuple[Project, News]], *, named: bool, otherwise: datetime) -> Response:
    """The feed with its entries, the latest first; one without any was last changed ``otherwise``."""
    changed = otherwise
    for place, (project, news) in enumerate(told):
        changed = news.at if place == 0 else max(changed, news.at)
        _add(feed, project, news, named=named)
    feed.updated(changed)
    return Response(feed.atom_str(pretty=True), mimetype="application/atom+xml")


def _add(feed: FeedGenerator, project: Project, news: News, *, named: bool) -> None:
    entry = feed.add_entry(order="append")
    entry.id(_id(news.key))
    sentence = public_story.sentence(news, project.currency)
    if named:
        sentence = _("%(name)s: %(sentence)s", name=public_story.isolated(project.title), sentence=sentence)
    entry.title(_clean(sentence))
    entry.content(_clean(_content(sentence, news)), type="html")
    entry.updated(news.at)
    entry.published(news.at)
    entry.author(name=_clean(project.agency.name))
    # The one link that an entry gets: feedgen leaves out what a link is for, and without that it is the alternate.
    entry.link(href=_address(project, news), rel="alternate")


def _content(sentence: str, news: News) -> str:
    """The sentence, and a picture where there is one; what people wrote is no markup."""
    told = Markup("<p>{}</p>").format(sentence)
    if news.newest_photo:
        picture = url_for("public_site.web", evidence_id=news.newest_photo, _external=True)
        told += Markup('<p><img src="{}" alt="{}" width="800"></p>').format(picture, news.milestone)
    return str(told)


def _address(project: Project, news: News) -> str:
    return url_for("public_site.project", code=project.code, _external=True, _anchor=news.anchor)


def _id(record: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'saksi:{record}')}"


def _clean(text: str) -> str:
    return NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
