"""A new project folder: the settings with every line explained and spreadsheets to fill, or the example."""

from importlib.resources import as_file, files
from pathlib import Path

from tuoyu_geo.errors import ConfigError
from tuoyu_geo.messages import language, text
from tuoyu_geo.starting.template_sheets import template_workbook
from tuoyu_geo.writing import holding, write_all

TEMPLATE_LAYERS = ("communities", "villages", "institutions", "candidates")


def write_template(folder: Path) -> list[Path]:
    """Settings, policy and spreadsheets to fill for a new county.

    Parameters
    ----------
    folder
        The new folder; made where it is not there.

    Returns
    -------
    The files written.

    Raises
    ------
    ConfigError
        The folder already holds a project.toml.
    OutputError
        The folder can't be written.
    """
    return _write(folder, template_contents())


def template_contents() -> dict[str, bytes]:
    """What `write_template` writes, by file name."""
    contents = {
        name: files("tuoyu_geo").joinpath("templates", template).read_bytes()
        for name, template in (
            ("project.toml", "project.toml" if language() == "zh" else "project.en.toml"),
            # Clauses and standards quote documents, which stay as they are.
            ("policy.toml", "policy.toml"),
            ("standards.toml", "standards.toml"),
        )
    }
    return contents | {f"{layer}.xlsx": template_workbook(layer) for layer in TEMPLATE_LAYERS}


def write_example(folder: Path) -> list[Path]:
    """The Yong'an example, as it stands in the package.

    Raises
    ------
    ConfigError
        The folder already holds a project.toml.
    OutputError
        The folder can't be written.
    """
    with as_file(files("tuoyu_geo")) as package:
        source = package / "example"
        if not source.is_dir():
            # An editable install reads the package from the checkout, where the example lies in data/.
            source = package.parents[1] / "data" / "yongan"
        contents = {
            path.relative_to(source).as_posix(): path.read_bytes()
            for path in sorted(source.rglob("*"))
            if path.is_file()
        }
    return _write(folder, contents)


def _write(folder: Path, contents: dict[str, bytes]) -> list[Path]:
    with holding(folder):
        if (folder / "project.toml").exists():
            raise ConfigError(text("new_project.exists", folder=folder))
        write_all(folder, contents)
    return [folder / name for name in contents]
