#!/usr/bin/env node
// How old a picture is when it is shown: a clock is drawn into each frame as a row of black and white
// fields, x264 encodes it without delay, rtmp-ingest and fmp4-serve carry it, and a headless Chromium
// reads it back from the frame that it presents. One machine, so one clock. Then the same through
// other servers and players, where they are installed (delay_peers.mjs).
//
//   delay.mjs [--seconds 20]      needs so-hub, rtmp-ingest and fmp4-serve in PATH
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {Browser} from '../support/browser.mjs';
import {peers} from './delay_peers.mjs';

const [WIDTH, HEIGHT, RATE] = [640, 360, 30];
const [BITS, FIELD] = [32, 16]; // fields of so many pixels: far larger than what the encoder smears
const {values} = parseArgs({options: {seconds: {type: 'string', default: '20'}}});

const work = mkdtempSync(join(tmpdir(), 'so-delay.'));
const env = {...process.env, SCOPEWIRE_RUNTIME_DIR: work};
const children = [];

/** A tool of ours; resolves with its address when it is ready. */
function tool(name, ...args) {
  const child = spawn(name, args, {env, stdio: ['ignore', 'ignore', 'pipe']});
  children.push(child);
  return new Promise((resolve, reject) => {
    let log = '';
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`${name} ended: ${log}`)));
    child.stderr.on('data', (text) => {
      log += text;
      const address = /ready on (?:\w+:\/\/)?(\S+)/.exec(log);
      if (address) resolve(address[1]);
    });
  });
}

/** ffmpeg with a clock as its picture; returns what ends it. */
function publish(url, sound) {
  const audio = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-c:a', 'aac', '-b:a', '96k'];
  const child = spawn(
    'ffmpeg',
    [
      ...['-v', 'error', '-fflags', 'nobuffer', '-probesize', '32', '-use_wallclock_as_timestamps', '1'],
      ...['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${WIDTH}x${HEIGHT}`, '-r', String(RATE), '-i', 'pipe:0'],
      ...(sound ? ['-re', ...audio] : []),
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline'],
      ...['-pix_fmt', 'yuv420p', '-g', String(2 * RATE), '-flush_packets', '1', '-f', 'flv', url],
    ],
    {stdio: ['pipe', 'ignore', 'inherit']},
  );
  children.push(child);
  child.stdin.on('error', () => {}); // it was ended
  const timer = setInterval(() => {
    if (child.stdin.writableLength === 0) child.stdin.write(clockFrame(Date.now()));
  }, 1000 / RATE);
  return () => {
    clearInterval(timer);
    child.kill('SIGKILL');
  };
}

function clockFrame(now) {
  const frame = Buffer.alloc(WIDTH * HEIGHT, 128);
  const bits = now % 2 ** BITS;
  for (let bit = 0; bit < BITS; bit += 1) {
    const shade = Math.floor(bits / 2 ** bit) % 2 === 1 ? 235 : 16;
    for (let y = 0; y < FIELD; y += 1) frame.fill(shade, y * WIDTH + bit * FIELD, y * WIDTH + (bit + 1) * FIELD);
  }
  return frame;
}

// In the page, which has window.video: the age of each presented frame, read from its fields.
const MEASURE = `
  window.ages = [];
  const canvas = new OffscreenCanvas(${BITS * FIELD}, ${FIELD});
  const context = canvas.getContext('2d', {willReadFrequently: true});
  const look = (now, {presentationTime}) => {
    context.drawImage(video, 0, 0, ${BITS * FIELD}, ${FIELD}, 0, 0, ${BITS * FIELD}, ${FIELD});
    const {data} = context.getImageData(0, 0, ${BITS * FIELD}, ${FIELD});
    let drawn = 0;
    for (let bit = 0; bit < ${BITS}; bit += 1) {
      const at = 4 * (${FIELD / 2} * ${BITS * FIELD} + bit * ${FIELD} + ${FIELD / 2});
      if (data[at] > 128) drawn += 2 ** bit;
    }
    const shown = (performance.timeOrigin + presentationTime) % 2 ** ${BITS};
    ages.push(shown - drawn);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);`;

async function measure(name, page, url, sound) {
  const stop = publish(url, sound);
  const browser = await Browser.open(page);
  try {
    await browser.waitFor('Boolean((window.video ??= document.getElementById("player")?.video))');
    await browser.waitFor('video.getVideoPlaybackQuality().totalVideoFrames > 90', 60_000); // it has settled
    await browser.evaluate(`{${MEASURE}}`);
    await browser.waitFor(`ages.length > ${Number(values.seconds) * RATE}`, 120_000);
    const ages = (await browser.evaluate('ages')).sort((a, b) => a - b);
    const at = (share) => Math.round(ages[Math.floor(share * (ages.length - 1))]);
    const dropped = await browser.evaluate('video.getVideoPlaybackQuality().droppedVideoFrames');
    console.log(
      `${name.padEnd(29)} ${at(0.5)} ms median, ${at(0.05)} to ${at(0.95)} ms for nine of ten, ` +
        `${ages.length} frames, ${dropped} dropped`,
    );
  } finally {
    await browser.close();
    stop();
  }
}

async function measureBoth(name, rtmp, page) {
  for (const [what, stream, sound] of [
    ['picture alone', 'live/picture', false],
    ['with sound', 'live/sound', true],
  ]) {
    await measure(name + what, page(stream), `${rtmp}/${stream}`, sound);
  }
}

try {
  await tool('so-hub');
  const rtmp = await tool('rtmp-ingest', '--listen', '127.0.0.1:0');
  const serve = await tool('fmp4-serve', '--listen', '127.0.0.1:0');
  await measureBoth('', `rtmp://${rtmp}`, (stream) => `http://${serve}/#${stream}`);
  for (const [name, start] of peers()) {
    const peer = await start(work);
    try {
      await measureBoth(`${name}, `, peer.rtmp, peer.page);
    } finally {
      peer.stop();
    }
  }
} finally {
  for (const child of children) child.removeAllListeners('exit').kill('SIGKILL');
  rmSync(work, {recursive: true, force: true});
}
