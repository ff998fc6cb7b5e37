import {element} from './element.js';
import {jsonView} from './json_view.js';
import {linkedText} from './linked.js';

const MAX_LINES = 1000;
const TOGETHER_MS = 5 * 60_000; // lines of one author within it share a head
const CLOCK = new Intl.DateTimeFormat(undefined, {hour: '2-digit', minute: '2-digit'});

/** The hue of a name: the same on every page and every day. FNV-1a, spread by the golden ratio. */
function hue(nick) {
  let hash = 0x811c9dc5;
  for (const letter of nick) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193);
  return Math.round((((hash >>> 0) * 0.618034) % 1) * 360);
}

export function avatar(nick) {
  const made = element('span', 'avatar', initials(nick));
  made.style.setProperty('--hue', hue(nick));
  made.setAttribute('aria-hidden', 'true');
  return made;
}

function initials(nick) {
  const words = nick
    .split(/[\s._-]+/)
    .filter(Boolean)
    .slice(0, 2);
  return words
    .map((word) => [...word][0])
    .join('')
    .toUpperCase();
}

/**
 * The log of a room. A line is {kind: 'said', member, nick, guess, mine, value, at}, or
 * {kind: 'note', text, at}; `nick` and `at`, in milliseconds, are null where nobody knows; `guess`
 * while the nick is made up.
 */
export class Lines {
  #list;
  #newest;
  #last = null;

  /** `newest` is the button that leads to the end, shown when lines come while one reads above. */
  constructor(list, newest) {
    this.#list = list;
    this.#newest = newest;
    newest.addEventListener('click', () => this.toEnd());
    list.addEventListener('scroll', () => {
      if (this.#atEnd()) newest.hidden = true;
    });
  }

  clear() {
    this.#list.replaceChildren();
    this.#last = null;
  }

  /** What comes from now on is new to whoever looks again; until unmark(), there is one such mark. */
  mark() {
    if (this.#list.querySelector('.mark')) return;
    this.#list.insertBefore(element('li', 'mark', 'New'), this.#list.querySelector('.pending'));
    this.#last = null; // the next line has a head
  }

  unmark() {
    this.#list.querySelector('.mark')?.remove();
  }

  add(line) {
    const follow = this.#atEnd() || line.mine;
    this.#list.insertBefore(this.#row(line), this.#list.querySelector('.pending'));
    this.#last = line;
    if (this.#list.children.length > MAX_LINES) this.#list.firstElementChild.remove();
    if (follow) this.toEnd();
    else this.#newest.hidden = false;
  }

  /** A line on its way; `done()` takes it off, `failed(why, again)` offers to send it again. */
  pending(text) {
    const row = element('li', 'pending', '');
    row.append(element('span', 'text', text));
    this.#list.append(row);
    this.toEnd();
    return {done: () => row.remove(), failed: (why, again) => offerAgain(row, why, again)};
  }

  /** Somebody's name became known: the lines that show a guess take it. */
  rename(member, nick) {
    for (const row of this.#list.querySelectorAll('[data-guess]')) {
      if (row.dataset.guess !== member) continue;
      delete row.dataset.guess;
      row.querySelector('.avatar').replaceWith(avatar(nick));
      row.querySelector('.author').replaceWith(author(nick));
    }
  }

  toEnd() {
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#newest.hidden = true;
  }

  #atEnd() {
    const {scrollTop, scrollHeight, clientHeight} = this.#list;
    return scrollHeight - scrollTop - clientHeight < 40;
  }

  #row(line) {
    if (line.kind === 'note') return element('li', 'note', line.text);
    const row = element('li', line.mine ? 'said mine' : 'said', '');
    const headless = line.nick === null || this.#joins(line);
    row.classList.toggle('joined', headless);
    if (!headless) row.append(avatar(line.nick), head(line));
    if (!headless && line.guess) row.dataset.guess = line.member;
    row.append(typeof line.value === 'string' ? linkedText(line.value) : jsonView(line.value));
    row.title = line.at === null ? '' : new Date(line.at).toLocaleString();
    return row;
  }

  #joins({member, at}) {
    const last = this.#last;
    return last?.kind === 'said' && last.member === member && at - last.at < TOGETHER_MS;
  }
}

function head({nick, at}) {
  const line = element('span', 'head', '');
  line.append(author(nick));
  if (at !== null) line.append(element('time', '', CLOCK.format(at)));
  return line;
}

function author(nick) {
  const name = element('b', 'author', nick);
  name.style.setProperty('--hue', hue(nick));
  return name;
}

function offerAgain(row, why, again) {
  const button = element('button', 'quiet', 'Send again');
  button.type = 'button';
  button.addEventListener('click', () => {
    row.remove();
    again();
  });
  row.classList.add('failed');
  row.append(element('span', 'why', why), button);
}
