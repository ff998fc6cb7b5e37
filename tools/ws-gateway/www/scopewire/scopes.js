import {Connection} from './connection.js';
import {ConnectionUser} from './connection_user.js';

/**
 * A look at what there is, without being anywhere, using anything, or being seen: the replies are
 * those of scopewire-bus(7). Rejects with a ScopewireError: denied, not_found, or `lost` while not
 * connected. Events:
 *   status ({level, code, message, retryIn})  as of SharedObject
 */
export class Scopes extends ConnectionUser {
  /** `url` is the gateway's root, ws://host:8081/; `/` on its own pages. */
  static at(url = '/', {token = ''} = {}) {
    return new Scopes(Connection.to(url, token));
  }

  /** Use at(). */
  constructor(connection) {
    super(connection);
    connection.attach(this);
  }

  /** Whom our token names; '' without one, or while not connected for the first time. */
  get user() {
    return this.connection.user;
  }

  /** {members, rooms, objects, streams} */
  list(scope = '/') {
    return this.#ask({op: 'list', scope});
  }

  /** What was counted of the scope, or of the `object`; `list`: of all that is in the scope too. */
  stat(scope = '/', {object = '', list = false} = {}) {
    return this.#ask({op: 'stat', scope, object, list});
  }

  /** {epoch, version, persistent, data} */
  get(scope, object) {
    return this.#ask({op: 'get', scope, object});
  }

  async #ask(request) {
    const {id, ok, ...reply} = await this.ask(request);
    return reply;
  }
}
