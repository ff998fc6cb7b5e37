import {element} from './element.js';
import {jsonView} from './json_view.js';

const MAX_ATTRIBUTES = 300;
const MAX_TEXT = 4000; // letters of one value

/** One shared object, live: what changed since the last look is shown for a moment. */
export class ObjectView {
  #list = document.getElementById('attributes');
  #shown = new Map(); // key -> {row, text}
  #of = '';

  show(scope, name, {version, persistent, data}, users) {
    const of = JSON.stringify([scope, name]);
    const again = of === this.#of;
    if (!again) this.clear();
    this.#of = of;
    document.getElementById('object-name').textContent = name === '' ? 'attributes of the scope' : name;
    const kind = persistent ? 'persistent' : 'not persistent';
    const count = Object.keys(data).length;
    document.getElementById('object-facts').textContent =
      `version ${version}, ${kind}, ${plural(count, 'attribute')}, ${plural(users, 'user')}`;
    this.#update(Object.entries(data).slice(0, MAX_ATTRIBUTES), again);
  }

  clear() {
    this.#of = '';
    this.#shown.clear();
    this.#list.replaceChildren();
  }

  #update(entries, again) {
    const keys = new Set(entries.map(([key]) => key));
    for (const [key, {row}] of this.#shown) {
      if (keys.has(key)) continue;
      row.remove();
      this.#shown.delete(key);
    }
    for (const [key, value] of entries) this.#attribute(key, value, again);
  }

  #attribute(key, value, again) {
    const text = JSON.stringify(value);
    const before = this.#shown.get(key);
    if (before?.text === text) return;
    const row = element('div', again ? 'changed' : '', '');
    const shown = element('dd', '', '');
    shown.append(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)} …` : jsonView(value));
    row.append(element('dt', '', key), shown);
    if (before) before.row.replaceWith(row);
    else this.#list.append(row);
    this.#shown.set(key, {row, text});
  }
}

export function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
