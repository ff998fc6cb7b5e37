import {ScopewireError} from './connection.js';
import {Backoff} from './live_socket.js';

const MAX_WRITES = 1000; // waiting for an answer; more are refused with `limit`
const MAX_BYTES = 256 * 1024 - 1024; // the server's bound of a message, less its envelope

/**
 * The writes to one object, or notes to one mailbox, that nobody has answered yet. Each carries (producer, seq), so that one
 * sent again after a lost reply is applied once. Its bound is MAX_WRITES.
 */
export class WriteQueue {
  #request;
  // In order: {body, seq, sent: how often it may have arrived, epoch: when first sent, waiting, ...}
  #writes = [];
  #producer = randomId();
  #lastSeq = 0;
  #epoch = null; // null: paused
  #retry = 0;
  #backoff = new Backoff();

  /** `request` says to what, sends a body and resolves with its reply, as Connection.request does. */
  constructor(request) {
    this.#request = request;
  }

  push(change, {force, expect} = {}) {
    const body = {...change, force, expect};
    if (bytes(body) > MAX_BYTES) return refusal('too_big', 'the value is over 255 KiB');
    if (this.#writes.length >= MAX_WRITES) return refusal('limit', 'too many writes are waiting');
    const write = {body, seq: ++this.#lastSeq, sent: 0, epoch: null, waiting: false};
    const done = new Promise((resolve, reject) => Object.assign(write, {resolve, reject}));
    this.#writes.push(write);
    this.#flush();
    return done;
  }

  /** The object stands in `epoch`: send what is waiting, and again what was never answered. */
  resume(epoch) {
    this.#epoch = epoch;
    this.#unwait();
    this.#flush();
  }

  pause() {
    this.#epoch = null;
    this.#unwait();
  }

  /** Gives up everything that is waiting. */
  refuse(error) {
    for (const write of this.#writes.splice(0)) write.reject(error);
  }

  #flush() {
    if (this.#epoch === null || this.#retry) return;
    for (const write of this.#writes) if (!write.waiting) this.#send(write);
  }

  async #send(write) {
    const producer = this.#producer;
    write.waiting = true;
    write.sent += 1;
    write.epoch ??= this.#epoch;
    try {
      const reply = await this.#request({...write.body, producer, seq: write.seq});
      if (producer === this.#producer) this.#answered(write, reply);
    } catch (error) {
      if (producer === this.#producer) this.#failed(write, error);
    }
  }

  #answered(write, {status, version}) {
    this.#backoff.reset();
    if (status === 'gap' && write !== this.#writes[0]) return this.#overtook(write);
    if (status === 'gap' && write.seq > 1) return this.#renumber();
    this.#remove(write);
    if (status === 'gap') write.reject(new ScopewireError('gap', 'the hub lost count'));
    else write.resolve({status: status === 'dup' ? 'ok' : status, version});
    this.#unwait(); // the hub is there
    this.#flush();
  }

  // The hub came back between the one before it, which it has not seen, and this one, which it has
  // not applied: what becomes of that one sends this one again.
  #overtook(write) {
    write.waiting = false;
    write.sent -= 1;
  }

  #failed(write, error) {
    write.waiting = false;
    if (error.code === 'lost') return; // resume() will follow
    if (error.code === 'hub_lost') return this.#later();
    this.#remove(write); // refused, or `too_big`: it may be what broke the connection
    write.reject(error);
    this.#flush();
  }

  // Without its hub the gateway refuses at once, and does not say when the hub is back.
  // However many it refuses, that is one failure.
  #later() {
    this.#retry ||= setTimeout(() => {
      this.#unwait();
      this.#flush();
    }, this.#backoff.next());
  }

  #unwait() {
    clearTimeout(this.#retry);
    this.#retry = 0;
  }

  // The hub has not seen the seq before ours: it refused that one, was restarted, or has forgotten
  // us. Count from one again. What was sent before within this epoch may have been applied: say so
  // rather than apply it twice.
  #renumber() {
    const uncertain = this.#writes.filter(({sent, epoch}) => sent > 1 && epoch === this.#epoch);
    this.#producer = randomId();
    this.#lastSeq = 0;
    for (const write of uncertain) {
      this.#remove(write);
      write.reject(new ScopewireError('uncertain', 'the connection was lost for too long to know'));
    }
    for (const write of this.#writes) {
      Object.assign(write, {seq: ++this.#lastSeq, sent: 0, epoch: null, waiting: false});
    }
    this.#flush();
  }

  #remove(write) {
    this.#writes = this.#writes.filter((other) => other !== write);
  }
}

function refusal(code, message) {
  return Promise.reject(new ScopewireError(code, message));
}

function bytes(body) {
  return new TextEncoder().encode(JSON.stringify(body)).length;
}

function randomId() {
  const random = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
