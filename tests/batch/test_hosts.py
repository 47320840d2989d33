"""A scheduler and a worker as on hosts of their own: other network, none of our files; and what a cluster of ours opens."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest

pytest.importorskip("distributed", reason='needs pip install ".[batch]"')

from tuoyu_geo.batch.cluster import own_cluster
from tuoyu_geo.project import open_project

pytestmark = pytest.mark.slow

NET = "10.213"
PORT = 18_786


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


def why_not():
    """Why this machine can't play three hosts; "" where it can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "network namespaces are for root on Linux"
    if not shutil.which("ip") or not shutil.which("unshare"):
        return "needs ip (iproute2) and unshare (util-linux)"
    name = f"tgprobe{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True)
    if made.returncode:
        return "this machine allows no network namespaces"
    link = subprocess.run(
        ["ip", "link", "add", f"{name[-9:]}p", "type", "veth", "peer", "name", f"{name[-9:]}q"], check=False
    )
    if not link.returncode:
        ip("link", "del", f"{name[-9:]}p")
    ip("netns", "del", name)
    return "this machine allows no pairs of virtual network cards" if link.returncode else ""


@contextmanager
def hosts():
    """Two hosts: the scheduler's, which we reach, and the worker's, which only the scheduler's reaches."""
    n = os.getpid() % 100_000
    scheduler, worker = f"tgs{n}", f"tgw{n}"
    try:
        for host in (scheduler, worker):
            ip("netns", "add", host)
            ip("-n", host, "link", "set", "lo", "up")
        for k, (left, right) in enumerate([(None, scheduler), (scheduler, worker)]):
            cards = (f"tg{n}a{k}", f"tg{n}b{k}")
            ip("link", "add", cards[0], "type", "veth", "peer", "name", cards[1])
            for end, (host, card) in enumerate(zip((left, right), cards, strict=True), start=1):
                where = []
                if host is not None:
                    ip("link", "set", card, "netns", host)
                    where = ["-n", host]
                ip(*where, "addr", "add", f"{NET}.{k}.{end}/24", "dev", card)
                ip(*where, "link", "set", card, "up")
        yield scheduler, worker
    finally:
        for host in (scheduler, worker):
            subprocess.run(["ip", "netns", "del", host], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", f"tg{n}a0"], check=False, capture_output=True)


@contextmanager
def started(host, *words, log):
    """A process on a host, ended with the block."""
    with log.open("wb") as stream:
        process = subprocess.Popen(
            ["ip", "netns", "exec", host, *map(str, words)], stdout=stream, stderr=stream
        )
        try:
            yield process
        finally:
            family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
            for one in family:
                one.terminate()
            psutil.wait_procs(family, timeout=10)
            process.wait(10)


def test_a_county_runs_on_another_host_that_sees_none_of_our_files(write_county, tree, tmp_path):
    reason = why_not()
    if reason:
        pytest.skip(reason)
    folder = write_county(tmp_path / "ours" / "county", "999900")
    dask = (sys.executable, "-m", "dask")
    hidden = "mount -t tmpfs none {0} && exec {1} -m dask worker {2} --nworkers 1 --nthreads 1 --no-dashboard --local-directory {3}"
    hide = hidden.format(tmp_path / "ours", sys.executable, f"tcp://{NET}.1.1:{PORT}", tmp_path / "scratch")
    with (
        hosts() as (scheduler, worker),
        started(
            scheduler, *dask, "scheduler", "--port", PORT, "--no-dashboard", log=tmp_path / "scheduler.log"
        ),
        started(worker, "unshare", "-m", "sh", "-c", hide, log=tmp_path / "worker.log"),
    ):
        done = subprocess.run(
            [
                *(sys.executable, "-c", "from tuoyu_geo.cli import main; main()", "batch", str(folder)),
                *("--scheduler", f"tcp://{NET}.0.2:{PORT}", "--out", str(tmp_path / "ours" / "out")),
            ],
            capture_output=True, text=True, check=False, encoding="utf-8", timeout=300,
        )  # fmt: skip
    logs = (tmp_path / "scheduler.log").read_text(encoding="utf-8") + (tmp_path / "worker.log").read_text(
        encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr + logs
    assert f"{NET}.1.2" in logs  # the worker was where we think
    assert "完成" in done.stderr
    open_project(folder).build(tmp_path / "alone")
    assert tree(tmp_path / "ours" / "out" / "counties" / "999900") == tree(tmp_path / "alone")


def test_a_scheduler_that_is_not_there_is_said_in_one_line(tmp_path, write_county):
    folder = write_county(tmp_path / "county", "999900")
    began = time.monotonic()
    done = subprocess.run(
        [
            *(sys.executable, "-c", "from tuoyu_geo.cli import main; main()", "--lang", "en", "batch", str(folder)),
            *("--scheduler", "tcp://127.0.0.1:9", "--out", str(tmp_path / "out")),
        ],
        capture_output=True, text=True, check=False, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert done.returncode == 2
    assert "no scheduler answers at tcp://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
    assert time.monotonic() - began < 100


def test_a_cluster_of_our_own_opens_nothing_to_the_network_and_no_page():
    with own_cluster(n_workers=1) as client:
        client.run(os.getpid)  # the worker is up
        family = [psutil.Process(), *psutil.Process().children(recursive=True)]
        ports = [
            one.laddr
            for process in family
            for one in process.net_connections("tcp")
            if one.status == psutil.CONN_LISTEN
        ]
        info = client.scheduler_info()
        said = {int(address.rsplit(":", 1)[1]) for address in [info["address"], *info["workers"]]}
        nannies = {int(one["nanny"].rsplit(":", 1)[1]) for one in info["workers"].values()}
    assert {address.ip for address in ports} == {"127.0.0.1"}
    assert {address.port for address in ports} == said | nannies


def test_a_worker_keeps_no_record_of_itself_that_grows_with_time():
    def busy():
        until = time.monotonic() + 2.5
        while time.monotonic() < until:
            pass

    def kept(dask_worker=None):
        return len(dask_worker.profile_history), len(dask_worker.data)

    with own_cluster(n_workers=1) as client:
        future = client.submit(busy)
        future.result()
        future.release()
        assert set(client.run(kept).values()) <= {(0, 0), (0, 1)}
