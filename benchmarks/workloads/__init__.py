"""The workloads, by subject."""

import importlib

from benchmarks.interface import Workload

MODULES = (
    "benchmarks.workloads.reach",
    "benchmarks.workloads.access",
    "benchmarks.workloads.layers",
    "benchmarks.workloads.pages",
    "benchmarks.workloads.whatif",
    "benchmarks.workloads.whole",
    "benchmarks.workloads.siting",
    "benchmarks.workloads.planning",
)


def by_name(modules: tuple[str, ...] = MODULES) -> dict[str, tuple[str, Workload]]:
    """Every workload with the module that holds it, in the order of the page."""
    return {
        workload.name: (module, workload)
        for module in modules
        for workload in importlib.import_module(module).WORKLOADS
    }
