"""A real S3 for the tests: Ceph's radosgw over one monitor and one object store in memory.

Everything lives in one folder under the temporary folder and on free ports of this machine, and is stopped by
process id; ``tests/s3_plugin.py`` shares one among all processes of a run. ``SAKSI_TEST_S3_ENDPOINT`` (with
``…_REGION``, ``…_ACCESS_KEY`` and ``…_SECRET_KEY``) names another S3 to use instead.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
START_S = 60.0
STOP_S = 10.0

CONFIGURATION = """
[global]
fsid = {fsid}
mon host = v2:127.0.0.1:{mon_port}
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = {folder}/keyring
run dir = {folder}
admin socket = {folder}/$name.asok
log file = {folder}/$name.log
mon cluster log file = {folder}/cluster.log
crash dir = {folder}
ms bind msgr1 = false
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
mon warn on pool no redundancy = false
mon allow pool size one = true

[mon]
mon data = {folder}/mon

[osd]
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
public addr = 127.0.0.1
cluster addr = 127.0.0.1

[client.admin]
rgw thread pool size = 32
rgw enable usage log = false
rgw run sync thread = false
rgw override bucket index max shards = 1
"""


@dataclass(frozen=True, slots=True)
class S3Service:
    """Where an S3 answers, and as whom to call it."""

    endpoint: str
    region: str
    access_key: str
    secret_key: str


def named_service() -> S3Service | None:
    """The S3 that the environment names, or None."""
    endpoint = os.environ.get("SAKSI_TEST_S3_ENDPOINT")
    if endpoint is None:
        return None
    return S3Service(
        endpoint=endpoint,
        region=os.environ.get("SAKSI_TEST_S3_REGION", "us-east-1"),
        access_key=os.environ["SAKSI_TEST_S3_ACCESS_KEY"],
        secret_key=os.environ["SAKSI_TEST_S3_SECRET_KEY"],
    )


def missing_programs() -> list[str]:
    """The programs of Ceph that are not installed here."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class Gateway:
    """One radosgw over a running cluster; ``halt`` and ``start`` take it away from its callers and bring it back."""

    def __init__(self, folder: Path, access_key: str, secret_key: str) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.service = S3Service(f"http://127.0.0.1:{self._port}", "us-east-1", access_key, secret_key)

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """Its process, which runs."""
        assert self._process is not None
        return self._process

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = spawn(
            self._folder,
            "radosgw",
            "--name",
            "client.admin",
            "--rgw-frontends",
            f"beast endpoint=127.0.0.1:{self._port}",
            "--admin-socket",
            str(self._folder / f"radosgw-{self._port}.asok"),
        )
        give_up = time.monotonic() + START_S
        while not self._answers():
            if time.monotonic() > give_up or self._process.poll() is not None:
                raise RuntimeError(f"radosgw does not answer:\n{(self._folder / 'radosgw.out').read_text()[-4000:]}")
            time.sleep(0.05)

    def halt(self) -> None:
        """Take it away; what the cluster holds stays."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(self.service.endpoint, timeout=2).close()
        except OSError:
            return False
        return True


class Cluster:
    """One throw-away Ceph with a monitor, an object store in memory, a user, and a gateway that answers.

    Its processes outlive the one that started them, which may be any of a parallel run: ``stop`` works on what
    ``as_document`` told.
    """

    def __init__(self) -> None:
        # Ceph's sockets need a short path, which pytest's temporary folders are not.
        self.folder = Path(tempfile.mkdtemp(prefix="saksi-s3-"))
        self._mon_port = free_port()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._gateway = Gateway(self.folder, secrets.token_hex(10), secrets.token_hex(20))

    def start(self) -> S3Service:
        """Start all daemons, make a user, and give the service once it answers."""
        try:
            self._start_monitor()
            self._start_object_store()
            self._make_user()
            self._gateway.start()
            self._processes.append(self._gateway.process)
        except BaseException:
            stop(self.as_document())
            raise
        return self._gateway.service

    def as_document(self) -> dict[str, Any]:
        """What another process needs to use it and to stop it."""
        return {
            "folder": str(self.folder),
            "pids": [process.pid for process in self._processes],
            "service": asdict(self._gateway.service),
        }

    def _start_monitor(self) -> None:
        fsid = str(uuid4())
        text = CONFIGURATION.format(fsid=fsid, folder=self.folder, mon_port=self._mon_port)
        (self.folder / "ceph.conf").write_text(text)
        everything = 'caps mon = "allow *"\n\tcaps osd = "allow *"\n\tcaps mgr = "allow *"'
        keys = "".join(f"[{name}]\n\tkey = {_cephx_key()}\n\t{everything}\n" for name in ("mon.", "client.admin"))
        (self.folder / "keyring").write_text(keys)
        monmap = str(self.folder / "monmap")
        self._run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", f"[v2:127.0.0.1:{self._mon_port}]", monmap)
        (self.folder / "mon").mkdir()
        own = ("--id", "a", "--monmap", monmap, "--keyring", str(self.folder / "keyring"))
        self._run("ceph-mon", "--mkfs", *own)
        self._spawn("ceph-mon", "--id", "a")

    def _start_object_store(self) -> None:
        identity = str(uuid4())
        self._run("ceph", "osd", "new", identity)
        (self.folder / "osd").mkdir()
        key = self._run("ceph", "auth", "get-or-create", "osd.0", "mon", "allow profile osd", "osd", "allow *")
        (self.folder / "osd" / "keyring").write_text(key)
        own = ("--id", "0", "--keyring", str(self.folder / "osd" / "keyring"))
        self._run("ceph-osd", "--mkfs", "--osd-uuid", identity, *own)
        self._spawn("ceph-osd", *own)

    def _make_user(self) -> None:
        service = self._gateway.service
        user = ("--uid", "saksi", "--display-name", "saksi")
        keys = ("--access-key", service.access_key, "--secret-key", service.secret_key)
        self._run("radosgw-admin", "user", "create", *user, *keys)

    def _run(self, program: str, *arguments: str) -> str:
        command = [program, "--conf", str(self.folder / "ceph.conf"), *arguments]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=START_S, check=False)
        if ended.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{ended.stdout}{ended.stderr}")
        return ended.stdout

    def _spawn(self, program: str, *arguments: str) -> None:
        self._processes.append(spawn(self.folder, program, *arguments))


def spawn(folder: Path, program: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a daemon of the cluster in ``folder``; Ctrl-C in the terminal is not its business."""
    command = [program, "--conf", str(folder / "ceph.conf"), "-f", *arguments]
    with (folder / f"{program}.out").open("ab") as out:
        return subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)


def stop(document: dict[str, Any]) -> None:
    """End a cluster's processes, the last one first, and remove all they held."""
    for pid in reversed(document["pids"]):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(document["folder"], ignore_errors=True)


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _cephx_key() -> str:
    """A fresh cephx secret: type 1 (AES), the time of making, and 16 random bytes, as Ceph writes them."""
    secret = os.urandom(16)
    return base64.b64encode(struct.pack("<HIIH", 1, int(time.time()), 0, len(secret)) + secret).decode()
