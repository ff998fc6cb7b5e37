import {element} from './element.js';

// An address of the web, without what ends a sentence that it stands in.
const ADDRESS = /\bhttps?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}]/g;

/** A text in which addresses lead somewhere; all else is text, whatever it looks like. */
export function linkedText(text) {
  const span = element('span', 'text', '');
  let end = 0;
  for (const {0: address, index} of text.matchAll(ADDRESS)) {
    const link = element('a', '', address);
    link.href = address;
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow';
    span.append(text.slice(end, index), link);
    end = index + address.length;
  }
  span.append(text.slice(end));
  return span;
}
