/**
 * Plays a live stream of fmp4-serve (scopewire-ws(7), VIDEO), close to live. One file, no dependencies:
 * copy it to your own pages, and tell fmp4-serve their --origin.
 *
 *   <script type="module" src="player.js"></script>
 *   <scopewire-player src="ws://host:8410/live/cam"></scopewire-player>
 *
 * or, with a <video> and controls of one's own:
 *
 *   import {Player} from './player.js';
 *   const player = new Player(document.querySelector('video'), 'ws://host:8410/live/cam');
 *   player.on('state', (state, why) => console.log(state, why));
 *   player.on('metadata', ({data}) => console.log(data)); // when its picture is shown
 */
export {Player} from './player/player.js';
export {ScopewirePlayer} from './player/scopewire_player.js';
export {stillPicture} from './player/still_picture.js';
