"""The workloads, by subject."""

import importlib

from benchmarks.interface import Workload

# The longest come last: who stops the command has the others.
MODULES = (
    "benchmarks.workloads.reach",
    "benchmarks.workloads.access",
    "benchmarks.workloads.siting",
    "benchmarks.workloads.planning",
    "benchmarks.workloads.layers",
    "benchmarks.workloads.pages",
    "benchmarks.workloads.whatif",
    "benchmarks.workloads.whole",
)


def by_name(modules: tuple[str, ...] = MODULES) -> dict[str, tuple[str, Workload]]:
    """Every workload with the module that holds it, in the order of the page."""
    return {
        workload.name: (module, workload)
        for module in modules
        for workload in importlib.import_module(module).WORKLOADS
    }
