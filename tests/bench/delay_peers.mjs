// Other ways of a live picture into a browser, where their programs and modules are: npm
// node-media-server with its WebSocket-FLV and mpegts.js, and nginx-rtmp with HLS and hls.js. The
// modules are looked for where node looks (NODE_PATH).
import {spawn} from 'node:child_process';
import {createReadStream, existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {createRequire} from 'node:module';
import {connect, createServer as createSocket} from 'node:net';
import {basename, join} from 'node:path';
import {eventually} from '../support/eventually.mjs';

const require = createRequire(import.meta.url);
const NGINX = '/usr/sbin/nginx';
const NGINX_MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so';

/** The file of a module; undefined: it is not there. */
function installed(name) {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

/**
 * The peers that are here: [name, start(work) that answers {rtmp, page(stream), stop()}]. `rtmp` is
 * where to publish, `page` the URL of a page whose `video` shows the stream.
 */
export function peers() {
  const [nms, mpegts] = [installed('node-media-server'), installed('mpegts.js')];
  const hls = installed('hls.js');
  const found = [];
  if (nms && mpegts) found.push(['node-media-server', () => nodeMediaServer(nms, mpegts)]);
  if (hls && existsSync(NGINX) && existsSync(NGINX_MODULE)) found.push(['nginx HLS', (work) => nginxHls(work, hls)]);
  return found;
}

async function nodeMediaServer(module, player) {
  const [rtmp, http] = [await freePort(), await freePort()];
  const config = {
    logType: 0,
    rtmp: {port: rtmp, chunk_size: 60000, gop_cache: true, ping: 30, ping_timeout: 60},
    http: {port: http, mediaroot: './media', allow_origin: '*'},
  };
  const code = `new (require(${JSON.stringify(module)}))(${JSON.stringify(config)}).run()`;
  const child = spawn('node', ['-e', code], {stdio: 'ignore'});
  await listening(rtmp);
  await listening(http);
  const pages = await serve(player, (stream) => {
    const source = {type: 'flv', isLive: true, url: `ws://127.0.0.1:${http}/${stream}.flv`};
    const options = {enableStashBuffer: false, liveBufferLatencyChasing: true};
    return `const player = mpegts.createPlayer(${JSON.stringify(source)}, ${JSON.stringify(options)});
      player.attachMediaElement(video); player.load(); player.play();`;
  });
  return {rtmp: `rtmp://127.0.0.1:${rtmp}`, page: pages.page, stop: () => (child.kill('SIGKILL'), pages.stop())};
}

async function nginxHls(work, player) {
  const rtmp = await freePort();
  const [folder, config] = [join(work, 'hls'), join(work, 'nginx.conf')];
  mkdirSync(folder);
  writeFileSync(
    config,
    `load_module ${NGINX_MODULE};
    daemon off; master_process off; error_log /dev/null; pid ${join(work, 'nginx.pid')};
    events {}
    rtmp { server { listen 127.0.0.1:${rtmp}; chunk_size 4096;
      application live { live on; hls on; hls_path ${folder}; hls_fragment 1s; hls_playlist_length 6s; } } }`,
  );
  const child = spawn(NGINX, ['-c', config, '-p', work], {stdio: 'ignore'});
  await listening(rtmp);
  const pages = await serve(
    player,
    (stream) =>
      `const player = new Hls({liveSyncDurationCount: 1});
       const load = () => player.loadSource('/${basename(stream)}.m3u8');
       player.attachMedia(video);
       player.on(Hls.Events.MANIFEST_PARSED, () => video.play());
       player.on(Hls.Events.ERROR, (event, {fatal}) => fatal && setTimeout(load, 500)); // it is not there yet
       load();`,
    folder,
  );
  return {rtmp: `rtmp://127.0.0.1:${rtmp}`, page: pages.page, stop: () => (child.kill('SIGKILL'), pages.stop())};
}

/** A page for each stream, the module that plays it, and the files of a folder. */
function serve(module, script, folder) {
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    const file = path === '/player.js' ? module : folder && join(folder, basename(path));
    if (path.startsWith('/page/')) {
      response.setHeader('Content-Type', 'text/html');
      response.end(`<!doctype html><video muted autoplay playsinline></video><script src="/player.js"></script>
        <script>window.video = document.querySelector('video'); ${script(path.slice('/page/'.length))}</script>`);
    } else if (file && existsSync(file)) {
      response.setHeader('Cache-Control', 'no-store');
      if (path === '/player.js') response.setHeader('Content-Type', 'text/javascript');
      createReadStream(file).pipe(response);
    } else {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const base = `http://127.0.0.1:${server.address().port}`;
      resolve({page: (stream) => `${base}/page/${stream}`, stop: () => server.close()});
    });
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = createSocket().listen(0, '127.0.0.1', () => {
      const {port} = server.address();
      server.close(() => resolve(port));
    });
  });
}

function listening(port) {
  const tries = () =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true)));
      socket.on('error', () => resolve(false));
    });
  return eventually(tries, 10_000, `somebody listens at ${port}`);
}
