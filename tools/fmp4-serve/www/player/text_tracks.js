const MAX_KEPT = 200;
const SHOWN_FOR = 4; // seconds, for want of an end

/**
 * Metadata as text tracks of the <video>: `metadata` has all of it as JSON, for scripts; `captions`
 * has what is text, {"text":"..."}, {"caption":"..."} or a plain string, for people who turn it on; in
 * a data message of the publisher, {"onTextData":{"text":"..."}}, or in the parameters of a cue point,
 * too.
 */
export class TextTracks {
  #video;
  #tracks = new Map();

  constructor(video) {
    this.#video = video;
  }

  /** `time` in seconds of the <video>. */
  add(time, data) {
    addCue(this.#track('metadata'), time, JSON.stringify(data));
    const text = textOf(data);
    if (text !== null) addCue(this.#track('captions'), time, plain(text));
  }

  /** Another clock begins. */
  clear() {
    for (const track of this.#tracks.values()) {
      while (track.cues?.length > 0) track.removeCue(track.cues[0]);
    }
  }

  get captions() {
    return this.#tracks.get('captions') ?? null;
  }

  // A track once added stays with its <video>, whoever plays in it.
  #track(kind) {
    const known = this.#tracks.get(kind) ?? [...this.#video.textTracks].find((one) => one.kind === kind);
    const track = known ?? this.#video.addTextTrack(kind, kind === 'captions' ? 'Text' : 'Metadata');
    if (track.mode === 'disabled') track.mode = 'hidden'; // its cues are kept, and fire
    this.#tracks.set(kind, track);
    return track;
  }
}

function addCue(track, time, text) {
  const {cues} = track;
  const last = cues[cues.length - 1];
  if (last && last.startTime <= time && last.endTime > time) last.endTime = time;
  const cue = new VTTCue(time, time + SHOWN_FOR, text);
  cue.line = -3; // above the controls
  track.addCue(cue);
  if (cues.length > MAX_KEPT) track.removeCue(cues[0]);
}

function textOf(data) {
  const said = message(data);
  const text = [said, said?.text, said?.caption].find((one) => typeof one === 'string');
  return text === undefined || text === '' ? null : text;
}

// {"onTextData":{...}} as the publisher said it, {"onCuePoint":{"parameters":{...}}} likewise.
function message(data) {
  if (data === null || typeof data !== 'object') return data;
  const [[name, said] = [], ...others] = Object.entries(data);
  if (others.length > 0 || !/^on[A-Z]/.test(name)) return data;
  return said?.parameters ?? said;
}

// WebVTT has marks of its own.
function plain(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
