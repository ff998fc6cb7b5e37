#!/usr/bin/env node
// A headless Chromium, driven over its debugging pipe: no driver, no package.
//
//   const browser = await Browser.open('http://127.0.0.1:8081/');
//   await browser.waitFor('document.documentElement.dataset.state === "open"');
//   await browser.screenshot('/tmp/chat.png');
//   await browser.close();
//
// From a shell:
//   browser.mjs URL [--wait JS] [--eval JS] [--screenshot FILE] [--size WxH] [--dark] [--timeout S]
// loads the URL, waits until the first expression is true, prints the value of the second as JSON,
// writes a picture. Exit code 1: an error, or the time was up.
import {writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {BrowserProcess} from './browser_process.mjs';
import {eventually} from './eventually.mjs';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--mute-audio',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
  '--hide-scrollbars',
  '--remote-debugging-pipe',
];
const KEY_CODES = {Enter: 13, Tab: 9, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40};
const WAIT_MS = 20_000; // long, for a busy machine; what works never waits so long
const CALL_MS = 20_000; // a busy machine's slowest answer to one command

export class Browser {
  #process;
  #pipe;
  #session;
  console = []; // what pages logged, and errors nobody caught

  /** A browser of its own with an empty profile, showing the URL. `size` is [width, height]. */
  static async open(url, {size = [1280, 800], dark = false} = {}) {
    const browser = new Browser();
    try {
      await browser.#attach(size, dark);
      await browser.navigate(url);
      return browser;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  constructor() {
    this.#process = new BrowserProcess(
      process.env.SO_CHROMIUM ?? 'chromium',
      (profile) => [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'],
      {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']},
    );
    this.#pipe = new Pipe(this.#process.child, (method, params) => this.#event(method, params));
  }

  async navigate(url) {
    const {errorText} = await this.#call('Page.navigate', {url});
    if (errorText) throw new Error(`unable to load ${url}: ${errorText}`);
    await this.waitFor('document.readyState === "complete"');
  }

  /** The value of an expression, promises awaited; it must be JSON. */
  async evaluate(expression) {
    const {result, exceptionDetails} = await this.#call('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? expression);
    return result.value;
  }

  /** Waits until the expression is truthy and returns its value. */
  waitFor(expression, milliseconds = WAIT_MS) {
    return eventually(() => this.evaluate(expression), milliseconds, expression);
  }

  /** Types as a person does, into whatever has the focus; `key` presses one named key. */
  async type(text) {
    await this.#call('Input.insertText', {text});
  }

  async key(key, modifiers = 0) {
    const windowsVirtualKeyCode = KEY_CODES[key] ?? key.toUpperCase().charCodeAt(0);
    const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined;
    for (const type of ['keyDown', 'keyUp']) {
      await this.#call('Input.dispatchKeyEvent', {
        type,
        key,
        code: key,
        modifiers,
        windowsVirtualKeyCode,
        text,
      });
    }
  }

  /** Hides the page and stops it altogether, as browsers do with one that was hidden for long. */
  async freeze() {
    await this.#call('Emulation.setFocusEmulationEnabled', {enabled: false});
    await this.#call('Page.setWebLifecycleState', {state: 'frozen'});
  }

  /** As behind another tab: it runs, and nobody sees it. */
  async hide() {
    await this.freeze();
    await this.#call('Page.setWebLifecycleState', {state: 'active'});
  }

  async show() {
    await this.#call('Page.setWebLifecycleState', {state: 'active'});
    await this.#call('Emulation.setFocusEmulationEnabled', {enabled: true});
  }

  /** Runs the script in every page before its own; remove() ends that. */
  async onNewPages(source) {
    const {identifier} = await this.#call('Page.addScriptToEvaluateOnNewDocument', {source});
    return {remove: () => this.#call('Page.removeScriptToEvaluateOnNewDocument', {identifier})};
  }

  async screenshot(file) {
    const {data} = await this.#call('Page.captureScreenshot', {format: 'png'});
    writeFileSync(file, Buffer.from(data, 'base64'));
  }

  close() {
    return this.#process.close();
  }

  async #attach([width, height], dark) {
    const {targetInfos} = await this.#pipe.call('Target.getTargets');
    const {targetId} = targetInfos.find(({type}) => type === 'page');
    const {sessionId} = await this.#pipe.call('Target.attachToTarget', {targetId, flatten: true});
    this.#session = sessionId;
    await this.#call('Page.enable');
    await this.#call('Runtime.enable');
    await this.#call('Log.enable');
    await this.#call('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await this.#call('Emulation.setEmulatedMedia', {
      features: [{name: 'prefers-color-scheme', value: dark ? 'dark' : 'light'}],
    });
  }

  #call(method, params) {
    return this.#pipe.call(method, params, this.#session);
  }

  #event(method, params) {
    if (method === 'Runtime.consoleAPICalled') {
      this.console.push(params.args.map(({value, description}) => value ?? description).join(' '));
    }
    if (method === 'Runtime.exceptionThrown') {
      this.console.push(params.exceptionDetails.exception?.description ?? 'an exception');
    }
    if (method === 'Log.entryAdded')
      this.console.push(`${params.entry.text} ${params.entry.url ?? ''}`);
  }
}

/** The DevTools protocol over descriptors 3 and 4: JSON messages, each ended by a NUL byte. */
class Pipe {
  #out;
  #rest = Buffer.alloc(0);
  #calls = new Map();
  #lastId = 0;
  #onEvent;

  constructor(child, onEvent) {
    this.#out = child.stdio[3];
    this.#onEvent = onEvent;
    const failed = (why) => this.#fail(new Error(`chromium: ${why}`));
    child.once('error', ({message}) => failed(message));
    child.once('exit', (code, signal) => failed(`ended with ${signal ?? `code ${code}`}`));
    this.#out.on('error', () => {}); // told by exit
    child.stdio[4].on('data', (bytes) => this.#read(bytes));
  }

  call(method, params = {}, sessionId = undefined) {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${method}: no answer`)), CALL_MS);
      const done = (settle) => (value) => {
        clearTimeout(late);
        settle(value);
      };
      this.#calls.set(id, {method, resolve: done(resolve), reject: done(reject)});
      this.#out.write(`${JSON.stringify({id, method, params, sessionId})}\0`);
    });
  }

  #read(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (let end; (end = this.#rest.indexOf(0)) >= 0;) {
      const message = JSON.parse(this.#rest.subarray(0, end).toString());
      this.#rest = this.#rest.subarray(end + 1);
      this.#dispatch(message);
    }
  }

  #dispatch({id, result, error, method, params}) {
    if (method) return this.#onEvent(method, params);
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (error) call?.reject(new Error(`${call.method}: ${error.message}`));
    else call?.resolve(result);
  }

  #fail(error) {
    for (const {reject} of this.#calls.values()) reject(error);
    this.#calls.clear();
  }
}

// --- the command ---------------------------------------------------------------------------------

const OPTIONS = {
  wait: {type: 'string'},
  eval: {type: 'string'},
  screenshot: {type: 'string'},
  size: {type: 'string', default: '1280x800'},
  dark: {type: 'boolean'},
  timeout: {type: 'string', default: '30'},
};

async function main() {
  const {
    values,
    positionals: [url],
  } = parseArgs({options: OPTIONS, allowPositionals: true});
  if (!url) throw new Error('which URL?');
  // What answers in time ends by itself; this is for a browser that hangs.
  setTimeout(() => fail('the browser hangs'), values.timeout * 1000 + 2 * CALL_MS).unref();
  const browser = await Browser.open(url, {
    size: values.size.split('x').map(Number),
    dark: values.dark,
  });
  try {
    if (values.wait) await browser.waitFor(values.wait, values.timeout * 1000);
    if (values.eval) console.log(JSON.stringify(await browser.evaluate(values.eval)));
    if (values.screenshot) await browser.screenshot(values.screenshot);
  } finally {
    for (const line of browser.console) console.error(`page: ${line}`);
    await browser.close();
  }
}

function fail(message) {
  console.error(`browser.mjs: ${message}`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  main().catch(({message}) => fail(message));
}
