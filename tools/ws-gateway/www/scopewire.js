/**
 * Rooms and shared objects for browsers, over scopewire.v1 (scopewire-ws(7)).
 *
 *   import {SharedObject, Room} from '/scopewire.js';
 *
 *   const chat = SharedObject.getRemote('chat', '/chat/room1');
 *   chat.on('sync', () => console.log(chat.data));
 *   chat.on('change', ({key, value, from}) => console.log(from, key, value));
 *   chat.setProperty('message', 'hello');
 *
 *   const room = Room.join('/chat/room1', {nick: 'ann'});
 *   room.on('members', () => console.log(room.members));
 *
 *   const connection = NetConnection.connect('/chat/room1');
 *   console.log(await connection.call('sum', 1, 2));
 *   connection.serve('ask', (question) => prompt(question));
 */
export {ScopewireError} from './scopewire/connection.js';
export {NetConnection} from './scopewire/net_connection.js';
export {Room} from './scopewire/room.js';
export {SharedObject} from './scopewire/shared_object.js';
