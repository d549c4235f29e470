"""Reads the key/value header of a GGUF file, and can add one key to it.

Many phi-2 files published before September 2024 lack `tokenizer.ggml.pre`. The engine then splits
words by another rule than the model was trained with, and answers get worse without any error.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAGIC = b"GGUF"
PRE_TOKENIZER = "tokenizer.ggml.pre"
_VERSIONS = (2, 3)  # the versions whose counts are 64 bits wide
_STRING, _ARRAY = 8, 9
_SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_DEFAULT_ALIGNMENT = 32
_COPY_BYTES = 1 << 22
_LONGEST = 1 << 24  # bytes of one key or string; a damaged length must not fill the memory


class NotGgufError(ValueError):
    """The file is not a GGUF file this program can read."""


@dataclass(frozen=True)
class Header:
    """What the header says; arrays (the vocabulary, say) are skipped."""

    values: dict[str, str | int | float | bool]
    tensors: int
    keys_count: int
    keys_end: int  # byte offset just behind the last key/value pair
    infos_end: int  # byte offset just behind the tensor descriptions

    @property
    def alignment(self) -> int:
        """Tensor data begin at a multiple of this many bytes."""
        return int(self.values.get("general.alignment", _DEFAULT_ALIGNMENT))

    def data_start(self, shift: int = 0) -> int:
        """Offset of the first tensor's bytes, if the header were `shift` bytes longer."""
        return -(-(self.infos_end + shift) // self.alignment) * self.alignment


def read(path: Path) -> Header:
    """Parses the header only: a few kilobytes up to a few megabytes, never the weights."""
    with path.open("rb") as file:
        if file.read(4) != MAGIC:
            raise NotGgufError(f"{path.name} does not begin with {MAGIC.decode()}")
        try:
            return _parse(file)
        except (struct.error, KeyError, UnicodeDecodeError) as error:
            raise NotGgufError(f"{path.name}: damaged or truncated header ({error})") from error


def _parse(file: BinaryIO) -> Header:
    version = _number(file, "I")
    if version not in _VERSIONS:
        raise NotGgufError(f"GGUF version {version} is not one of {_VERSIONS}")
    tensors, keys = _number(file, "Q"), _number(file, "Q")
    values: dict[str, str | int | float | bool] = {}
    for _ in range(keys):
        key = _string(file)
        kind = _number(file, "I")
        if kind == _ARRAY:
            _skip_array(file)
        elif kind == _STRING:
            values[key] = _string(file)
        else:
            values[key] = struct.unpack("<" + _SCALARS[kind], _exactly(file, _size(kind)))[0]
    keys_end = file.tell()
    for _ in range(tensors):
        _string(file)
        dimensions = _number(file, "I")
        _exactly(file, 8 * dimensions + 4 + 8)  # sizes, type, offset
    return Header(values, tensors, keys, keys_end, file.tell())


def add_string(path: Path, key: str, value: str) -> None:
    """Rewrites the file with one more key; tensor offsets are relative and stay as they are."""
    header = read(path)
    entry = _packed(key) + struct.pack("<I", _STRING) + _packed(value)
    longer = path.with_name(path.name + ".longer")
    with path.open("rb") as old, longer.open("wb") as new:
        new.write(_exactly(old, 16))  # magic, version, number of tensors
        new.write(struct.pack("<Q", header.keys_count + 1))
        old.seek(24)
        new.write(_exactly(old, header.keys_end - 24))
        new.write(entry)
        new.write(_exactly(old, header.infos_end - header.keys_end))
        new.write(bytes(header.data_start(len(entry)) - header.infos_end - len(entry)))
        old.seek(header.data_start())
        while part := old.read(_COPY_BYTES):
            new.write(part)
    longer.replace(path)


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(min(size, _LONGEST))
    if len(data) != size:
        raise struct.error(f"wanted {size} bytes, found {len(data)}")
    return data


def _size(kind: int) -> int:
    return struct.calcsize("<" + _SCALARS[kind])


def _number(file: BinaryIO, code: str) -> int:
    return int(struct.unpack("<" + code, _exactly(file, struct.calcsize("<" + code)))[0])


def _string(file: BinaryIO) -> str:
    return _exactly(file, _number(file, "Q")).decode()


def _packed(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _skip_array(file: BinaryIO) -> None:
    kind, count = _number(file, "I"), _number(file, "Q")
    skip: Callable[[], object] = (
        (lambda: _string(file)) if kind == _STRING else (lambda: _exactly(file, _size(kind)))
    )
    for _ in range(count):
        skip()
