"""Where a whole run's time goes: data/yongan, or a made-up city of any size.

    python -m benchmarks.city                            # data/yongan
    python -m benchmarks.city --communities 20000 --candidates 2000
    python -m benchmarks.city … --by-function 60         # and the functions that took longest
    python -m benchmarks.city … --only-write FOLDER      # the made-up project alone

The city: streets on a jittered lattice with a river and few bridges, townships as squares, communities in towns and
scattered between them, one in twenty a new estate, institutions and candidates among them. Seconds are of the processor,
all threads together, since those do not depend on what else the machine does.
"""

import argparse
import cProfile
import pstats
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import linestrings
from shapely.geometry import box

CRS = "EPSG:4548"
CORNER = np.array([480_000.0, 2_850_000.0])
BLOCK_M = 250.0
TOWNSHIPS_A_SIDE = 6
YONGAN = Path(__file__).parents[1] / "data" / "yongan"

PROJECT = """schema_version = 1
[project]
title = "示意城"
county_name = "示意城"
county_code = "999900"
policy = "policy.toml"
date = "2026-01-01"
crs = "EPSG:4548"
notices = ["示意数据"]
[demand]
persons_per_household = 2.6
persons_per_household_source = "示意"
under3_share = 0.03
under3_source = "示意"
"""
LAYER = """[layers.{name}]
path = "{path}"
crs = "EPSG:4548"
quality = "synthetic"
"""
LAYERS = {
    "townships": "townships.gpkg",
    "communities": "communities.csv",
    "institutions": "institutions.csv",
    "candidates": "candidates.csv",
    "roads": "roads.gpkg",
}


def write_city(folder: Path, *, n_communities: int, n_candidates: int, seed: int = 0) -> Path:
    """Write the project; the same seed and sizes write the same city."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    # As dense as a real city: some 130 communities a km2 in its middle, and five street segments a community.
    n_side = int(np.ceil(np.sqrt(2.4 * n_communities)))
    extent_m = n_side * BLOCK_M
    towns = rng.uniform(0.15, 0.85, (max(n_communities // 1_000, 3), 2)) * extent_m

    def scatter(n: int) -> np.ndarray:
        in_town = rng.random(n) < 0.8
        spread = rng.normal(0, 0.05 * extent_m, (n, 2))
        points = np.where(
            in_town[:, None], towns[rng.integers(0, len(towns), n)] + spread, rng.uniform(0, extent_m, (n, 2))
        )
        return points.clip(0, extent_m - 1).round(1)

    side_m = extent_m / TOWNSHIPS_A_SIDE
    cells = [(i, j) for j in range(TOWNSHIPS_A_SIDE) for i in range(TOWNSHIPS_A_SIDE)]
    names = [f"{'甲乙丙丁戊己'[j]}{'子丑寅卯辰巳'[i]}街道" for i, j in cells]
    codes = [f"999900{1 + k:03d}" for k in range(len(cells))]
    edge = (np.arange(TOWNSHIPS_A_SIDE + 1) * side_m).round()
    gpd.GeoDataFrame(
        {"区划代码": codes, "名称": names, "类型": "街道"},
        geometry=[box(*(CORNER + edge[[i, j]]), *(CORNER + edge[[i + 1, j + 1]])) for i, j in cells],
        crs=CRS,
    ).to_file(folder / "townships.gpkg")

    def township(points: np.ndarray) -> list[str]:
        at = np.searchsorted(edge, points, side="right").clip(1, TOWNSHIPS_A_SIDE) - 1
        return [names[j * TOWNSHIPS_A_SIDE + i] for i, j in at]

    def table(file: str, points: np.ndarray, **columns: object) -> None:
        place = {"所属街道": township(points)} | dict(
            zip(("X坐标", "Y坐标"), (points + CORNER).T.round(1), strict=True)
        )
        pd.DataFrame({**columns, **place}).to_csv(folder / file, index=False, encoding="utf-8")

    _streets(n_side, rng=rng).to_file(folder / "roads.gpkg")
    is_new = rng.random(n_communities) < 0.05
    residents = rng.gamma(2.0, 300.0, n_communities).round().astype(int) + 20
    table(
        "communities.csv",
        scatter(n_communities),
        编号=[f"E{i}" for i in range(n_communities)],
        小区名称=[f"小区{i}" for i in range(n_communities)],
        建设状态=np.where(is_new, "规划", "已建成"),
        竣工时间=np.where(is_new, "", "2010-06-01"),
        常住人口=np.where(is_new, "", residents.astype(str)),
        规划居住人口=np.where(is_new, (800 + residents).astype(str), ""),
        有无托育设施="无",
    )
    n_institutions = max(n_candidates // 10, 3)
    seats = rng.choice([30, 45, 60, 80], n_institutions)
    table(
        "institutions.csv",
        scatter(n_institutions),
        编号=[f"I{i}" for i in range(n_institutions)],
        机构名称=[f"托育园{i}" for i in range(n_institutions)],
        机构类型="专业托育机构",
        备案状态=rng.choice(["已备案", "未备案"], n_institutions, p=[0.8, 0.2]),
        托位数=seats,
        在托人数=(seats * 0.7).astype(int),
    )
    places = rng.choice([35, 45, 60, 80], n_candidates)
    table(
        "candidates.csv",
        scatter(n_candidates),
        编号=[f"C{i}" for i in range(n_candidates)],
        名称=[f"候选{i}" for i in range(n_candidates)],
        候选类型="闲置用房",
        建设方式=rng.choice(["租赁", "改造"], n_candidates),
        楼层=1,
        托位数=places,
        **{"估算投资(万元)": (places * rng.uniform(0.5, 3.0, n_candidates)).round(1)},
        排除原因=np.where(rng.random(n_candidates) < 0.05, "地质灾害隐患点", ""),
    )
    layers = "".join(LAYER.format(name=name, path=path) for name, path in LAYERS.items())
    (folder / "project.toml").write_text(PROJECT + layers, encoding="utf-8")
    (folder / "policy.toml").write_text(_policy(codes, names), encoding="utf-8")
    shutil.copy(YONGAN / "policy" / "standards.toml", folder)
    return folder


def _streets(n_side: int, *, rng: np.random.Generator) -> gpd.GeoDataFrame:
    n = n_side + 1
    nodes = np.stack(np.meshgrid(np.arange(n), np.arange(n)), axis=-1) * BLOCK_M
    nodes = (nodes + rng.uniform(-60, 60, nodes.shape) + CORNER).round(1)
    across = np.stack([nodes[:, :-1], nodes[:, 1:]], axis=2)
    # A river flows through the middle; a bridge at every twentieth street.
    bridge = np.ones((n, n - 1), dtype=bool)
    bridge[:, n // 2] = np.arange(n) % 20 == 0
    along = np.stack([nodes[:-1], nodes[1:]], axis=2)
    lines = linestrings(np.concatenate([across[bridge], along.reshape(-1, 2, 2)]))
    kinds = rng.choice(["residential", "tertiary", "secondary"], len(lines), p=[0.8, 0.15, 0.05])
    return gpd.GeoDataFrame({"highway": kinds}, geometry=lines, crs=CRS)


def _policy(codes: list[str], names: list[str]) -> str:
    """The example's rules, with a quota of two for each of these townships."""
    lines = (YONGAN / "policy" / "yongan_2021_64.toml").read_text(encoding="utf-8").split("\n[[quotas]]\n")
    tail = lines[-1][lines[-1].index("\n[") :] if "\n[" in lines[-1] else ""
    quotas = "".join(
        f'\n[[quotas]]\ntownship_id = "{code}"\nname = "{name}"\nminimum = 2\n'
        for code, name in zip(codes, names, strict=True)
    )
    return lines[0] + quotas + tail


def main() -> None:
    """Print a row a phase, and the largest memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--communities", type=int)
    parser.add_argument("--candidates", type=int, default=0)
    parser.add_argument("--by-function", type=int, default=0)
    parser.add_argument("--only-write", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = YONGAN
        if asked.communities:
            folder = asked.only_write or Path(scratch) / "city"
            write_city(
                folder,
                n_communities=asked.communities,
                n_candidates=asked.candidates or asked.communities // 10,
            )
            if asked.only_write:
                return
        profile(folder, Path(scratch) / "out", n_function=asked.by_function)


def profile(folder: Path, out: Path, *, n_function: int) -> None:
    """Run the project in this process."""
    began = time.process_time()
    from tuoyu_geo.building import build  # noqa: F401
    from tuoyu_geo.project import open_project

    spent = {"imports": time.process_time() - began}
    project = open_project(folder)
    timed = project.timed

    def measured(name: str, work: Callable[[], object]) -> object:
        def inner() -> object:
            started, before = time.process_time(), sum(spent.values())
            value = work()
            within = sum(spent.values()) - before
            spent[name] = time.process_time() - started - within
            return value

        return timed(name, inner)

    project.timed = measured
    recorder = cProfile.Profile()
    began = time.process_time()
    if n_function:
        recorder.enable()
    project.build(out)
    recorder.disable()
    whole = time.process_time() - began + spent["imports"]
    for name, seconds in spent.items():
        print(f"{name:<12}{seconds:8.2f} s")
    print(f"{'writing':<12}{whole - sum(spent.values()):8.2f} s\n{'all':<12}{whole:8.2f} s")
    for stage in project.solved().stages:
        print(f"  {stage.name:<12}{stage.seconds:8.2f} s wall  {stage.status:<9}{stage.gap:8.3%}")
    # Kilobytes on Linux, bytes on macOS.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(
        f"largest memory {peak / 1e9:.2f} GB; {sum(f.stat().st_size for f in out.rglob('*') if f.is_file()) / 1e6:.1f} MB written"
    )
    if n_function:
        table = pstats.Stats(recorder)
        table.sort_stats("cumulative").print_stats(n_function)
        table.sort_stats("tottime").print_stats(n_function)


if __name__ == "__main__":
    main()
