// Calls of the agents' API. The token lives in memory only; a cookie that scripts cannot read renews it.
/** @import { AgentSession, Challenge } from "../shared/wire.d.ts" */
const TIMEOUT = 28_000; // the gateway gives up after 29 s

export class ApiError extends Error {
  constructor(/** @type {string} */ code, /** @type {string} */ message, status = 0) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export class Api {
  /** `onSignedOut` is called when the session is over and cannot be renewed. */
  constructor(/** @type {() => void} */ onSignedOut) {
    this.onSignedOut = onSignedOut;
    this.token = "";
    /** @type {Promise<AgentSession> | null} */
    this.renewal = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** The body of the answer, or null if it has none. Throws ApiError.
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<any>}
   */
  async call(method, path, body) {
    const used = this.token;
    try {
      return (await this.#send(method, path, body, used)).body;
    } catch (error) {
      if (error.status !== 401) throw error;
    }
    if (used === this.token) await this.#renewed();
    return (await this.#send(method, path, body, this.token)).body;
  }

  get = (/** @type {string} */ path) => this.call("GET", path);
  post = (/** @type {string} */ path, body = {}) => this.call("POST", path, body);

  /** {agent} when signed in, {challenge, session} when a new password is wanted.
   * @returns {Promise<AgentSession | Challenge>}
   */
  async signIn(/** @type {object} */ body) {
    const { body: answer } = await this.#send("POST", "agents/session", body, "");
    return answer.challenge ? answer : this.#keep(answer);
  }

  /** Takes up the session of an earlier visit. Throws ApiError if there is none. */
  async resume() {
    return this.#keep((await this.#send("POST", "agents/session/refresh", {}, "")).body);
  }

  async signOut() {
    this.#forget();
    await this.#send("DELETE", "agents/session", undefined, "");
  }

  /** One renewal for all calls that need it at the same time. */
  async #renewed() {
    this.renewal ??= this.resume().finally(() => (this.renewal = null));
    try {
      await this.renewal;
    } catch (error) {
      if (error.status === 401 || error.status === 400) {
        this.#forget();
        this.onSignedOut();
      }
      throw error;
    }
  }

  #keep(/** @type {AgentSession} */ session) {
    this.token = session.token;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#renewed().catch(() => {}), Math.max(30_000, session.expires_at - Date.now() - 120_000));
    return session;
  }

  #forget() {
    this.token = "";
    clearTimeout(this.timer);
  }

  async #send(/** @type {string} */ method, /** @type {string} */ path, /** @type {object | undefined} */ body, /** @type {string} */ token) {
    const headers = { ...(token && { Authorization: token }), ...(body && { "Content-Type": "application/json" }) };
    /** @type {RequestInit} */
    const options = { method, headers, body: body && JSON.stringify(body), cache: "no-store", signal: AbortSignal.timeout(TIMEOUT) };
    const response = await fetch(`./${path}`, options).catch(() => {
      throw new ApiError("unreachable", "");
    });
    const answer = await response.json().catch(() => null);
    if (response.ok) return { status: response.status, body: answer };
    const { code, message } = answer?.error ?? {};
    throw new ApiError(code ?? (response.status === 401 ? "not_authenticated" : "unavailable"), message ?? "", response.status);
  }
}
