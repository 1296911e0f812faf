// The left side: the next claim, my conversations, and the queues.
/** @import { QueueCount } from "../shared/wire.d.ts" */
/** @import { Props, QueueRow } from "./types.d.ts" */
import { html, useState } from "../shared/common.js";
import { isUnread } from "./stories.js";
import { age, ChannelIcon, customerName, Urgent, useNow } from "./parts.js";

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
        ? html`<ul class="cards">${state.mine.map((c) => html`<${Card} key=${c.id} c=${c} state=${state} words=${words} now=${now} />`)}</ul>`
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
  for (const { queue, urgency, waiting, oldest_at } of queues) {
    const row = rows.get(queue) ?? { name: queue, waiting: 0, urgent: 0, oldest: 0 };
    row.waiting += waiting;
    if (urgency === "urgent") row.urgent += waiting;
    if (waiting && (!row.oldest || oldest_at < row.oldest)) row.oldest = oldest_at;
    rows.set(queue, row);
  }
  return [...rows.values()];
}

function Card(/** @type {Props & { now: number }} */ { c, state, words, now }) {
  const unread = isUnread(c, state);
  const draft = state.outbox.some((e) => e.conversation === c.id && e.failed);
  return html`
    <li>
      <a class=${`card ${unread ? "unread" : ""} ${c.urgency === "urgent" ? "pressing" : ""}`} href=${`#/c/${encodeURIComponent(c.id)}`} aria-current=${state.open === c.id ? "true" : null}>
        <span class="card-line">
          <${ChannelIcon} channel=${c.channel} words=${words} />
          <bdi class="card-name">${customerName(c, words)}</bdi>
          ${c.urgency === "urgent" && html`<${Urgent} words=${words} />`}
          ${unread && html`<span class="dot"><span class="sr">${words.unread}</span></span>`}
        </span>
        <bdi class="card-subject">${c.subject}</bdi>
        <span class="card-age">
          ${draft ? html`<span class="bad">${words.notSent}</span>` : c.waiting_since > 0 && words.since(age(c.waiting_since, now, words))}
        </span>
      </a>
    </li>`;
}

function Queue(/** @type {Props & { q: QueueRow, now: number }} */ { q, store, state, words, now }) {
  const [open, setOpen] = useState(false);
  const waiting = state.waiting[q.name];
  const toggle = () => {
    setOpen(!open);
    if (!open) store.readQueue(q.name).catch(() => {});
  };
  return html`
    <li>
      <button type="button" class="queue" data-queue=${q.name} aria-expanded=${open} onClick=${toggle}>
        <span class="queue-name">${q.name}</span>
        ${q.urgent > 0 && html`<span class="urgent">${words.urgentCount(q.urgent)}</span>`}
        <span class=${q.waiting ? "count some" : "count"}>${words.waitingCount(q.waiting)}</span>
        ${q.oldest > 0 && html`<span class="card-age">${words.oldest(age(q.oldest, now, words))}</span>`}
      </button>
      ${open && waiting && (waiting.length
        ? html`<ul class="cards">${waiting.map((c) => html`<${Card} key=${c.id} c=${c} state=${state} words=${words} now=${now} />`)}</ul>`
        : html`<p class="empty">${words.queueNone}</p>`)}
    </li>`;
}
