#!/usr/bin/env bash
# scopewire.js in a browser calls what a shell serves, answers a shell's call, and hears and pushes metadata.
# limit: 90 s
. "$(dirname "$0")/lib.sh"
need chromium node jq

start hub so-hub
port=$(free_port)
origin=http://127.0.0.1:$port
start gateway ws-gateway --listen "127.0.0.1:$port" --meta-listen 127.0.0.1:0 --origin "$origin"
cat >sum.sh <<'END'
#!/bin/sh
[ $# -eq 2 ] || { echo "two numbers, please" >&2; exit 3; }
echo $(($1 + $2))
END
chmod +x sum.sh
background sum so-ctl serve /chat sum ./sum.sh
eventually contains sum.log ' info: ready: answering '
background metadata meta-push --follow live/cam
# So that the page's own is heard: the follower is there when it says what somebody else pushed.
pushed() { meta-push live/cam '{"n":1}' && grep -q '"n":1' metadata.out; }
eventually pushed

cat >page.mjs <<'END'
const {Browser} = await import(process.argv[2]);
const [origin, metadata] = process.argv.slice(3);
const browser = await Browser.open(`${origin}/scopewire.d.ts`);
try {
  console.log(JSON.stringify(await browser.evaluate(`(async () => {
    const {Metadata, NetConnection, Room} = await import('/scopewire.js');
    const connection = (window.connection = NetConnection.connect('/chat/room1'));
    window.room = Room.join('/chat/room1', {nick: 'page'});
    connection.serve('ask', (question, {from}) => \`\${question} Yes, \${from.length > 0}.\`);
    const sum = await connection.call('sum', 1, 2);
    const failed = await connection.call('sum', 1).catch(({code, message, data}) => ({code, message, data}));
    const none = await connection.call('nothing').catch(({code}) => code);
    const cam = (window.cam = Metadata.of('${metadata}', {latest: true}));
    const latest = await new Promise((resolve) => cam.on('data', ({data}) => resolve(data)));
    cam.push({from: 'page'});
    return {sum, failed, none, latest};
  })()`)));
  console.log(await browser.evaluate('connection.self'));
  await browser.waitFor('window.connection.status.code === "waiting"', 60000);
} finally {
  await browser.close();
}
END
background page node page.mjs "$root/tests/support/browser.mjs" "$origin" \
  "ws://$(address gateway wsJsonMeta)/live/cam"
said() { [ "$(wc -l <page.out)" -eq 2 ]; }
eventually -t 30 said
expect '{"sum":3,"failed":{"code":"failed","message":"two numbers, please","data":{"exit":3}},"none":"no_method","latest":{"n":1}}' \
  head -n 1 page.out
member=$(tail -n 1 page.out)
expect '"Are you there? Yes, true."' so-ctl call /chat/room1 ask --to "$member" '"Are you there?"'
eventually contains metadata.out '"from":"page"'
stop gateway
finishes 0 page
