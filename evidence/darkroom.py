"""Where pictures are decoded: in a process of its own, with bounded memory and time.

A few kilobytes can unpack to gigabytes or keep a decoder busy for minutes, and a decoder's fault
ends the process it is in. Here such a file ends this one process and nothing else; the server
goes on. What is done with the pixels is ``development``'s and ``publication``'s.
"""

from __future__ import annotations

import io
import json
import math
import os
import resource
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from evidence.developed import Developed
from evidence.imaging import Copies, UndecodableError, UndecodableReason
from evidence.provenance import NOBODY, Trust
from evidence.redaction import Box, Face
from evidence.seen import Seen

#: What the process may take, in bytes: enough for 108 million pixels of HEIC, the most that phones write unscaled.
MEMORY_BYTES = 1536 << 20
#: The processor time that one picture may take. An ordinary one takes a second.
LONGEST_S = 40
#: How much longer than that it may take by the clock: a machine may be busy, or paused, and no picture is to blame.
PATIENCE = 6
_ROOT = Path(__file__).resolve().parents[1]
# Each thread of a numeric library would count against the memory, and one picture needs none.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class _Task(StrEnum):
    """What may be asked of the process."""

    DEVELOP = "develop"
    FACES = "faces"
    REDACT = "redact"


class DarkroomError(Exception):
    """The process died over a picture without a word, or nothing came of it for long; trying again may help."""


class Darkroom:
    """One process that decodes one picture after the other; begun when first needed, and anew where it died."""

    def __init__(
        self,
        *,
        longest_s: int = LONGEST_S,
        patience_s: float = LONGEST_S * PATIENCE,
        trusted: Path | None = None,
        purposes: Sequence[str] = (),
    ) -> None:
        """``trusted`` is a file of certificates whose Content Credentials are believed; ``purposes`` as in `Trust`."""
        self._longest_s = longest_s
        self._patience_s = patience_s
        self._trust = [] if trusted is None else [str(trusted), *purposes]
        self._process: subprocess.Popen[bytes] | None = None

    def develop(self, stream: BinaryIO, media_type: str) -> Developed:
        """Do what `evidence.development.develop` does, over there.

        Raises:
            UndecodableError: as there, and for a picture that takes too much memory or processor time.
            DarkroomError: the process died, or was not done by the clock.
        """
        # However long a store takes to give the picture, that is not the picture's fault.
        told, thumbnail, web = self._asked(_Task.DEVELOP, stream.read(), media_type=media_type)
        return Developed(_copies(told, thumbnail, web), Seen.told(cast("dict[str, Any]", told["seen"])))

    def faces_in(self, copy: bytes) -> tuple[Face, ...]:
        """Do what `evidence.publication.faces_in` does, over there.

        Raises: as `develop`.
        """
        told, *_none = self._asked(_Task.FACES, copy)
        return tuple(Face.told(each) for each in cast("list[list[float]]", told["faces"]))

    def redact(self, copy: bytes, boxes: Sequence[Box]) -> Copies:
        """Do what `evidence.publication.redact` does, over there.

        Raises: as `develop`.
        """
        return _copies(*self._asked(_Task.REDACT, copy, boxes=[asdict(box) for box in boxes]))

    def _asked(self, task: _Task, picture: bytes, **how: object) -> tuple[dict[str, object], bytes, bytes]:
        """What the process answers, and the two copies that it made, which may be empty."""
        process = self._running()
        # A blocked pipe cannot be waited for with a limit; killing the process unblocks it.
        alarm = threading.Timer(self._patience_s, process.kill)
        alarm.start()
        try:
            told, thumbnail, web = _asked(process, {"task": task, "longest_s": self._longest_s, **how}, picture)
        except (OSError, EOFError, ValueError):
            self.close()
            if process.returncode == -signal.SIGXCPU:
                raise UndecodableError(UndecodableReason.BOMB, f"not decoded in {self._longest_s} s") from None
            raise DarkroomError(f"the decoding process ended with {process.returncode}") from None
        except BaseException:
            # What it answers to this is not to be taken for the answer to what is asked next.
            self.close()
            raise
        finally:
            alarm.cancel()
        if "reason" in told:
            raise UndecodableError(UndecodableReason(str(told["reason"])), str(told["detail"]))
        return told, thumbnail, web

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process = None
            self._ending()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 (our own program; what it is told comes from the settings)
                [sys.executable, "-m", "evidence.darkroom", *self._trust],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=_ROOT,
                env=os.environ | _ONE_THREAD,
            )
            # Whoever forgets the darkroom leaves no process behind.
            self._ending = weakref.finalize(self, _end, self._process)
        return self._process


def _asked(
    process: subprocess.Popen[bytes], asked: dict[str, object], picture: bytes
) -> tuple[dict[str, object], bytes, bytes]:
    to, back = _there(process.stdin), _there(process.stdout)
    _tell(to, {**asked, "bytes": len(picture)}, picture)
    told = _heard(back)
    return told, _exactly(back, told.get("thumbnail", 0)), _exactly(back, told.get("web", 0))


def _copies(told: dict[str, object], thumbnail: bytes, web: bytes) -> Copies:
    return Copies(thumbnail, web, int(str(told["width"])), int(str(told["height"])))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a decoding process; one that has ended already stays so."""
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            _there(pipe).close()
    process.wait()


def _there(pipe: IO[bytes] | None) -> IO[bytes]:
    """A pipe that was asked for when the process was begun."""
    if pipe is None:
        raise LookupError("the decoding process was begun without pipes")
    return pipe


def _tell(to: IO[bytes], header: dict[str, object], *bodies: bytes) -> None:
    """Send one line of JSON, and the bytes whose lengths it names."""
    to.write(json.dumps(header).encode() + b"\n")
    for body in bodies:
        to.write(body)
    to.flush()


def _heard(back: IO[bytes]) -> dict[str, object]:
    line = back.readline()
    if not line:
        raise EOFError
    told: dict[str, object] = json.loads(line)
    return told


def _exactly(back: IO[bytes], length: object) -> bytes:
    if not isinstance(length, int):
        raise ValueError("a length is a number")
    found = back.read(length)
    if len(found) != length:
        raise EOFError
    return found


def _work() -> None:
    """Decode what comes on standard input until it ends: the other side of `Darkroom`."""
    trust = _trust_of(sys.argv[1:])
    _take_bounds()
    # Whatever a decoder prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            asked = _heard(sys.stdin.buffer)
        except EOFError:
            return
        picture = _exactly(sys.stdin.buffer, asked["bytes"])
        _take_time(int(str(asked["longest_s"])))
        _tell(answers, *_answer(picture, asked, trust))


def _trust_of(arguments: Sequence[str]) -> Trust:
    """Whom to believe, read once, before anything hostile is: the file, then the purposes."""
    if not arguments:
        return NOBODY
    file, *purposes = arguments
    return Trust(Path(file).read_text(), tuple(purposes))


def _answer(picture: bytes, asked: dict[str, object], trust: Trust) -> tuple[dict[str, object], bytes, bytes]:
    try:
        return _done(picture, asked, trust)
    except UndecodableError as error:
        return {"reason": error.reason, "detail": error.detail}, b"", b""
    except MemoryError:
        return {"reason": UndecodableReason.BOMB, "detail": "it takes more memory than it may"}, b"", b""


def _done(picture: bytes, asked: dict[str, object], trust: Trust) -> tuple[dict[str, object], bytes, bytes]:
    """Do one task."""
    # The libraries that do it are large, and only this process wants them: whoever serves imports this file too.
    if asked["task"] == _Task.DEVELOP:
        from evidence.development import develop  # noqa: PLC0415

        developed = develop(io.BytesIO(picture), str(asked["media_type"]), trust=trust)
        return _sent(developed.copies, seen=developed.seen.document())
    from evidence import publication  # noqa: PLC0415

    if asked["task"] == _Task.FACES:
        return {"faces": [face.document() for face in publication.faces_in(picture)]}, b"", b""
    boxes = [Box(**each) for each in cast("list[dict[str, float]]", asked["boxes"])]
    return _sent(publication.redact(picture, boxes))


def _sent(made: Copies, **more: object) -> tuple[dict[str, object], bytes, bytes]:
    sizes = {"thumbnail": len(made.thumbnail), "web": len(made.web), "width": made.width, "height": made.height}
    return {**sizes, **more}, made.thumbnail, made.web


def _take_bounds() -> None:
    """Bound this process's memory, and let it be the first to go where the machine's runs out."""
    # Not every system can bound it; the time is bounded on all.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    os.nice(5)


def _take_time(longest_s: int) -> None:
    """Have the system end this process (SIGXCPU) once it has computed for so many seconds more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(used.ru_utime + used.ru_stime) + longest_s
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


if __name__ == "__main__":
    _work()
