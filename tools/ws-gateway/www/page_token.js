const KEY = 'scopewire token';

/**
 * Who looks at this page: the token that its address had behind #token=, from where it goes at once,
 * so that nobody reads or copies it; kept until the tab is closed. '': a cookie may say it.
 */
export function pageToken() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const given = hash.get('token');
  if (given === null) return sessionStorage.getItem(KEY) ?? '';
  hash.delete('token');
  history.replaceState(null, '', `${location.pathname}${location.search}#${hash}`);
  sessionStorage.setItem(KEY, given);
  return given;
}
