"""Zip archives: unpacked into a folder of their own under names that the bytes tell, and never outside it."""

import lzma
import re
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from tuoyu_geo.layers.limits import MAX_UNPACKED_MB, MB

# Flag of a zip entry whose name is UTF-8; without it, Windows in China writes GBK, which zipfile reads as CP437.
_UTF8_NAME = 0x800
MAX_ENTRIES = 10_000
# What zipfile and what it unpacks with raise over broken bytes; a RuntimeError is a password's.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
# Folders and files that a Mac adds.
_CLUTTER = re.compile(r"(^|/)(__MACOSX(/|$)|\.DS_Store$|\._)")


class LockedError(ValueError):
    """An archive that a password locks."""


def entry_name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry as its packer meant it."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def unpack(path: Path, folder: Path) -> list[Path]:
    """Unpack a zip.

    Parameters
    ----------
    path
        The archive.
    folder
        An empty folder.

    Returns
    -------
    The files, in order of name.

    Raises
    ------
    ValueError
        It has too many entries, or unpacks to too much; as a `LockedError`, it is locked by a password.
    zipfile.BadZipFile
        It is broken.
    """
    unpacked: list[Path] = []
    left = MAX_UNPACKED_MB * MB
    with zipfile.ZipFile(path) as package:
        entries = [one for one in package.infolist() if not one.is_dir()]
        if len(entries) > MAX_ENTRIES:
            raise ValueError(f"{len(entries):,} > {MAX_ENTRIES:,}")
        for entry in entries:
            name = entry_name(entry).replace("\\", "/")
            parts = [
                part for part in PurePosixPath(name).parts if part not in {"..", "/", "."} and ":" not in part
            ]
            if _CLUTTER.search(name) or not parts:
                continue
            target = folder.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with package.open(entry) as source, target.open("wb") as stream:
                    # What the directory says of sizes is not to be believed.
                    while block := source.read(1 << 20):
                        left -= len(block)
                        if left < 0:
                            raise ValueError(f"> {MAX_UNPACKED_MB:,} MB")
                        stream.write(block)
            except RuntimeError as error:  # what zipfile raises where a password is wanted
                raise LockedError(str(error)) from error
            except NotImplementedError as error:  # a method nobody knows
                raise ValueError(str(error)) from error
            unpacked.append(target)
    return sorted(unpacked)
