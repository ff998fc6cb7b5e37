// The process of a browser, with an empty profile of its own that is gone with it.
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

export class BrowserProcess {
  #ended;

  /** `words` makes the arguments of the program from the folder of the profile. */
  constructor(program, words, {stdio = 'ignore', env = {}} = {}) {
    this.profile = mkdtempSync(join(tmpdir(), 'scopewire-browser-'));
    // A process group of its own: closing ends this browser and its helpers, and nothing else.
    this.child = spawn(program, words(this.profile), {
      stdio,
      detached: true,
      env: {...process.env, HOME: this.profile, ...env},
    });
    this.#ended = new Promise((resolve) => {
      for (const event of ['exit', 'error']) this.child.once(event, resolve);
    });
    process.once('exit', this.#discard);
  }

  async close() {
    process.removeListener('exit', this.#discard);
    this.#kill();
    await Promise.race([this.#ended, sleep(5000, null, {ref: false})]);
    this.#discard();
  }

  #kill() {
    try {
      process.kill(-this.child.pid, 'SIGKILL');
    } catch {
      // it has ended by itself, or never started
    }
  }

  #discard = () => {
    this.#kill();
    // Its helpers may still be writing for a moment.
    rmSync(this.profile, {recursive: true, force: true, maxRetries: 10, retryDelay: 100});
  };
}
