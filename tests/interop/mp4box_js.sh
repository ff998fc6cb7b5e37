#!/usr/bin/env bash
# mp4box.js, which has never seen our code, reads what viewers get as we mean it: tracks, codecs, samples, and the events between them.
. "$(dirname "$0")/lib.sh"
need ffmpeg node jq so-fmp4-check
node -e 'require.resolve("mp4box")' 2>/dev/null || skip "the module mp4box is not where node looks for it (NODE_PATH)"

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
background publisher ffmpeg -v error -re -f lavfi -i testsrc2=s=320x180:r=30 -f lavfi -i sine=sample_rate=48000 -t 60 \
  -c:v libx264 -preset ultrafast -tune zerolatency -g 30 -pix_fmt yuv420p -c:a aac -f flv "rtmp://$(address ingest rtmp)/live/cam"

cat >read.cjs <<'END2'
const {readFileSync} = require('node:fs');
const {createFile} = require('mp4box');
const file = createFile();
let samples = {video: [], audio: []};
file.onError = (module, message) => { throw new Error(`${module}: ${message}`); };
file.onReady = (info) => {
  for (const {id, type} of info.tracks) file.setExtractionOptions(id, type, {nbSamples: 1});
  file.start();
  samples.info = info;
};
file.onSamples = (id, type, found) => samples[type].push(...found);
const bytes = readFileSync(process.argv[2]);
const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
buffer.fileStart = 0;
file.appendBuffer(buffer);
file.flush();
const end = (list) => list.at(-1).dts + list.at(-1).duration;
const holes = (list) => list.slice(1).filter((one, at) => one.dts !== list[at].dts + list[at].duration).length;
console.log(JSON.stringify({
  mime: samples.info.mime, fragmented: samples.info.isFragmented,
  video: samples.video.length, audio: samples.audio.length,
  keys: samples.video.filter((one) => one.is_sync).length,
  holes: holes(samples.video) + holes(samples.audio),
  seconds: Math.round(end(samples.video) / samples.video[0].timescale),
  events: file.boxes.filter(({type}) => type === 'emsg').length,
  left: file.boxes.filter(({type}) => !['ftyp', 'moov', 'emsg', 'moof', 'mdat'].includes(type)).length,
}));
END2
for cut in frame 200ms gop; do
  fmp4-serve tap live/cam - --for 4s --fragment $cut >$cut.mp4
  so-fmp4-check $cut.mp4 >checked
  node read.cjs $cut.mp4 >read.json
  jq -e '.fragmented and .holes == 0 and .left == 0 and .events >= 1 and .keys >= 4 and .seconds == 4
    and (.mime | contains("avc1.42c00d") and contains("mp4a.40.2"))' read.json >verdict || fail "$cut: $(cat read.json)"
  # Both count the same: "MIME, N pictures, M of sound".
  expect "$(jq -r '"\(.video) pictures, \(.audio) of sound"' read.json)" sed 's/.*", //' checked
done
