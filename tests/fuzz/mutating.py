"""How inputs are changed: what is inside a container is changed inside it, or nothing but its checksum would break."""

import bz2
import io
import struct
import warnings
import zipfile
from collections.abc import Callable
from random import Random

Mutate = Callable[[bytes, Random], bytes]
# What has broken readers before, as text and as numbers of files.
WORDS = [
    *("", "0", "-1", "1e999", "-1e308", "nan", "inf", "9" * 30, "9" * 5000, "1" * 400, "٣", "²", "½", "〇", "１２"),
    *("\x00", "\x1b[31m", "\r", "\n", "\t", "\u202e", "\ufeff", "\u200b", "\x85", "\u2028", "𠮷", "\ud7ff"),
    *("=1+1", "<script>", "{0}", "{name}", "%s", "../../x", "/vsicurl/http://a", "http://a/", "'", '"', "\\"),
    *("null", "true", "[]", "{}", "[" * 3000, "{" * 50, '{"a":' * 3000, "&lt;", "&#0;", "&a;", "<a>" * 300),
    *("约", "万", "亿", "一期", "其中", "-", "—", "至", "在建", "东经", "°", "′", "/", "；", "年", "月", "#REF!"),
    *("编号", "名称", "常住人口", "经度", "纬度", "Polygon", "LineString", "EMPTY", "geometry", "EPSG:0", "EPSG:4326"),
    *("UTF-16", "idna", "undefined", "unicode_escape", "gb2312", "utf-7", "1900-02-29", "2021-99-99", "0001-01-01"),
]  # fmt: skip
NUMBERS = (
    0,
    1,
    2,
    127,
    128,
    255,
    256,
    32767,
    65535,
    65536,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    0xFFFFFFFE,
    1000,
)
ARCHIVE, BZIP = b"PK\x03\x04", b"BZh"


def mutated(data: bytes, random: Random, *, change: Mutate | None = None) -> bytes:
    """One input from another; `change` alters plain bytes, our own changes where None."""
    change = change or blind
    for _ in range(random.choice((1, 1, 2, 4))):
        data = _once(data, random, change)
    return data


def _once(data: bytes, random: Random, change: Mutate) -> bytes:
    if random.random() < 0.9:
        if data.startswith(ARCHIVE):
            return _in_archive(data, random, change)
        if data.startswith(BZIP):
            try:
                return bz2.compress(change(bz2.decompress(data), random))
            except (OSError, ValueError, EOFError):
                pass
    return change(data, random)


def _in_archive(data: bytes, random: Random, change: Mutate) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = [
                (one.filename, package.read(one)) for one in package.infolist() if one.file_size < 1_000_000
            ]
    except Exception:  # noqa: BLE001  (our own broken zips)
        return change(data, random)
    if not parts:
        return change(data, random)
    k = random.randrange(len(parts))
    name, content = parts[k]
    what = random.random()
    if what < 0.9:
        parts[k] = (name, _once(content, random, change))
    elif what < 0.93:
        del parts[k]
    elif what < 0.96:
        parts.append((name, content))
    else:
        parts[k] = (
            random.choice(("../" + name, name.upper(), name + ".csv", "a/" + name, "\n" + name)),
            content,
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, content in parts:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # a name that stands twice is meant
                package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def blind(data: bytes, random: Random) -> bytes:  # noqa: PLR0911  (a return a change)
    """Bytes flipped, cut, doubled, moved, or replaced by what has broken readers before."""
    size = len(data)
    at = random.randrange(size + 1)
    length = min(size - at, random.choice((1, 1, 2, 4, 8, 30, 200)))
    what = random.randrange(10)
    if what == 0 and size:
        at = min(at, size - 1)
        return data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :]
    if what == 1:
        return data[:at] + data[at + length :]
    if what == 2:
        return data[:at] + data[at : at + length] * random.choice((2, 3, 100)) + data[at + length :]
    if what == 3:
        return data[:at]
    if what == 4:
        form = random.choice(("<B", "<H", ">H", "<I", ">I", "<Q", ">Q"))
        number = random.choice(NUMBERS) & ((1 << 8 * struct.calcsize(form)) - 1)
        word = struct.pack(form, number)
        return data[:at] + word + data[at + len(word) :]
    if what == 5:
        other = random.randrange(size + 1)
        return data[:at] + data[other : other + length] + data[at + length :]
    if what == 6:
        word = struct.pack(
            random.choice(("<d", ">d")), random.choice((float("nan"), float("inf"), -1e308, 1e-320, 0.0))
        )
        return data[:at] + word + data[at + 8 :]
    if what == 7:
        return data[:at] + random.choice(WORDS).encode("utf-8", "replace") + data[at:]
    return _token(data, random)


def _token(data: bytes, random: Random) -> bytes:
    """A number or word of a text in another's place."""
    breaks = [i for i in range(len(data)) if data[i] in b' ,;:"<>=[]{}()\t\r\n|/']
    if len(breaks) < 2:
        return random.choice(WORDS).encode("utf-8", "replace") + data
    k = random.randrange(len(breaks) - 1)
    first, last = breaks[k] + 1, breaks[k + 1]
    if random.random() < 0.6:
        word = random.choice(WORDS).encode("utf-8", "replace")
    else:
        j = random.randrange(len(breaks) - 1)
        word = data[breaks[j] + 1 : breaks[j + 1]]
    return data[:first] + word + data[last:]
