// The left side: the next claim, my conversations, and the queues.
/** @import { Conversation, QueueCount } from "../shared/wire.d.ts" */
/** @import { Drawn, Props, QueueRow, State, Waiting, Wording } from "./types.d.ts" */
import { html, useRef, useState } from "../shared/common.js";
import { isUnread } from "./stories.js";
import { age, ChannelIcon, customerName, Urgent, useNow } from "./parts.js";
import { rounded } from "./waiting.js";

export function Lists(/** @type {Props & { onClaim: () => void, claiming: boolean }} */ { store, state, words, onClaim, claiming }) {
  const now = useNow();
  return html`
    <div class="claim">
      <button type="button" class="primary" id="claim" onClick=${onClaim} disabled=${claiming} aria-keyshortcuts="Alt+N">${words.claim}</button>
      <p>${words.held(state.mine.length, state.agent.max_open)}</p>
    </div>
    <section aria-labelledby="mine-title">
      <h2 id="mine-title">${words.mine}</h2>
      ${state.mine.length
        ? html`<${Cards} all=${state.mine} state=${state} words=${words} now=${now} />`
        : html`<p class="empty">${words.mineNone}</p>`}
    </section>
    <section aria-labelledby="queues-title">
      <h2 id="queues-title">${words.queues}</h2>
      <ul class="queues">${skills(state.queues).map((q) => html`<${Queue} key=${q.name} q=${q} store=${store} state=${state} words=${words} now=${now} />`)}</ul>
    </section>`;
}

/** One row for both urgencies of a queue. */
function skills(/** @type {QueueCount[]} */ queues) {
  const rows = new Map();
  for (const { queue, urgency, waiting, exact, oldest_at } of queues) {
    const row = rows.get(queue) ?? { name: queue, waiting: 0, exact: true, urgent: 0, urgentExact: true, oldest: 0 };
    row.waiting += waiting;
    row.exact &&= exact;
    if (urgency === "urgent") Object.assign(row, { urgent: waiting, urgentExact: exact });
    if (waiting && (!row.oldest || oldest_at < row.oldest)) row.oldest = oldest_at;
    rows.set(queue, row);
  }
  return [...rows.values()];
}

/** What a card shows beside its conversation. */
function aspects(/** @type {Conversation} */ c, /** @type {State} */ state, /** @type {Wording} */ words, /** @type {number} */ now) {
  const unsent = state.outbox.some((e) => e.conversation === c.id && e.failed);
  const waits = c.waiting_since > 0 ? words.since(age(c.waiting_since, now, words)) : "";
  return { unread: isUnread(c, state), current: state.open === c.id, note: unsent ? words.notSent : waits, unsent, words };
}

/** A card for each; those of which nothing changed are the same as before, so that a long list costs what changed in it. */
function Cards(/** @type {Props & { all: Conversation[], now: number }} */ { all, state, words, now }) {
  const drawn = useRef(/** @type {Map<string, Drawn>} */ (new Map()));
  const cards = new Map(all.map((c) => {
    const before = drawn.current.get(c.id), shown = aspects(c, state, words, now);
    const same = before?.c === c && Object.entries(shown).every(([name, value]) => before.shown[name] === value);
    return [c.id, same ? before : { c, shown, card: html`<${Card} key=${c.id} c=${c} shown=${shown} words=${words} />` }];
  }));
  drawn.current = cards;
  return html`<ul class="cards">${[...cards.values()].map(({ card }) => card)}</ul>`;
}

function Card(/** @type {Props & { shown: ReturnType<typeof aspects> }} */ { c, shown: { unread, current, note, unsent }, words }) {
  return html`
    <li>
      <a class=${`card ${unread ? "unread" : ""} ${c.urgency === "urgent" ? "pressing" : ""}`} href=${`#/c/${encodeURIComponent(c.id)}`} aria-current=${current ? "true" : null}>
        <span class="card-line">
          <${ChannelIcon} channel=${c.channel} words=${words} />
          <bdi class="card-name">${customerName(c, words)}</bdi>
          ${c.urgency === "urgent" && html`<${Urgent} words=${words} />`}
          ${unread && html`<span class="dot"><span class="sr">${words.unread}</span></span>`}
        </span>
        <bdi class="card-subject">${c.subject}</bdi>
        <span class="card-age">${unsent ? html`<span class="bad">${note}</span>` : note}</span>
      </a>
    </li>`;
}

function Queue(/** @type {Props & { q: QueueRow, now: number }} */ { q, store, state, words, now }) {
  const waiting = state.waiting[q.name];
  const [open, setOpen] = useState(false);
  const toggle = () => {
    setOpen(!open);
    if (open) store.queues.close(q.name);
    else store.queues.first(q.name).catch(() => {});
  };
  return html`
    <li>
      <button type="button" class="queue" data-queue=${q.name} aria-expanded=${open} onClick=${toggle}>
        <span class="queue-name">${q.name}</span>
        ${q.urgent > 0 && html`<span class="urgent">${words.urgentCount(rounded(q.urgent, q.urgentExact), q.urgentExact)}</span>`}
        <span class=${q.waiting ? "count some" : "count"}>${words.waitingCount(rounded(q.waiting, q.exact), q.exact)}</span>
        ${q.oldest > 0 && html`<span class="card-age">${words.oldest(age(q.oldest, now, words))}</span>`}
      </button>
      ${open && waiting && html`<${Line} q=${q} waiting=${waiting} store=${store} state=${state} words=${words} now=${now} />`}
    </li>`;
}

/** Who waits there, as far as it was read. */
function Line(/** @type {Props & { q: QueueRow, waiting: Waiting, now: number }} */ { q, waiting, store, state, words, now }) {
  const [busy, setBusy] = useState(false);
  const { conversations, cursor, sort } = waiting;
  const more = () => {
    setBusy(true);
    store.queues.more(q.name).catch(() => {}).then(() => setBusy(false));
  };
  const order = (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    store.queues.first(q.name, value === "newest" ? "newest" : "oldest").catch(() => {});
  };
  if (!conversations.length) return html`<p class="empty">${words.queueNone}</p>`;
  return html`
    <label class="order">${words.order}<select data-order=${q.name} value=${sort} onChange=${order}>
      <option value="oldest">${words.orders.oldest}</option><option value="newest">${words.orders.newest}</option>
    </select></label>
    <${Cards} all=${conversations} state=${state} words=${words} now=${now} />
    ${cursor && html`
      <p class="more">
        <span role="status">${words.shown(conversations.length.toLocaleString("en"), rounded(q.waiting, q.exact), q.exact)}</span>
        <button type="button" data-more=${q.name} onClick=${more} aria-disabled=${busy}>${words.showMore}</button>
      </p>`}`;
}
