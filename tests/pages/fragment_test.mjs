// What the player reads in a fragment: node --test tests/pages/fragment_test.mjs
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {startsWithKey} from '../../tools/fmp4-serve/www/player/fragment.js';

const KEY = 0x02000000;
const OTHER = 0x01010000;

function u32(...values) {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => bytes.writeUInt32BE(value, at * 4));
  return bytes;
}

const box = (type, ...parts) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type), body]);
};
const traf = (tfhd, trun) =>
  box('traf', box('tfhd', tfhd), box('tfdt', u32(0x01000000, 0, 0)), box('trun', trun));
const moof = (...trafs) =>
  Buffer.concat([box('moof', box('mfhd', u32(0, 1)), ...trafs), box('mdat')]);

// flags, then what they announce
const defaults = (flags, track = 1) => u32(0x020038, track, 512, 100, flags);
const compact = u32(0x01000801, 1, 112, 0);
const firstFlags = (flags) => u32(0x01000805, 1, 112, flags, 0);
const perSample = (flags) => u32(0x01000701, 2, 112, 512, 100, flags, 512, 50, OTHER);
const bare = u32(0x020000, 1);

const CASES = [
  ['default flags of a key frame', moof(traf(defaults(KEY), compact)), true],
  ['default flags of another frame', moof(traf(defaults(OTHER), compact)), false],
  ['first sample flags go before the default', moof(traf(defaults(OTHER), firstFlags(KEY))), true],
  ['and the other way round', moof(traf(defaults(KEY), firstFlags(OTHER))), false],
  ['flags of each sample: the first counts', moof(traf(bare, perSample(KEY))), true],
  ['flags of each sample, not a key', moof(traf(bare, perSample(OTHER))), false],
  ['only flags and base offset before them', moof(traf(u32(0x21, 1, 0, 0, KEY), compact)), true],
  ['flags that only trex has are not trusted', moof(traf(bare, compact)), false],
  ['another track alone', moof(traf(defaults(KEY, 2), compact)), false],
  [
    'another track before',
    moof(traf(defaults(KEY, 2), compact), traf(defaults(OTHER), compact)),
    false,
  ],
  [
    'other boxes before',
    Buffer.concat([
      box('styp', u32(0)),
      box('emsg', u32(0, 0)),
      moof(traf(defaults(KEY), compact)),
    ]),
    true,
  ],
  ['an init segment', Buffer.concat([box('ftyp', u32(0)), box('moov')]), false],
  ['nothing', Buffer.alloc(0), false],
];

for (const [name, bytes, key] of CASES) {
  test(name, () => assert.equal(startsWithKey(bytes, 1), key));
}

test('an ArrayBuffer will do, as it comes from the socket', () => {
  const bytes = moof(traf(defaults(KEY), compact));
  assert.equal(startsWithKey(new Uint8Array(bytes).buffer, 1), true);
});

test('bytes that are cut off anywhere are no key frame, and no error', () => {
  const whole = moof(traf(defaults(KEY), compact));
  for (let size = 0; size < whole.length - 8; size += 1) {
    assert.equal(startsWithKey(whole.subarray(0, size), 1), false, `cut at ${size}`);
  }
});

test('boxes that end before their fields are no error', () => {
  for (const trun of [u32(), u32(0x01000405), u32(0x01000701, 1, 112)]) {
    const bytes = box('moof', box('traf', box('tfhd', u32(0x39, 1)), box('trun', trun)));
    assert.doesNotThrow(() => startsWithKey(bytes, 1));
  }
});

test('a box that says it is longer than it is ends the search', () => {
  for (const size of [0, 1, 7, 9999, 0xffffffff]) {
    const bytes = moof(traf(defaults(KEY), compact));
    bytes.writeUInt32BE(size, 0);
    assert.equal(startsWithKey(bytes, 1), false);
  }
});
