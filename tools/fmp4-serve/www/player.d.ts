/** JSON, as it travels. */
export type Value = null | boolean | number | string | Value[] | {[key: string]: Value};

/** Who we are: a JWT, or a function that has one; it is asked at every attempt to connect. When a JWT
 *  has expired, that is the end. */
export type Token = string | (() => string | Promise<string>);

/** Takes the listener off again. */
export type Off = () => void;

/** waiting: not live yet. ended: the publisher left. failed: for good. idle: no stream. */
export type State =
  | 'idle' | 'connecting' | 'waiting' | 'buffering' | 'live' | 'paused' | 'ended' | 'failed';

export interface Track {
  id: number;
  kind: 'video' | 'audio';
  codec: string;
  width?: number;
  height?: number;
  rate?: number;
  channels?: number;
}

/** What the server says of the media that follows; see scopewire-ws(7). */
export interface Init {
  stream: string;
  epoch: number;
  mime: string;
  start: number;
  /** The publisher's time stamp at `start`, in milliseconds; absent from servers that do not say. */
  timestamp?: number;
  tracks: Track[];
}

/** `time` in seconds on the server's clock, `timestamp` the publisher's in milliseconds. */
export interface Metadata {
  time: number;
  timestamp?: number;
  data: Value;
}

export interface Stats {
  state: State;
  /** Frames. */
  presented: number;
  dropped: number;
  /** Seconds. */
  currentTime: number;
  latency: number;
  target: number;
  /** Seconds that the server left out because we were too slow. */
  skipped: number;
  width: number;
  height: number;
  rate: number;
  bytes: number;
  stalls: number;
  connections: number;
  restarts: number;
  metadata: number;
  /** Metadata that waits for its picture. */
  due: number;
}

/** Plays one live stream in a <video> of yours, through stalls and restarts, until close(). */
export class Player {
  constructor(
    video: HTMLVideoElement,
    url: string | URL,
    options?: {muted?: boolean; token?: Token},
  );
  readonly state: State;
  readonly paused: boolean;
  readonly init: Init | null;
  readonly stats: Stats;
  /** What people may turn on; null until there is text. */
  readonly captions: TextTrack | null;

  on(event: 'state', listener: (state: State, why: string) => void): Off;
  on(event: 'init', listener: (init: Init) => void): Off;
  on(event: 'metadata', listener: (metadata: Metadata) => void): Off;
  /** The server tells people something, of a track that it leaves out. */
  on(event: 'notice', listener: (text: string) => void): Off;
  /** The publisher begins anew, or sets its clock anew: its `timestamp` lies at `time`. */
  on(event: 'restart', listener: (restart: {time: number; timestamp: number}) => void): Off;
  on(event: 'skipped', listener: (skipped: {from: number; to: number}) => void): Off;
  /** The browser wants a click before it plays: call play() from one. */
  on(event: 'blocked', listener: () => void): Off;

  /**
   * The publisher's time stamp, in milliseconds, of what is shown at `time` of the <video>, as in
   * Metadata; of what is shown now, if none is given. null: it is not known.
   */
  publisherTime(time?: number): number | null;
  play(): void;
  pause(): void;
  close(): void;
}

interface PlayerEvents {
  state: CustomEvent<{state: State; why: string}>;
  begin: CustomEvent<Init>;
  metadata: CustomEvent<Metadata>;
  notice: CustomEvent<string>;
}

/**
 * <scopewire-player src="ws://host:8410/live/cam" poster="..." token="..." autoplay="false"
 *                   muted="false" stats>
 */
export class ScopewirePlayer extends HTMLElement {
  src: string;
  /** Wins over the attribute. */
  token: Token;
  muted: boolean;
  readonly video: HTMLVideoElement;
  readonly state: State;
  readonly stats: (Stats & {codecs: string | null}) | null;
  /** As that of Player. */
  publisherTime(time?: number): number | null;
  play(): void;
  pause(): void;
  /** To the newest picture, paused or not. */
  toLive(): void;
  /** What a key does in it: space, m, c, f, l, s; true if it did something. */
  press(key: string): boolean;

  addEventListener<K extends keyof PlayerEvents>(
    type: K,
    listener: (event: PlayerEvents[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/**
 * A picture of the file of one key frame that ws://host/live/cam has at
 * http://host/live/cam.mp4?still=1; null: there is none to be had.
 */
export function stillPicture(
  address: string,
  options?: {width?: number},
): Promise<HTMLCanvasElement | null>;

declare global {
  interface HTMLElementTagNameMap {
    'scopewire-player': ScopewirePlayer;
  }
}
