// Tracks that are announced and stay empty: node --test tests/pages/tracks_test.mjs
import assert from 'node:assert/strict';
import {before, test} from 'node:test';
import {boxes, viewOf} from '../../tools/fmp4-serve/www/player/fragment.js';
import {
  Attendance,
  initWithout,
  segmentWithout,
  trackIds,
} from '../../tools/fmp4-serve/www/player/tracks.js';
import {fragment, makeClip} from './fmp4_clip.mjs';

let clip;
before(() => {
  clip = makeClip({seconds: 1, size: '64x64'});
});

const of = (kind) => clip.tracks.find((track) => track.kind === kind);
const sample = (kind) => fragment(clip, clip.samples.find((one) => one.kind === kind), 0, 1);

/** How many boxes of a type are in boxes of another, and that they fill it. */
function count(bytes, outer, inner) {
  const view = viewOf(bytes);
  const [around] = [...within(view, 0, view.byteLength, outer)];
  let end = around.start;
  for (const type of ['mvhd', 'trak', 'mvex', 'udta', 'mehd', 'trex']) {
    for (const box of boxes(view, around.start, around.end, type)) end = Math.max(end, box.end);
  }
  assert.equal(end, around.end);
  return [...boxes(view, around.start, around.end, inner)].length;
}

function* within(view, start, end, wanted) {
  yield* boxes(view, start, end, wanted);
  for (const moov of boxes(view, start, end, 'moov')) yield* boxes(view, moov.start, moov.end, wanted);
}

test('a fragment says which tracks it has', () => {
  assert.deepEqual(trackIds(sample('video')), [of('video').id]);
  assert.deepEqual(trackIds(sample('audio')), [of('audio').id]);
  assert.deepEqual(trackIds(Buffer.from('\0\0\0\x10moof\0\0\0\x08free', 'latin1')), []);
});

test('a track is missed when another has come for a while', () => {
  const attendance = new Attendance(clip.tracks);
  assert.equal(attendance.see(sample('video'), 1000), undefined);
  assert.equal(attendance.see(sample('video'), 2499), undefined);
  assert.equal(attendance.see(sample('video'), 2500), of('audio'));
  assert.equal(attendance.see(sample('audio'), 2600), undefined);
});

test('an init segment loses a track, and its boxes still fit', () => {
  for (const kind of ['audio', 'video']) {
    const less = segmentWithout(clip.init, of(kind).id);
    assert.equal(count(less, 'moov', 'trak'), 1);
    assert.equal(count(less, 'mvex', 'trex'), 1);
    assert.ok(less.length < clip.init.length);
  }
  assert.deepEqual(Buffer.from(segmentWithout(clip.init, 99)), Buffer.from(clip.init));
});

test('an init segment that is cut off anywhere is no error', () => {
  for (let end = 0; end < clip.init.length; end += 1) {
    const cut = Buffer.from(clip.init.subarray(0, end));
    assert.ok(segmentWithout(cut, of('audio').id).length <= end);
    assert.deepEqual(trackIds(cut), []);
  }
  // The last box of moov promises no more than it has, and has nothing in it.
  const hollow = Buffer.from('\0\0\0\x18moov\0\0\0\x10trak\0\0\0\x08tkhd', 'latin1');
  assert.equal(segmentWithout(hollow, 1).length, hollow.length);
});

test('an init message loses a track', () => {
  const less = initWithout({mime: clip.mime, epoch: 3, tracks: clip.tracks}, of('audio').id);
  assert.deepEqual(
    less.tracks.map(({kind}) => kind),
    ['video'],
  );
  assert.equal(less.mime, `video/mp4; codecs="${of('video').codec}"`);
  assert.equal(less.epoch, 3);
});
