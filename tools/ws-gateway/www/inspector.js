import {element} from './element.js';
import {ObjectView} from './object_view.js';
import {givenToken, pageToken, whyRefused} from './page_token.js';
import {Rates} from './rates.js';
import {ScopeTree, above} from './scope_tree.js';
import {ScopeView} from './scope_view.js';
import {Scopes} from './scopewire.js';

// The inspector: looks once a second at the scopes that are unfolded, the one that is chosen, and the
// object that is, and changes nothing. #scope=/chat/room1&object=chat says what is chosen, &token= who
// looks: it sees what the rules let that one see. Tests read
// <html data-state>: connecting, open (something was seen), waiting or closed.

const LOOK_MS = 1000;
const GONE = ['lost', 'closed', 'hub_lost']; // nobody answers: that is said of no scope
const byId = (id) => document.getElementById(id);

class Inspector {
  #token = '';
  #scopes = null;
  #tree = new ScopeTree(byId('tree'), {
    choose: (path) => this.#go(path),
    look: () => this.#look(),
  });
  #view = new ScopeView((object) => address(this.#chosen.scope, object));
  #object = new ObjectView();
  #rates = new Map(); // scope -> Rates
  #chosen = chosenByHash();
  #seen = null; // {key, epoch, version} of the object that is shown
  #away = false; // the hub: the connection to the gateway stands without it
  #looking = false;
  #again = false;

  start() {
    this.#connect(pageToken());
    window.addEventListener('hashchange', () => this.#addressed());
    document.addEventListener('visibilitychange', () => this.#look());
    byId('close').addEventListener('click', () => this.#go(this.#chosen.scope));
    setInterval(() => this.#look(), LOOK_MS);
    this.#chose();
  }

  #addressed() {
    const given = givenToken();
    if (given !== null) this.#connect(given);
    this.#chose();
  }

  // --- choosing --------------------------------------------------------------------------------

  #go(scope, object = null) {
    const next = address(scope, object);
    if (location.hash === next) this.#look();
    else location.hash = next;
  }

  #chose() {
    this.#chosen = chosenByHash();
    this.#seen = null;
    const {scope, object} = this.#chosen;
    this.#tree.reveal(scope);
    byId('object').hidden = object === null;
    if (object === null) this.#object.clear();
    byId('path').replaceChildren(...crumbs(scope));
    document.title = `${scope} - scopewire inspector`;
    this.#look();
  }

  // --- looking ---------------------------------------------------------------------------------

  // One look at a time; whoever asks for one meanwhile gets another right after.
  async #look() {
    if (document.hidden || this.#scopes.status.code !== 'open') return;
    this.#again = this.#looking;
    if (this.#looking) return;
    this.#looking = true;
    const scopes = this.#scopes;
    try {
      await this.#lookOnce();
    } catch (error) {
      if (scopes === this.#scopes) this.#failed(error);
    }
    this.#looking = false;
    if (this.#again) this.#look();
  }

  #failed({code, message}) {
    if (code === 'hub_lost') this.#markAway(true);
    else if (code !== 'lost') this.#view.trouble(message);
  }

  async #lookOnce() {
    const {scope, object} = this.#chosen;
    const paths = [...new Set([...this.#tree.unfolded, scope])];
    const looks = await Promise.all(paths.map((path) => this.#stat(path)));
    const stats = new Map(paths.map((path, at) => [path, looks[at]]).filter(([, stat]) => !stat.error));
    this.#markAway(false);
    this.#tree.show(stats, scope);
    const there = looks[paths.indexOf(scope)];
    if (there.error) return this.#missing(scope, there.error);
    const listed = await this.#scopes.list(scope);
    if (scope !== this.#chosen.scope || object !== this.#chosen.object) return;
    this.#view.show(there, listed, this.#ratesOf(scope, there), object);
    document.documentElement.dataset.state = 'open';
    if (object !== null) await this.#lookAt(scope, object);
  }

  #stat(path) {
    return this.#scopes.stat(path, {list: true}).catch((error) => {
      if (GONE.includes(error.code)) throw error;
      return {error};
    });
  }

  #missing(scope, {code, message}) {
    this.#view.trouble(code === 'not_found' ? `${scope} is not there now.` : message);
    byId('object').hidden = true;
    document.documentElement.dataset.state = 'open';
  }

  // The whole object only when it is another than before.
  async #lookAt(scope, object) {
    try {
      const {version, users} = await this.#scopes.stat(scope, {object});
      const key = JSON.stringify([scope, object]);
      if (this.#seen?.key !== key || this.#seen.version !== version) {
        this.#seen = {key, version, reply: await this.#scopes.get(scope, object)};
      }
      byId('object').hidden = false;
      this.#object.show(scope, object, this.#seen.reply, users.now);
    } catch (error) {
      if (GONE.includes(error.code)) throw error;
      this.#seen = null;
      byId('object-name').textContent = object;
      byId('object-facts').textContent = error.code === 'not_found' ? 'is not there now' : error.message;
      this.#object.clear();
    }
  }

  #ratesOf(scope, {changes, hub, object_list: objects}) {
    const rates = this.#rates.get(scope) ?? new Rates();
    this.#rates.clear(); // of one scope at a time
    this.#rates.set(scope, rates);
    const counters = {changes, ...(hub && {requests: hub.requests})};
    for (const {name, sets, deletes, sends} of objects) counters[`object ${name}`] = sets + deletes + sends;
    rates.see(counters, performance.now());
    return rates;
  }

  // --- the connection --------------------------------------------------------------------------

  #connect(token) {
    this.#scopes?.close();
    this.#token = token;
    this.#scopes = Scopes.at('/', {token});
    this.#scopes.on('status', (status) => this.#status(status));
    this.#status(this.#scopes.status);
  }

  #status({code}) {
    this.#away = false;
    this.#showState();
    if (code !== 'open') document.documentElement.dataset.state = code;
    if (code === 'waiting') this.#askWhy();
    this.#look();
  }

  #markAway(away) {
    if (away === this.#away) return;
    this.#away = away;
    this.#showState();
    if (away) document.documentElement.dataset.state = 'waiting';
  }

  #showState() {
    const {code, message} = this.#scopes.status;
    const open = code === 'open' && !this.#away;
    const words = {connecting: 'Connecting', open: 'Live', waiting: 'Reconnecting'};
    const state = byId('state');
    const {user} = this.#scopes;
    state.textContent = words[code] ?? `Disconnected: ${message}`;
    if (open && user) state.textContent += ` as ${user}`;
    if (this.#away) state.textContent = 'The server is restarting';
    state.dataset.level = open ? 'good' : words[code] ? 'busy' : 'bad';
    byId('page').classList.toggle('stale', !open);
  }

  async #askWhy() {
    const scopes = this.#scopes;
    const why = await whyRefused('/', this.#token);
    if (why && scopes === this.#scopes && scopes.status.code === 'waiting') this.#view.trouble(why);
  }
}

function address(scope, object) {
  return `#${new URLSearchParams(object === null ? {scope} : {scope, object})}`;
}

function chosenByHash() {
  const chosen = new URLSearchParams(location.hash.slice(1));
  return {scope: chosen.get('scope') || '/', object: chosen.get('object')};
}

/** The path of a scope, each part of which leads to the scope that it ends. */
function crumbs(scope) {
  const parts = [];
  for (let path = scope; path !== '/'; path = above(path)) parts.unshift(path);
  const links = parts.flatMap((path, at) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (path === scope) return [element('span', '', name)];
    const link = element('a', '', name);
    link.href = address(path, null);
    return at < parts.length - 1 ? [link, ' / '] : [link];
  });
  const root = element(scope === '/' ? 'span' : 'a', '', '/');
  if (scope !== '/') root.href = address('/', null);
  return [root, ' ', ...links];
}

new Inspector().start();
