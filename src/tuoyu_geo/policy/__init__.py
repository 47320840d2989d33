"""What is demanded? A policy document as data, and how a plan stands against each clause."""

from tuoyu_geo.policy.compliance import judge_clauses as judge_clauses
from tuoyu_geo.policy.evidence import Evidence as Evidence
from tuoyu_geo.policy.evidence import Standing as Standing
from tuoyu_geo.policy.model import Policy as Policy
from tuoyu_geo.policy.model import Standard as Standard
from tuoyu_geo.policy.model import read_policy as read_policy

__all__ = ["Evidence", "Policy", "Standard", "Standing", "judge_clauses", "read_policy"]
