// What time of the publisher lies where in the media.
import assert from 'node:assert/strict';
import test from 'node:test';

import {PublisherClock} from '../../tools/fmp4-serve/www/player/publisher_clock.js';

test('from where it was said on, both go on together', () => {
  const clock = new PublisherClock();
  assert.equal(clock.time(10), null);
  clock.set(10, 61_000);
  assert.equal(clock.time(9), null);
  assert.equal(clock.time(10), 61_000);
  assert.equal(clock.time(12.5), 63_500);
});

test('a clock that is set anew counts from there, and not for what lies before', () => {
  const clock = new PublisherClock();
  clock.set(10, 61_000);
  clock.set(20, 0);
  assert.equal(clock.time(15), 66_000);
  assert.equal(clock.time(21), 1000);
  clock.set(18, 500); // what was at 20 is not there any more
  assert.equal(clock.time(21), 3500);
  clock.clear();
  assert.equal(clock.time(21), null);
});

test('it is bounded', () => {
  const clock = new PublisherClock();
  for (let at = 0; at < 1000; at += 1) clock.set(at, 0);
  assert.equal(clock.time(1), null);
  assert.equal(clock.time(999.5), 500);
});
