/** State -> what stands over the picture: words and, below, details. */
export const STATE_WORDS = {
  idle: ['No stream', ''],
  connecting: ['Connecting', ''],
  waiting: ['Not live yet', 'It begins here as soon as somebody publishes it'],
  buffering: ['Starting', ''],
  live: ['', ''],
  paused: ['', ''],
  ended: ['The stream has ended', 'If it returns, it goes on here'],
  failed: ['This stream cannot be played', ''],
};

/** What a close code means to whoever watches; the codes are in scopewire-ws(7). */
export function closeWords(code, reason) {
  const words = {
    1000: 'the server has ended it',
    1001: 'the server goes away',
    1006: 'the connection broke, or the server cannot be reached',
    1013: 'the server is at a limit',
    4000: 'the server does not understand the address',
    4001: 'you are not known there, or not any more',
    4003: 'you may not watch this',
    4004: 'there is no such stream',
    4108: 'this connection is too slow',
    4109: 'your token has expired',
    4112: 'the connection was silent for too long',
  }[code];
  if (reason && words) return `${words} (${reason})`;
  return reason || words || `close code ${code}`;
}

export function bitRateWords(bits) {
  return bits < 1e6 ? `${Math.round(bits / 1e3)} kbit/s` : `${(bits / 1e6).toFixed(1)} Mbit/s`;
}
