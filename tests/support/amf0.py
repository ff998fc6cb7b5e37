"""AMF0 values as bytes, for tests: what commands and data messages of RTMP and FLV consist of."""
import struct

NULL = b"\5"


def _utf8(word):
    return len(word.encode()).to_bytes(2, "big") + word.encode()


def text(word):
    return b"\2" + _utf8(word)


def number(value):
    return b"\0" + struct.pack(">d", value)


def obj(**members):
    """An object; its members are values as bytes."""
    return b"\3" + b"".join(_utf8(name) + value for name, value in members.items()) + b"\0\0\t"
