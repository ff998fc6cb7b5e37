/** JSON, as it travels. */
export type Value = null | boolean | number | string | Value[] | {[key: string]: Value};
export type Info = {[key: string]: Value};

/** Who we are: a JWT, or a function that has one. It is asked at every attempt to connect, and for
 *  another before that one expires, which the connection then has without being closed. A JWT that
 *  expires ends the connection: `closed`, at level `error`. */
export type Token = string | (() => string | Promise<string>);

/**
 * `code` is one of scopewire-ws(7), or:
 *   lost       the connection went before the answer came
 *   closed     for good, by us or by the server
 *   too_big    nobody takes a message that is so long; if the server said so by closing, the longest of
 *              those that were under way
 *   bad_json   also: a value that is no JSON, as one that is part of itself
 *   limit      too many writes are waiting
 *   uncertain  a write may have been applied: it was not answered for so long (five minutes) that the
 *              hub does not know any more
 *   replaced   others read the mailbox now
 */
export class ScopewireError extends Error {
  readonly code: string;
  /** What a called method's own error carries. */
  readonly data?: Value;
}

export interface Status {
  level: 'status' | 'error';
  /** connecting, open, waiting, closed (after close() without an event); at level `error` also the
   *  code of a refusal. */
  code: string;
  message: string;
  /** Milliseconds until the next attempt, while `waiting`; the server may have said how long. */
  retryIn: number | null;
}

/** Takes the listener off again. */
export type Off = () => void;

export interface Change {
  op: 'set' | 'delete' | 'clear';
  /** Absent with `clear`. */
  key?: string;
  value?: Value;
  /** What was there before: a value, or all of `data` with `clear`. */
  old?: Value | Record<string, Value>;
  /** The member who made it; `mine` if that was this page. */
  from: string;
  mine: boolean;
  version: number;
}

export interface Past {
  op: 'set' | 'delete' | 'clear' | 'send';
  key?: string;
  value?: Value;
  handler?: string;
  args?: Value[];
  from: string;
  mine: boolean;
  version: number;
}

export interface Message {
  handler: string;
  args: Value[];
  from: string;
  mine: boolean;
  version: number;
}

/** A part of a batch. */
export type Wish =
  | {op: 'set'; key: string; value: Value}
  | {op: 'delete'; key: string}
  | {op: 'clear'}
  | {op: 'send'; handler: string; args?: Value[]};

export interface Written {
  /** `noop`: there was nothing to change. `cas`: the object was not at the expected version. */
  status: 'ok' | 'noop' | 'cas';
  /** The one that it made; of what was sent again after a loss, the version by then if the hub does
   *  not know: it remembers only our last, and not through a restart. */
  version: number;
}

export interface WriteOptions {
  /** A change even if the value is the same. */
  force?: boolean;
  /** Only if the object is at this version, of the epoch in which it is now. */
  expect?: number;
}

export interface Snapshot {
  epoch: string | null;
  version: number;
  data: Record<string, Value>;
}

export class SharedObject {
  private constructor();
  static getRemote(
    name: string,
    url: string | URL,
    /** A boolean is `persistent`, as in Flash. */
    options?:
      | boolean
      | {persistent?: boolean; resume?: Snapshot | null; token?: Token; history?: number},
  ): SharedObject;

  readonly name: string;
  readonly persistent: boolean;
  readonly epoch: string | null;
  readonly version: number;
  /** Follows the server; not to be written to. */
  readonly data: Readonly<Record<string, Value>>;
  readonly status: Status;
  readonly snapshot: Snapshot;

  on(
    event: 'sync',
    listener: (how: {reason: 'first' | 'resumed' | 'lost'; version: number}) => void,
  ): Off;
  /** Of the `history` that was asked for, oldest first, before the first `sync`. */
  on(event: 'past', listener: (past: Past) => void): Off;
  on(event: 'change', listener: (change: Change) => void): Off;
  on(event: 'message', listener: (message: Message) => void): Off;
  on(event: 'status', listener: (status: Status) => void): Off;

  /** What is written is the value as it is now, whenever it goes out. */
  setProperty(key: string, value: Value, options?: WriteOptions): Promise<Written>;
  deleteProperty(key: string, options?: WriteOptions): Promise<Written>;
  clear(options?: WriteOptions): Promise<Written>;
  send(handler: string, ...args: Value[]): Promise<Written>;
  /** Several in one batch: one version, all or nothing. */
  change(changes: Wish[], options?: WriteOptions): Promise<Written>;
  close(): void;
}

export interface Presence {
  member: string;
  info: Info;
  /** Whom the member's token names; '': it brought none. */
  user: string;
  mine: boolean;
}

export class Room {
  private constructor();
  static join(url: string | URL, info?: Info, options?: {token?: Token}): Room;

  readonly members: ReadonlyMap<string, Info>;
  /** By member, of those who brought a token. */
  readonly users: ReadonlyMap<string, string>;
  /** Who has the same two has the same list. */
  readonly epoch: string | null;
  readonly version: number;
  /** Our own member id; null while not connected. */
  readonly self: string | null;
  readonly status: Status;

  /** The whole list stands anew; who came and went since it stood last. */
  on(event: 'members', listener: (since: {joined: Presence[]; left: Presence[]}) => void): Off;
  on(
    event: 'join' | 'show' | 'leave',
    listener: (presence: Presence & {version: number}) => void,
  ): Off;
  on(event: 'status', listener: (status: Status) => void): Off;

  /** Shows something else of this member. */
  show(info: Info): void;
  close(): void;
}

/** Where a note is: `epoch` is the mailbox's, `seq` counts from 1. */
export interface MailPosition {
  epoch: string;
  seq: number;
}

export interface Mail extends MailPosition {
  message: Value;
  /** The member who has said it; `user` is whom its token names, or ''. */
  from: string;
  user: string;
}

/** What is said to an identity, until it is acknowledged; whoever it is for need not be there. */
export class Mailbox {
  private constructor();
  /** That of `identity`; of our token's user if that is left out or ''. */
  static of(url: string | URL, identity?: string, options?: {token?: Token}): Mailbox;

  /** '': our token's user. */
  readonly identity: string;
  readonly status: Status;

  /** We read it, and so many notes follow; again after each reconnect. */
  on(event: 'registered', listener: (how: {waiting: number}) => void): Off;
  /** In order, each once in the life of this object. */
  on(event: 'mail', listener: (mail: Mail) => void): Off;
  /** At level `error` also `replaced`: others have registered, and we read no more. */
  on(event: 'status', listener: (status: Status) => void): Off;

  /** Resolves when it is in the mailbox, as number `version`; if it was sent again after a loss, that
   *  is the newest note by then, itself or a later one. Rejects with `not_found`, `limit`. */
  notify(message: Value): Promise<Written>;
  /** Reads it from now on. `lifetime` in milliseconds after its last reader has gone;
   *  `connections`: at most so many read it, the newest, 1 if left out. */
  register(options?: {lifetime?: number; connections?: number}): void;
  /** This one and all before it are dealt with; resolves when they are gone from the mailbox. Rejects
   *  if we do not read it: closed, replaced, or not_joined before register(). */
  acknowledge(mail: MailPosition): Promise<void>;
  close(): void;
}

/** Remote calls in the scope of a URL, both ways. */
export class NetConnection {
  private constructor();
  static connect(url: string | URL, options?: {token?: Token}): NetConnection;

  /** Our own member id; null while not connected. */
  readonly self: string | null;
  readonly status: Status;

  on(event: 'status', listener: (status: Status) => void): Off;

  /** Rejects with no_method, timeout, gone, failed, `lost`: then it may have been called, or `closed`:
   *  there is no connection any more. */
  call(method: string, ...args: Value[]): Promise<Value>;
  /** Of one member's page or client; `timeout` in milliseconds, 10 s if left out. */
  callMember(to: string, method: string, args?: Value[], timeout?: number): Promise<Value>;
  /** Answers calls of this page's method; the last argument is {from: member}. Where several serve the
   *  same at one URL, the newest does. */
  serve(method: string, handler: ((...args: any[]) => unknown) | null): void;
  close(): void;
}

/** A look at what there is, without being anywhere or being seen; replies as in scopewire-bus(7). */
export class Scopes {
  private constructor();
  /** The gateway's root: `/` on its own pages, else `ws://host:8081/`. */
  static at(url?: string | URL, options?: {token?: Token}): Scopes;

  /** Whom our token names, or ''. */
  readonly user: string;
  readonly status: Status;
  on(event: 'status', listener: (status: Status) => void): Off;

  list(scope?: string): Promise<Record<string, Value>>;
  stat(scope?: string, options?: {object?: string; list?: boolean}): Promise<Record<string, Value>>;
  get(scope: string, object: string): Promise<{
    epoch: string;
    version: number;
    persistent: boolean;
    data: Record<string, Value>;
  }>;
  close(): void;
}

/** The metadata of a live stream: `ws://host:8210/live/cam`. When its token has expired it is closed,
 *  and comes back with another if a function has one. */
export class Metadata {
  private constructor();
  static of(url: string | URL, options?: {latest?: boolean; token?: Token}): Metadata;

  readonly status: Status;

  /** `timestamp` is the stream's, in milliseconds, or the wall clock's if it is not live;
   *  none if it was pushed without one. */
  on(event: 'data', listener: (metadata: {data: Value; timestamp?: number}) => void): Off;
  on(event: 'status', listener: (status: Status) => void): Off;

  /** False: there is no connection now, and nothing was pushed. */
  push(data: Value): boolean;
  close(): void;
}
