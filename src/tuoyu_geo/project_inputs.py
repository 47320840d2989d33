"""Which files a run reads, what was in them, and whether they stayed the same while they were read."""

from collections.abc import Mapping
from pathlib import Path

from tuoyu_geo.config import Config
from tuoyu_geo.errors import ConfigError, DataError
from tuoyu_geo.layers import LayerSource, companions, is_database, without_secrets
from tuoyu_geo.manifest import hash_file
from tuoyu_geo.messages import listed, text
from tuoyu_geo.policy import Policy
from tuoyu_geo.settings import read_toml


def layer_path(folder: Path, path: str, *, outside: bool) -> Path:
    """Where a file lies that a project names; a database's table lies nowhere, and gives the project's own file.

    Parameters
    ----------
    folder
        The project's.
    path
        As the project writes it.
    outside
        Whether files may lie outside the folder.

    Raises
    ------
    ConfigError
        It is an address or one of GDAL's virtual paths; it can be no path; or it, or a file that is read along with it,
        lies outside the folder, a link followed to its end.
    """
    if is_database(path) and "://" not in path:
        return folder / "project.toml"  # where the server is, is not the project's to say
    if "://" in path or path.lower().startswith(("/vsi", "\\\\", "//")):
        raise ConfigError(text("config.path_network", found=without_secrets(path)))
    try:
        full = (folder / path).resolve()
        inside = folder.resolve()
        outsiders = [] if outside or full.is_relative_to(inside) else [path]
        if not outside and not outsiders:
            along = companions(full)
            outsiders = [f"{path} ({one.name})" for one in along if not one.resolve().is_relative_to(inside)]
    except (OSError, ValueError, RuntimeError) as error:  # too long, a zero byte, a link to itself
        raise ConfigError(text("config.path_unusable", found=path[:200], reason=error)) from error
    if outsiders:
        raise ConfigError(text("config.path_outside", found=outsiders[0]))
    return full


def layer_sources(folder: Path, *, config: Config) -> dict[str, LayerSource]:
    """Where each layer comes from, by role."""
    outside = config.project.allow_paths_outside
    return {
        role: LayerSource(
            role=role,
            path=layer_path(folder, section.path, outside=outside),
            file=section.path,
            crs=section.crs,
            datum=section.datum,
            quality=section.quality,
            source=section.source,
            sheet=section.sheet,
            encoding=section.encoding,
            on_invalid=section.on_invalid,
            columns=dict(section.columns),
            parameters=None
            if section.parameters is None
            else layer_path(folder, section.parameters, outside=outside),
        )
        for role, section in config.layers.items()
    }


def input_files(file: Path, *, config: Config, policy: Policy) -> dict[str, Path]:
    """Every file that goes into a run, by its name in the project; a shapefile's companions included."""
    folder, outside = file.parent, config.project.allow_paths_outside
    sections = config.layers.values()
    further = [*(one.parameters for one in sections), config.network.elevation, config.maps.geotiff]
    names = [config.project.policy, *(section.path for section in sections), *filter(None, further)]
    files = {
        "project.toml": file,
        **{name: layer_path(folder, name, outside=outside) for name in names if not is_database(name)},
    }
    if policy.standards_file:
        beside = Path(config.project.policy).parent / policy.standards_file
        path = layer_path(folder, str(beside), outside=outside)
        if path.exists():
            files[beside.as_posix()] = path
    for name, path in list(files.items()):
        files |= files_of(name, path)
    return {name: path for name, path in files.items() if not path.is_dir()}


def files_of(name: str, path: Path) -> dict[str, Path]:
    """A file that a project names, and those that are read along with it, by their names in the project."""
    beside = {(Path(name).parent / one.relative_to(path.parent)).as_posix(): one for one in companions(path)}
    return {name: path} | beside


def policy_hashes(path: Path, *, name: str) -> dict[str, str]:
    """SHA-256 of a policy file and of the file of standards that it names, by their names in the project.

    Raises
    ------
    ConfigError
        The policy file is not there, or is no TOML.
    """
    hashes = {name: hash_file(path)}
    standards = read_toml(path).get("standards_file")
    if isinstance(standards, str) and standards:
        beside = hash_file(path.parent / standards)
        if beside:
            hashes[(Path(name).parent / standards).as_posix()] = beside
    return hashes


def require_same(before: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Refuse inputs that are others than before they were read: half of one and half of another may have been read.

    Parameters
    ----------
    before, now
        SHA-256 by name; "" or nothing for a file that is not there.

    Raises
    ------
    DataError
        Some changed; each is named.
    """
    changed = sorted(name for name in {*before, *now} if before.get(name, "") != now.get(name, ""))
    if changed:
        raise DataError(text("project.input_changed", files=listed(changed)))
