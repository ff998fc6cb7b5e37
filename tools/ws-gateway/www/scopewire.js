/**
 * Rooms, shared objects, remote calls, mailboxes and metadata for browsers, over scopewire.v1 and wsJsonMeta
 * (scopewire-ws(7)). One file, no dependencies; also for Node 22, or 20 with --experimental-websocket.
 *
 *   import {Mailbox, Metadata, NetConnection, Room, SharedObject} from '/scopewire.js';
 *
 *   const chat = SharedObject.getRemote('chat', '/chat/room1', {token});
 *   chat.on('sync', ({reason}) => console.log(reason, chat.data)); // first, resumed or lost
 *   chat.on('change', ({key, value, from}) => console.log(from, key, value));
 *   chat.on('message', ({handler, args}) => console.log(handler, args));
 *   await chat.setProperty('message', 'hello'); // in order for everybody, applied once
 *   chat.send('wave', 1, true);
 *
 *   const room = Room.join('/chat/room1', {nick: 'ann'});
 *   room.on('members', () => console.log(room.members));
 *
 *   const inbox = Mailbox.of('/chat', '', {token}); // of the user of the token
 *   inbox.on('mail', (mail) => {
 *     console.log(mail.user, mail.message);
 *     inbox.acknowledge(mail); // until then it comes again, to another page or day
 *   });
 *   inbox.register();
 *   await Mailbox.of('/chat', 'bob', {token}).notify({lunch: '12:30'}); // he need not be there
 *
 *   const connection = NetConnection.connect('/chat/room1');
 *   console.log(await connection.call('sum', 1, 2));
 *   connection.serve('ask', (question) => prompt(question));
 *
 *   console.log(await Scopes.at('/').stat('/chat', {list: true}));
 *   Metadata.of('ws://host:8210/live/cam').on('data', ({data}) => console.log(data));
 */
export {ScopewireError} from './scopewire/connection.js';
export {Mailbox} from './scopewire/mailbox.js';
export {Metadata} from './scopewire/metadata.js';
export {NetConnection} from './scopewire/net_connection.js';
export {Room} from './scopewire/room.js';
export {Scopes} from './scopewire/scopes.js';
export {SharedObject} from './scopewire/shared_object.js';
