// The live connection: opens it, reads on from the cursor, opens it again when it breaks. The official SignalR client
// carries it; trying again is decided here, because the first attempt needs it as much as the later ones.

import { Backoff } from './backoff.js';

export class Live {
  #hub = null;
  #stopped = false;
  #wake = null;
  #refused = null;
  #backoff;
  #signalR;
  #session;
  #position;
  #changed;
  state = 'connecting';
  retryAt = null;

  /** @param {{signalR: object, session: Session, position: Position, changed: (what: string) => void, backoff?: Backoff}} parts */
  constructor({ signalR, session, position, changed, backoff = new Backoff() }) {
    this.#backoff = backoff;
    this.#signalR = signalR;
    this.#session = session;
    this.#position = position;
    this.#changed = changed;
  }

  get online() { return this.state === 'online'; }

  /** Keeps the connection until stopped. */
  async run() {
    while (!this.#stopped) {
      const hub = this.#build();
      const closed = new Promise((resolve) => hub.onclose(resolve));
      try {
        await this.#open(hub);
        await closed;
      } catch {
        await hub.stop().catch(() => {});
      }
      this.#hub = null;
      if (this.#stopped) return;
      await this.#rest(this.#backoff.next());
    }
  }

  /** Tries at once instead of waiting out the pause. */
  tryNow() {
    this.#backoff.reset();
    this.#wake?.();
  }

  async stop() {
    this.#stopped = true;
    this.#wake?.();
    await this.#hub?.stop();
  }

  /** Calls a hub method: its answer is { value } or { refusal }. Rejects when the connection breaks first. */
  async invoke(method, ...parameters) {
    if (!this.#hub) throw new Error('There is no connection.');
    return await this.#hub.invoke(method, ...parameters);
  }

  #build() {
    const hub = new this.#signalR.HubConnectionBuilder()
      .withUrl('/v1/live', { accessTokenFactory: () => this.#session.token(this.#refused) })
      .configureLogging(this.#signalR.LogLevel.None)
      .build();
    hub.on('event', (event) => {
      if (hub !== this.#hub) return;
      this.#position.pushed(event);
      this.#changed('event');
    });
    hub.on('position', (cursor) => {
      if (hub === this.#hub && this.#position.moved(cursor)) this.#changed('position');
    });
    hub.on('reset', (cursor) => {
      const fresh = { events: [], cursor, more: false, reset: true };
      if (hub === this.#hub) this.#position.catchUp(async () => fresh).then(() => this.#changed('position'), () => hub.stop());
    });
    hub.on('closing', () => hub.stop());
    return hub;
  }

  async #open(hub) {
    this.#become('connecting');
    try {
      await hub.start();
      this.#refused = null;
    } catch (e) {
      if (e?.statusCode === 401 || /401|unauthori[sz]ed/i.test(e?.message ?? '')) this.#refused = await this.#session.token();
      throw e;
    }
    if (this.#stopped) throw new Error('Stopped meanwhile.');
    this.#hub = hub;
    await this.#position.catchUp(async (cursor) => {
      const answer = await hub.invoke('Subscribe', cursor);
      if (answer.refusal?.code === 'realtime.bad_cursor' && cursor !== null) {
        this.#position.forget();
        return await valueOf(hub.invoke('Subscribe', null));
      }
      return await valueOf(answer);
    });
    this.#backoff.reset();
    this.#become('online');
  }

  #rest(ms) {
    this.retryAt = Date.now() + ms;
    this.#become('waiting');
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => { clearTimeout(timer); resolve(); };
    }).finally(() => { this.#wake = null; });
  }

  #become(state) {
    this.state = state;
    if (state !== 'waiting') this.retryAt = null;
    this.#changed('state');
  }
}

async function valueOf(answer) {
  const { value, refusal } = await answer;
  if (refusal) throw new Error(refusal.message);
  return value;
}
