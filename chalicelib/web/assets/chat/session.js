// Who the visitor is: anonymous, by a token that this browser keeps, or a customer of the host site, by a JWT that is kept nowhere.
/** @import { VisitorSession } from "../shared/wire.d.ts" */
import { local, store, stored } from "../shared/common.js";

export const KEY = `baton.chat:${location.pathname}`; // several sites may share a host
const RENEW_BEFORE = 3600_000; // a token that ends so soon is renewed when connecting

/** @typedef {{ onVisitor: (session: VisitorSession) => void, onTrouble: (code: string) => void, onRefused: () => void }} Handlers */

export class Session {
  /** `onVisitor(session)` hears whose conversation it is now; `onTrouble(code)` why there is none; `onRefused()` that the JWT is no longer good. */
  constructor(/** @type {Handlers} */ { onVisitor, onTrouble, onRefused }) {
    this.onVisitor = onVisitor;
    this.onTrouble = onTrouble;
    this.onRefused = onRefused;
    this.jwt = "";
    /** @type {VisitorSession | null} */
    this.current = null;
    this.turn = 0; // what was asked for somebody who is forgotten by now does not count
    this.worked = false; // a token that opened no connection is renewed before the next try
  }

  get token() {
    return this.current?.token;
  }

  /** The address for the next connection. Throws if the service cannot be reached. */
  async address() {
    const { current } = this;
    const fresh = current && this.worked && current.expires_at - Date.now() > RENEW_BEFORE;
    this.worked = false;
    const { socket, token } = fresh ? current : await this.#renew();
    return `${socket}?token=${encodeURIComponent(token)}`;
  }

  /** From now on this customer; false if that is no news. */
  identify(/** @type {string} */ jwt) {
    if (jwt === this.jwt) return false;
    this.turn += 1;
    this.jwt = jwt;
    this.current = null;
    return true;
  }

  /** Nobody any more: the next one is new. */
  forget() {
    this.turn += 1;
    this.jwt = "";
    this.current = null;
    store(local, KEY, null);
  }

  /** Another tab became another visitor, because the old token was refused; a renewed token is no reason to reconnect. */
  isOutdated() {
    const { visitor } = stored(local, KEY, {});
    return Boolean(!this.jwt && visitor && this.current && visitor !== this.current.visitor);
  }

  async #renew() {
    const turn = this.turn;
    const session = this.jwt ? await this.#account() : await this.#anonymous(turn);
    if (turn !== this.turn) throw new Error("this visitor is gone");
    this.current = session;
    this.onVisitor(session);
    return session;
  }

  async #account() {
    const session = await this.#ask({ jwt: this.jwt });
    if (session) return session;
    this.onRefused();
    throw new Error("the JWT is refused");
  }

  /** One tab at a time, so that two new tabs become one visitor. */
  #anonymous(/** @type {number} */ turn) {
    const ask = async () => {
      const { token } = stored(local, KEY, {});
      const session = /** @type {VisitorSession} */ ((token && (await this.#ask({ token }))) || (await this.#ask({})));
      if (turn === this.turn) store(local, KEY, { token: session.token, visitor: session.visitor });
      return session;
    };
    return navigator.locks ? navigator.locks.request(KEY, ask) : ask();
  }

  /** The session, or null if what is shown is refused. Throws if the service cannot be reached.
   * @returns {Promise<VisitorSession | null>}
   */
  async #ask(/** @type {{ jwt?: string, token?: string }} */ body) {
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch("./chat/session", options);
    if (response.ok) return response.json();
    if ((body.token || body.jwt) && [400, 401, 403, 404].includes(response.status)) return null;
    this.onTrouble(response.status === 429 ? "too_many" : "unavailable");
    throw new Error(`no session: ${response.status}`);
  }
}
