"""Repeats a random second look from what is public, by the address of its period (…/api/v1/second-look/2026-11)."""

import hashlib
import hmac
import json
import sys
import urllib.request

address = sys.argv[1].rstrip("/")
root, period = address.split("/api/v1/second-look/")


def read(url: str) -> bytes:
    """What stands at an address."""
    with urllib.request.urlopen(url) as answer:
        content: bytes = answer.read()
    return content


told = json.loads(read(address))
if told["seed"] is None:
    sys.exit("The seed is not revealed yet.")
listed = read(f"{root}/second-look/{period}/candidates.csv")
seed, drawn = bytes.fromhex(told["seed"]), []
for line in listed.decode().splitlines()[1:]:
    kind, identity, share, weight = line.split(",")
    chance = min(10_000, int(share) * int(weight) // 10_000)
    named = hmac.new(seed, f"{period}|{kind}|{identity}".encode(), hashlib.sha256).digest()
    if int.from_bytes(named[:8], "big") * 10_000 < chance << 64:
        drawn.append(f"{kind} {identity}")
print("\n".join(drawn))
holds = {
    "The seed is the one that was committed to": hashlib.sha256(seed).hexdigest() == told["commitment"],
    "The candidates are those that were frozen": hashlib.sha256(listed).hexdigest() == told["digest"],
    f"{len(drawn)} are drawn, as is published": len(drawn) == told["drawn"],
}
for sentence, right in holds.items():
    print("yes" if right else "NO ", sentence, file=sys.stderr)
sys.exit(not all(holds.values()))
