// Counters as rates, and what the inspector says of numbers: node --test tests/pages/rates_test.mjs
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Rates, rateWords} from '../../tools/ws-gateway/www/rates.js';

test('a counter is a rate from its second look on', () => {
  const rates = new Rates();
  rates.see({changes: 100}, 1000);
  assert.equal(rates.of('changes'), null);
  rates.see({changes: 130}, 2500);
  assert.equal(rates.of('changes'), 20);
  rates.see({changes: 130}, 3500);
  assert.deepEqual(rates.history('changes'), [20, 0]);
});

test('a counter that begins anew is not negative, one that is gone is forgotten', () => {
  const rates = new Rates();
  rates.see({a: 100, b: 1}, 1000);
  rates.see({a: 5, b: 2}, 2000);
  assert.equal(rates.of('a'), 5);
  rates.see({a: 6}, 3000);
  assert.equal(rates.of('b'), null);
  assert.deepEqual(rates.history('b'), []);
});

test('two looks at one time say nothing, and a minute is kept', () => {
  const rates = new Rates();
  rates.see({a: 1}, 0);
  rates.see({a: 9}, 0);
  assert.equal(rates.of('a'), null);
  for (let n = 1; n <= 100; n += 1) rates.see({a: n}, n * 1000);
  assert.equal(rates.history('a').length, 60);
});

test('words for rates', () => {
  assert.deepEqual([null, 0, 0.25, 3, 9.96, 1234.5].map(rateWords), ['–', '0', '0.3', '3', '10', '1235']);
});
