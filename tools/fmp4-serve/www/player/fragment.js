// What the player needs to know of a fragment (ISO 14496-12): whether the picture can start in it.

const NON_SYNC = 0x00010000; // sample_is_non_sync_sample

/** Whether the fragment has a sample of the track, and its first one is a sync sample. */
export function startsWithKey(bytes, trackId) {
  const view = viewOf(bytes);
  for (const moof of boxes(view, 0, view.byteLength, 'moof')) {
    for (const traf of boxes(view, moof.start, moof.end, 'traf')) {
      const flags = firstSampleFlags(view, traf, trackId);
      if (flags !== null) return (flags & NON_SYNC) === 0;
    }
  }
  return false;
}

export function viewOf(bytes) {
  return new DataView(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength);
}

/** The bodies of the boxes of that type. size:32 type:32 body */
export function* boxes(view, start, end, wanted) {
  for (let at = start; at + 8 <= end;) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > end) return;
    if (fourCc(view, at + 4) === wanted) yield {start: at + 8, end: at + size};
    at += size;
  }
}

function fourCc(view, at) {
  return String.fromCharCode(...[0, 1, 2, 3].map((n) => view.getUint8(at + n)));
}

/** A field of a full box, by its distance from the version; 0 if the box ends before it. */
export function field(view, {start, end}, offset) {
  return start + offset + 4 <= end ? view.getUint32(start + offset) : 0;
}

function firstSampleFlags(view, traf, trackId) {
  const [tfhd] = boxes(view, traf.start, traf.end, 'tfhd');
  const [trun] = boxes(view, traf.start, traf.end, 'trun');
  if (!tfhd || !trun || field(view, tfhd, 4) !== trackId) return null;
  return trunFlags(view, trun) ?? tfhdFlags(view, tfhd) ?? NON_SYNC;
}

// version:8 flags:24 count:32 [0x1 offset:32] [0x4 first flags:32], then of the first sample
// [0x100 duration:32] [0x200 size:32] [0x400 flags:32]
function trunFlags(view, trun) {
  const has = field(view, trun, 0);
  const at = 8 + (has & 0x1 ? 4 : 0);
  if (has & 0x4) return field(view, trun, at);
  if (!(has & 0x400)) return null;
  return field(view, trun, at + (has & 0x100 ? 4 : 0) + (has & 0x200 ? 4 : 0));
}

// version:8 flags:24 track:32 [0x1 base:64] [0x2 description:32] [0x8 duration:32] [0x10 size:32]
// [0x20 flags:32]
function tfhdFlags(view, tfhd) {
  const has = field(view, tfhd, 0);
  if (!(has & 0x20)) return null;
  const before = (has & 0x1 ? 8 : 0) + [0x2, 0x8, 0x10].filter((bit) => has & bit).length * 4;
  return field(view, tfhd, 8 + before);
}
