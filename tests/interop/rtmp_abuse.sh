#!/usr/bin/env bash
# Thousands that never finish, hundreds that stop reading, floods and giants: a stream is played on, memory is bounded.
. "$(dirname "$0")/lib.sh"
need ffmpeg python3
ulimit -n 8192 2>/dev/null || skip "no 8192 descriptors"

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0 --max-connections 4000 --player-queue 512K
rtmp=rtmp://$(address ingest rtmp)/live/cam
ffmpeg -v error -f lavfi -i testsrc2=s=640x360:r=30 -c:v libx264 -g 30 -b:v 4M -t 9 -f flv source.flv
background publisher ffmpeg -v error -re -i source.flv -c copy -f flv "$rtmp"
eventually live
background player ffmpeg -v error -i "$rtmp" -map 0:v -c copy -f framemd5 player.md5

cat >abuse.py <<'END'
import socket, struct, sys, time
from amf0 import NULL, number, text
from rtmp_wire import COMMAND, CREATE_STREAM, chunk, command, connect, joined, play

server = sys.argv[1]
def plays():
    s = joined(server)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.sendall(CREATE_STREAM + play("cam"))
    return s
def closed(s, within):
    s.settimeout(within)
    try:
        while s.recv(65536):
            pass
        return True
    except ConnectionError:
        return True
    except TimeoutError:
        return False

half_open = [connect(server) for _ in range(2000)]
for s in half_open[:1000]:
    s.sendall(b"\3" + bytes(100))
stopped = [plays() for _ in range(100)]  # who never read

def fate(name, bytes_, within=5):
    s = joined(server)
    try:
        s.sendall(CREATE_STREAM + bytes_)
    except ConnectionError:
        pass
    print(name, "closed" if closed(s, within) else "open", flush=True)

fate("chunk size 0", chunk(2, 1, bytes(4)))
fate("message of 16 MiB", b"\4" + bytes(3) + b"\xff\xff\xff\t" + struct.pack("<I", 1) + bytes(200000))
fate("1500 chunk streams", b"".join(b"\1" + struct.pack("<H", i) + bytes(3) + b"\0\1\0\x09" + bytes(4) + bytes(128) for i in range(1500)))
fate("nested arrays", chunk(3, COMMAND, text("x") + number(0) + b"\x0a\0\0\0\1" * 5000))
fate("aggregate that lies", chunk(4, 22, b"\x08\xff\xff\xff" + bytes(20), 1))
fate("aborts and unknown events", (chunk(2, 2, b"\0\0\0\5") + chunk(2, 4, b"\0\x63") + chunk(2, 3, bytes(4))) * 20000, 1)
fate("20000 pings", chunk(2, 4, b"\0\6\0\0\0\1") * 20000, 1)
fate("10000 calls", command("nosuch", 5, NULL) * 10000, 1)
fate("createStream storm", command("createStream", 5, NULL) * 10000, 1)
fate("chunk size 1 and a long message", chunk(2, 1, b"\0\0\0\1") + chunk(3, COMMAND, text("x" * 3000) + number(0), size=1), 1)
fate("chunk size of 2 GiB", chunk(2, 1, b"\x7f\xff\xff\xff"), 1)
print("all said", flush=True)
time.sleep(60)
END
background abuse python3 abuse.py "$(address ingest rtmp)"
eventually -t 30 contains abuse.out 'all said'
cat >wanted <<'END'
chunk size 0 closed
message of 16 MiB closed
1500 chunk streams closed
nested arrays closed
aggregate that lies closed
aborts and unknown events open
20000 pings open
10000 calls open
createStream storm open
chunk size 1 and a long message open
chunk size of 2 GiB open
all said
END
diff wanted abuse.out >&2 || fail "how they fared"
eventually -t 20 dead publisher
eventually dead player

# The player has had all that came, and the rest costs little: half open 2000, 100 with a full queue.
memory=$(awk '/^VmHWM/ { print $2 }' "/proc/${pid_of[ingest]}/status")
bound=150000
if grep -q __asan_init "$SO_BIN/rtmp-ingest"; then bound=300000; fi  # what the sanitizer adds
[ "$memory" -lt $bound ] || fail "rtmp-ingest had $memory KiB"
checksums <player.md5 >got
frames source.flv >sent
is_end 120 sent got
