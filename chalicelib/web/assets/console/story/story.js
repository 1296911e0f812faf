// One conversation: its head with the actions, the timeline, and who the customer is.
/** @import { HouseEvent, Message, Note } from "../../shared/wire.d.ts" */
/** @import { Console, Entry, Item, Props, Story } from "../types.d.ts" */
import { clock, day, html, Link, Time, useEffect, useLayoutEffect, useRef, useState, webAddress, Words } from "../../shared/common.js";
import { Older, useEnd, useOlder } from "../../shared/older.js";
import { isStored } from "../stories.js";
import { Composer } from "./composer.js";
import { Details } from "./customer.js";
import { Attachments } from "./files.js";
import { Verdict } from "../learning/learning.js";
import { agentName, ChannelIcon, customerName, errorText, ownerLine, Urgent } from "../parts.js";
import { Composed, Escalated, Kind, Unsaid, contactText } from "./why.js";

const TYPING = 6_000; // so long after the last signal is somebody still typing

export function Story(/** @type {Props} */ { store, state, words, language, actions }) {
  const story = state.stories[state.open];
  const [details, setDetails] = useState(false);
  useEffect(() => setDetails(false), [state.open]);
  useSeen(store, story);
  if (!state.open) return html`<p class="nothing">${words.nothingOpen}</p>`;
  if (!story) return html`<p class="nothing" role="status">${state.missing ? errorText(state.missing, words) : "…"}</p>`;
  const c = story.conversation;
  const mine = c.owner === "agent" && c.agent === state.agent.id;
  return html`
    <div class=${details ? "story with-details" : "story"}>
      <${Head} c=${c} mine=${mine} state=${state} words=${words} actions=${actions} details=${details} onDetails=${() => setDetails(!details)} />
      <${Timeline} key=${c.id} store=${store} story=${story} state=${state} words=${words} language=${language} actions=${actions} />
      <${Composer} key=${`w${c.id}`} store=${store} c=${c} mine=${mine} blocked=${story.contact?.blocked ?? ""} words=${words} language=${language} />
      <${Details} c=${c} story=${story} store=${store} state=${state} words=${words} language=${language} actions=${actions} />
    </div>`;
}

/** What is on the screen of a visible page counts as read. */
function useSeen(/** @type {Console} */ store, /** @type {Story | undefined} */ story) {
  useEffect(() => {
    const look = () => story && document.visibilityState === "visible" && store.markSeen(story);
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [story]);
}

/**
 * @param {Props & { mine: boolean, details: boolean, onDetails: () => void }} props
 */
function Head({ c, mine, state, words, actions, details, onDetails }) {
  return html`
    <header class=${c.urgency === "urgent" && c.owner !== "none" ? "head pressing" : "head"}>
      <a class="quiet back" href="#/" aria-label=${words.back}>←</a>
      <div class="head-who">
        <h2><bdi>${customerName(c, words)}</bdi> ${c.urgency === "urgent" && c.owner !== "none" && html`<${Urgent} words=${words} />`}</h2>
        <p><${ChannelIcon} channel=${c.channel} words=${words} /> ${words.channels[c.channel] ?? c.channel} · ${ownerLine(c, state, words)}</p>
        ${c.contact_request && html`<p class="contact-request"><bdi>${contactText(c.contact_request, words)}</bdi></p>`}
      </div>
      <button type="button" class="quiet info" aria-expanded=${details} aria-controls="details" onClick=${onDetails}>${words.details}</button>
      ${mine && html`
        <div class="actions">
          <button type="button" class="quiet" onClick=${actions.transfer} aria-keyshortcuts="Alt+T">${words.transfer}</button>
          <button type="button" class="quiet" onClick=${actions.handBack}>${words.handBack}</button>
          <button type="button" class="quiet strong" onClick=${actions.resolve} aria-keyshortcuts="Alt+S">${words.resolve}</button>
        </div>`}
    </header>`;
}

function Timeline(/** @type {Props} */ { store, story, state, words, language, actions }) {
  const box = useRef(null);
  const { atEnd, toEnd, scrolled } = useEnd(box);
  const outbox = state.outbox.filter((e) => e.conversation === story.conversation.id && !isStored(e, story));
  const rows = entries(story);
  useLayoutEffect(() => {
    if (outbox.length) atEnd.current = true;
    if (atEnd.current) toEnd();
  }, [rows.length, outbox.length]);
  const older = () => store.older(story.conversation.id).catch(() => {});
  const near = useOlder(box, { first: story.messages[0]?.id, older: story.older, load: older, atEnd });
  const onScroll = () => {
    scrolled();
    near();
  };
  return html`
    <div class="timeline" ref=${box} onScroll=${onScroll} tabindex="0" role="log" aria-live="polite" aria-label=${words.timeline}>
      <${Older} older=${story.older} load=${older} label=${words.older} />
      ${rows.map(({ kind, item }, i) => html`
        ${!sameDay(rows[i - 1]?.item, item) && html`<p class="day">${day(item.at, language)}</p>`}
        <${ROWS[kind]} key=${kind + ("id" in item ? item.id : item.kind + item.at)} item=${item} state=${state} words=${words} language=${language} story=${story} store=${store} actions=${actions} />`)}
      ${outbox.map((e) => html`<${Unsent} key=${e.id} entry=${e} store=${store} words=${words} />`)}
      <${Typing} at=${state.typing[story.conversation.id]} words=${words} />
    </div>`;
}

/** Messages, notes and events together, in the order of time, as far back as messages are known. */
function entries(/** @type {Story} */ story) {
  const since = story.older ? (story.messages[0]?.at ?? 0) : 0;
  /** @template {string} K @template T @param {K} kind @param {T[]} items */
  const of = (kind, items) => items.map((item) => ({ kind, item }));
  const events = of("event", story.events);
  return [...of("message", story.messages), ...of("note", story.notes), ...events].filter(({ item }) => item.at >= since).sort((a, b) => a.item.at - b.item.at);
}

const sameDay = (/** @type {{ at: number } | undefined} */ a, /** @type {{ at: number }} */ b) => a && new Date(a.at).toDateString() === new Date(b.at).toDateString();

function Typing(/** @type {Props & { at?: number }} */ { at = 0, words }) {
  const [, again] = useState(0);
  const left = at + TYPING - Date.now();
  useEffect(() => {
    const timer = left > 0 ? setTimeout(() => again((n) => n + 1), left) : undefined;
    return () => clearTimeout(timer);
  }, [at]);
  return html`<p class="event typing">${left > 0 && words.typing}</p>`;
}

function Message(/** @type {Item<Message>} */ { item: m, state, words, language, story, store, actions }) {
  const c = story.conversation;
  const incoming = m.direction === "incoming";
  const by = incoming ? m.name || words.customer : m.by === "bot" ? words.bot : m.by === state.agent.id ? words.you : m.name || agentName(m.by, state, words);
  const kind = incoming ? "customer" : m.by === "bot" ? "bot" : "agent";
  return html`
    <article class=${`message ${kind}`} data-id=${m.id}>
      <p class="by"><bdi>${by}</bdi>${kind === "bot" && html`<${Kind} outcome=${m.meta?.outcome} words=${words} />`} <${Time} at=${m.at} language=${language} />${m.channel !== c.channel && ` · ${words.channels[m.channel] ?? m.channel}`}</p>
      <div class="bubble">
        ${m.channel === "email" && m.subject && m.subject !== c.subject && html`<p class="subject"><bdi>${m.subject}</bdi></p>`}
        <${Words} text=${m.text} more=${words.showAll} />
        ${m.link && webAddress(m.link) && html`<p class="source">${words.article}: <${Link} to=${m.link} /></p>`}
        <${Attachments} m=${m} conversation=${c.id} store=${store} words=${words} language=${language} />
      </div>
      ${incoming ? html`<${Origin} m=${m} words=${words} onWhole=${() => actions.whole(c.id, m.id)} />` : html`<${Fate} m=${m} story=${story} words=${words} language=${language} />`}
      ${incoming && html`<${Unsaid} m=${m} story=${story} words=${words} />`}
      ${kind === "bot" && html`<${Composed} made=${m.meta?.composed} words=${words} />`}
      ${kind === "bot" && html`<${Verdict} m=${m} c=${c} store=${store} state=${state} words=${words} onBetter=${actions.better} />`}
    </article>`;
}

/** What there is to know of a message that came: who may have written it, and the way to the whole mail. */
function Origin(/** @type {Props & { onWhole: () => void }} */ { m, words, onWhole }) {
  const { automatic, quarantined, locked, unproven, whole } = m.meta ?? {};
  const remarks = [
    automatic && words.automatic[AUTOMATIC[automatic] ?? "other"],
    quarantined && `${words.quarantined}: ${quarantined}`,
    locked && words.locked,
    unproven && words.unverified,
    whole && whole > m.text.length && words.whole.folded,
  ].filter(Boolean);
  if (m.channel !== "email" && !remarks.length) return null;
  return html`<p class="state">${remarks.join(" · ")} ${m.channel === "email" && html`<button type="button" class="plain" onClick=${onWhole}>${words.whole.open}</button>`}</p>`;
}

/** @type {Record<string, string | undefined>} */
const AUTOMATIC = {
  "auto-submitted": "reply", "auto-reply": "reply", subject: "reply", "calendar reply": "reply",
  "null sender": "report", report: "report", daemon: "report",
  list: "list", precedence: "list", "own address": "own", "own mail": "own",
};

/** How far a message of ours got. */
function Fate(/** @type {Props} */ { m, story, words, language }) {
  const { read_at: readAt = 0 } = story;
  const wrong = ["failed", "bounced"].includes(m.state);
  const absent = m.channel === "webchat" && m.state === "pending" && Date.now() - m.at > 10_000;
  const seen = m.channel === "webchat" && readAt >= m.at && lastOf(story.messages, readAt) === m;
  const text = seen ? words.seen(clock(readAt, language)) : absent ? words.absent : words.states[m.state] ?? m.state;
  return html`<p class=${wrong ? "state bad" : "state"}>${text}${m.detail && html`: <bdi>${words.fates[m.detail] ?? m.detail}</bdi>`}</p>`;
}

/** The last of our messages that the visitor has seen. */
const lastOf = (/** @type {Message[]} */ messages, /** @type {number} */ readAt) => messages.findLast((m) => m.direction === "outgoing" && m.channel === "webchat" && m.at <= readAt);

function Note(/** @type {Item<Note>} */ { item: n, state, words, language }) {
  return html`
    <article class="note" data-id=${n.id}>
      <p class="by"><b>${words.note}</b> · <bdi>${n.by === state.agent.id ? words.you : n.name}</bdi> <${Time} at=${n.at} language=${language} /></p>
      <${Words} text=${n.text} more=${words.showAll} />
    </article>`;
}

function Event(/** @type {Item<HouseEvent>} */ { item: e, state, words, language }) {
  if (e.kind === "escalated") return html`<${Escalated} e=${e} words=${words} language=${language} />`;
  const to = e.detail.agent ? agentName(e.detail.agent, state, words) : e.detail.queue;
  const byProof = e.kind === "merged" && e.by === "customer";
  const tell = words.events[byProof ? "mergedByProof" : e.kind] ?? words.events.other;
  const who = e.by === "customer" ? words.customer : agentName(e.by, state, words);
  if (e.kind === "contact_requested") return html`<p class="event">${who}: <bdi>${contactText(e.detail.contact_request, words)}</bdi> · <${Time} at=${e.at} language=${language} /></p>`;
  return html`<p class=${e.kind === "hurried" ? "event pressing" : "event"}>${tell(who, e.kind === "transferred" ? to : e.detail.address ?? e.kind)} · <${Time} at=${e.at} language=${language} /></p>`;
}

const ROWS = { message: Message, note: Note, event: Event };

function Unsent(/** @type {Props & { entry: Entry }} */ { entry, store, words }) {
  const edit = () => {
    store.outbox.withdraw(entry.id);
    dispatchEvent(new CustomEvent("draft", { detail: entry }));
  };
  return html`
    <article class=${entry.kind === "note" ? "note unsent" : "message agent unsent"} data-id=${entry.id}>
      <div class="bubble">
        <${Words} text=${entry.text} more=${words.showAll} />
        ${!!entry.attachments?.length && html`<ul class="files">${entry.attachments.map((f) => html`<li class="file"><bdi class="file-name">${f.name}</bdi></li>`)}</ul>`}
      </div>
      ${entry.failed
        ? html`<p class="state bad" role="alert">
            ${words.notSent} ${errorText(entry.failed, words)}${" "}
            <button type="button" class="plain" onClick=${() => store.outbox.retry(entry.id)}>${words.retry}</button>${" "}
            <button type="button" class="plain" onClick=${edit}>${words.edit}</button>
          </p>`
        : html`<p class="state">${words.pending}</p>`}
    </article>`;
}
