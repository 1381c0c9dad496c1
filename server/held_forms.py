"""What was typed into a form whose session ended meanwhile: held over the signing in, and never lost on the way.

A form that comes without a valid session, or with a token that is too old, is answered with its words in a packet. The
packet is signed with the installation's secret, bound to the browser that sent the form, bounded in size and time, and
holds no file, no password and no token. Nothing is sent by it: whoever is signed in then sees the words, and who they
are themselves, and sends them or gives them up.

Only a form that a page of this site sent is held. Another site could else put its own words before somebody who is
signed in, with one button beneath.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from flask import current_app, request, session
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from server import auth
from server.texts import N_, _

SALT = "saksi.held.v1"
#: The field in which a page carries the packet, and the key under which the browser's mark stands in its cookie.
FIELD, MARK = "held", "held"
#: A night lies between an evening's words and the morning's signing in.
MAX_AGE_S = 24 * 3600
#: Who is not signed in may send 64 kB (``server.requests``), and the packet comes back beside other fields.
MOST_BYTES = 48 * 1024
NEVER_HELD = re.compile(r"password|secret|token|^held$|^next$", re.IGNORECASE)
#: What a form carries beside what was typed: sent again as it was, and nothing to read.
UNSPOKEN = re.compile(r"digest|revision|cursor|^back$|_id$", re.IGNORECASE)
#: Forms that say nothing worth holding.
NOT_HELD = frozenset({"review_ui.begin", "review_ui.sign_out"})

LABELS = {
    "reason": N_("Reason"),
    "note": N_("Note"),
    "decision": N_("Decision"),
    "reference": N_("Reference"),
    "paid_on": N_("Paid on"),
    "recipient": N_("Recipient"),
    "amount_minor": N_("Amount"),
    "passed_on": N_("Passed on"),
    "settlement": N_("Settlement"),
    "name": N_("Name"),
    "title": N_("Title"),
    "caption": N_("Caption"),
    "email": N_("E-mail address"),
}
CHOICES = {
    "approve": N_("Approve"),
    "return": N_("Return"),
    "reject": N_("Reject"),
    "accept": N_("Accept"),
    "refuse": N_("Refuse"),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """One field as a person reads it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Held:
    """A form that was not taken: where it was going, from which page, what was in it, and who was signed in.

    ``files`` names the fields whose files were left behind; ``person_id`` is None where nobody is known to have been
    signed in.
    """

    address: str
    page: str | None
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    person_id: str | None
    person: str | None

    @property
    def typed(self) -> list[Typed]:
        """The fields that hold something to read, in their order."""
        return [Typed(_label(name), _choice(value)) for name, value in self.fields if value.strip() and _spoken(name)]


def from_request() -> Held | None:
    """The form of this request, where it is one to hold."""
    if request.method != "POST" or not _from_our_page() or request.endpoint in NOT_HELD:
        return None
    ended = auth.person_of_cookie()
    return Held(
        address=request.full_path.rstrip("?"),
        page=_page(),
        fields=tuple(_kept(request.form.items(multi=True))),
        files=tuple(name for name, file in request.files.items(multi=True) if file.filename),
        person_id=str(ended.person_id) if ended else None,
        person=ended.name if ended else None,
    )


def packed(held: Held) -> str | None:
    """The packet for this browser; None where it would be too large."""
    mark = session.setdefault(MARK, secrets.token_urlsafe(16))
    values = [mark, held.address, held.page, held.fields, held.files, held.person_id, held.person]
    packet = str(_signer().dumps(values))
    return packet if len(packet) <= MOST_BYTES else None


def opened(packet: str | None) -> Held | None:
    """What is in the packet; None where it is forged, too old, from another browser, or leads nowhere."""
    if not packet or len(packet) > MOST_BYTES:
        return None
    try:
        mark, address, page, fields, files, person_id, person = _signer().loads(packet, max_age=MAX_AGE_S)
    except (BadData, ValueError, TypeError):
        return None
    if not secrets.compare_digest(str(mark), str(session.get(MARK, ""))) or not _takes_forms(address):
        return None
    return Held(address, page, tuple((name, value) for name, value in fields), tuple(files), person_id, person)


def keep_mark(mark: Any) -> None:
    """Let the browser go on holding its packets in a session that is otherwise a fresh one."""
    if isinstance(mark, str):
        session[MARK] = mark


def local(wanted: str | None) -> str | None:
    """The address, where it is a path of this site; else None."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//") or not wanted.isprintable():
        return None
    parts = urlsplit(wanted)
    # Browsers read a backslash as a slash, so "/\\host" would lead away.
    return None if parts.scheme or parts.netloc or "\\" in wanted else wanted


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=SALT)


def _kept(fields: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in fields if not NEVER_HELD.search(name))


def _from_our_page() -> bool:
    """Whether a browser says that a page of this site sent the form, by going to where it leads."""
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return False
    stated = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    return stated in {None, "same-origin"} and origin is not None and _split(origin).netloc == request.host


def _page() -> str | None:
    """The page on which the form stood."""
    parts = _split(request.referrer or "")
    query = f"?{parts.query}" if parts.query else ""
    return local(parts.path + query) if parts.netloc == request.host else None


def _split(address: str) -> SplitResult:
    """The parts of an address that a header states; of one that is none, empty ones."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _takes_forms(address: str) -> bool:
    """Whether a page of this site takes forms at the address."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None or local(address) is None:
        return False
    try:
        endpoint, _values = adapter.match(urlsplit(address).path, method="POST")
    except (HTTPException, RequestRedirect):
        return False
    return endpoint not in NOT_HELD and not address.startswith("/api/")


def _spoken(name: str) -> bool:
    return not UNSPOKEN.search(name)


def _label(name: str) -> str:
    known = LABELS.get(name)
    return _(known) if known else name.replace("_", " ").replace("-", " ").capitalize()


def _choice(value: str) -> str:
    return _(CHOICES[value]) if value in CHOICES else value
