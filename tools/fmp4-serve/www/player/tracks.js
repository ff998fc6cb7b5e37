import {joined} from './bytes.js';
import {boxes, field, viewOf} from './fragment.js';

// Tracks that are announced and have nothing in them: MSE plays where all tracks are buffered, so one
// that stays empty stops the others for good.

const PATIENCE_MS = 1500; // nothing of it, while so much came of another

/** The ids of the tracks that a fragment has samples of. */
export function trackIds(bytes) {
  const view = viewOf(bytes);
  const ids = [];
  for (const moof of boxes(view, 0, view.byteLength, 'moof')) {
    for (const traf of boxes(view, moof.start, moof.end, 'traf')) {
      const [tfhd] = boxes(view, traf.start, traf.end, 'tfhd');
      if (tfhd) ids.push(field(view, tfhd, 4));
    }
  }
  return ids;
}

/** Finds out which of the announced tracks never come. */
export class Attendance {
  #announced;
  #came = new Set();
  #since = null;

  constructor(tracks) {
    this.#announced = tracks;
  }

  /** After a fragment, at a time in milliseconds: the track that is missing, or undefined. */
  see(bytes, now) {
    if (this.#came.size === this.#announced.length) return undefined;
    for (const id of trackIds(bytes)) this.#came.add(id);
    this.#since ??= now;
    if (now - this.#since < PATIENCE_MS) return undefined;
    return this.#announced.find(({id}) => !this.#came.has(id));
  }
}

/** The init message, as if the server had not announced that track. */
export function initWithout(init, id) {
  const tracks = init.tracks.filter((track) => track.id !== id);
  const codecs = tracks.map(({codec}) => codec).join(',');
  return {...init, tracks, mime: `video/mp4; codecs="${codecs}"`};
}

/** The init segment without that track: its trak and its trex. ftyp, moov(mvhd, trak..., mvex(trex...)) */
export function segmentWithout(bytes, id) {
  const view = viewOf(bytes);
  const gone = [];
  for (const moov of boxes(view, 0, view.byteLength, 'moov')) {
    for (const trak of boxes(view, moov.start, moov.end, 'trak')) {
      const [tkhd] = boxes(view, trak.start, trak.end, 'tkhd');
      // version:8 flags:24, times of 32 bits, or 64 with version 1, track:32
      const at = tkhd && field(view, tkhd, 0) >>> 24 === 1 ? 20 : 12;
      if (tkhd && field(view, tkhd, at) === id) gone.push({box: trak, within: [moov]});
    }
    for (const mvex of boxes(view, moov.start, moov.end, 'mvex')) {
      for (const trex of boxes(view, mvex.start, mvex.end, 'trex')) {
        if (field(view, trex, 4) === id) gone.push({box: trex, within: [moov, mvex]});
      }
    }
  }
  return cut(view, gone);
}

// The sizes of the boxes around are less by what is cut out of them.
function cut(view, gone) {
  const all = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
  const sizes = new DataView(all.buffer);
  for (const {box, within} of gone) {
    const size = box.end - box.start + 8;
    for (const {start} of within) sizes.setUint32(start - 8, sizes.getUint32(start - 8) - size);
  }
  const kept = [];
  let end = 0;
  for (const {box} of gone.sort((a, b) => a.box.start - b.box.start)) {
    kept.push(all.subarray(end, box.start - 8));
    end = box.end;
  }
  return joined([...kept, all.subarray(end)]);
}
