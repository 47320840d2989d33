"""Measure the workloads beside the other tools of the field, and write the page: see the package's own description."""

import argparse
import datetime as dt
import json
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.interface import MissingError, Workload
from benchmarks.machine import description, load
from benchmarks.measure import measure
from benchmarks.page import SUMMARY, page, size_said
from benchmarks.peers import peers_python
from benchmarks.plots import drawing, summary
from benchmarks.workloads import MODULES, by_name

ROOT = Path(__file__).parents[1]
WORDS = Path(__file__).with_name("words.toml")


def main(
    argv: Sequence[str] | None = None,
    *,
    modules: tuple[str, ...] = MODULES,
    words: Path = WORDS,
    peers: Callable[[], Path] = peers_python,
) -> int:
    """Do as the command line says; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="workloads; when none is named all but the longest"
    )
    parser.add_argument("--list", action="store_true", help="name the workloads, their sizes and tools")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "docs", help="folder of benchmarks.md; docs by default"
    )
    parser.add_argument(
        "--rounds", type=int, default=5, help="rounds a tool; 5 by default, and at least for a page to keep"
    )
    asked = parser.parse_args(argv)
    known, said = by_name(modules), tomllib.loads(words.read_text(encoding="utf-8"))
    if unknown := sorted(set(asked.names) - set(known)):
        parser.error(f"no workload {', '.join(unknown)}; there are {', '.join(known)}")
    if asked.rounds < 1:
        parser.error("--rounds must be at least 1")
    chosen = {
        name: (module, workload)
        for name, (module, workload) in known.items()
        if name in asked.names or (not asked.names and (asked.list or not workload.only_by_name))
    }
    if asked.list:
        for name, (_, workload) in chosen.items():
            alone = " (only by name)" if workload.only_by_name else ""
            print(f"{name}: {said['workloads'][name]['title']}{alone}")
            for size in workload.sizes:
                who = size.tools or [tool.name for tool in workload.tools]
                print(
                    f"  {size_said({'n': size.n, 'given': size.given}, of=said['workloads'][name])}  [{', '.join(who)}]"
                )
        return 0
    needs_peers = any(tool.is_peer for _, workload in chosen.values() for tool in workload.tools)
    pythons = {False: Path(sys.executable), **({True: peers()} if needs_peers else {})}
    store = asked.out / "benchmarks" / "results.json"
    for name, (module, workload) in chosen.items():
        print(f"{name} (load {load():.1f})", flush=True)
        try:
            result = measured(workload, module=module, pythons=pythons, rounds=asked.rounds)
        except MissingError as what:
            print(f"  left out: {what} is not there", flush=True)
            continue
        old = json.loads(store.read_text(encoding="utf-8")) if store.exists() else {}
        results = {**old, name: result}
        write(asked.out, {one: results[one] for one in known if one in results}, known=known, words=said)
    return 0


def measured(workload: Workload, *, module: str, pythons: Mapping[bool, Path], rounds: int) -> dict[str, Any]:
    """All sizes of one workload, with what they were measured on."""
    begin, rows = load(), []
    for size in workload.sizes:
        print(f"  {size.n:,.0f} {dict(size.given)}", flush=True)
        for row in measure(
            workload,
            size,
            module=module,
            pythons=pythons,
            rounds=rounds,
            tell=lambda line: print(f"    {line}", flush=True),
        ):
            rows.append({"n": size.n, "given": dict(size.given), **row})
    return {
        "machine": description(),
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "load_begin": begin,
        "load_end": load(),
        "rows": rows,
    }


def write(
    out: Path,
    results: Mapping[str, Any],
    *,
    known: Mapping[str, tuple[str, Workload]],
    words: Mapping[str, Any],
) -> None:
    """The results, the page and its drawings, from the results alone."""
    folder = out / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, one in results.items():
        axis = known[name][1].axis
        if axis is not None and len({row["n"] for row in one["rows"]}) > 1:
            (folder / f"{name}.svg").write_bytes(drawing(one["rows"], axis=axis))
            drawn.append(name)
    (folder / f"{SUMMARY}.svg").write_bytes(summary(results))
    text = page(results, words=words, drawn=drawn)
    (out / "benchmarks.md").write_text(text, encoding="utf-8", newline="\n")
    (folder / "results.json").write_text(
        json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n"
    )


if __name__ == "__main__":
    sys.exit(main())
