import {recall, remember} from './storage.js';

const KEY = 'scopewire token';
const REFUSALS = ['bad_path', 'bad_token', 'no_application']; // of a handshake; others are of the list

/**
 * Who looks at this page: the token that its address had behind #token= or &token=, from where it goes
 * at once, so that nobody reads or copies it; kept until the tab is closed. null: the address has none.
 */
export function givenToken() {
  const parts = location.hash.slice(1).split('&');
  const given = parts.find((part) => part.startsWith('token='));
  if (given === undefined) return null;
  const rest = parts.filter((part) => !part.startsWith('token=')).join('&');
  history.replaceState(null, '', `${location.pathname}${location.search}#${rest}`);
  const token = new URLSearchParams(given).get('token');
  remember('sessionStorage', KEY, token);
  return token;
}

/** The one that is given now, or was before in this tab. '': a cookie may say it. */
export function pageToken() {
  return givenToken() ?? recall('sessionStorage', KEY) ?? '';
}

/** Why a WebSocket to the path is refused, which no browser tells a page; '' if it is not, or who knows. */
export async function whyRefused(path, token) {
  const headers = token ? {Authorization: `Bearer ${token}`} : {};
  const answer = await fetch(`${path}?list`, {headers}).catch(() => null);
  if (!answer || answer.ok) return '';
  const {error} = await answer.json().catch(() => ({}));
  if (!REFUSALS.includes(error?.code)) return '';
  if (error.code !== 'bad_token' || token) return error.message;
  return `This server wants to know who you are. Put a token behind the address: ${location.pathname}#token=TOKEN`;
}
