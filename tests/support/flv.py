"""FLV for tests: a file as tags, a tag as bytes, and a file at the speed of its own clock."""
import time
from typing import NamedTuple

AUDIO, VIDEO, DATA = 8, 9, 18
HEAD = 13  # bytes before the first tag: the header, and the size of no tag before it


class Tag(NamedTuple):
    kind: int
    ms: int
    body: bytes

    def encode(self):
        time_ = (self.ms & 0xFFFFFF).to_bytes(3, "big") + bytes([self.ms >> 24])
        head = bytes([self.kind]) + len(self.body).to_bytes(3, "big") + time_ + bytes(3)
        return head + self.body + (len(head) + len(self.body)).to_bytes(4, "big")

    def is_key(self):
        """A key frame of H.264, not its configuration."""
        return self.kind == VIDEO and self.body[:2] == b"\x17\1"


def tags(path):
    """All that are whole."""
    data, at, found = open(path, "rb").read(), HEAD, []
    while at + 15 <= len(data):
        end = at + 11 + int.from_bytes(data[at + 1:at + 4], "big")
        if end + 4 > len(data):
            break
        ms = int.from_bytes(data[at + 7:at + 8] + data[at + 4:at + 7], "big")
        found.append(Tag(data[at], ms, data[at + 11:end]))
        at = end + 4
    return found


def media(path):
    """Sound and pictures alone."""
    return [tag for tag in tags(path) if tag.kind in (AUDIO, VIDEO)]


def paced(path, out):
    """Each tag when its time has come, for the caller to write; the head of the file is written."""
    out.write(open(path, "rb").read(HEAD))
    begun = time.monotonic()
    for tag in tags(path):
        time.sleep(max(0, begun + tag.ms / 1000 - time.monotonic()))
        yield tag
