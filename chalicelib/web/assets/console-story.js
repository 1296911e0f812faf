// One conversation: its head with the actions, the timeline, and who the customer is.
import { clock, day, html, Link, Time, useEffect, useLayoutEffect, useRef, useState, webAddress, Words } from "./common.js";
import { isStored } from "./console-store.js";
import { Composer } from "./console-composer.js";
import { agentName, ChannelIcon, customerName, errorText, ownerLine, Urgent } from "./console-parts.js";

export function Story({ store, state, words, language, actions }) {
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
      <${Timeline} key=${c.id} store=${store} story=${story} state=${state} words=${words} language=${language} />
      <${Composer} key=${`w${c.id}`} store=${store} c=${c} mine=${mine} words=${words} />
      <${Details} c=${c} story=${story} state=${state} words=${words} language=${language} actions=${actions} />
    </div>`;
}

/** What is on the screen of a visible page counts as read. */
function useSeen(store, story) {
  useEffect(() => {
    const look = () => story && document.visibilityState === "visible" && store.markSeen(story);
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [story]);
}

function Head({ c, mine, state, words, actions, details, onDetails }) {
  return html`
    <header class="head">
      <a class="quiet back" href="#/" aria-label=${words.back}>←</a>
      <div class="head-who">
        <h2><bdi>${customerName(c, words)}</bdi> ${c.urgency === "urgent" && c.owner !== "none" && html`<${Urgent} words=${words} />`}</h2>
        <p><${ChannelIcon} channel=${c.channel} words=${words} /> ${words.channels[c.channel] ?? c.channel} · ${ownerLine(c, state, words)}</p>
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

function Timeline({ store, story, state, words, language }) {
  const box = useRef(null);
  const atEnd = useRef(true);
  const outbox = state.outbox.filter((e) => e.conversation === story.conversation.id && !isStored(e, story));
  const rows = entries(story);
  const toEnd = () => atEnd.current && (box.current.scrollTop = box.current.scrollHeight);
  useLayoutEffect(() => {
    if (outbox.length) atEnd.current = true;
    toEnd();
  }, [rows.length, outbox.length]);
  useEffect(() => {
    const observer = new ResizeObserver(toEnd);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const onScroll = () => (atEnd.current = box.current.scrollHeight - box.current.scrollTop - box.current.clientHeight < 80);
  return html`
    <div class="timeline" ref=${box} onScroll=${onScroll} tabindex="0" role="log" aria-live="polite" aria-label=${words.timeline}>
      ${rows.map(({ kind, item }, i) => html`
        ${!sameDay(rows[i - 1]?.item, item) && html`<p class="day">${day(item.at, language)}</p>`}
        <${ROWS[kind]} key=${kind + (item.id ?? item.kind + item.at)} item=${item} state=${state} words=${words} language=${language} channel=${story.conversation.channel} />`)}
      ${outbox.map((e) => html`<${Unsent} key=${e.id} entry=${e} store=${store} words=${words} />`)}
    </div>`;
}

/** Messages, notes and events together, in the order of time. */
function entries(story) {
  const of = (kind, items) => items.map((item) => ({ kind, item }));
  const events = of("event", story.events);
  return [...of("message", story.messages), ...of("note", story.notes), ...events].sort((a, b) => a.item.at - b.item.at);
}

const sameDay = (a, b) => a && new Date(a.at).toDateString() === new Date(b.at).toDateString();

function Message({ item: m, state, words, language, channel }) {
  const incoming = m.direction === "incoming";
  const by = incoming ? m.name || words.customer : m.by === "bot" ? words.bot : m.by === state.agent.id ? words.you : m.name || agentName(m.by, state, words);
  const kind = incoming ? "customer" : m.by === "bot" ? "bot" : "agent";
  const absent = m.channel === "webchat" && m.state === "pending" && Date.now() - m.at > 10_000;
  return html`
    <article class=${`message ${kind}`} data-id=${m.id}>
      <p class="by"><bdi>${by}</bdi> <${Time} at=${m.at} language=${language} />${m.channel !== channel && ` · ${words.channels[m.channel]}`}</p>
      <div class="bubble">
        <${Words} text=${m.text} more=${words.showAll} />
        ${m.link && webAddress(m.link) && html`<p class="source">${words.article}: <${Link} to=${m.link} /></p>`}
      </div>
      ${!incoming && html`<p class=${["failed", "bounced"].includes(m.state) ? "state bad" : "state"}>
        ${absent ? words.absent : words.states[m.state] ?? m.state}${m.detail && html`: <bdi>${m.detail}</bdi>`}</p>`}
    </article>`;
}

function Note({ item: n, state, words, language }) {
  return html`
    <article class="note" data-id=${n.id}>
      <p class="by"><b>${words.note}</b> · <bdi>${n.by === state.agent.id ? words.you : n.name}</bdi> <${Time} at=${n.at} language=${language} /></p>
      <${Words} text=${n.text} more=${words.showAll} />
    </article>`;
}

function Event({ item: e, state, words, language }) {
  if (e.kind === "escalated") return html`<${Escalated} e=${e} words=${words} language=${language} />`;
  const to = e.detail.agent ? agentName(e.detail.agent, state, words) : e.detail.queue;
  const tell = words.events[e.kind] ?? words.events.other;
  return html`<p class="event">${tell(agentName(e.by, state, words), e.kind === "transferred" ? to : e.kind)} · <${Time} at=${e.at} language=${language} /></p>`;
}

function Escalated({ e, words, language }) {
  const { reason, queue, urgency, summary, facts = {} } = e.detail;
  const known = Object.entries(facts).filter(([, value]) => value !== "" && value !== null && value !== false);
  return html`
    <section class="escalated" aria-label=${words.escalated}>
      <p class="by"><b>${words.escalated}</b> <${Time} at=${e.at} language=${language} /></p>
      <dl>
        <dt>${words.because}</dt>
        <dd><bdi>${reason}</bdi> → ${queue}${urgency === "urgent" && html` <${Urgent} words=${words} />`}</dd>
        ${summary && html`<dt>${words.soFar}</dt><dd><${Words} text=${summary} more=${words.showAll} /></dd>`}
      </dl>
      ${known.length > 0 && html`
        <details>
          <summary>${words.facts}</summary>
          <ul class="facts">${known.map(([name, value]) => html`<li><span>${name}</span> <bdi>${shown(value)}</bdi></li>`)}</ul>
        </details>`}
    </section>`;
}

const shown = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));

const ROWS = { message: Message, note: Note, event: Event };

function Unsent({ entry, store, words }) {
  const edit = () => {
    store.withdraw(entry.id);
    dispatchEvent(new CustomEvent("draft", { detail: entry }));
  };
  return html`
    <article class=${entry.kind === "note" ? "note unsent" : "message agent unsent"} data-id=${entry.id}>
      <div class="bubble"><${Words} text=${entry.text} more=${words.showAll} /></div>
      ${entry.failed
        ? html`<p class="state bad" role="alert">
            ${words.notSent} ${errorText(entry.failed, words)}${" "}
            <button type="button" class="plain" onClick=${() => store.retry(entry.id)}>${words.retry}</button>${" "}
            <button type="button" class="plain" onClick=${edit}>${words.edit}</button>
          </p>`
        : html`<p class="state">${words.pending}</p>`}
    </article>`;
}

function Details({ c, story, state, words, language, actions }) {
  const replied = c.first_reply_at > 0 && html`${clock(c.first_reply_at, language)} · ${agentName(c.first_reply_by, state, words)}`;
  const rows = [
    [words.subject, c.subject],
    [words.address, c.channel !== "webchat" && c.address], // a chat visitor has only a random id
    [words.language, c.language && (words.languages[c.language.slice(0, 2)] ?? c.language)],
    [words.opened, clock(c.opened_at, language)],
    [words.firstReply, replied],
    [words.counts, words.countsValue(c)],
    [words.tier, c.tier && words.vip],
  ];
  const mayMark = state.agent.role !== "agent" && c.owner !== "none";
  return html`
    <section id="details" class="details" aria-label=${words.details}>
      <h3>${words.details}</h3>
      <dl>${rows.filter(([, value]) => value).map(([name, value]) => html`<dt>${name}</dt><dd><bdi>${value}</bdi></dd>`)}</dl>
      ${mayMark && html`<button type="button" class="quiet tier" onClick=${() => actions.setTier(c.tier ? "" : "vip")}>${c.tier ? words.noVip : words.makeVip}</button>`}
      <h3>${words.others}</h3>
      ${story.others.length
        ? html`<ul class="cards">${story.others.map((o) => html`<${Other} key=${o.id} o=${o} state=${state} words=${words} language=${language} />`)}</ul>`
        : html`<p class="empty">${words.othersNone}</p>`}
    </section>`;
}

const Other = ({ o, state, words, language }) => html`
  <li>
    <a class="card" href=${`#/c/${encodeURIComponent(o.id)}`}>
      <span class="card-line"><${ChannelIcon} channel=${o.channel} words=${words} /><bdi class="card-name">${o.subject || customerName(o, words)}</bdi></span>
      <span class="card-age">${clock(o.opened_at, language)} · ${ownerLine(o, state, words)}</span>
    </a>
  </li>`;
