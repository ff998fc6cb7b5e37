// What users of the modules write in TypeScript; checked by types_page_test.mjs, never run.
import {Mailbox, Metadata, NetConnection, Room, Scopes, ScopewireError, SharedObject} from '../../tools/ws-gateway/www/scopewire';
import {Player, ScopewirePlayer} from '../../tools/fmp4-serve/www/player';

const token = async () => 'aa.bb.cc';
const chat = SharedObject.getRemote('chat', '/chat/room1', {persistent: true, token, history: 10});
SharedObject.getRemote('scores', '/chat/room1', true).close();
chat.on('sync', ({reason}) => reason === 'lost');
chat.on('change', ({op, key, value, from, mine, version}) => [op, key, value, from, mine, version]);
chat.on('past', ({op, handler, args}) => [op, handler, args]);
const off = chat.on('message', ({handler, args}) => console.log(handler, ...args));
off();
chat.setProperty('a', {b: [1, null, true]}, {force: true, expect: 3}).then(({status}) => status === 'cas');
chat.change([{op: 'set', key: 'a', value: 1}, {op: 'send', handler: 'h', args: ['x']}, {op: 'clear'}]);
chat.send('doIt', 'p1', 2, true).catch((error: ScopewireError) => error.code);
// @ts-expect-error: what is not JSON cannot be kept
chat.setProperty('a', () => 1);
// @ts-expect-error: it follows the server
chat.data.a = 1;

const room = Room.join(new URL('ws://host/chat/room1'), {nick: 'ann'}, {token: 'aa.bb.cc'});
room.on('join', ({member, info}) => [member, info.nick]);
room.on('members', ({joined, left}) => [joined[0].user, left.length, room.users.get('m'), room.epoch, room.version]);
const names: unknown[] = [...room.members.values()].map(({nick}) => nick);
const inbox = Mailbox.of('/chat', '', {token});
inbox.on('mail', async (mail) => [mail.message, mail.user, await inbox.acknowledge(mail)]);
inbox.register({lifetime: 600_000, connections: 2});
Mailbox.of('/chat', 'bob').notify({lunch: '12:30'}).then(({status, version}) => [status, version]);
// @ts-expect-error: what is acknowledged has an epoch, too
inbox.acknowledge({seq: 1});
const connection = NetConnection.connect('/chat/room1', {token});
connection.call('sum', 1, 2).then((sum) => sum);
connection.serve('ask', (question: string) => `${question} ${names.length}`);
Metadata.of('ws://host:8210/live/cam', {latest: true}).on('data', ({data, timestamp}) => [data, timestamp]);
Scopes.at('/').get('/chat/room1', 'chat').then(({data}) => data.message);

const player = new Player(document.createElement('video'), 'ws://host:8410/live/cam', {muted: false, token});
player.on('state', (state, why) => state === 'failed' && why);
player.on('metadata', ({time, data}) => [time, data]);
player.on('init', ({start, timestamp}) => [start, timestamp ?? 0, player.publisherTime(2.5) ?? player.publisherTime()]);
const element: ScopewirePlayer = document.createElement('scopewire-player');
element.src = 'ws://host:8410/live/cam';
element.addEventListener('state', ({detail}) => detail.state === 'live');
element.addEventListener('click', () => element.stats?.latency);
element.publisherTime();
