"""A request to end, heard where Python's answer to it does not get through."""

import signal

import pytest

from tuoyu_geo.cli.stopping import hearing_requests


def complain():
    raise ValueError("Invalid affine transformation matrix")


def swallow_the_request():
    try:
        signal.raise_signal(signal.SIGTERM)
    except KeyboardInterrupt:
        complain()


def test_a_request_that_a_library_takes_for_a_fault_still_ends_with_143(capsys):
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as end, hearing_requests():
        swallow_the_request()
    assert end.value.code == 143
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_fault_without_a_request_is_a_fault():
    with pytest.raises(ValueError, match="affine"), hearing_requests():
        complain()
