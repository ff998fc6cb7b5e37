import {element} from './element.js';

// A string, a number or a word of JSON that is known to be well formed.
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|\b(?:true|false|null)\b/g;

/** A value as an element: a plain string as text, everything else as indented, coloured JSON. */
export function jsonView(value) {
  if (typeof value === 'string') return element('span', 'text', value);
  const code = element('code', 'json', '');
  const text = JSON.stringify(value, null, 2);
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    code.append(text.slice(end, match.index), ...pieces(match));
    end = match.index + match[0].length;
  }
  code.append(text.slice(end));
  return code;
}

function pieces([token, string, colon]) {
  if (colon) return [element('span', 'key', string), colon];
  if (string) return [element('span', 'string', string)];
  return [element('span', /\d/.test(token) ? 'number' : 'word', token)];
}
