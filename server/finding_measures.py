"""What the checks measured and what they asked for, in the reader's words.

Patterns as in ``server.finding_phrases``: how the short text is stored, and how it is told. The first that fits is it.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.texts import N_


@dataclass(frozen=True, slots=True)
class Phrase:
    """One sentence of a check: how it is stored, and its fact and advice with named placeholders.

    Without a fact the whole sentence is one.
    """

    pattern: str
    fact: str = ""
    advice: str = ""


MEASURES = (
    Phrase(
        "{one:speaker} says {this:measure}; {other:speaker} says {that:measure}",
        N_("%(one)s: %(this)s; %(other)s: %(that)s"),
    ),
    # The place
    Phrase("{out:metres} outside the site, {radius:radius}", N_("%(out)s outside the site, %(radius)s")),
    Phrase("{inside:metres} inside the site, {radius:radius}", N_("%(inside)s inside the site, %(radius)s")),
    Phrase("within {far:metres} of the site", N_("within %(far)s of the site")),
    Phrase("within {far:metres}", N_("within %(far)s")),
    Phrase("{far:metres} apart", N_("%(far)s apart")),
    Phrase("± {radius:metres} or better", N_("± %(radius)s or better")),
    Phrase("{radius:radius}", "%(radius)s"),
    Phrase(N_("not stated")),
    Phrase(N_("no position in the file")),
    Phrase(N_("position withheld in the file")),
    Phrase(N_("position in the file not usable")),
    Phrase(N_("position whole")),
    Phrase(
        "{alike:number} of {all:number} photos at the very same point",
        N_("%(alike)s of %(all)s photos at the very same point"),
    ),
    Phrase("fewer than {most:number}", N_("fewer than %(most)s")),
    Phrase("{station:station}, on the line", N_("%(station)s, on the line")),
    Phrase("{station:station}, {off:metres} right of the line", N_("%(station)s, %(off)s right of the line")),
    Phrase("{station:station}, {off:metres} left of the line", N_("%(station)s, %(off)s left of the line")),
    Phrase("{station:station} ± {far:metres}", "%(station)s ± %(far)s"),
    # The time
    Phrase("within {long:span}", N_("within %(long)s")),
    Phrase("{long:span} apart", N_("%(long)s apart")),
    Phrase("{long:span} old", N_("%(long)s old")),
    Phrase("at most {long:span} old", N_("at most %(long)s old")),
    Phrase("{long:span} ahead", N_("%(long)s ahead")),
    Phrase(N_("not ahead")),
    Phrase("at most {long:span} ahead of the server's clock", N_("at most %(long)s ahead of the server's clock")),
    Phrase("{first:day} to {last:day}", N_("%(first)s to %(last)s")),
    Phrase("from {first:day}", N_("from %(first)s")),
    Phrase("until {last:day}", N_("until %(last)s")),
    Phrase("{taken:day}", "%(taken)s"),
    Phrase("{weekday:weekday} {clock:clock}", "%(weekday)s %(clock)s"),
    Phrase("{days:weekdays} {start:clock} to {end:clock}", N_("%(days)s %(start)s to %(end)s")),
    Phrase(N_("stated")),
    Phrase(N_("implied by the satellite time")),
    Phrase(N_("assumed")),
    Phrase(N_("unknown")),
    Phrase(N_("a stated zone")),
    # The file and its origin
    Phrase("whole {type:type}", N_("whole %(type)s")),
    Phrase("whole {type:type}, {more:number} bytes after its end", N_("whole %(type)s, %(more)s bytes after its end")),
    Phrase(N_("a whole picture of a known type")),
    Phrase("truncated: {why:text}", N_("cut off: %(why)s")),
    Phrase("truncated", N_("cut off")),
    Phrase("bomb: {why:text}", N_("too large to open: %(why)s")),
    Phrase("bomb", N_("too large to open")),
    Phrase("damaged: {why:text}", N_("damaged: %(why)s")),
    Phrase(N_("damaged")),
    Phrase(N_("cannot be decoded")),
    Phrase("at least {least:number} megapixels", N_("at least %(least)s megapixels")),
    Phrase("{size:number} megapixels", N_("%(size)s megapixels")),
    Phrase(N_("none declared")),
    Phrase(N_("the fingerprint of the received file")),
    Phrase("sha256 {hash:text}", "sha256 %(hash)s"),
    Phrase(N_("new")),
    Phrase("same file as evidence {other:text}", N_("same file as photo %(other)s")),
    Phrase(N_("a file not sent before")),
    # Content Credentials
    Phrase(N_("Content Credentials that hold")),
    Phrase(N_("changed after it was signed")),
    Phrase(N_("cannot be read")),
    Phrase(N_("made by a program")),
    Phrase(N_("not as a camera took it")),
    Phrase(N_("changes listed")),
    Phrase(N_("signed by a trusted signer")),
    # Who signed
    Phrase(N_("signed by the sender's enrolled phone with a fresh number of ours")),
    Phrase(N_("genuine")),
    Phrase(N_("unsigned")),
    Phrase("nonce expired", N_("a number of ours that ran out")),
    Phrase(N_("too large")),
    Phrase(N_("unreadable")),
    Phrase(N_("another algorithm")),
    Phrase(N_("unknown device")),
    Phrase(N_("another person's device")),
    Phrase(N_("revoked device")),
    Phrase(N_("wrong signature")),
    Phrase(N_("signed for another photo")),
    Phrase(N_("the claim beside it differs")),
    Phrase("unknown nonce", N_("a number that we never gave out")),
    Phrase("another device's nonce", N_("another phone's number")),
    Phrase("nonce used before", N_("a number used before")),
    Phrase(N_("not checked")),
)
#: Why a file's position cannot be used, as the reader of files says it, without the full stop.
REASONS = (
    Phrase(N_("The file holds no metadata block at all")),
    Phrase(N_("The file holds no position tags")),
    Phrase(N_("The position tags hold only zeros: the phone withheld the place")),
    Phrase(N_("The position block was blanked with zeros: the phone withheld the place")),
    Phrase(N_("The position in XMP holds only zeros: the phone withheld the place")),
    Phrase(N_("The file has a GPS block but no position in it")),
    Phrase(N_("The position tags cannot be used: the receiver marked its fix as void")),
    Phrase(N_("The position tags cannot be used: only one of latitude and longitude is there")),
    Phrase(N_("The position tags cannot be used: a hemisphere is missing")),
    Phrase(N_("The position tags cannot be used: a coordinate is not degrees, minutes and seconds")),
    Phrase(N_("The position tags cannot be used: a coordinate is not a number")),
    Phrase(N_("The position tags cannot be used: a coordinate is out of range")),
    Phrase(N_("The position tags cannot be used: the coordinates in XMP are not degrees")),
    Phrase("There is no position in the file", N_("There is no position in the file")),
    Phrase("There is position withheld in the file", N_("The position was withheld from the file")),
    Phrase("There is position in the file not usable", N_("The position in the file cannot be used")),
)
