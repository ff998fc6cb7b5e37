#!/usr/bin/env node
// JSON from a shell to a WebSocket: how long a line that is written to meta-push takes until it is a
// message of a wsJsonMeta client, beside the same through a bare `cat`; and how many lines a second go
// through one meta-push, with the CPU time of each process for one of them.
//
//   meta.mjs [--lines 200000]      needs so-hub, ws-gateway and meta-push in PATH
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {parseArgs} from 'node:util';

const TRIPS = 2000;
const PAUSE_MS = 2;
const TICKS = 100; // of /proc, a second
const {values} = parseArgs({options: {lines: {type: 'string', default: '200000'}}});

const work = mkdtempSync(join(tmpdir(), 'so-meta.'));
const env = {...process.env, SCOPEWIRE_RUNTIME_DIR: work};
const children = [];

function run(name, args, stdio) {
  const child = spawn(name, args, {env, stdio});
  children.push(child);
  return child;
}

/** A tool of ours; resolves with its process and addresses when it is ready. */
async function tool(name, ...args) {
  const child = run(name, args, ['ignore', 'ignore', 'pipe']);
  let log = '';
  for await (const text of child.stderr) {
    log += text;
    const ready = /ready on (.*)/.exec(log);
    if (ready) return {pid: child.pid, addresses: ready[1].split(', ')};
  }
  throw new Error(`${name} ended: ${log}`);
}

/** A client that counts the messages it is sent. */
class Listener {
  count = 0;
  heard = () => {};
  #rest = Buffer.alloc(0);

  static async open(address, path) {
    const [host, port] = address.replace(/^\w+:\/\//, '').split(':');
    const socket = connect(port, host);
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    const [answer] = await once(socket, 'data');
    if (!answer.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(answer.toString());
    const listener = new Listener();
    socket.on('data', (bytes) => listener.#read(bytes));
    return listener;
  }

  #read(bytes) {
    const data = this.#rest.length ? Buffer.concat([this.#rest, bytes]) : bytes;
    let at = 0;
    while (data.length - at >= 4) {
      const short = data[at + 1] & 0x7f;
      const head = short === 126 ? 4 : 2;
      const end = at + head + (short === 126 ? data.readUInt16BE(at + 2) : short);
      if (end > data.length) break;
      if ((data[at] & 0x0f) === 1) this.count += 1;
      at = end;
    }
    this.#rest = data.subarray(at);
    this.heard();
  }
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function spread(micros) {
  const sorted = micros.toSorted((a, b) => a - b);
  const at = (part) => sorted[Math.floor(part * (sorted.length - 1))].toFixed(0);
  return `p50 ${at(0.5)} us, p99 ${at(0.99)} us`;
}

/** Writes a line and waits for it, so often; microseconds of each. */
async function trips(child, next) {
  const micros = [];
  for (let n = 0; n < TRIPS; n += 1) {
    const begun = process.hrtime.bigint();
    child.stdin.write(`{"lat":48.2082,"lon":16.3738,"n":${n}}\n`);
    await next();
    micros.push(Number(process.hrtime.bigint() - begun) / 1000);
    await sleep(PAUSE_MS);
  }
  child.stdin.end();
  return micros;
}

async function flood(title, lines, processes) {
  const before = processes.map(({pid}) => cpuSeconds(pid));
  const begun = process.hrtime.bigint();
  const child = run('meta-push', ['live/cam'], ['pipe', 'ignore', 'inherit']);
  let own = 0;
  const watch = setInterval(() => (own = cpuSeconds(child.pid)), 50);
  child.stdin.end(lines);
  const [code] = await once(child, 'exit');
  clearInterval(watch);
  if (code !== 0) throw new Error(`meta-push ended with ${code}`);
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  const micros = (cpu) => `${((cpu * 1e6) / values.lines).toFixed(1)} us`;
  const spent = processes.map(({name, pid}, i) => `${name} ${micros(cpuSeconds(pid) - before[i])}`);
  console.log(`  ${title.padEnd(28)} ${Math.round(values.lines / seconds)} lines/s; CPU a line: meta-push ${micros(own)}, ${spent.join(', ')}`);
}

async function main() {
  const hub = {name: 'so-hub', ...(await tool('so-hub'))};
  const gateway = {
    name: 'ws-gateway',
    ...(await tool('ws-gateway', '--listen', '127.0.0.1:0', '--meta-listen', '127.0.0.1:0', '--max-queue', '64M')),
  };
  const listener = await Listener.open(gateway.addresses[1], '/live/cam');
  const heard = () => new Promise((resolve) => (listener.heard = resolve));

  const cat = run('cat', [], ['pipe', 'pipe', 'inherit']);
  const bare = await trips(cat, () => once(cat.stdout, 'data'));
  const push = run('meta-push', ['live/cam'], ['pipe', 'ignore', 'inherit']);
  push.stdin.write('{"warm":1}\n');
  await heard();
  const ours = await trips(push, heard);
  console.log('a line until it has arrived');
  console.log(`  ${'cat'.padEnd(28)} ${spread(bare)}`);
  console.log(`  ${'meta-push to wsJsonMeta'.padEnd(28)} ${spread(ours)}`);

  const line = (n) => `{"lat":48.2082,"lon":16.3738,"speed":${n % 100},"n":${n}}\n`;
  const lines = Array.from({length: Number(values.lines)}, (_, n) => line(n)).join('');
  console.log(`${values.lines} lines through one meta-push`);
  const before = listener.count;
  await flood('one WebSocket listens', lines, [hub, gateway]);
  for (let seen = -1; seen < listener.count && listener.count - before < values.lines;) {
    seen = listener.count;
    await sleep(2000);
  }
  console.log(`  ${'of these it heard'.padEnd(28)} ${listener.count - before}`);
}

try {
  await main();
} finally {
  for (const child of children) child.kill('SIGTERM');
  rmSync(work, {recursive: true, force: true});
}
process.exit(0);
