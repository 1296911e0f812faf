// What the console knows. Hints of the agents' socket say only that something changed; what changed is read again.
/** @import { Observable, Timers } from "../shared/types.d.ts" */
/** @import { Agent, Frame, Identity, Message, Note, Reading } from "../shared/wire.d.ts" */
/** @import { Entry, State, Story } from "./types.d.ts" */
import { observable, store, stored } from "../shared/common.js";
import { Api } from "./api.js";
import { PLACE } from "./drafts.js";
import { kept, Outbox } from "./outbox.js";
import { isStored, lastHeard, merged } from "./stories.js";
import { Queues } from "./queues.js";
import { LiveSocket } from "../shared/socket.js";

const SEEN = `${PLACE}:seen`;
const SEEN_MOST = 300;
const UNSETTLED = ["pending", "sending"];
const TYPING_EVERY = 3_000;
const SETTLE = [1500, 4000, 12_000]; // when to look whether a message left, should the hint be lost

const messagePath = (/** @type {string} */ id, /** @type {string} */ message) => `conversations/${encodeURIComponent(id)}/messages/${encodeURIComponent(message)}`;

export class Console {
  constructor() {
    this.api = new Api(() => this.#signedOut());
    /** @type {Observable<State>} */
    this.source = observable({ ...this.#empty(), stage: "starting", link: "connecting", seen: stored(localStorage, SEEN, {}) });
    this.queues = new Queues(this.api, this.source);
    this.started = false;
    this.toldTyping = 0;
    /** @type {Timers} */
    this.timers = {};
    /** @type {Record<string, number>} conversation id -> how often it was looked at again */
    this.settling = {};
    /** @type {Map<string, "once" | "again">} */
    this.reading = new Map(); // conversation id -> "once" | "again"
    /** @type {Set<string>} */
    this.paging = new Set(); // conversations whose earlier messages are on their way
    this.outbox = new Outbox({
      api: this.api,
      source: this.source,
      onStored: (entry, item) => this.#stored(entry, item),
      onRefused: (id) => this.read(id).catch(() => {}),
    });
    this.socket = new LiveSocket({
      address: async () => (await this.api.post("agents/socket")).socket,
      onOpen: () => this.reload(),
      onFrame: (frame) => this.#hint(frame),
      onState: (link) => this.source.set({ link }),
    });
  }

  get state() {
    return this.source.get();
  }

  async resume() {
    try {
      this.#signedIn((await this.api.resume()).agent);
    } catch {
      this.source.set({ stage: "sign-in" });
    }
  }

  /** Throws ApiError. */
  async signIn(/** @type {Record<string, string>} */ credentials) {
    const answer = await this.api.signIn(credentials);
    if (answer.challenge !== undefined) this.source.set({ stage: "new-password", challenge: { email: credentials.email, session: answer.session } });
    else this.#signedIn(answer.agent);
  }

  startOver() {
    this.source.set({ stage: "sign-in", challenge: null });
  }

  async signOut() {
    await this.api.signOut().catch(() => {});
    this.#signedOut();
  }

  /** Everything again: after signing in and after each reconnect. */
  async reload() {
    const { open } = this.state;
    await Promise.allSettled([this.#readMine(), this.queues.read(), open && this.read(open), this.readAgents()]);
    for (const entry of this.state.outbox) this.outbox.send(entry.conversation);
  }

  /** The claimed conversation, or null if nobody waits. Throws ApiError. */
  async claim() {
    const claimed = await this.api.post("claims");
    await Promise.allSettled([this.#readMine(), this.queues.read()]);
    return claimed;
  }

  open(/** @type {string} */ id) {
    this.source.set({ open: id, missing: false });
    if (id) this.read(id).catch((error) => this.source.set({ missing: error.code }));
  }

  /** Reads a conversation from its cursor on; calls that come meanwhile become one further reading. Throws ApiError. */
  async read(/** @type {string} */ id) {
    if (this.reading.has(id)) return void this.reading.set(id, "again");
    this.reading.set(id, "once");
    try {
      this.#tell(id, await this.api.get(`conversations/${encodeURIComponent(id)}?after=${this.#cursor(id)}`));
    } finally {
      const again = this.reading.get(id) === "again";
      this.reading.delete(id);
      if (again) this.read(id).catch(() => {});
    }
  }

  /** The page of messages before the first that is known; one at a time. */
  async older(/** @type {string} */ id) {
    const { older } = this.state.stories[id] ?? {};
    if (!older || this.paging.has(id)) return;
    this.paging.add(id);
    try {
      const page = await this.api.get(`conversations/${encodeURIComponent(id)}?before=${encodeURIComponent(older)}`);
      const story = this.state.stories[id];
      if (story) this.source.set({ stories: { ...this.state.stories, [id]: { ...story, older: page.older, messages: merged(story.messages, page.messages) } } });
    } finally {
      this.paging.delete(id);
    }
  }

  async readAgents() {
    this.source.set({ agents: (await this.api.get("agents")).agents });
  }

  /** "transfer", "resolve" or "hand-back". Throws ApiError. */
  async act(/** @type {string} */ id, /** @type {string} */ action, body = {}) {
    try {
      await this.api.post(`conversations/${encodeURIComponent(id)}/${action}`, body);
    } finally {
      await Promise.allSettled([this.read(id), this.#readMine(), this.queues.read()]);
    }
  }

  /** Tells the visitor that an answer is being written: not with each key, and it does not matter if it is lost. */
  typing(/** @type {string} */ id) {
    if (Date.now() - this.toldTyping < TYPING_EVERY) return;
    this.toldTyping = Date.now();
    this.api.post(`conversations/${encodeURIComponent(id)}/typing`).catch(() => {});
  }

  /** A signed address of a message's file. Throws ApiError. */
  async fileAddress(/** @type {string} */ id, /** @type {string} */ message, /** @type {string} */ sha256) {
    return (await this.api.get(`${messagePath(id, message)}/attachments/${encodeURIComponent(sha256)}`)).url;
  }

  /** {headers, text, html, attachments, url}. Throws ApiError. */
  wholeMail = (/** @type {string} */ id, /** @type {string} */ message) => this.api.get(`${messagePath(id, message)}/whole`);

  /** `verdict`: {verdict, article?, review?}. Throws ApiError. */
  async judge(/** @type {string} */ id, /** @type {string} */ message, /** @type {object} */ verdict) {
    const said = await this.api.post(`${messagePath(id, message)}/verdict`, verdict);
    const story = this.state.stories[id];
    if (!story) return;
    const messages = story.messages.map((m) => (m.id === message ? { ...m, meta: { ...m.meta, verdict: said } } : m));
    this.source.set({ stories: { ...this.state.stories, [id]: { ...story, messages } } });
  }

  /** {question, near, found}: which articles may have answered, for the judged `message` or what came to people. Throws ApiError. */
  articles = (/** @type {string} */ id, /** @type {string} */ wanted, message = "") =>
    this.api.get(`conversations/${encodeURIComponent(id)}/articles?q=${encodeURIComponent(wanted)}${message && `&message=${encodeURIComponent(message)}`}`);

  /** An article in each of its languages. Throws ApiError. */
  article = (/** @type {string} */ id) => this.api.get(`knowledge/articles/${encodeURIComponent(id)}`);

  /** A conversation's head, without opening it. Throws ApiError. */
  async glimpse(/** @type {string} */ id) {
    return this.state.stories[id]?.conversation ?? (await this.api.get(`conversations/${encodeURIComponent(id)}`)).conversation;
  }

  customer = (/** @type {string} */ id) => this.api.get(`customers/${encodeURIComponent(id)}`);

  async readCustomer(/** @type {string} */ id) {
    const customer = await this.customer(id);
    this.source.set({ customers: { ...this.state.customers, [id]: customer } });
  }

  /** Supervisors only. Throws ApiError. */
  mergeCustomer = (/** @type {string} */ id, /** @type {string} */ other) => this.#customers(`customers/${encodeURIComponent(id)}/merge`, { other });
  splitCustomer = (/** @type {string} */ id, /** @type {Pick<Identity, "channel" | "address">} */ { channel, address }) => this.#customers(`customers/${encodeURIComponent(id)}/split`, { channel, address });

  async #customers(/** @type {string} */ path, /** @type {object} */ body) {
    await this.api.post(path, body);
    const { open } = this.state;
    this.source.set({ customers: {} });
    if (!open) return;
    await this.read(open);
    const story = this.state.stories[open];
    if (story) await this.readCustomer(story.conversation.customer);
  }

  /** What is on the screen counts as read. */
  markSeen(/** @type {Story} */ { conversation: c, messages }) {
    const heard = lastHeard(c, { messages });
    if ((this.state.seen[c.id] ?? 0) >= heard) return;
    const { [c.id]: _, ...others } = this.state.seen; // the newest stands last, the oldest is forgotten
    this.source.set({ seen: Object.fromEntries([...Object.entries(others).slice(1 - SEEN_MOST), [c.id, heard]]) });
    store(localStorage, SEEN, this.state.seen);
  }

  /** What is known while nobody is signed in; what is drawn then asks for no agent.
   * @returns {Omit<State, "stage" | "link" | "seen">}
   */
  #empty() {
    return { agent: /** @type {any} */ (null), challenge: null, mine: [], queues: [], waiting: {}, agents: [], stories: {}, customers: {}, typing: {}, open: "", missing: false, outbox: kept() };
  }

  #signedIn(/** @type {Agent} */ agent) {
    this.source.set({ stage: "ready", agent, challenge: null });
    if (this.started) this.socket.resume();
    else this.socket.start();
    this.started = true;
    this.reload();
  }

  #signedOut() {
    this.socket.stop();
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PLACE)) sessionStorage.removeItem(key);
    this.source.set({ ...this.#empty(), stage: "sign-in" });
  }

  #hint(/** @type {Frame} */ frame) {
    if (frame.type === "queues") this.#soon("queues", () => this.#queued());
    if (frame.type === "typing") this.source.set({ typing: { ...this.state.typing, [frame.id]: Date.now() } });
    if (frame.type === "read") this.#seen(frame);
    if (frame.type !== "conversation") return;
    this.#soon("mine", () => this.#readMine());
    if (this.state.stories[frame.id] || this.state.mine.some((c) => c.id === frame.id)) this.read(frame.id).catch(() => {});
  }

  #seen(/** @type {{ id: string, at: number }} */ { id, at }) {
    const story = this.state.stories[id];
    if (story && at > (story.read_at ?? 0)) this.source.set({ stories: { ...this.state.stories, [id]: { ...story, read_at: at } } });
  }

  /** Many hints at once become one reading, and not at the same moment in all consoles. */
  #soon(/** @type {string} */ what, /** @type {() => Promise<unknown>} */ act) {
    this.timers[what] ??= setTimeout(() => {
      delete this.timers[what];
      act().catch(() => {});
    }, 150 + Math.random() * 350);
  }

  async #readMine() {
    const [agent, mine] = await Promise.all([this.api.get("me"), this.queues.held()]);
    this.source.set({ agent, mine });
  }

  /** The queues moved: also whoever waits there and is on the screen may be gone, or have written. */
  #queued() {
    const { open, stories } = this.state;
    const waits = stories[open]?.conversation.owner === "queue";
    return Promise.all([this.queues.read(), waits && this.read(open)]);
  }

  /** What is not settled yet is read again, too. */
  #cursor(/** @type {string} */ id) {
    const story = this.state.stories[id];
    const unsettled = story?.messages.filter((m) => UNSETTLED.includes(m.state)).map((m) => m.at - 1) ?? [];
    return Math.max(0, Math.min(story?.cursor ?? 0, ...unsettled));
  }

  #tell(/** @type {string} */ id, /** @type {Reading} */ read) {
    const before = this.state.stories[id];
    const others = before ? [...new Map([...before.others, ...read.others].map((c) => [c.id, c])).values()] : read.others;
    const cursor = Math.max(before?.cursor ?? 0, read.cursor);
    const messages = merged(before?.messages ?? [], read.messages);
    const news = messages.some((m) => m.direction === "incoming" && m.at > (before?.cursor ?? 0));
    const first = before ?? read; // what only the first reading tells
    const story = { ...read, others, cursor, messages, older: first.older, related: first.related ?? [], possibly_same: first.possibly_same ?? [] };
    if (news) this.source.set({ typing: { ...this.state.typing, [id]: 0 } });
    this.source.set({ stories: { ...this.state.stories, [id]: story }, missing: false });
    const left = this.state.outbox.filter((e) => e.conversation !== id || !isStored(e, story));
    if (left.length < this.state.outbox.length) this.outbox.keep(left);
    if (story.messages.some((m) => m.state === "sending" || (m.state === "pending" && Date.now() - m.at < 30_000))) this.#settle(id);
    else delete this.settling[id];
  }

  #settle(/** @type {string} */ id) {
    const round = this.settling[id] ?? 0;
    if (round >= SETTLE.length) return;
    this.settling[id] = round + 1;
    setTimeout(() => this.state.stories[id] && this.read(id).catch(() => {}), SETTLE[round]);
  }

  #stored(/** @type {Entry} */ entry, /** @type {Message & Note} */ item) {
    const story = this.state.stories[entry.conversation];
    const list = entry.kind === "note" ? "notes" : "messages";
    const stories = story && { ...this.state.stories, [entry.conversation]: { ...story, [list]: merged(story[list], [item]) } };
    if (stories) this.source.set({ stories });
    delete this.settling[entry.conversation];
    if (entry.kind === "reply") this.#settle(entry.conversation);
    this.#soon("mine", () => this.#readMine());
  }
}
