"""Whole runs of the command, each in a new process: the example, made-up cities, and many counties at once."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.interface import OURS, Arrays, DisagreementError, Inputs, Prepared, Size, Tool, Workload
from benchmarks.watched import watched

ROOT = Path(__file__).parents[2]
N_WORKER = 2


def example_inputs(folder: Path) -> Arrays:
    """The example's own project, beside nothing that a run left there."""
    shutil.copytree(ROOT / "data" / "yongan", folder / "project")
    return {}


def city_inputs(folder: Path, *, n_communities: int, n_candidates: int) -> Arrays:
    """A made-up city."""
    from benchmarks.city import write_city

    write_city(folder / "project", n_communities=n_communities, n_candidates=n_candidates)
    return {}


def run_ours(inputs: Inputs) -> Prepared:
    """``tuoyu-geo run``, from nothing."""

    def run() -> tuple[Path, int]:
        out = Path(tempfile.mkdtemp(dir=inputs.folder))
        done = watched(["run", str(inputs.folder / "project"), "--out", str(out)])
        # 1 is a plan that can't keep every rule, which a made-up city may have.
        if done.status not in {0, 1}:
            raise RuntimeError(f"tuoyu-geo run ended with {done.status}")
        return out, done.memory_bytes

    def answer(found: tuple[Path, int]) -> Arrays:
        out, memory = found
        summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
        return {
            "memory_bytes": np.array(memory),
            "residents": np.array(summary["population"]["residents"]),
            "sites": np.array(summary["institutions"]["proposed"]),
            "mb": np.array(sum(one.stat().st_size for one in out.rglob("*") if one.is_file()) / 1e6),
        }

    return Prepared(run=run, answer=answer)


def run_said(_inputs: Inputs, answer: Arrays) -> Mapping[str, Any]:
    """What the run came to."""
    return {"residents": float(answer["residents"]), "sites": int(answer["sites"]), "mb": float(answer["mb"])}


def province_inputs(folder: Path, *, n: int) -> Arrays:
    """Counties of the made-up province; kept beside the peers' environment until their makers change."""
    from benchmarks.made_up.county import make_county
    from benchmarks.made_up.places import place_of

    makers = [ROOT / "benchmarks" / "made_up", ROOT / "data" / "generator"]
    made_by = b"".join(path.read_bytes() for one in makers for path in sorted(one.glob("*.py")))
    kept = ROOT / ".benchmarks" / f"province-{hashlib.sha256(made_by).hexdigest()[:12]}"
    for number in range(1, n + 1):
        county = kept / place_of(number)[2]
        if not county.is_dir():
            draft = kept / f"{county.name}.part"
            shutil.rmtree(draft, ignore_errors=True)
            make_county(draft, number, seed=0)
            draft.rename(county)
        shutil.copytree(county, folder / "counties" / county.name)
    return {"n": np.array(n)}


def batch_ours(inputs: Inputs) -> Prepared:
    """``tuoyu-geo batch`` on two workers, from nothing."""
    projects = sorted(str(path) for path in (inputs.folder / "counties").iterdir())

    def run() -> tuple[Path, int]:
        out = Path(tempfile.mkdtemp(dir=inputs.folder))
        done = watched(["batch", *projects, "--out", str(out), "--workers", str(N_WORKER)])
        return out, done.memory_bytes

    def answer(found: tuple[Path, int]) -> Arrays:
        out, memory = found
        counties = json.loads((out / "batch.json").read_text(encoding="utf-8"))["counties"]
        folders = [out / one["folder"] for one in counties if one["status"] == "done"]
        people = [
            json.loads((folder / "summary.json").read_text(encoding="utf-8"))["population"]["residents"]
            for folder in folders
        ]
        return {
            "memory_bytes": np.array(memory),
            "n_done": np.array(len(folders)),
            "residents": np.array(sum(people)),
        }

    return Prepared(run=run, answer=answer)


def batch_said(inputs: Inputs, answer: Arrays) -> Mapping[str, Any]:
    """Who is done; all must be."""
    if int(answer["n_done"]) != int(inputs["n"]):
        raise DisagreementError(f"{int(answer['n_done'])} of {int(inputs['n'])} counties done")
    return {"n_done": int(answer["n_done"]), "residents": float(answer["residents"])}


def _ours(prepare: Any) -> tuple[Tool]:  # noqa: ANN401  (a tool's prepare)
    return (
        Tool(
            name=OURS,
            packages=("tuoyu-geo", "numpy", "pandas", "highspy"),
            imports=("psutil",),
            prepare=prepare,
            is_peer=False,
        ),
    )


def _batch(name: str, counties: tuple[int, ...], **more: Any) -> Workload:  # noqa: ANN401  (of `Workload`)
    return Workload(
        name=name,
        sizes=[Size(n=n, given={"n": n}) for n in counties],
        tools=_ours(batch_ours),
        inputs=province_inputs,
        said=batch_said,
        axis="counties",
        first_counts=True,
        limit_s=3600,
        budget_s=40,
        **more,
    )


WORKLOADS = (
    Workload(
        name="run-example",
        sizes=(Size(n=1),),
        tools=_ours(run_ours),
        inputs=example_inputs,
        said=run_said,
        first_counts=True,
        limit_s=300,
        budget_s=120,
    ),
    Workload(
        name="run-city",
        sizes=[Size(n=n, given={"n_communities": n, "n_candidates": n // 10}) for n in (500, 2000, 5000)],
        tools=_ours(run_ours),
        inputs=city_inputs,
        said=run_said,
        axis="communities",
        first_counts=True,
        limit_s=900,
        budget_s=45,
    ),
    _batch("batch", (1, 5, 20)),
    _batch("batch-province", (80,), only_by_name=True),
)
