"""Zip archives: unpacked into a folder of their own under names that the bytes tell, and never outside it."""

import io
import lzma
import re
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from tuoyu_geo.layers.limits import MAX_UNPACKED_MB, MB, TooLargeError

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


# Layers pack to a tenth, seldom to a fiftieth; only what was made to do so unpacks to more than this.
MAX_RATIO = 200
# As much as this may be of any ratio: a column of zeros is no bomb.
FREE_BYTES = 50 * MB
_BLOCK = 1 << 20


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


def refuse_bomb(data: bytes | Path, *, most: int) -> None:
    """Refuse a zip that unpacks to too much, by unpacking it: what its directory says of sizes is not to be believed.

    Parameters
    ----------
    data
        The zip.
    most
        Largest size of all that it holds [bytes].

    Raises
    ------
    TooLargeError
        It says, or proves, that it holds more.
    LockedError
        It is locked by a password.
    zipfile.BadZipFile
        It is broken: an entry is not as large as it says, too.
    """
    with zipfile.ZipFile(data if isinstance(data, Path) else io.BytesIO(data)) as package:
        entries = package.infolist()
        _refuse_stated(entries, most=most)
        left = most
        for entry in entries:
            try:
                with package.open(entry) as source:
                    while block := source.read(_BLOCK):
                        left -= len(block)
                        if left < 0:
                            raise TooLargeError(f"> {most / MB:,.0f} MB")
            except NotImplementedError as error:  # a method nobody knows
                raise ValueError(str(error)) from error
            except RuntimeError as error:  # what zipfile raises where a password is wanted
                raise LockedError(str(error)) from error


def _refuse_stated(entries: "list[zipfile.ZipInfo]", *, most: int) -> None:
    """Refuse by what the directory says: too much, too many, or packed as only a bomb is."""
    if len(entries) > MAX_ENTRIES:
        raise TooLargeError(f"{len(entries):,} > {MAX_ENTRIES:,}")
    stated, packed = (sum(getattr(one, name) for one in entries) for name in ("file_size", "compress_size"))
    if stated > most:
        raise TooLargeError(f"{stated / MB:,.0f} MB")
    if stated > FREE_BYTES and stated > MAX_RATIO * packed:
        raise TooLargeError(f"{stated / MB:,.0f} MB / {packed / MB:,.1f} MB")


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
    TooLargeError
        It has too many entries, or unpacks to too much.
    ValueError
        It is packed by a method nobody knows; as a `LockedError`, it is locked by a password.
    zipfile.BadZipFile
        It is broken.
    """
    unpacked: list[Path] = []
    left = MAX_UNPACKED_MB * MB
    with zipfile.ZipFile(path) as package:
        entries = [
            one for one in package.infolist() if not one.filename.endswith("/")
        ]  # is_dir() wants a name
        _refuse_stated(entries, most=left)
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
                    while block := source.read(_BLOCK):
                        left -= len(block)
                        if left < 0:
                            raise TooLargeError(f"> {MAX_UNPACKED_MB:,} MB")
                        stream.write(block)
            except NotImplementedError as error:  # a method nobody knows
                raise ValueError(str(error)) from error
            except RuntimeError as error:  # what zipfile raises where a password is wanted
                raise LockedError(str(error)) from error
            unpacked.append(target)
    return sorted(set(unpacked))
