import {ScopewireError} from './connection.js';
import {Emitter} from './emitter.js';
import {Backoff} from './live_socket.js';

export const CLOSED = {level: 'status', code: 'closed', message: '', retryIn: null};

/** What all who use a Connection have in common: its status, and to come again when there is no hub. */
export class ConnectionUser extends Emitter {
  #offStatus; // null: we are closed
  #retry = 0;
  #backoff = new Backoff();
  connection;
  over = null; // why nothing can be done any more

  constructor(connection) {
    super();
    this.connection = connection;
    this.#offStatus = connection.on('status', (status) => this.emit('status', status));
  }

  get status() {
    return this.#offStatus ? this.connection.status : CLOSED;
  }

  close() {
    if (!this.#offStatus) return;
    this.#offStatus();
    this.#offStatus = null;
    this.leave();
    this.lost(new ScopewireError('closed', 'it was closed'), true);
    this.connection.detach(this);
  }

  // --- what Connection calls -------------------------------------------------------------------

  opened() {}

  received() {}

  /** `final`: it will not be there again. */
  lost(error, final) {
    this.rest();
    if (final) this.over = error;
  }

  // --- what the others have of it, or make their own -------------------------------------------

  /** What the server is told at the end. */
  leave() {}

  /** As Connection.request, until it is over. */
  ask(body, first) {
    return this.over ? Promise.reject(this.over) : this.connection.request(body, first);
  }

  /** Calls it with back-off, which begins anew with stand(). */
  later(again) {
    this.rest();
    if (!this.over) this.#retry = setTimeout(again, this.#backoff.next());
  }

  rest() {
    clearTimeout(this.#retry);
  }

  stand() {
    this.#backoff.reset();
  }

  /**
   * Without its hub the gateway refuses at once: later, then. A loss is told by lost(). Returns whether
   * it is for good.
   */
  refused(error, again) {
    if (this.over || error.code === 'lost') return false;
    if (error.code === 'hub_lost') this.later(again);
    else this.complain(error);
    return error.code !== 'hub_lost';
  }

  complain({code, message}) {
    this.emit('status', {level: 'error', code, message, retryIn: null});
  }
}
