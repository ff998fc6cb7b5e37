const MAX_POINTS = 64; // a media time older than so many new clocks has none any more

/** Which time of the publisher lies where: `at` in seconds of the media, times in milliseconds. */
export class PublisherClock {
  #points = []; // {at, timestamp}, by `at`: from there on both go on together

  set(at, timestamp) {
    this.#points = [...this.#points.filter((point) => point.at < at), {at, timestamp}];
    if (this.#points.length > MAX_POINTS) this.#points.shift();
  }

  /** null: nobody has said what time it was there. */
  time(at) {
    const point = this.#points.findLast((one) => one.at <= at + 0.001);
    return point ? point.timestamp + (at - point.at) * 1000 : null;
  }

  clear() {
    this.#points = [];
  }
}
