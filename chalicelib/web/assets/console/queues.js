// The queues as the console reads them: how many wait, and who, page by page.
/** @import { Observable } from "../shared/types.d.ts" */
/** @import { Conversation } from "../shared/wire.d.ts" */
/** @import { Api } from "./api.js" */
/** @import { Sort, State, Waiting } from "./types.d.ts" */
import { extended, refreshed } from "./waiting.js";

const path = (/** @type {string} */ queue, /** @type {Sort} */ sort) => `conversations?queue=${encodeURIComponent(queue)}&sort=${sort}`;

export class Queues {
  constructor(/** @type {Api} */ api, /** @type {Observable<State>} */ source) {
    this.api = api;
    this.source = source;
    /** @type {Set<string>} */
    this.open = new Set(); // those that the agent looks at
  }

  /** The counts, and whoever waits in a queue that is open. */
  async read() {
    this.source.set({ queues: (await this.api.get("queues")).queues });
    await Promise.allSettled([...this.open].map((queue) => this.#again(queue)));
  }

  /** The first page of a queue that the agent looks at from now on. Throws ApiError. */
  first(/** @type {string} */ queue, /** @type {Sort} */ sort = "oldest") {
    this.open.add(queue);
    return this.#again(queue, sort);
  }

  /** The next page of a queue that is open. Throws ApiError. */
  async more(/** @type {string} */ queue) {
    const before = this.#of(queue);
    if (!before?.cursor) return;
    const page = await this.api.get(`${path(queue, before.sort)}&cursor=${before.cursor}`);
    const now = this.#of(queue);
    if (now?.cursor === before.cursor) this.#set(queue, extended(now, page));
  }

  /** Nobody looks at it: it is not read again with each hint. */
  close(/** @type {string} */ queue) {
    this.open.delete(queue);
    this.#set(queue, undefined);
  }

  /** What the agent holds: all of its pages. Throws ApiError.
   * @returns {Promise<Conversation[]>}
   */
  async held(cursor = "") {
    const page = await this.api.get(`conversations?owner=me&limit=100${cursor && `&cursor=${cursor}`}`);
    return page.cursor ? [...page.conversations, ...(await this.held(page.cursor))] : page.conversations;
  }

  async #again(/** @type {string} */ queue, /** @type {Sort} */ sort = this.#of(queue)?.sort ?? "oldest") {
    const page = await this.api.get(path(queue, sort));
    if (this.open.has(queue)) this.#set(queue, refreshed(this.#of(queue), page, sort));
  }

  #of(/** @type {string} */ queue) {
    return this.source.get().waiting[queue];
  }

  #set(/** @type {string} */ queue, /** @type {Waiting | undefined} */ waiting) {
    this.source.set({ waiting: { ...this.source.get().waiting, [queue]: waiting } });
  }
}
