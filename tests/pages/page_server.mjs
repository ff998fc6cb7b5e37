// The least of HTTP and WebSocket (RFC 6455) that a page of ours needs, for tests of the pages:
// serves the files of a www/ folder, modules one by one, and hands WebSockets to a callback.
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {extname, join} from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * `routes` is path -> () => value for JSON, or a Buffer for an MP4 file; `onSocket(socket, path)` gets every WebSocket.
 * Resolves with {port, close()}.
 */
export async function serve(folder, {onSocket, routes = {}}) {
  const server = createServer((request, response) => answer(folder, routes, request, response));
  const sockets = new Set();
  server.on('upgrade', (request, stream) => {
    sockets.add(stream);
    stream.on('close', () => sockets.delete(stream));
    const socket = upgrade(request, stream);
    onSocket(socket, decodeURIComponent(request.url));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    close: () => {
      for (const stream of sockets) stream.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(folder, routes, {url}, response) {
  const path = new URL(url, 'http://host').pathname;
  const value = routes[decodeURIComponent(path)]?.();
  if (value) {
    const file = Buffer.isBuffer(value);
    const type = file ? 'video/mp4' : 'application/json';
    response.writeHead(200, {'content-type': type, 'cache-control': 'no-store'});
    return response.end(file ? value : JSON.stringify(value));
  }
  if (path === '/favicon.ico') return response.writeHead(204).end(); // asked for when we show a picture
  const name = path === '/' ? 'index.html' : path; // a parsed path has no dots left in it
  try {
    const body = readFileSync(join(folder, name));
    response.writeHead(200, {'content-type': TYPES[extname(name)] ?? 'text/plain'});
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}

function upgrade(request, stream) {
  const {'sec-websocket-key': key, 'sec-websocket-protocol': protocol} = request.headers;
  const accept = createHash('sha1')
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  const chosen = protocol ? `Sec-WebSocket-Protocol: ${protocol.split(',')[0]}\r\n` : '';
  stream.setNoDelay(true);
  stream.on('error', () => {});
  stream.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n${chosen}\r\n`,
  );
  return new Socket(stream);
}

/** `onText(text)` and `onClose()` are for the user to set. */
class Socket {
  #stream;
  #rest = Buffer.alloc(0);
  onText = () => {};
  onClose = () => {};

  constructor(stream) {
    this.#stream = stream;
    stream.on('data', (bytes) => this.#read(bytes));
    stream.on('close', () => this.onClose());
  }

  send(data) {
    if (typeof data === 'string') this.#write(1, Buffer.from(data));
    else this.#write(2, data);
  }

  close(code) {
    const body = Buffer.alloc(2);
    body.writeUInt16BE(code);
    this.#write(8, body);
    this.#stream.end();
  }

  /** As a network that fails: no close frame. */
  destroy() {
    this.#stream.destroy();
  }

  // fin:1 rsv:3 opcode:4 | mask:1 length:7 | (16 or 64 bits of length) | payload
  #write(opcode, payload) {
    if (this.#stream.destroyed) return;
    const size = payload.length;
    const head = Buffer.alloc(size < 126 ? 2 : size < 65536 ? 4 : 10);
    head[0] = 0x80 | opcode;
    head[1] = size < 126 ? size : size < 65536 ? 126 : 127;
    if (size >= 65536) head.writeBigUInt64BE(BigInt(size), 2);
    else if (size >= 126) head.writeUInt16BE(size, 2);
    this.#stream.write(Buffer.concat([head, payload]));
  }

  // Browsers mask, and send what we ask for in one frame of less than 64 KiB.
  #read(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 6) {
      const long = (this.#rest[1] & 0x7f) === 126;
      const size = long ? this.#rest.readUInt16BE(2) : this.#rest[1] & 0x7f;
      const start = long ? 8 : 6;
      if (this.#rest.length < start + size) return;
      const mask = this.#rest.subarray(start - 4, start);
      const payload = this.#rest
        .subarray(start, start + size)
        .map((byte, at) => byte ^ mask[at & 3]);
      const opcode = this.#rest[0] & 0x0f;
      this.#rest = this.#rest.subarray(start + size);
      if (opcode === 1) this.onText(Buffer.from(payload).toString());
      if (opcode === 8) this.#stream.end();
    }
  }
}
