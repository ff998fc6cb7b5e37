// A headless Firefox, driven over Marionette: no driver, no package. What tests of both browsers need
// of browser.mjs, under the same names.
import {readFileSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';
import {BrowserProcess} from './browser_process.mjs';
import {eventually} from './eventually.mjs';

// Nothing is asked of any host but the one that is tested.
const SETTINGS = {
  'marionette.port': 0,
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.getAddons.cache.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'http://127.0.0.1:1/',
  'toolkit.telemetry.enabled': false,
};
const START_MS = 60_000; // the first start makes a profile

export class Firefox {
  #process;
  #pipe;

  /** A browser of its own with an empty profile, showing the URL. */
  static async open(url) {
    const browser = new Firefox();
    try {
      await browser.#attach();
      await browser.navigate(url);
      return browser;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  constructor() {
    const lines = Object.entries(SETTINGS).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
    this.#process = new BrowserProcess(
      process.env.SO_FIREFOX ?? 'firefox-esr',
      (profile) => {
        writeFileSync(join(profile, 'user.js'), lines.join('\n'));
        return ['--headless', '--no-remote', '--marionette', '--profile', profile, 'about:blank'];
      },
      {env: {MOZ_CRASHREPORTER_DISABLE: '1'}},
    );
  }

  async navigate(url) {
    await this.#pipe.call('WebDriver:Navigate', {url});
  }

  /** The value of an expression, promises awaited; it must be JSON. */
  async evaluate(expression) {
    const script = `
      const done = arguments[arguments.length - 1];
      (async () => (${expression}))()
        .then((value) => done({value: value ?? null}), (error) => done({error: String(error)}));`;
    const {value} = await this.#pipe.call('WebDriver:ExecuteAsyncScript', {script, args: []});
    if (value.error) throw new Error(value.error);
    return value.value;
  }

  /** Waits until the expression is truthy and returns its value. */
  waitFor(expression, milliseconds = 20_000) {
    return eventually(() => this.evaluate(expression), milliseconds, expression);
  }

  async close() {
    this.#pipe?.end();
    await this.#process.close();
  }

  async #attach() {
    const port = await eventually(() => activePort(this.#process.profile), START_MS);
    this.#pipe = await Marionette.connect(port);
    await this.#pipe.call('WebDriver:NewSession', {capabilities: {alwaysMatch: {}}});
    await this.#pipe.call('WebDriver:SetTimeouts', {script: 60_000, pageLoad: 60_000});
  }
}

// Firefox writes the port that it took into the profile.
function activePort(profile) {
  try {
    return Number(readFileSync(join(profile, 'MarionetteActivePort'), 'utf8'));
  } catch {
    return 0; // not yet
  }
}

/** Marionette: LENGTH:[0, id, command, parameters] and LENGTH:[1, id, error, result], JSON both. */
class Marionette {
  #socket;
  #rest = Buffer.alloc(0);
  #calls = new Map();
  #lastId = 0;

  static async connect(port) {
    const socket = connect(port, '127.0.0.1');
    const pipe = new Marionette(socket);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return pipe;
  }

  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => this.#read(bytes));
    socket.on('close', () => this.#fail(new Error('firefox has ended')));
    socket.on('error', (error) => this.#fail(error));
  }

  call(command, parameters) {
    this.#lastId += 1;
    const id = this.#lastId;
    const text = JSON.stringify([0, id, command, parameters]);
    this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    return new Promise((resolve, reject) => this.#calls.set(id, {resolve, reject}));
  }

  end() {
    this.#socket.destroy();
  }

  #read(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const colon = this.#rest.indexOf(':');
      const end = colon + 1 + Number(this.#rest.subarray(0, Math.max(0, colon)).toString());
      if (colon < 0 || this.#rest.length < end) return;
      const message = JSON.parse(this.#rest.subarray(colon + 1, end).toString());
      this.#rest = this.#rest.subarray(end);
      if (Array.isArray(message)) this.#answer(message); // the first one is a greeting
    }
  }

  #answer([, id, error, result]) {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result);
  }

  #fail(error) {
    for (const {reject} of this.#calls.values()) reject(error);
    this.#calls.clear();
  }
}
