const DRAW_WITHIN_MS = 5000;

/** Where the newest key frame of the stream at ws://host/live/cam is to be had. */
export function stillAddress(stream) {
  const found = new URL(stream);
  found.protocol = found.protocol.replace(/^ws/, 'http');
  found.pathname += '.mp4';
  found.searchParams.set('still', '1');
  return found.href;
}

/**
 * A picture from a file of one key frame, drawn by the browser: a <canvas>, or null where there is none
 * to be had.
 */
export async function stillPicture(address, {width = 0} = {}) {
  const video = document.createElement('video');
  try {
    const reply = await fetch(address);
    if (!reply.ok) return null;
    video.src = URL.createObjectURL(await reply.blob());
    video.muted = true;
    video.preload = 'auto';
    await loaded(video);
    return drawn(video, width || video.videoWidth);
  } catch {
    return null; // no server, no right to read, no such codec: a picture less
  } finally {
    URL.revokeObjectURL(video.src);
    video.removeAttribute('src');
    video.load();
  }
}

function loaded(video) {
  return new Promise((resolve, reject) => {
    video.addEventListener('loadeddata', resolve, {once: true});
    video.addEventListener('error', () => reject(video.error), {once: true});
    setTimeout(() => reject(new Error('no picture in time')), DRAW_WITHIN_MS);
  });
}

function drawn(video, width) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = Math.round((width * video.videoHeight) / video.videoWidth);
  canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas;
}
