// A few seconds of test picture and sound from ffmpeg, taken apart into samples, and the writer of
// fragments of one sample: a test decides what is sent when, and with which time.
import {execFileSync} from 'node:child_process';

const KINDS = {vide: 'video', soun: 'audio'};

/**
 * {mime, tracks, init, samples, seconds}: a sample is {track, kind, key, time, duration, cts,
 * bytes}, in decoding order across tracks; times in seconds, from 0. `codec` is avc1 or vp09.
 */
export function makeClip({
  seconds = 4,
  size = '320x180',
  rate = 30,
  gop = 30,
  audio = true,
  video = true,
  codec = 'avc1',
} = {}) {
  const picture = ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${rate}:d=${seconds}`];
  const sound = ['-f', 'lavfi', '-i', `sine=f=440:r=48000:d=${seconds}`];
  const avc = [
    '-c:v',
    'libx264',
    '-profile:v',
    'baseline',
    '-preset',
    'ultrafast',
    '-tune',
    'zerolatency',
    '-pix_fmt',
    'yuv420p',
    '-sc_threshold',
    '0',
  ];
  const vp9 = [
    '-c:v',
    'libvpx-vp9',
    '-deadline',
    'realtime',
    '-cpu-used',
    '8',
    '-pix_fmt',
    'yuv420p',
  ];
  const bytes = execFileSync(
    'ffmpeg',
    [
      '-v',
      'error',
      ...(video ? picture : []),
      ...(audio ? sound : []),
      ...(video ? [...(codec === 'avc1' ? avc : vp9), '-g', gop] : []),
      ...(audio ? ['-c:a', 'aac'] : []),
      '-movflags',
      'frag_keyframe+empty_moov+default_base_moof',
      '-f',
      'mp4',
      '-',
    ],
    {maxBuffer: 64 << 20},
  );
  return takeApart(bytes, rate);
}

/** moof + mdat with one sample, whose decode time in seconds is `time`. */
export function fragment(clip, sample, time, sequence) {
  const {timescale} = clip.tracks.find(({id}) => id === sample.track);
  const ticks = (seconds) => Math.round(seconds * timescale);
  const moof = (size) =>
    box(
      'moof',
      box('mfhd', u32(0, sequence)),
      box(
        'traf',
        // default-base-is-moof; default duration, size, flags
        box(
          'tfhd',
          u32(
            0x020038,
            sample.track,
            ticks(sample.duration),
            sample.bytes.length,
            sample.key ? 0x02000000 : 0x01010000,
          ),
        ),
        box('tfdt', u32(0x01000000), u64(ticks(time))),
        box('trun', u32(0x01000801, 1, size + 8, ticks(sample.cts))),
      ),
    );
  return Buffer.concat([moof(moof(0).length), box('mdat', sample.bytes)]);
}

function box(type, ...parts) {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type), body]);
}

function u32(...values) {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => bytes.writeUInt32BE(value, at * 4));
  return bytes;
}

function u64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

// --- reading what ffmpeg wrote -------------------------------------------------------------------

function takeApart(bytes, rate) {
  const top = boxes(bytes, 0, bytes.length);
  const moov = top.find(({type}) => type === 'moov');
  const tracks = all(bytes, moov, 'trak').map((trak) => readTrack(bytes, trak));
  const samples = top
    .filter(({type}) => type === 'moof')
    .flatMap((moof) => readFragment(bytes, moof, tracks));
  for (const track of tracks)
    time(
      samples.filter((sample) => sample.track === track.id),
      track,
      rate,
    );
  const end = lengthOf(samples, tracks[0]);
  samples.sort((a, b) => a.time - b.time);
  const codecs = tracks.map(({codec}) => codec).join(',');
  const kind = tracks.some((track) => track.kind === 'video') ? 'video' : 'audio';
  // Sound that is longer than the picture would go back in time where a loop begins again.
  const within = samples.filter(({time, duration}) => time + duration <= end + 1e-6);
  return {
    tracks,
    samples: within,
    seconds: end,
    init: bytes.subarray(0, moov.end),
    mime: `${kind}/mp4; codecs="${codecs}"`,
  };
}

function lengthOf(samples, {id}) {
  const last = samples.filter(({track}) => track === id).at(-1);
  return last.time + last.duration;
}

function boxes(bytes, start, end) {
  const found = [];
  for (let at = start; at < end; at += bytes.readUInt32BE(at)) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    found.push({type, at, start: at + 8, end: at + bytes.readUInt32BE(at)});
  }
  return found;
}

function all(bytes, parent, type) {
  return boxes(bytes, parent.start, parent.end).filter((one) => one.type === type);
}

function find(bytes, parent, ...path) {
  return path.reduce((at, type) => all(bytes, at, type)[0], parent);
}

function readTrack(bytes, trak) {
  const id = bytes.readUInt32BE(find(bytes, trak, 'tkhd').start + 12);
  const mdia = find(bytes, trak, 'mdia');
  const timescale = bytes.readUInt32BE(find(bytes, mdia, 'mdhd').start + 12);
  const handler = find(bytes, mdia, 'hdlr').start + 8;
  const kind = KINDS[bytes.toString('latin1', handler, handler + 4)];
  const stsd = find(bytes, mdia, 'minf', 'stbl', 'stsd');
  const entry = {start: stsd.start + 8, end: stsd.end};
  return {id, kind, timescale, ...readCodec(bytes, boxes(bytes, entry.start, entry.end)[0])};
}

function readCodec(bytes, entry) {
  if (entry.type === 'mp4a')
    return {codec: 'mp4a.40.2', rate: 48000, channels: bytes.readUInt16BE(entry.start + 16)};
  const size = {
    width: bytes.readUInt16BE(entry.start + 24),
    height: bytes.readUInt16BE(entry.start + 26),
  };
  if (entry.type === 'vp09') return {codec: 'vp09.00.10.08', ...size};
  const [avcC] = all(bytes, {start: entry.start + 78, end: entry.end}, 'avcC');
  return {codec: `avc1.${bytes.toString('hex', avcC.start + 1, avcC.start + 4)}`, ...size};
}

function readFragment(bytes, moof, tracks) {
  return all(bytes, moof, 'traf').flatMap((traf) => readRun(bytes, moof, traf, tracks));
}

// As ffmpeg writes them: default-base-is-moof, and a trun with a data offset.
function readRun(bytes, moof, traf, tracks) {
  const tfhd = find(bytes, traf, 'tfhd').start;
  const trun = find(bytes, traf, 'trun').start;
  const track = tracks.find(({id}) => id === bytes.readUInt32BE(tfhd + 4));
  const defaults = readDefaults(bytes, tfhd);
  const flags = bytes.readUInt32BE(trun) & 0xffffff;
  let data = moof.at + bytes.readInt32BE(trun + 8);
  let at = trun + 12;
  const take = (flag, otherwise) => (flags & flag ? bytes.readInt32BE((at += 4) - 4) : otherwise);
  const first = take(0x4, null);
  return Array.from({length: bytes.readUInt32BE(trun + 4)}, (_, index) => {
    take(0x100, 0);
    const size = take(0x200, defaults.size);
    const word = take(0x400, (index === 0 ? first : null) ?? defaults.flags);
    const cts = take(0x800, 0) / track.timescale;
    data += size;
    return {
      track: track.id,
      kind: track.kind,
      key: (word & 0x10000) === 0,
      cts,
      bytes: bytes.subarray(data - size, data),
    };
  });
}

// By count: ffmpeg stretches first samples over the delay of the sound encoder.
function time(samples, {kind}, rate) {
  const duration = kind === 'audio' ? 1024 / 48000 : 1 / rate;
  samples.forEach((sample, at) => Object.assign(sample, {time: at * duration, duration}));
}

function readDefaults(bytes, tfhd) {
  const flags = bytes.readUInt32BE(tfhd) & 0xffffff;
  let at = tfhd + 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0);
  const take = (flag) => (flags & flag ? bytes.readUInt32BE((at += 4) - 4) : 0);
  return {duration: take(0x8), size: take(0x10), flags: take(0x20)};
}
