"""``make demo`` is stopped by Ctrl-C, whatever started it."""

from __future__ import annotations

import os
import signal

import pytest

from demo.run import _asked_to_stop


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_also_where_a_shell_has_started_it_in_the_background(number: signal.Signals) -> None:
    # A script's `make demo &` passes on that SIGINT is ignored.
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with pytest.raises(KeyboardInterrupt), _asked_to_stop():
            os.kill(os.getpid(), number)
        assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, before)
