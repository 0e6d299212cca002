/** Waiting times between attempts: doubling up to a ceiling, spread so that many clients do not come back together. */
export class Backoff {
  #attempt = 0;

  constructor({ firstMs = 300, ceilingMs = 15_000, random = Math.random } = {}) {
    this.firstMs = firstMs;
    this.ceilingMs = ceilingMs;
    this.random = random;
  }

  get attempt() { return this.#attempt; }

  next() {
    const whole = Math.min(this.ceilingMs, this.firstMs * 2 ** this.#attempt++);
    return Math.round(whole / 2 + (whole / 2) * this.random());
  }

  reset() { this.#attempt = 0; }
}
