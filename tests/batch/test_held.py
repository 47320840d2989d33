"""A county's folder that another run is writing into: that county fails, by name of who holds it, and no other."""

import os
import threading

import pytest

from tuoyu_geo.batch.counties import find_counties
from tuoyu_geo.batch.engine import Batch, look
from tuoyu_geo.batch.work import Made
from tuoyu_geo.writing import holding


@pytest.fixture
def held():
    """Hold a folder as another run does, until the test ends."""
    over, holders = threading.Event(), []

    def hold(folder):
        ready = threading.Event()

        def run():
            with holding(folder):
                ready.set()
                over.wait(60)

        holders.append(threading.Thread(target=run))
        holders[-1].start()
        assert ready.wait(10)

    yield hold
    over.set()
    for one in holders:
        one.join()


@pytest.mark.parametrize("made", [Made(files={"summary.json": b"{}"}), Made(files={}, failure="坏了")])
def test_a_held_county_fails_alone(made, held, write_county, tmp_path):
    project, out = write_county(tmp_path / "a", "999901"), tmp_path / "out"
    said = []
    batch = Batch(look(find_counties([project]), out), out=out, say=said.append)
    (task,) = batch.waiting
    held(out / "counties" / task.county.key)
    batch._write(task, made)
    (record,) = batch.records
    assert record.status == "failed"
    assert record.reason == made.failure or str(os.getpid()) in record.reason
    assert not (out / record.folder / "summary.json").exists()
    assert record.key in said[-1]
