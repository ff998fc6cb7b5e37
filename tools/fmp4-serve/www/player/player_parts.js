// What is in a <scopewire-player>, and its pictures.

const LOUD = 'M4 9v6h4l5 4V5L8 9z';
const ICONS = {
  play: ['M8 5v14l11-7z'],
  pause: ['M7 5h4v14H7zm6 0h4v14h-4z'],
  loud: [LOUD, 'M16 9q2 3 0 6m2.500-9q4.500 6 0 12'],
  muted: [LOUD, 'm16 9 6 6m0-6-6 6'],
  captions: ['', 'M3 6h18v12H3zm7 4.500q-3-1-3 1.500t3 1.500m7-3q-3-1-3 1.500t3 1.500'],
  full: ['', 'M4 9V4h5m6 0h5v5m0 6v5h-5m-6 0H4v-5'],
};

/** An element with attributes and children, which are elements or text. */
function made(name, attributes = {}, ...children) {
  const one = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  one.append(...children);
  return one;
}

// Filled, and then lines.
function icon(name, className = '') {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', className);
  ICONS[name].forEach((path, at) => {
    const drawn = document.createElementNS(space, 'path');
    drawn.setAttribute('d', path);
    if (at === 1) drawn.setAttribute('class', 'stroke');
    svg.append(drawn);
  });
  return svg;
}

function button(id, label, key, ...children) {
  return made('button', {id, type: 'button', 'aria-label': label, title: `${label} (${key})`}, ...children);
}

/** The stage with all that is on it. */
export function playerParts() {
  const volume = {id: 'volume', type: 'range', min: 0, max: 1, step: 0.05, 'aria-label': 'Volume'};
  const controls = made(
    'div',
    {id: 'controls', class: 'controls', hidden: ''},
    button('pause', 'Pause', 'space', icon('pause', 'when-playing'), icon('play', 'when-paused')),
    button('mute', 'Sound', 'm', icon('loud', 'when-loud'), icon('muted', 'when-muted')),
    made('input', volume),
    made('button', {id: 'live', class: 'live', type: 'button', title: 'Go to live (l)'}, 'Live'),
    button('captions', 'Captions', 'c', icon('captions')),
    button('full', 'Full screen', 'f', icon('full')),
  );
  const veil = made(
    'div',
    {class: 'veil', role: 'status'},
    made('span', {class: 'spinner', 'aria-hidden': 'true'}),
    made('p', {id: 'words'}),
    made('p', {id: 'detail', class: 'detail'}),
  );
  return made(
    'div',
    {id: 'stage', 'data-state': 'idle', tabindex: 0, role: 'group', 'aria-label': 'Live video'},
    made('video', {id: 'video', playsinline: ''}),
    made('div', {id: 'still', class: 'still', 'aria-hidden': 'true'}),
    veil,
    made('button', {id: 'start', class: 'start', type: 'button', hidden: ''}, icon('play'), 'Play'),
    made('button', {id: 'unmute', class: 'unmute', type: 'button', hidden: ''}, icon('muted'), 'Sound is off. Turn it on'),
    made('dl', {id: 'stats', class: 'stats', hidden: ''}),
    controls,
  );
}

/** The rows of the statistics, from a Player's `stats` now and a while ago, and the seconds between. */
export function statRows(now, before, seconds, {bitRate, mime}) {
  const each = (name) => Math.max(0, (now[name] - before[name]) / seconds);
  const ms = (value) => `${Math.round(value * 1000)} ms`;
  return [
    ['behind live', now.state === 'live' ? `${ms(now.latency)}, aims at ${ms(now.target)}` : '–'],
    ['rate', now.rate.toFixed(2)],
    ['picture', now.width ? `${now.width} × ${now.height}, ${Math.round(each('presented'))} / s` : 'none'],
    ['dropped', `${now.dropped} of ${now.presented}`],
    ['data', bitRate(each('bytes') * 8)],
    ['codecs', mime.replace(/^.*codecs="?|"$/g, '') || '–'],
    ['stalls', `${now.stalls}, left out ${now.skipped.toFixed(1)} s`],
    ['connections', `${now.connections}, begun again ${now.restarts}`],
    ['metadata', `${now.metadata}`],
  ].flatMap(([name, value]) => [made('dt', {}, name), made('dd', {}, value)]);
}
