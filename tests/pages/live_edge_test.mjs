// How the player keeps close to live: node --test tests/pages/live_edge_test.mjs
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {LiveEdge} from '../../tools/fmp4-serve/www/player/live_edge.js';

const WINDOW = 1000;

/** Ten decisions a second with that gap, from `now` on; returns the last. */
function watch(edge, gap, {from = 0, during = WINDOW} = {}) {
  let last;
  for (let now = from; now <= from + during; now += 100) last = edge.decide(now, gap);
  return last;
}

test('the rate follows the gap between 0.9 and 1.15, and is 1 around the target', () => {
  const rates = [0, 0.05, 0.1, 0.12, 0.14, 0.2, 0.3, 0.9].map(
    (gap) => watch(new LiveEdge({audio: true}), gap).rate,
  );
  assert.deepEqual(rates, [0.9, 0.93, 1, 1, 1, 1.08, 1.15, 1.15]);
});

test('a picture alone is never slowed down, and left alone when it is close', () => {
  const rates = [0, 0.05, 0.1, 0.13, 0.2, 0.9].map(
    (gap) => watch(new LiveEdge({audio: false}), gap).rate,
  );
  assert.deepEqual(rates, [1, 1, 1, 1, 1.12, 1.15]);
});

test('the smallest gap of a second counts, so a burst changes nothing', () => {
  const edge = new LiveEdge({audio: true});
  watch(edge, 0.12);
  assert.deepEqual(edge.decide(1050, 0.9), {seek: false, rate: 1});
});

test('more than a second behind is one seek, not before it is sure and not on every look', () => {
  const edge = new LiveEdge({audio: true});
  const seeks = [];
  for (let now = 0; now < 1500; now += 100) if (edge.decide(now, 2).seek) seeks.push(now);
  assert.deepEqual(seeks, [500, 1100]);
});

test('two stalls in ten seconds loosen the target, a calm time tightens it', () => {
  const edge = new LiveEdge({audio: true});
  edge.stalled(1000);
  edge.stalled(12_000);
  assert.equal(edge.target, 0.12);
  edge.stalled(13_000);
  assert.ok(Math.abs(edge.target - 0.17) < 1e-9);
  edge.decide(42_999, 0.2);
  assert.ok(Math.abs(edge.target - 0.17) < 1e-9);
  edge.decide(43_000, 0.2);
  assert.ok(Math.abs(edge.target - 0.16) < 1e-9);
  for (let now = 80_000; now < 1e6; now += 30_000) edge.decide(now, 0.2);
  assert.equal(edge.target, 0.12);
});

test('the target has a bound', () => {
  const edge = new LiveEdge({audio: true});
  for (let now = 1000; now < 100_000; now += 1000) edge.stalled(now);
  assert.equal(edge.target, 1);
});

test('a stall right after a seek says nothing', () => {
  const edge = new LiveEdge({audio: true});
  edge.moved(1000);
  edge.stalled(1100);
  edge.stalled(1499);
  edge.stalled(1500);
  assert.equal(edge.target, 0.12);
  edge.stalled(1600);
  assert.ok(edge.target > 0.12);
});

test('of media in long pieces only a whole piece says how far behind it is', () => {
  const edge = new LiveEdge({audio: true});
  const decisions = [];
  for (let now = 0; now < 6000; now += 100) {
    const gap = 2.1 - (now % 2000) / 1000; // a piece of two seconds has just come
    decisions.push(edge.decide(now, gap, 2));
  }
  assert.ok(decisions.every(({seek}) => !seek));
  assert.deepEqual(decisions.at(10), {seek: false, rate: 1});
  assert.ok(decisions.at(-1).rate > 1); // 0.2 at least
});
