// The browser's WebSocket, talking to a FakeGateway in the same process. Messages pass in
// microtasks, so `await settled()` is enough to see everything through.
import {setImmediate as nextTurn} from 'node:timers/promises';

/** Makes `WebSocket` reach the gateway, until the function it returns is called. */
export function install(gateway) {
  const former = globalThis.WebSocket;
  const sockets = [];
  globalThis.WebSocket = class extends FakeWebSocket {
    constructor(url, protocol) {
      super(gateway, url, protocol);
      sockets.push(this);
    }
  };
  return {
    sockets,
    restore: () => {
      globalThis.WebSocket = former;
    },
  };
}

/** Until nothing moves any more. */
export async function settled() {
  for (let turn = 0; turn < 4; turn += 1) await nextTurn();
}

class FakeWebSocket {
  #session = null;

  constructor(gateway, url, protocol) {
    Object.assign(this, {url, protocol, closedWith: null, readyState: 1});
    queueMicrotask(() => this.#open(gateway));
  }

  #open(gateway) {
    if (this.closedWith !== null) return;
    if (gateway.down === 'as Node 20') return this.onerror?.();
    if (gateway.down) return this.onclose?.({code: 1006, reason: ''});
    this.onopen?.();
    this.#session = gateway.connect(
      (data) =>
        queueMicrotask(() => {
          if (this.#session) this.onmessage?.({data});
        }),
      (code) => {
        this.#session = null;
        queueMicrotask(() => this.onclose?.({code, reason: ''}));
      },
    );
  }

  send(text) {
    const session = this.#session; // a closing socket discards, as a real one does
    if (session) queueMicrotask(() => session.receive(text));
  }

  close(code = 1005) {
    this.closedWith = code;
    this.#session?.closed();
    this.#session = null;
  }
}
