"""A client of tus for the tests, that says exactly what it is told to say."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.calls import Headers

if TYPE_CHECKING:
    from typing_extensions import Buffer

UPLOADS = "/api/v1/uploads/"
VERSION = {"Tus-Resumable": "1.0.0"}
OCTETS = "application/offset+octet-stream"


def metadata(**told: str) -> str:
    """Upload-Metadata with these names and values."""
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items())


def about(evidence_id: UUID, claim: dict[str, Any]) -> str:
    """The Upload-Metadata that the phone sends."""
    return metadata(evidence_id=str(evidence_id), claim=json.dumps(claim), filetype="image/jpeg", filename="a.jpg")


def checksum(data: bytes, algorithm: str = "sha256") -> str:
    """The Upload-Checksum of these bytes."""
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


@dataclass
class Tus:
    """One person's phone."""

    client: FlaskClient
    headers: Headers

    def begin(self, length: int | str, *, body: bytes | None = None, **headers: str) -> TestResponse:
        """POST: make an upload, with the first bytes of it where there are any."""
        told = {"Upload-Length": str(length), **_dashed(headers)}
        return self._send("POST", UPLOADS, told, body)

    def begun(self, length: int, **headers: str) -> str:
        """The address of a new upload."""
        answer = self.begin(length, **headers)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.headers["Location"]

    def patch(self, address: str, offset: int | str, data: bytes, **headers: str) -> TestResponse:
        """PATCH: send these bytes from this offset on."""
        return self._send("PATCH", address, {"Upload-Offset": str(offset), **_dashed(headers)}, data)

    def head(self, address: str) -> TestResponse:
        """HEAD: ask how far it is."""
        return self._send("HEAD", address, {}, None)

    def delete(self, address: str) -> TestResponse:
        """DELETE: give it up."""
        return self._send("DELETE", address, {}, None)

    def offset(self, address: str) -> int:
        """How far the upload is."""
        answer = self.head(address)
        assert answer.status_code == 200, answer.status
        return int(answer.headers["Upload-Offset"])

    def _send(self, method: str, address: str, told: Headers, body: bytes | None) -> TestResponse:
        content = {"Content-Type": OCTETS} if body is not None else {}
        headers = VERSION | self.headers | content | told
        return self.client.open(address, method=method, headers=headers, data=body)


class BrokenBody(BytesIO):
    """A body whose connection breaks after these bytes."""

    def read(self, size: int | None = -1, /) -> bytes:
        """The bytes that came, and then the break."""
        got = super().read(size)
        if not got:
            raise ConnectionResetError("the connection is gone")
        return got


class LateBody(BytesIO):
    """A body whose end, and no byte before it, is a moment in coming; ``ended_at`` is then the time."""

    ended_at: datetime | None = None

    def readinto(self, buffer: Buffer, /) -> int:
        """The bytes, the last of them late."""
        got = super().readinto(buffer)
        if self.tell() == len(self.getbuffer()) and self.ended_at is None:
            time.sleep(0.2)
            self.ended_at = datetime.now(UTC)
        return got


def _dashed(headers: Headers) -> Headers:
    return {name.replace("_", "-"): value for name, value in headers.items()}
