"""Where the policy and the layers speak of different places."""

from typing import TYPE_CHECKING

import pandas as pd

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers import same_township
from tuoyu_geo.messages import listed, text
from tuoyu_geo.reach.built_up import built_up_cells

if TYPE_CHECKING:
    from tuoyu_geo.config import Config
    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy


def policy_faults(layers: "Layers", *, policy: "Policy", config: "Config") -> list[Finding]:
    """Whatever the policy asks of the layers and they can't answer, all of it errors.

    Parameters
    ----------
    layers
        As read, also with faults.
    policy
        The policy.
    config
        The project's settings, which name the files of both.
    """
    file = config.project.policy
    return [
        *quota_findings(layers, policy=policy, file=file),
        *_headline_findings(layers, policy=policy, config=config),
    ]


def _headline_findings(layers: "Layers", *, policy: "Policy", config: "Config") -> list[Finding]:
    """A headline reading of built-up area in a county of which no layer holds any."""
    files = {role: section.path for role, section in config.layers.items()}
    if policy.coverage.headline != "built_up":
        return []
    if "built_up" not in files:
        key = "no_layer"
    elif any(finding.severity == "error" for finding in layers.findings):
        return []  # what can't be read comes first: with it mended, there may be built-up area
    elif not len(layers.built_up):
        key = "empty"
    elif built_up_cells(layers, files=files)[0] is None:
        key = "outside"
    else:
        return []
    return [
        Finding(
            code="headline_built_up",
            severity="error",
            layer="project",
            file=config.project.policy,
            row=None,
            column=None,
            found=text(f"built_up.headline_{key}", file=files.get("built_up", "")),
            allowed=text("built_up.headline_allowed"),
            remedy=text(f"built_up.headline_{key}_remedy"),
        )
    ]


def quota_findings(layers: "Layers", *, policy: "Policy", file: str) -> list[Finding]:
    """Quotas for townships that no layer holds, or that it holds under another name."""
    names = layers.townships["name"] if len(layers.townships) else pd.Series(dtype=object)
    findings = []
    for quota in policy.quotas:
        if quota.township_id not in names.index:
            key, words = "quota_township", {"ids": listed(map(str, names.index))}
        elif not same_township(names[quota.township_id], quota.name):
            key, words = "quota_name", {"found": names[quota.township_id]}
        else:
            continue
        findings.append(
            Finding(
                code=key,
                severity="error",
                layer="project",
                file=file,
                row=None,
                column=None,
                found=text(f"project.{key}", name=quota.name, id=quota.township_id, **words),
                allowed=text("project.quota_allowed", **words)
                if "ids" in words
                else text("project.quota_name_allowed"),
                remedy=text("project.quota_remedy"),
            ),
        )
    return findings


def standards_findings(policy: "Policy", *, file: str) -> list[Finding]:
    """A standards file that the policy names and that is not there."""
    if not policy.standards_file or policy.standards:
        return []
    return [
        Finding(
            code="standards_missing",
            severity="warning",
            layer="project",
            file=file,
            row=None,
            column=None,
            found=text("project.standards_missing", file=policy.standards_file),
            allowed=text("project.standards_missing_allowed"),
            remedy=text("project.standards_missing_remedy"),
        )
    ]
