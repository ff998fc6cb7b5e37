#!/usr/bin/env bash
# A web server decides as any hook does; one that is slow, wrong or away refuses, and is left alone for a while.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need python3

# Its answer is in the file `mode`; each question is a line of `asked`.
cat >server.py <<'END'
import http.server, json, sys, time

class Hook(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *args): pass
    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open("asked", "a") as asked:
            asked.write(json.dumps(question) + "\n")
        mode, status, answer = open("mode").read().strip(), 200, {"id": question["id"], "allow": True}
        if mode == "refuse": answer = {"allow": False, "reason": "mind your language"}
        if mode == "edit": answer["changes"] = [{"op": "set", "key": "line", "value": "edited"}]
        if mode == "slow": time.sleep(2)
        if mode == "500": status = 500
        body = json.dumps(answer).encode()
        if mode == "nonsense": body = b"<html>"
        if mode == "huge": body = b" " * 100000
        self.send_response(status)
        if mode == "edit":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for at in range(0, len(body), 7):
                piece = body[at:at + 7]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Hook)
print("listening", flush=True)
server.serve_forever()
END
port=$(free_port)
echo allow >mode
background web python3 server.py "$port"
eventually contains web.out listening

cat >scopewire.yaml <<END
hooks:
  - {on: write, scope: /chat/**, http: "http://127.0.0.1:$port/hook?from=chat", timeout: 500ms}
  - {on: write, scope: /open/**, http: "http://127.0.0.1:$(free_port)/", on_failure: allow}
END
start hub so-hub --config scopewire.yaml
guest() { so-ctl --claims '{"role":"guest"}' "$@"; }
refused() { exits 5 so-ctl --claims '{"role":"guest"}' set /chat/room1 chat line '"x"'; }

guest set /chat/room1 chat line '"hello"'
expect '"hello"' guest get /chat/room1 chat line
grep -q '"hook": "write", "scope": "/chat/room1", "object": "chat"' asked || fail "$(cat asked)"
echo edit >mode
guest set /chat/room1 chat line '"heck"'
expect '"edited"' guest get /chat/room1 chat line
echo refuse >mode
refused
contains err 'mind your language'

# What is no good answer refuses; after five in a row it is not asked for five seconds.
for mode in slow 500 nonsense huge 500; do
  echo $mode >mode
  refused
done
contains hub.log 'hook: http://127.0.0.1:'"$port"'/hook?from=chat: no answer in time'
contains hub.log 'its status is 500'
contains hub.log 'its answer is no JSON object'
contains hub.log 'an HTTP answer of over 65536 bytes'
contains hub.log 'its status is 500; not asked for a while'
echo allow >mode
before=$(wc -l <asked)
refused
expect "$before" sh -c 'wc -l <asked'
expect '"edited"' guest get /chat/room1 chat line

# Then it is tried again, and is asked as before.
eventually guest set /chat/room1 chat line '"back"'
guest set /chat/room1 chat line '"again"'
expect '"again"' guest get /chat/room1 chat line

# One that is not there, where its absence is to allow.
for i in 1 2 3 4 5 6 7; do guest set /open/a o k $i; done
expect 7 guest get /open/a o k

# Words that no hook can have.
for wrong in 'ftp://a/' 'https://a/' 'http://'; do
  printf 'hooks: [{on: write, http: "%s"}]\n' "$wrong" >bad.yaml
  exits 2 so-hub --check-config --config bad.yaml
  contains err 'hooks[0].http'
done
