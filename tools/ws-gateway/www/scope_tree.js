import {element} from './element.js';

const MAX_ROOMS = 300; // of one scope; more are only counted

/** The tree of scopes (ARIA's tree pattern): arrows walk and unfold, Enter and a click choose. */
export class ScopeTree {
  #list;
  #choose;
  #look;
  #unfolded = new Set(['/']);
  #rows = new Map(); // path -> its element, kept as long as the path is shown
  #chosen = '/';

  /** `choose(path)` when somebody does; `look()` when show() is wanted for what was unfolded. */
  constructor(list, {choose, look}) {
    this.#list = list;
    this.#choose = choose;
    this.#look = look;
    list.addEventListener('click', (event) => this.#click(event));
    list.addEventListener('keydown', (event) => this.#key(event));
  }

  /** The scopes of which show() needs to know what is in them. */
  get unfolded() {
    return [...this.#unfolded];
  }

  /** Unfolds what the scope is in. */
  reveal(path) {
    for (let up = path; up !== '/'; up = above(up)) this.#unfolded.add(above(up));
  }

  /** `stats` is path -> the hub's reply, with list, for each that is unfolded and there. */
  show(stats, chosen) {
    this.#chosen = chosen;
    for (const path of this.#unfolded) if (path !== '/' && !stats.has(path)) this.#unfolded.delete(path);
    const shown = new Map();
    this.#collect('/', {name: '/', connections: stats.get('/')?.connections}, 0, stats, shown);
    for (const [path, row] of this.#rows) if (!shown.has(path)) row.remove();
    this.#rows = shown;
    let before = null;
    for (const row of shown.values()) {
      const next = before ? before.nextSibling : this.#list.firstChild;
      if (row !== next) this.#list.insertBefore(row, next);
      before = row;
    }
    if (!this.#list.querySelector('[tabindex="0"]')) this.#rows.get('/').tabIndex = 0;
  }

  #collect(path, about, depth, stats, shown) {
    shown.set(path, this.#row(path, about, depth));
    if (!this.#unfolded.has(path)) return;
    const rooms = [...(stats.get(path)?.room_list ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const room of rooms.slice(0, MAX_ROOMS)) {
      this.#collect(join(path, room.name), room, depth + 1, stats, shown);
    }
  }

  #row(path, {name, connections, rooms}, depth) {
    const row = this.#rows.get(path) ?? newRow(path, name, depth);
    row.querySelector('.here').textContent = connections?.now || '';
    row.setAttribute('aria-selected', path === this.#chosen);
    const unfolds = path === '/' || rooms?.now > 0;
    if (unfolds) row.setAttribute('aria-expanded', this.#unfolded.has(path));
    else row.removeAttribute('aria-expanded');
    return row;
  }

  #click(event) {
    const row = event.target.closest('[role="treeitem"]');
    if (!row) return;
    const {path} = row.dataset;
    this.#focus(row);
    // At the sign it folds alone; what is chosen already folds anywhere.
    const atSign = event.offsetX < 8 + 16 * row.ariaLevel && row.hasAttribute('aria-expanded');
    if (atSign || path === this.#chosen) this.#fold(path);
    if (!atSign) this.#choose(path);
  }

  #key(event) {
    const row = event.target.closest('[role="treeitem"]');
    const rows = [...this.#rows.values()];
    const at = rows.indexOf(row);
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const {path} = row.dataset;
    const open = row.getAttribute('aria-expanded');
    const action = {
      ArrowDown: () => this.#focus(rows[at + 1]),
      ArrowUp: () => this.#focus(rows[at - 1]),
      Home: () => this.#focus(rows[0]),
      End: () => this.#focus(rows.at(-1)),
      ArrowRight: () => (open === 'false' ? this.#unfold(path) : this.#focus(rows[at + 1])),
      ArrowLeft: () => (open === 'true' ? this.#fold(path) : this.#focus(this.#rows.get(above(path)))),
      Enter: () => this.#choose(path),
      ' ': () => this.#choose(path),
    }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  // What is in it is shown as soon as it is known.
  #unfold(path) {
    this.#unfolded.add(path);
    this.#rows.get(path).setAttribute('aria-expanded', true);
    this.#look();
  }

  #fold(path) {
    if (!this.#rows.get(path).hasAttribute('aria-expanded')) return;
    if (!this.#unfolded.delete(path)) return this.#unfold(path);
    for (const other of this.#unfolded) if (other.startsWith(join(path, ''))) this.#unfolded.delete(other);
    this.#look();
  }

  #focus(row) {
    if (!row) return;
    for (const other of this.#rows.values()) other.tabIndex = other === row ? 0 : -1;
    row.focus();
  }
}

function newRow(path, name, depth) {
  const row = element('li', '', '');
  row.setAttribute('role', 'treeitem');
  row.ariaLevel = depth + 1;
  row.style.setProperty('--depth', depth);
  row.dataset.path = path;
  row.tabIndex = -1;
  row.append(element('span', 'name', name), element('span', 'here', ''));
  row.title = path;
  return row;
}

export function join(path, name) {
  return path === '/' ? `/${name}` : `${path}/${name}`;
}

/** The scope that a scope is in; of `/`, itself. */
export function above(path) {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
