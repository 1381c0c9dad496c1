"""The upload in two steps: the bytes go straight to the store, then the claim comes here.

The use case itself is ``evidence.receive``: what waits in the store is read and hashed here before it counts
as anything. A store without addresses of its own takes photos through us only.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from evidence.errors import OriginalMissingError, StoreAwayError
from evidence.seal import Seal
from evidence.storage.base import DirectAddress
from server.access import Actor
from server.engines import engines
from server.problems import FieldError, Problem
from server.services.evidence import Received, Upload, UploadClaim, receive, received_before, sealing

LOG = logging.getLogger("saksi")
#: A phone on a slow line sends a large photo within this; the store sweeps what was never finished after an hour.
VALID_FOR = timedelta(minutes=15)


def address_for(actor: Actor, evidence_id: UUID, sealed: Seal, *, media_type: str) -> DirectAddress | None:
    """Where this person may post the photo with this sha256 and size; None where it is to be sent to us.

    Raises:
        Problem: ``too-large``.
    """
    most = engines().settings.max_photo_bytes
    if sealed.size > most:
        raise Problem("too-large", f"A photo may have {most} bytes.", errors=[FieldError("#/size", f"At most {most}.")])
    name = _name(actor, evidence_id)
    return engines().store.writing_address(name, sealed, media_type=media_type, valid_for=VALID_FOR)


def finish(actor: Actor, evidence_id: UUID, claim: UploadClaim, *, now: datetime) -> Received:
    """Take in the photo that this person sent to its address; again, the same record.

    Raises:
        Problem: as ``evidence.receive``, and ``not-found`` where nothing was sent there.
    """
    store, name = engines().store, _name(actor, evidence_id)
    try:
        with sealing():
            photo = store.waiting(name)
    except OriginalMissingError:
        earlier = received_before(actor, evidence_id, claim)
        if earlier is None:
            raise Problem("not-found", "No photo waits under this id. Ask where to send it, and send it.") from None
        return earlier
    with photo:
        received = receive(actor, Upload(evidence_id, photo, claim), now=now)
    try:
        store.forget(name)
    except StoreAwayError as error:
        # The photo is on record; what still waits is swept away later, or forgotten when it is finished again.
        LOG.warning("what was put under %s still waits: %s", name, error)
    return received


def _name(actor: Actor, evidence_id: UUID) -> str:
    """Nobody finishes, or overwrites, what another person put."""
    return f"{actor.person_id.hex}/{evidence_id.hex}"
