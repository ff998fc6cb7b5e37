import {ScopewireError, bytes, json} from './connection.js';
import {Backoff} from './live_socket.js';

const MAX_WRITES = 1000; // waiting for an answer; more are refused with `limit`
const SURE_MS = 270_000; // a hub forgets no producer whose write is younger than 300 s
const UNHEARD_OF = Number.MAX_SAFE_INTEGER; // a seq that is a gap: asks for the last one known
const MAX_BYTES = 256 * 1024 - 1024; // the server's bound of a message, less its envelope

/**
 * The writes to one object, or notes to one mailbox, that nobody has answered yet. Each carries
 * (producer, seq), so that one sent again after a lost reply is applied once. Its bound is MAX_WRITES.
 */
export class WriteQueue {
  #request;
  // In order: {body, seq, epoch: in which it was sent last, first: when it was sent there first,
  // asked: in which epoch it expects a version, waiting, resolve, reject}
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

  /** `epoch`: in which it is at the version that is expected. */
  push(change, {force, expect} = {}, epoch = null) {
    return new Promise((resolve, reject) => {
      const text = json({...change, force, expect}); // as it is now, whenever it goes out
      if (bytes(text) > MAX_BYTES) throw new ScopewireError('too_big', 'the value is over 255 KiB');
      const full = this.#writes.length >= MAX_WRITES;
      if (full) throw new ScopewireError('limit', 'too many writes are waiting');
      const place = {seq: ++this.#lastSeq, asked: epoch, epoch: null, first: 0, waiting: false};
      this.#writes.push({body: JSON.parse(text), ...place, resolve, reject});
      this.#flush();
    });
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
    const [producer, epoch] = [this.#producer, this.#epoch];
    if (write.epoch !== epoch) Object.assign(write, {epoch, first: Date.now()});
    write.asked ??= epoch;
    if (write.body.expect && write.asked !== epoch) write.body.expect = 0; // no version of this epoch
    write.waiting = true;
    const seq = write.seq === 1 && this.#isOld(write) ? UNHEARD_OF : write.seq;
    try {
      const reply = await this.#request({...write.body, producer, seq});
      if (producer === this.#producer) this.#answered(write, reply);
    } catch (error) {
      if (producer === this.#producer) this.#failed(write, error);
    }
  }

  #answered(write, {status, version, applied, last}) {
    this.#backoff.reset();
    if (status === 'gap' && write !== this.#writes[0]) return void (write.waiting = false);
    if (status === 'gap' && write.seq > 1) return this.#renumber(last);
    this.#remove(write);
    if (status === 'gap' && !last) this.#doubt(write);
    else write.resolve({status: last || status === 'dup' ? 'ok' : status, version: applied ?? version});
    this.#unwait(); // the hub is there
    this.#flush();
  }

  #failed(write, error) {
    write.waiting = false;
    if (error.code === 'lost') return; // resume() will follow
    if (error.code === 'hub_lost') return this.#later();
    this.#remove(write); // refused, or `too_big`: it broke the connection
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
  // us. Count from one again. It has applied nothing after `last`; if that is 0, perhaps what it does
  // not remember any more.
  #renumber(last) {
    if (!last) for (const write of this.#writes) if (this.#isOld(write)) this.#doubt(write);
    this.#producer = randomId();
    this.#lastSeq = 0;
    for (const write of this.#writes) {
      Object.assign(write, {seq: ++this.#lastSeq, epoch: null, waiting: false});
    }
    this.#flush();
  }

  // It may have been applied, in this life of the object, by a hub that has forgotten us since. To such
  // a hub seq 1 would be a new one: ask it what it remembers.
  #isOld({epoch, first}) {
    return epoch === this.#epoch && Date.now() - first > SURE_MS;
  }

  #doubt(write) {
    this.#remove(write);
    write.reject(new ScopewireError('uncertain', 'the connection was lost for too long to know'));
  }

  #remove(write) {
    this.#writes = this.#writes.filter((other) => other !== write);
  }
}

function randomId() {
  const random = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
