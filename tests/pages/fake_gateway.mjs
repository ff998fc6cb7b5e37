// A gateway with a hub inside, in a page of script: what scopewire-ws(7) says of scopewire.v1, for
// one scope, and switches for what goes wrong. Knows no sockets: see fake_websocket.mjs and
// page_server.mjs.

let epochs = 0;

function newObject(persistent) {
  epochs += 1;
  return {
    epoch: epochs.toString(16).padStart(16, '0'),
    version: 1, // it is born
    persistent,
    data: {},
    log: [],
    producers: new Map(), // with the number of the last batch,
    made: new Map(), // and the version that it made
  };
}

// Of an identity; `notes` are those that nobody has acknowledged, the newest has the number `last`.
function newMailbox() {
  epochs += 1;
  const epoch = epochs.toString(16).padStart(16, '0');
  return {epoch, last: 0, notes: [], readers: [], producers: new Map()};
}

export class FakeGateway {
  scope;
  objects = new Map();
  mailboxes = new Map(); // by identity
  sessions = new Set();
  requests = []; // everything that came in, parsed
  losing = false; // apply what comes, but let neither reply nor event out
  hubLost = 0; // so many requests are answered hub_lost
  refuse = {}; // op -> error code
  limit = Infinity; // bytes of a message
  presence = {epoch: '00000000000000ee', version: 0};
  token = {}; // of whoever comes: {user, expires}
  #members = 0;

  constructor(scope = '/chat/room1') {
    this.scope = scope;
  }

  /** `send(text)` and `close(code)` are the client's side; returns what to do with its messages. */
  connect(send, close) {
    const session = {
      send,
      close,
      member: `00000000000000aa-${++this.#members}`,
      info: {},
      presence: false,
      uses: new Set(),
      user: this.token.user,
    };
    this.sessions.add(session);
    this.#tell(session, {
      event: 'hello',
      protocol: 'scopewire.v1',
      member: session.member,
      scope: this.scope,
      ...this.token,
    });
    this.#tellPresent({event: 'join', ...this.#shown(session)});
    return {
      receive: (text) => this.#read(session, text),
      closed: () => this.#leave(session),
    };
  }

  // --- what goes wrong, and what others do -----------------------------------------------------

  closeAll(code) {
    for (const session of [...this.sessions]) {
      session.close(code);
      this.#leave(session);
    }
  }

  /** The hub dies and comes back without memory; the gateway stays. */
  restartHub() {
    const objects = [...this.objects];
    this.objects.clear();
    for (const [name, {persistent}] of objects) {
      this.objects.set(name, newObject(persistent));
      for (const session of this.#users(name)) this.#sync(session, name);
    }
  }

  /** Tells all how long to stay away when their connection ends. */
  advise(after_ms) {
    for (const session of this.sessions) this.#tell(session, {event: 'advice', after_ms});
  }

  /** As if the hub had not heard of any producer for five minutes. */
  forgetProducers() {
    for (const {producers} of [...this.objects.values(), ...this.mailboxes.values()]) producers.clear();
  }

  /** The hub asks all for a method of theirs. */
  call(method, args, call = 'c1') {
    const event = {event: 'call', call, scope: this.scope, method, args, from: 'ffffffffffffffff-1'};
    for (const session of this.sessions) this.#tell(session, {...event, timeout: 10_000});
  }

  /** Somebody else's batch, through another door. */
  change(name, changes, from = 'ffffffffffffffff-1') {
    return this.#apply({object: name, changes, force: true}, from);
  }

  /** Somebody else comes or goes, perhaps while the hub was away. */
  tellPresence(event) {
    this.#tellPresent(event);
  }

  // --- requests --------------------------------------------------------------------------------

  #read(session, text) {
    if (!this.sessions.has(session)) return;
    if (Buffer.byteLength(text) <= this.limit) return this.#receive(session, JSON.parse(text));
    session.close(1009);
    this.#leave(session);
  }

  #receive(session, request) {
    this.requests.push(request);
    const lost = this.hubLost > 0;
    if (lost) this.hubLost -= 1;
    const code = lost ? 'hub_lost' : this.refuse[request.op];
    const reply = code
      ? {ok: false, error: {code, message: `${request.op}: ${code}`}}
      : {ok: true, ...this.#handle(session, request)};
    const {events = [], ...rest} = reply;
    this.#tell(session, {id: request.id, ...rest});
    for (const event of events) event();
  }

  #handle(session, request) {
    switch (request.op) {
      case 'join':
        return this.#join(session, request);
      case 'use':
        return this.#use(session, request);
      case 'release':
        session.uses.delete(request.object);
        return {};
      case 'ping':
      case 'stat':
        return {};
      case 'refresh':
        return {expires: this.token.expires};
      case 'register':
        return this.#register(session, request);
      case 'unregister':
        return this.#unregister(session, request);
      case 'notify':
        return this.#notify(session, request);
      case 'ack':
        return this.#acknowledge(session, request);
      case 'get':
        return this.#get(request);
      case 'call':
        return {result: request.args};
      case 'result':
        return {};
      default: {
        const {op, key, value, handler, args, changes, ...rest} = request;
        const batch = changes ?? [{op, key, value, handler, args}];
        return this.#apply({...rest, changes: batch}, session.member);
      }
    }
  }

  #join(session, {info, presence}) {
    session.info = info;
    this.#tellPresent({event: 'join', ...this.#shown(session)});
    session.presence = presence; // not told of its own coming
    const members = [...this.sessions].map((other) => this.#shown(other));
    return {member: session.member, members, ...this.presence};
  }

  #leave(session) {
    if (!this.sessions.delete(session)) return;
    for (const {readers} of this.mailboxes.values()) without(readers, session);
    this.#tellPresent({event: 'leave', ...this.#shown(session)});
  }

  #shown({member, info, user}) {
    return {member, info, user};
  }

  // --- mailboxes -------------------------------------------------------------------------------

  #register(session, {identity, max_connections: most = 1}) {
    if (!this.mailboxes.has(identity)) this.mailboxes.set(identity, newMailbox());
    const mailbox = this.mailboxes.get(identity);
    without(mailbox.readers, session);
    mailbox.readers.push(session);
    const events = mailbox.readers
      .splice(0, Math.max(0, mailbox.readers.length - most))
      .map((reader) => () => this.#tell(reader, {event: 'identity_replaced', identity}));
    events.push(...mailbox.notes.map((note) => () => this.#tell(session, note)));
    const {epoch, last: version, notes} = mailbox;
    return {epoch, version, waiting: notes.length, events};
  }

  #unregister(session, {identity}) {
    without(this.mailboxes.get(identity)?.readers ?? [], session);
    return {};
  }

  #notify({member, user}, {identity, message, producer, seq}) {
    const mailbox = this.mailboxes.get(identity);
    if (!mailbox) return {ok: false, error: {code: 'not_found', message: `no mailbox ${identity}`}};
    const {epoch, producers, readers, notes} = mailbox;
    const last = producers.get(producer) ?? 0;
    if (seq <= last) return {status: 'dup', epoch, version: mailbox.last};
    if (seq > last + 1) return {status: 'gap', last, epoch, version: mailbox.last};
    producers.set(producer, seq);
    mailbox.last += 1;
    const note = {event: 'mail', identity, epoch, seq: mailbox.last, message, from: member, user};
    notes.push(note);
    const events = readers.map((reader) => () => this.#tell(reader, note));
    return {status: 'ok', epoch, version: mailbox.last, events};
  }

  #acknowledge(session, {identity, epoch, seq}) {
    const mailbox = this.mailboxes.get(identity);
    if (!mailbox?.readers.includes(session)) {
      return {ok: false, error: {code: 'not_joined', message: `not registered as ${identity}`}};
    }
    if (epoch !== mailbox.epoch) return {ok: false, error: {code: 'gone', message: 'another'}};
    mailbox.notes = mailbox.notes.filter((note) => note.seq > seq);
    return {epoch, version: mailbox.last, waiting: mailbox.notes.length};
  }

  /** The hub tells all readers again what waits, as after its restart. */
  tellAgain(identity) {
    const {readers, notes} = this.mailboxes.get(identity);
    for (const reader of readers) for (const note of notes) this.#tell(reader, note);
  }

  #use(session, {object: name, persistent, epoch, version}) {
    if (!this.objects.has(name)) this.objects.set(name, newObject(persistent));
    const object = this.objects.get(name);
    session.uses.add(name);
    const resume = epoch === object.epoch && version <= object.version;
    const events = [
      () => (resume ? this.#resume(session, name, version) : this.#sync(session, name)),
    ];
    return {epoch: object.epoch, version: object.version, events};
  }

  #get({object: name}) {
    const object = this.objects.get(name);
    if (!object) return {ok: false, error: {code: 'not_found', message: `no object ${name}`}};
    return {epoch: object.epoch, version: object.version, data: object.data};
  }

  #sync(session, name) {
    const {epoch, version, persistent, data} = this.objects.get(name);
    this.#tell(session, {
      event: 'sync',
      scope: this.scope,
      object: name,
      epoch,
      version,
      persistent,
      data,
    });
  }

  #resume(session, name, since) {
    const {epoch, version, log} = this.objects.get(name);
    this.#tell(session, {
      event: 'resume',
      scope: this.scope,
      object: name,
      epoch,
      version,
      batches: log.filter((batch) => batch.version > since),
    });
  }

  #apply({object: name, changes, force, expect, producer, seq}, from) {
    const object = this.objects.get(name);
    const position = () => ({epoch: object.epoch, version: object.version});
    const last = object.producers.get(producer) ?? 0;
    const applied = seq === last ? object.made.get(producer) : undefined;
    if (producer && seq <= last) return {status: 'dup', applied, ...position()};
    if (producer && seq > last + 1) return {status: 'gap', last, ...position()};
    if (expect !== undefined && expect !== object.version) return {status: 'cas', ...position()};
    if (producer) object.producers.set(producer, seq);
    const effects = changes.map(cleaned).filter((change) => force || differs(object.data, change));
    if (effects.length === 0) return {status: 'noop', ...position()};
    for (const change of effects) store(object, change);
    object.version += 1;
    object.made.set(producer, object.version);
    const batch = {version: object.version, from, changes: effects};
    object.log.push(batch);
    const event = {event: 'change', scope: this.scope, object: name, epoch: object.epoch, ...batch};
    const events = [
      () => {
        for (const user of this.#users(name)) this.#tell(user, event);
      },
    ];
    if (!producer) events.splice(0).forEach((tell) => tell());
    return {status: 'ok', ...position(), events};
  }

  #users(name) {
    return [...this.sessions].filter((session) => session.uses.has(name));
  }

  #tellPresent(event) {
    this.presence.version += 1;
    for (const session of this.sessions) {
      if (session.presence) this.#tell(session, {scope: this.scope, ...this.presence, ...event});
    }
  }

  #tell(session, message) {
    if (!this.losing) session.send(JSON.stringify(message));
  }
}

function cleaned({op, key, value, handler, args}) {
  if (op === 'set' && value === null) return {op: 'delete', key};
  if (op === 'send') return {op, handler, args};
  return op === 'set' ? {op, key, value} : {op, ...(key === undefined ? {} : {key})};
}

function differs(data, {op, key, value}) {
  if (op === 'set') return JSON.stringify(data[key]) !== JSON.stringify(value);
  if (op === 'delete') return Object.hasOwn(data, key);
  return op === 'send' || Object.keys(data).length > 0;
}

function store(object, {op, key, value}) {
  if (op === 'set')
    Object.defineProperty(object.data, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  if (op === 'delete') delete object.data[key];
  if (op === 'clear') object.data = {};
}

function without(list, one) {
  if (list.includes(one)) list.splice(list.indexOf(one), 1);
}
