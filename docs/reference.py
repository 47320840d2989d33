"""The reference pages, written from the code: settings, policy, columns, commands, output files.

MkDocs calls `on_files` as a hook. Whatever has no description raises `Undocumented`, here and in the tests.
"""

import csv
from collections.abc import Iterator
from importlib.resources import files
from types import UnionType
from typing import Any, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from tuoyu_geo.cli import app
from tuoyu_geo.config import Config
from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome
from tuoyu_geo.policy import Policy
from tuoyu_geo.policy.compliance import JUDGES
from tuoyu_geo.policy.standards import StandardFigure
from tuoyu_geo.reports.tables import TABLES
from tuoyu_geo.schema import SCHEMAS

OUTPUTS = {
    "maps/overview.html": "总图：现状、方案、核查结果和可以试选的面板",
    "maps/health.html": "卫健局：机构、覆盖、托位",
    "maps/natural_resources.html": "自然资源局：用地、避让、地块",
    "maps/housing.html": "住建局：新建、已建、老旧小区配建",
    "maps/townships/代码.html": "每个乡镇街道一张分图，总图里有链接",
    "plan.xlsx": "附表，每个工作表一张；黄色列由主管部门填",
    "report.docx": "文本：总则到附表十章，附图在内",
    "report.html": "同一文本的网页，断网可看",
    "townships/代码.pdf": "每个乡镇街道一页",
    "plan.gpkg": "图层，内含 QGIS 样式，打开就有颜色",
    "summary.json": "全部数字，供别的程序读",
    "findings.csv": "数据问题，可退给报送单位",
    "manifest.json": "输入的指纹、设置、版本、用时；每一步、每个文件由什么做成",
}

FORMS = {
    "map": ("maps/ 里的网页、rollup.html", '`<meta name="schema_version" content="…">`'),
    "report": ("report.docx、report.html", "文档属性“标记”（keywords）；网页同上"),
    "workbook": ("plan.xlsx", "文档属性“标记”（keywords）：`schema_version=…`"),
    "township_sheet": ("townships/ 里的 PDF", "PDF 的 Keywords"),
    "map_sheet": ("`maps --figures` 的 A3 图", "PDF、SVG、PNG 的 Keywords"),
    "geopackage": ("plan.gpkg", "每个图层的元数据（`gpkg_metadata`）里的 `schema_version`"),
    "summary": ("summary.json", "`schema_version`"),
    "manifest": ("manifest.json", "`schema_version`；`schemas` 里还有同一次运行各文件的版本"),
    "findings": ("findings.csv、findings.xlsx", "CSV 最后一列 `schema_version`；xlsx 的文档属性“标记”"),
    "batch": ("batch.json、rollup.xlsx", "`schema_version`；xlsx 的文档属性“标记”"),
    "tables": ("`batch` 的 tables/*.parquet", "文件元数据 `tuoyu_geo_schema_version`"),
}
"""Every kind of output, with where the number of its form stands."""


class Undocumented(Exception):
    """Something that people can set, fill in or call has no description."""


def settings_page() -> str:
    """Every setting of project.toml."""
    return "# 设置：project.toml\n\n" + "\n".join(_model(Config, ""))


def policy_page() -> str:
    """Every setting of a policy file and of its standards."""
    judges = "\n".join(f"- `{judge}`" for judge in JUDGES)
    return (
        "# 政策文件\n\n"
        + "\n".join(_model(Policy, ""))
        + "\n## 标准文件 `[standards.名字]`\n\n"
        + "\n".join(_table(StandardFigure))
        + f"\n## `judge` 的写法\n\n{judges}\n"
    )


def columns_page() -> str:
    """Every column of every layer, with the headers by which it is recognised."""
    lines = ["# 表格的列", "", "表头不分先后；认不出来的，在 `[layers.图层.columns]` 里写明。"]
    layer = ""
    with files("tuoyu_geo.layers").joinpath("columns.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["layer"] != layer:
                layer = row["layer"]
                name = text(f"words.role.{layer}")
                lines += [
                    "",
                    f"## {name} `{layer}`",
                    "",
                    "| 字段 | 必填 | 单位 | 含义 | 认得的表头 |",
                    "|---|---|---|---|---|",
                ]
            _require(row["meaning"], f"column {layer}.{row['field']}")
            needed = "是" if row["required"] == "yes" else ""
            aliases = "、".join(row["aliases"].split("|"))
            lines.append(
                f"| `{row['field']}` | {needed} | {row['unit']} | {_cell(row['meaning'])} | {_cell(aliases)} |"
            )
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Every command with its arguments and options."""
    group: Any = typer.main.get_command(app)
    lines = ["# 命令", "", _require(group.help, "tuoyu-geo")]
    for name, command in group.commands.items():
        lines += [
            "",
            f"## tuoyu-geo {name}",
            "",
            _require(command.help, name),
            "",
            "| 参数 | 说明 | 默认 |",
            "|---|---|---|",
        ]
        for one in command.params:
            if one.name == "help":
                continue
            label = (
                " ".join(one.opts)
                if one.param_type_name == "option"
                else one.metavar or str(one.name).upper()
            )
            said = _require(getattr(one, "help", None), f"{name} {label}")
            default = "" if one.default in (None, False) or callable(one.default) else str(one.default)
            lines.append(f"| `{label}` | {_cell(said)} | {_cell(default)} |")
    return "\n".join(lines) + "\n"


def outputs_page() -> str:
    """Every file that a run writes, and the workbook's sheets."""
    lines = ["# 输出文件", "", "| 文件 | 内容 |", "|---|---|"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in OUTPUTS.items()]
    lines += [
        "",
        "## 格式版本",
        "",
        "每个输出自己带着格式版本，换了程序版本也认得出。列、键、工作表、图层删去、改名或换了意思，版本加一；只增加的不加。",
        "CSV 没有放说明的地方，表头上面多写一行会被当成表头，所以写成最后一列；没有一条发现时只有表头，版本看 manifest.json。",
        "",
        "| 种类 | 文件 | 版本 | 写在 |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{kind}` | {FORMS[kind][0]} | {number} | {FORMS[kind][1]} |" for kind, number in SCHEMAS.items()
    ]
    lines += ["", "## plan.xlsx 的工作表", "", "| 工作表 | 单位行 |", "|---|---|"]
    lines += [
        f"| {text(f'reports.sheet_{name}')} | {_cell(text(f'reports.unit_{name}'))} |" for name in TABLES
    ]
    lines += ["", "## 结果对象 `Outcome`", "", "```text", _require(Outcome.__doc__, "Outcome").strip(), "```"]
    return "\n".join(lines) + "\n"


PAGES = {
    "reference/settings.md": settings_page,
    "reference/policy.md": policy_page,
    "reference/columns.md": columns_page,
    "reference/commands.md": commands_page,
    "reference/outputs.md": outputs_page,
}
"""The pages that are written from the code, by file."""


def on_files(files: Any, config: Any) -> Any:
    """MkDocs' hook: add the pages."""
    from mkdocs.structure.files import File  # only where the site is built

    for name, page in PAGES.items():
        files.append(File.generated(config, name, content=page()))
    return files


def _model(model: type[BaseModel], prefix: str) -> Iterator[str]:
    plain = {name: field for name, field in model.model_fields.items() if _section(field.annotation) is None}
    if plain:
        yield f"\n## `{prefix or '（文件开头）'}`\n" if not prefix else f"\n## `[{prefix}]`\n"
        if prefix:
            yield _require(model.__doc__, prefix).strip().splitlines()[0] + "\n"
        yield from _table(model, only=set(plain))
    for name, field in model.model_fields.items():
        inner = _section(field.annotation)
        if inner is not None and inner is not StandardFigure:
            yield from _model(inner, f"{prefix}.{name}" if prefix else name)


def _table(model: type[BaseModel], *, only: set[str] | None = None) -> Iterator[str]:
    yield "| 设置 | 类型 | 默认 | 说明 |\n|---|---|---|---|"
    for name, field in model.model_fields.items():
        if only is not None and name not in only:
            continue
        said = _require(field.description, f"{model.__name__}.{name}")
        default = (
            "（必填）"
            if field.is_required()
            else ""
            if field.default is PydanticUndefined
            else repr(field.default)
        )
        yield f"| `{name}` | {_cell(_type(field.annotation))} | {_cell(default)} | {_cell(said)} |"


def _section(annotation: Any) -> type[BaseModel] | None:
    """The model of a section, also of a list or a table of sections."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for one in get_args(annotation):
        found = _section(one)
        if found is not None:
            return found
    return None


def _type(annotation: Any) -> str:
    if get_origin(annotation) is None and isinstance(annotation, type):
        return annotation.__name__
    if isinstance(annotation, UnionType):
        return " 或 ".join(_type(one) for one in get_args(annotation) if one is not type(None))
    return str(annotation).replace("typing.", "").replace("collections.abc.", "").split(", FieldInfo")[0]


def _require(words: str | None, what: str) -> str:
    if not words or not words.strip():
        raise Undocumented(what)
    return words


def _cell(words: str) -> str:
    return str(words).replace("|", "\\|").replace("\n", " ")
