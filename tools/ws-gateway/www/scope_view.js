import {element} from './element.js';
import {jsonView} from './json_view.js';
import {rateWords} from './rates.js';

const MAX_ROWS = 300; // objects, streams, members: more are only counted
const byId = (id) => document.getElementById(id);

/** A scope: its counters, and what is in it. `link(object)` is the address of an object's view. */
export class ScopeView {
  #link;

  constructor(link) {
    this.#link = link;
  }

  /** Of `stat` with list and `list`, and the rates of its counters. */
  show(stat, {streams}, rates, chosen) {
    byId('trouble').hidden = true;
    byId('there').hidden = false;
    byId('tiles').replaceChildren(...tiles(stat, rates));
    const objects = [...stat.object_list].sort((a, b) => (a.name < b.name ? -1 : 1));
    fill('object', objects, (object) => this.#object(object, rates, object.name === chosen));
    fill('stream', streams ?? [], stream);
    fill('member', stat.member_list ?? [], member);
  }

  trouble(words) {
    byId('trouble').textContent = words;
    byId('trouble').hidden = false;
    byId('there').hidden = true;
  }

  #object({name, persistent, version, users, attributes, bytes}, rates, chosen) {
    const row = element('tr', chosen ? 'chosen' : '', '');
    const first = element('td', '', '');
    const link = element('a', '', name);
    link.href = this.#link(name);
    first.append(link);
    if (persistent) first.append(element('span', 'tag', 'persistent'));
    const rate = rateWords(rates.of(`object ${name}`));
    row.append(first, ...[version, users.now, attributes, sizeWords(bytes), rate].map(cell));
    return row;
  }
}

const cell = (text) => element('td', '', text);

function fill(kind, items, make) {
  const list = byId(`${kind}-rows`);
  const focused = list.contains(document.activeElement) ? document.activeElement.href : null;
  const rows = items.slice(0, MAX_ROWS).map(make);
  const others = items.length - rows.length;
  if (others > 0) rows.push(element(kind === 'object' ? 'tr' : 'li', 'none', `and ${others} more`));
  list.replaceChildren(...rows);
  byId(`${kind}s`).hidden = items.length === 0;
  if (focused) [...list.querySelectorAll('a')].find(({href}) => href === focused)?.focus();
}

function stream({stream: path, publisher, rates}) {
  const row = element('li', '', '');
  row.append(element('span', 'id', path), element('span', 'none', `from ${publisher}`));
  if (rates) row.append(element('span', 'none', carriesWords(rates)));
  return row;
}

/** What a stream carries: `2.0 Mbit/s, 30 pictures/s, a key frame every 2.0 s, 3 players`. */
export function carriesWords({bytes_per_second: bytes, frames_per_second: frames, gop, players}) {
  const words = [`${((bytes * 8) / 1e6).toFixed(1)} Mbit/s`];
  if (frames > 0) words.push(`${frames} pictures/s`);
  if (gop > 0) words.push(`a key frame every ${(gop / 1000).toFixed(1)} s`);
  if (players > 0) words.push(players === 1 ? '1 player' : `${players} players`);
  return words.join(', ');
}

function member({member: id, info}) {
  const row = element('li', '', '');
  row.append(element('span', 'id', id));
  if (Object.keys(info).length > 0) row.append(jsonView(info));
  return row;
}

// --- tiles -----------------------------------------------------------------------------------------

function tiles(stat, rates) {
  const changes = rateTile('changes / s', rates, 'changes', `${stat.changes} in all`);
  if (stat.hub) return [...hubTiles(stat.hub, rates), changes];
  const counted = ['connections', 'rooms', 'objects', 'streams'].map((name) =>
    tile(name, stat[name].now, `${stat[name].most} at most, ${stat[name].total} ever`),
  );
  return [...counted, changes];
}

function hubTiles(hub, rates) {
  return [
    tile('up for', ageWords(Date.now() - hub.started), `since ${new Date(hub.started).toLocaleTimeString()}`),
    tile('members', hub.members, `in ${hub.scopes} scopes`),
    tile('objects', hub.objects, `${hub.streams} streams`),
    tile('tools', hub.tools, `${hub.resumed} resumed, ${hub.restarted} anew`),
    tile('in objects', sizeWords(hub.data_bytes), `${sizeWords(hub.log_bytes)} of their past`),
    rateTile('requests / s', rates, 'requests', `${hub.requests} in all`),
  ];
}

function tile(name, value, more) {
  const made = element('div', '', '');
  made.append(element('dt', '', name), element('dd', '', value), element('dd', 'more', more));
  return made;
}

function rateTile(name, rates, counter, more) {
  const made = tile(name, rateWords(rates.of(counter)), more);
  made.classList.add('rate');
  made.append(line(rates.history(counter)));
  return made;
}

/** The last minute as a line, as high as the most of it. */
function line(values) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 59 1');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const most = Math.max(1, ...values);
  const points = values.map((value, at) => `${60 - values.length + at},${1 - value / most}`);
  const drawn = document.createElementNS(space, 'polyline');
  drawn.setAttribute('points', points.join(' '));
  svg.append(drawn);
  return svg;
}

export function sizeWords(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function ageWords(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 1) return 'a moment';
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} days`;
}
