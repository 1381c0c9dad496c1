"""A phone of the tests: it has a key, takes nonces along, and signs envelopes, rightly or not."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from joserfc import jws
from joserfc.jwk import ECKey

from tests.programme import ON_SITE

TYPE = "saksi-envelope+jws"


@dataclass
class Phone:
    """A phone with a key of its own; ``id`` is made on it, as the field app does."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    id: UUID = field(default_factory=uuid4)

    @property
    def public_key(self) -> dict[str, str]:
        """The JWK that it shows."""
        return {name: str(value) for name, value in self.key.as_dict(private=False).items()}

    def enrol(self, client: FlaskClient, headers: dict[str, str]) -> str:
        """Enrol the key; gives the device's id."""
        told = {"public_key": self.public_key, "name": "Test phone", "id": str(self.id)}
        response = client.post("/api/v1/devices", json=told, headers=headers)
        assert response.status_code in {200, 201}, response.get_json()
        return str(response.get_json()["id"])

    def nonce(self, client: FlaskClient, headers: dict[str, str]) -> str:
        """One nonce of the server's."""
        given = client.post(f"/api/v1/devices/{self.id}/nonces", json={"count": 1}, headers=headers)
        return str(given.get_json()["nonces"][0]["nonce"])

    def envelope(self, photo: bytes, evidence_id: UUID | str, nonce: str, **changes: Any) -> str:
        """The signed envelope of a photo taken on the road a minute ago, with changes to what it says."""
        return self.sign(payload(photo, evidence_id, nonce) | changes)

    def sign(self, said: Any, **header: Any) -> str:
        """Anything at all, signed by this phone."""
        head = {"alg": "ES256", "typ": TYPE, "kid": str(self.id)} | header
        registry = jws.JWSRegistry(algorithms=["ES256"])
        registry.max_payload_length = 1 << 20
        text = said if isinstance(said, bytes) else json.dumps(said).encode()
        return jws.serialize_compact(head, text, self.key, registry=registry)


def payload(photo: bytes, evidence_id: UUID | str, nonce: str) -> dict[str, Any]:
    """What the field app says of a photo taken on the road a minute ago."""
    taken = datetime.now(UTC) - timedelta(minutes=1)
    return {
        "v": 1,
        "evidence": str(evidence_id),
        "sha256": hashlib.sha256(photo).hexdigest(),
        "nonce": nonce,
        "app": {"name": "saksi-field", "version": "0.1.0"},
        "source": "camera",
        "captured_at": taken.isoformat(timespec="milliseconds"),
        "clock_offset_ms": 120,
        "position": {
            "latitude": ON_SITE[0],
            "longitude": ON_SITE[1],
            "accuracy_m": 8.5,
            "confidence": 0.95,
            "fixed_at": taken.isoformat(),
            "altitude_m": 31.2,
            "altitude_accuracy_m": None,
            "heading_deg": 270.0,
            "speed_mps": 0.4,
        },
        "no_position_reason": None,
        "orientation": {"heading_deg": 268.0, "pitch_deg": -2.5, "roll_deg": 0.5},
        "camera": {"width": 4000, "height": 3000},
        "user_agent": "Mozilla/5.0 (Linux; Android 14)",
    }
