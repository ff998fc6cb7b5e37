// Metadata that waits for its picture: node --test tests/pages/cues_test.mjs
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Cues} from '../../tools/fmp4-serve/www/player/cues.js';

function recorded() {
  const fired = [];
  return {cues: new Cues((cue) => fired.push(cue)), fired};
}

test('a cue fires when the media reaches it, once', () => {
  const {cues, fired} = recorded();
  cues.add(1, 'a');
  cues.advance(0.99);
  assert.deepEqual(fired, []);
  cues.advance(1);
  cues.advance(2);
  assert.deepEqual(fired, ['a']);
});

test('cues fire by time, those of one time in the order they came', () => {
  const {cues, fired} = recorded();
  for (const [time, cue] of [
    [2, 'c'],
    [1, 'a'],
    [3, 'd'],
    [1, 'b'],
  ])
    cues.add(time, cue);
  cues.advance(2);
  assert.deepEqual(fired, ['a', 'b', 'c']);
  assert.equal(cues.size, 1);
});

test('rounding does not cost a frame', () => {
  const {cues, fired} = recorded();
  cues.add(1 / 3, 'a');
  cues.advance(0.3333);
  assert.deepEqual(fired, ['a']);
});

test('a cue of the past fires at the next frame', () => {
  const {cues, fired} = recorded();
  cues.advance(10);
  cues.add(3, 'late');
  cues.advance(10.03);
  assert.deepEqual(fired, ['late']);
});

test('over the bound the oldest comes early rather than never', () => {
  const {cues, fired} = recorded();
  for (let n = 0; n < 1002; n += 1) cues.add(n + 5, n);
  assert.deepEqual(fired, [0, 1]);
});

test('a clock that ends lets out what waits', () => {
  const {cues, fired} = recorded();
  cues.add(5, 'a');
  cues.add(6, 'b');
  cues.flush();
  assert.deepEqual(fired, ['a', 'b']);
});
