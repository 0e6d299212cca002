// Who is signed in. Tokens are kept per person for all tabs of the browser; which person a tab belongs to is kept by the
// tab, so that two tabs can be two people. A refresh token is good once: tabs of one person take turns under a lock, and
// whoever comes second finds the tokens that the first one got.

import { Refused } from './api.js';

const EarlyMs = 60_000;

export class Sessions {
  #local;
  #tab;
  #request;
  #locks;

  constructor({ local, tab, request, locks = null }) {
    this.#local = local;
    this.#tab = tab;
    this.#request = request;
    this.#locks = locks;
  }

  /** The person of this tab: the one it was used by before, else the one who signed in last in this browser. */
  current() {
    const user = this.#tab.getItem('social.user') ?? this.#local.getItem('social.last');
    if (!user || !this.tokens(user)) return null;
    this.#tab.setItem('social.user', user);
    return new Session(user, this);
  }

  /** Everyone who is signed in in this browser. */
  remembered() {
    const people = [];
    for (let i = 0; i < this.#local.length; i++) {
      const name = this.#local.key(i);
      const tokens = name.startsWith('social.session.') ? read(this.#local.getItem(name)) : null;
      if (tokens) people.push({ user: tokens.user, handle: tokens.handle });
    }
    return people.sort((a, b) => (a.handle < b.handle ? -1 : 1));
  }

  async signIn(handle, password) { return this.#begin(await this.#request('POST', '/v1/auth/login', { body: { handle, password } })); }

  async register(handle, displayName, password) {
    const body = displayName ? { handle, displayName, password } : { handle, password };
    return this.#begin(await this.#request('POST', '/v1/auth/register', { body }));
  }

  /** Makes this tab another remembered person's. */
  use(user) {
    this.#tab.setItem('social.user', user);
    this.#local.setItem('social.last', user);
  }

  /** This tab forgets its person, who stays signed in elsewhere. */
  stepAside() { this.#tab.setItem('social.user', ''); }

  tokens(user) { return read(this.#local.getItem(`social.session.${user}`)); }

  forget(user) {
    this.#local.removeItem(`social.session.${user}`);
    if (this.#local.getItem('social.last') === user) this.#local.removeItem('social.last');
  }

  /** Ends the session on the server too; when that cannot be reached, the tokens are gone from here all the same. */
  async signOut(user) {
    const tokens = this.tokens(user);
    this.forget(user);
    this.stepAside();
    if (tokens) await this.#request('POST', '/v1/auth/logout', { token: tokens.accessToken }).catch(() => {});
  }

  /** Exchanges the refresh token unless another tab did so since `stale` was current. Null when the session has ended. */
  async refresh(user, stale) {
    const exchange = async () => {
      const tokens = this.tokens(user);
      if (!tokens || tokens.accessToken !== stale) return tokens;
      try {
        return this.#keep(await this.#request('POST', '/v1/auth/refresh', { body: { refreshToken: tokens.refreshToken } }));
      } catch (e) {
        if (!(e instanceof Refused) || e.status !== 401) throw e;
        this.forget(user);
        return null;
      }
    };
    return this.#locks ? await this.#locks.request(`social.session.${user}`, exchange) : await exchange();
  }

  #begin(tokens) {
    this.#keep(tokens);
    this.use(tokens.user);
    return new Session(tokens.user, this);
  }

  #keep(tokens) {
    const kept = { ...tokens, freshUntil: Date.now() + lifetimeMs(tokens) - EarlyMs };
    this.#local.setItem(`social.session.${tokens.user}`, JSON.stringify(kept));
    return kept;
  }
}

/** One person's session in this tab. */
export class Session extends EventTarget {
  #sessions;
  #refreshing = null;

  constructor(user, sessions) {
    super();
    this.user = user;
    this.#sessions = sessions;
  }

  get handle() { return this.#sessions.tokens(this.user)?.handle ?? ''; }

  /** A token that is good for now. `refused` is one that the server no longer takes. Throws Refused when the session is over. */
  async token(refused = null) {
    const tokens = this.#sessions.tokens(this.user);
    if (!tokens) throw this.#ended();
    if (tokens.accessToken !== refused && Date.now() < tokens.freshUntil) return tokens.accessToken;
    this.#refreshing ??= this.#sessions.refresh(this.user, tokens.accessToken).finally(() => { this.#refreshing = null; });
    const fresh = await this.#refreshing;
    if (!fresh) throw this.#ended();
    return fresh.accessToken;
  }

  #ended() {
    this.dispatchEvent(new Event('ended'));
    return new Refused({ status: 401, code: 'identity.session_ended', detail: 'This session has ended; sign in again.' });
  }
}

/** How long an access token lives, by its own two times, so that a clock that is wrong here does not matter. */
export function lifetimeMs({ accessToken, accessExpiresAt }) {
  try {
    const claims = JSON.parse(atob(accessToken.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    if (claims.exp > claims.iat) return (claims.exp - claims.iat) * 1000;
  } catch { /* Not a token that can be read here: its stated end serves. */ }
  return Date.parse(accessExpiresAt) - Date.now();
}

function read(json) {
  try {
    const tokens = JSON.parse(json);
    return typeof tokens?.accessToken === 'string' ? tokens : null;
  } catch {
    return null;
  }
}
