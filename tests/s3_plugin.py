"""One S3 for a whole run of the tests: started by the first test that needs it, stopped when the run ends.

Where none can be had the tests that need one are skipped, and the header says so; in CI that is a failure.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.s3 import Cluster, Gateway, S3Service, missing_programs, named_service, stop

FOLDER = pytest.StashKey[Path]()
#: Held for as long as the run, because a process object that is dropped complains of the process it leaves behind.
CLUSTER = pytest.StashKey[Cluster]()
TOLD = "s3.json"


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder in which the run's processes tell each other where the S3 is."""
    given = getattr(config, "workerinput", {}).get("s3_folder")
    config.stash[FOLDER] = Path(given or tempfile.mkdtemp(prefix="saksi-s3-run-"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process of a parallel run that folder."""
    node.workerinput["s3_folder"] = str(node.config.stash[FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this run started, also after Ctrl-C; only the process that began the run does so."""
    if hasattr(config, "workerinput"):
        return
    told = config.stash[FOLDER] / TOLD
    if told.exists():
        stop(json.loads(told.read_text()))
    shutil.rmtree(config.stash[FOLDER], ignore_errors=True)


def pytest_report_header() -> str:
    """Say which S3 the tests run on."""
    named, missing = named_service(), missing_programs()
    if named is not None:
        return f"S3: {named.endpoint}"
    return f"S3: none, its tests are skipped ({', '.join(missing)} not installed)" if missing else "S3: Ceph radosgw"


@pytest.fixture(scope="session")
def s3_service(pytestconfig: pytest.Config) -> S3Service:
    """A real S3, the same one for all tests of the run: each makes its own buckets."""
    named = named_service()
    return named if named is not None else S3Service(**_cluster(pytestconfig)["service"])


@pytest.fixture
def own_gateway(pytestconfig: pytest.Config) -> Iterator[Gateway]:
    """A gateway of this test's own over the run's cluster, which the test may take away from its callers."""
    if named_service() is not None:
        pytest.skip("The S3 that SAKSI_TEST_S3_ENDPOINT names is not for the tests to stop.")
    told = _cluster(pytestconfig)
    gateway = Gateway(Path(told["folder"]), told["service"]["access_key"], told["service"]["secret_key"])
    gateway.start()
    yield gateway
    gateway.halt()


def _cluster(config: pytest.Config) -> dict[str, Any]:
    """The run's cluster, started by whichever process asks first while the others wait."""
    _expect_ceph()
    folder = config.stash[FOLDER]
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = folder / TOLD
        if not told.exists():
            config.stash[CLUSTER] = cluster = Cluster()
            cluster.start()
            told.write_text(json.dumps(cluster.as_document()))
        found: dict[str, Any] = json.loads(told.read_text())
    return found


def _expect_ceph() -> None:
    missing = missing_programs()
    if missing and os.environ.get("CI"):
        pytest.fail(f"CI must have an S3, and {', '.join(missing)} are not installed.")
    if missing:
        pytest.skip(f"There is no S3: {', '.join(missing)} are not installed.")
