#!/usr/bin/env node
// Counts with scopewire.js through outages, in this process and in a Chromium page at the same time,
// and says what was lost, applied twice, or came out of order.
//
//   node --experimental-websocket tally.mjs http://HOST:PORT SCOPE
//
// Both count up in the persistent object `tally`, a batch a number: an attribute set and a handler
// sent. Prints `step` whenever each has had 50 more acknowledged; on SIGTERM, when all is answered and
// heard, one line of JSON. The module is the one that the gateway serves, as a user would take it.
import {writeFileSync} from 'node:fs';
import {Browser} from './browser.mjs';

const UNDER_WAY = 5;
const [origin, scope] = process.argv.slice(2);

/** Runs in both worlds, so it uses nothing from outside. Returns what report() and stop() need. */
function count({SharedObject}, url, name, underWay) {
  const state = {acknowledged: 0, refused: [], lost: 0, twice: 0, disordered: 0, resumed: 0, snapshots: 0};
  const heard = {}; // of each writer, the last number
  const object = SharedObject.getRemote('tally', url, {persistent: true});
  const tally = {state, heard, object, stopped: false, done: null};
  let version = 0;
  object.on('sync', ({reason}) => {
    if (reason === 'resumed') state.resumed += 1;
    if (reason === 'resumed') return;
    if (reason === 'lost') state.snapshots += 1;
    version = object.version; // told: from here on anew
    for (const [writer, n] of Object.entries(object.data)) {
      if (n < (heard[writer] ?? 0)) state.lost += 1; // what was heard is not there any more
      heard[writer] = n;
    }
  });
  object.on('message', ({args: [writer, n], version: at}) => {
    const next = (heard[writer] ?? 0) + 1;
    if (n < next) state.twice += 1;
    if (n > next) state.lost += n - next;
    if (at <= version) state.disordered += 1;
    heard[writer] = n;
    version = at;
  });
  const write = async (n) => {
    try {
      await object.change([
        {op: 'set', key: name, value: n},
        {op: 'send', handler: 'tick', args: [name, n]},
      ]);
      state.acknowledged += 1;
    } catch ({code, message}) {
      state.refused.push(`${code}: ${message}`);
      tally.stopped = true; // nothing is to be refused here, and what is refused at once never ends
    }
  };
  const lane = async (next) => {
    while (!tally.stopped) {
      await write(next());
      await new Promise((resolve) => setTimeout(resolve, 10)); // neither starves the other
    }
  };
  let last = 0;
  tally.done = Promise.all(Array.from({length: underWay}, () => lane(() => ++last)));
  tally.written = () => last;
  return tally;
}

/** The same two in the page, by expressions. */
class Page {
  static async open() {
    const page = new Page();
    page.browser = await Browser.open(`${origin}/scopewire.d.ts`); // a page that does nothing
    await page.browser.evaluate(`import('/scopewire.js').then((scopewire) => {
      window.tally = (${count})(scopewire, '${scope}', 'page', ${UNDER_WAY});
    })`);
    return page;
  }

  stop = () => this.browser.evaluate('(tally.stopped = true, tally.done.then(() => tally.written()))');
  heard = () => this.browser.evaluate('({...tally.heard})');
  report = () => this.browser.evaluate('({...tally.state, version: tally.object.version})');
}

class Here {
  static async open() {
    writeFileSync('scopewire.mjs', await (await fetch(`${origin}/scopewire.js`)).text());
    const here = new Here();
    const module = await import(`${process.cwd()}/scopewire.mjs`);
    here.tally = count(module, `${origin}${scope}`, 'node', UNDER_WAY);
    return here;
  }

  heard = async () => this.tally.heard;
  report = async () => ({...this.tally.state, version: this.tally.object.version});
  async stop() {
    this.tally.stopped = true;
    await this.tally.done;
    return this.tally.written();
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

let told = false;
process.on('SIGTERM', () => {
  told = true;
});
const counters = [await Here.open(), await Page.open()];
let before = [0, 0];
while (!told) {
  const reports = await Promise.all(counters.map((one) => one.report()));
  if (reports.some(({refused}) => refused.length > 0)) break; // the report says what
  const now = reports.map(({acknowledged}) => acknowledged);
  if (now.every((count, at) => count >= before[at] + 50)) {
    console.log('step');
    before = now;
  }
  await pause();
}
const [node, page] = await Promise.all(counters.map((one) => one.stop()));
const behind = ({node: a, page: b}) => a !== node || b !== page;
for (let end = Date.now() + 10_000; Date.now() < end; await pause()) {
  const all = await Promise.all(counters.map((one) => one.heard()));
  if (!all.some(behind)) break;
}
const reports = await Promise.all(counters.map((one) => one.report()));
console.log(JSON.stringify({written: node + page, node: reports[0], page: reports[1]}));
await counters[1].browser.close();
process.exit(0);
