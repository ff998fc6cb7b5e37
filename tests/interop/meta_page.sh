#!/usr/bin/env bash
# A page with a WebSocket and JSON.stringify, in a real browser, hears what it sends to wsJsonMeta, and what others send.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need chromium node python3 curl jq

# The page as people write it for EvoStream's server: host, port and stream, nothing of ours.
cat >page.html <<'PAGE'
<!doctype html>
<meta charset="utf-8">
<title>jsonMeta</title>
<ul id="log"></ul>
<script>
  const [host, stream] = location.hash.slice(1).split(',');
  const heard = [];
  const ws = new WebSocket(`ws://${host}/${stream}`);
  ws.onopen = () => ws.send(JSON.stringify({from: 'page', lat: '48.2', n: [1, 2.5, null, 'ü€😀']}));
  ws.onmessage = ({data}) => {
    heard.push(JSON.parse(data));
    const item = document.createElement('li');
    item.textContent = data;
    document.getElementById('log').prepend(item);
  };
  ws.onclose = ({code}) => (document.title = `closed ${code}`);
</script>
PAGE
port=$(free_port)
background pages python3 -m http.server --bind 127.0.0.1 --directory "$work" "$port"
serves() { curl -sf "http://127.0.0.1:$port/page.html" >/dev/null; }
eventually serves

start hub so-hub
start gateway ws-gateway --listen 127.0.0.1:0 --meta-listen 127.0.0.1:0/live/cam --origin "http://127.0.0.1:$port"
meta=$(address gateway wsJsonMeta)
background all "$root/tests/support/ws.py" --wait "ws://$meta/~0~0~0~"
eventually contains all.log open

page() { # STREAM HEARD: what the page has heard when that has come
  node "$root/tests/support/browser.mjs" "http://127.0.0.1:$port/page.html#$meta,$1" --wait "heard.length >= $2" \
    --eval 'heard'
}
told='{"from":"page","lat":"48.2","n":[1,2.5,null,"ü€😀"]}'
page live/cam 1 >own
expect "$told" jq -c '.[0].data' own
expect '["type","timestamp"]' jq -c '.[0].EMS | keys_unsorted' own
expect '"json"' jq -c '.[0].EMS.type' own
expect true jq '.[0].EMS.timestamp | . == floor and . > 1000000000000' own
contains all.out "\"data\":$told"

# By the acceptor's name, with a query that is no part of it, and for all streams.
page '?v=1' 1 >named
expect "$told" jq -c '.[0].data' named
background other "$root/tests/support/ws.py" --wait "ws://$meta/live/other"
eventually contains other.log open
page '~0~0~0~' 1 >every
eventually contains other.out "\"data\":$told"

# What a shell says reaches the page, and what was wrapped already keeps its time.
background talk page live/talk 3
says() {
  meta-push live/talk '{"from":"shell"}' '{"EMS":{"type":"json","timestamp":46125},"data":{"alt":"171"}}'
  dead talk
}
eventually -t 30 says
finishes 0 talk
expect true jq 'any(.[]; .data.from == "shell")' talk.out
expect '{"EMS":{"type":"json","timestamp":46125},"data":{"alt":"171"}}' \
  jq -c 'first(.[] | select(.EMS.timestamp == 46125))' talk.out

# A page of another origin is not let in.
node "$root/tests/support/browser.mjs" "http://localhost:$port/page.html#$meta,live/cam" \
  --wait 'document.title === "closed 1006"' --eval 'heard.length' >refused
expect 0 cat refused
