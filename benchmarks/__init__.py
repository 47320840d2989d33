"""Side by side with the field: ``python -m benchmarks [NAME ...]``.

A **workload** (`interface.Workload`) is a task of several sizes: ``inputs`` makes the numbers, ``tools`` do the task, ``said``
tells an answer in a few words, and ``compare`` measures how far two answers are apart. Workloads stand in
``workloads/*.py``, each file with a tuple ``WORKLOADS``, listed in ``workloads.MODULES``; their titles in ``words.toml``.

Each **tool** (`interface.Tool`) runs in a process of its own (`worker`): ours in this interpreter, the peers in an environment
that the command makes from ``peers.txt`` (`peers`). Both read the same inputs from one folder. A workload's file is therefore
imported by interpreters without tuoyu_geo: at its top it may import NumPy and ``benchmarks`` alone.

How one size is measured (`measure`): every tool prepares and does the task once (told apart: compiling, contraction of a
network); the answers are compared; tools whose answers disagree leave; the others take turns, round after round. The rows
go to ``docs/benchmarks/results.json``, and the page and its drawings are written from that file alone (`page`, `plots`).
"""
