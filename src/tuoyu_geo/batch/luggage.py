"""A project's files, packed for a worker that may see no disk of ours."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuoyu_geo.project import Project


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Luggage:
    """What a worker needs of a project.

    Attributes
    ----------
    file
        The project.toml; a path that the worker sees where `contents` is None, and else its name.
    contents
        Every file that goes into a run, by its name in the project; None where the worker reads them where they are.
    """

    file: Path
    contents: Mapping[str, bytes] | None = None

    @contextmanager
    def unpacked(self) -> Iterator[Path]:
        """The project.toml, with the files that it names around it while the block runs."""
        if self.contents is None:
            yield self.file
            return
        with tempfile.TemporaryDirectory(prefix="tuoyu-geo-") as folder:
            for name, data in self.contents.items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            yield Path(folder) / self.file


def packed(project: "Project") -> Luggage:
    """The files of a project, read now.

    A project whose files lie outside its folder can't be set up elsewhere as it stands; its worker reads it in place.
    """
    files = {
        project.file.name if name == "project.toml" else name: path
        for name, path in project.input_files().items()
    }
    if not all(_is_inside(name) for name in files):
        return Luggage(file=project.file)
    # what is not there is the run's to miss, in its own words
    contents = {name: path.read_bytes() for name, path in files.items() if path.is_file()}
    return Luggage(file=Path(project.file.name), contents=contents)


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return not path.is_absolute() and ":" not in name and ".." not in path.parts
