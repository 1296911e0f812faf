// The conversation itself: messages, what is still unsent, and what the visitor may expect now.
/** @import { ChatMessage } from "../shared/wire.d.ts" */
/** @import { Props, State, Unsent } from "./types.d.ts" */
import { day, html, Link, Time, useEffect, useLayoutEffect, useRef, useState, webAddress, Words } from "../shared/common.js";
import { Older, useEnd, useOlder } from "../shared/older.js";
import { greetingIn } from "./looks.js";
import { newestOfTheirs } from "./store.js";
import { Files } from "./files.js";
import { Reach } from "./reach.js";

const THINKING = 9_000; // after so long without an answer the page says honestly that it may take a while
const TOGETHER = 5 * 60_000; // messages of one author within this time stand together

export function Log(/** @type {Props} */ { chat, state, words, language }) {
  const { messages, older, outbox, loaded, typing } = state;
  const box = useRef(null);
  const [below, setBelow] = useState(false);
  const { atEnd, toEnd, scrolled } = useEnd(box);
  const see = () => atEnd.current && state.open && document.visibilityState === "visible" && chat.seen(newestOfTheirs(messages)?.at ?? 0);
  const onScroll = () => {
    scrolled();
    if (atEnd.current) setBelow(false);
    near();
    see();
  };
  useLayoutEffect(() => {
    if (atEnd.current || outbox.length) toEnd();
    else setBelow(true);
  }, [messages.at(-1)?.id, outbox.length]);
  const near = useOlder(box, { first: messages[0]?.id, older, load: chat.older, atEnd });
  useEffect(() => {
    see();
    document.addEventListener("visibilitychange", see);
    return () => document.removeEventListener("visibilitychange", see);
  });
  return html`
    <div class="scroll" ref=${box} onScroll=${onScroll} tabindex="0" role="log" aria-label=${words.log}
      aria-live=${loaded ? "polite" : "off"} aria-busy=${!loaded}>
      <div class="log">
        ${older ? html`<${Older} older=${older} load=${chat.older} label=${words.older} />` : html`<${Hello} words=${words} language=${language} />`}
        ${messages.map((m, i) => html`<${Message} key=${m.id} m=${m} previous=${messages[i - 1]} open=${i === messages.length - 1 && !outbox.length}
          chat=${chat} words=${words} language=${language} />`)}
        ${outbox.map((m) => html`<${Unsent} key=${m.id} m=${m} chat=${chat} words=${words} link=${state.link} waits=${state.waitUntil > 0} />`)}
        ${typing && html`<p class="thinking"><span class="sr">${words.typing}</span><i></i><i></i><i></i></p>`}
        <${Outlook} messages=${messages} outbox=${outbox} words=${words} />
        <${Reach} chat=${chat} state=${state} words=${words} language=${language} />
      </div>
    </div>
    ${below && html`<button type="button" class="below" onClick=${toEnd}>${words.newBelow} ↓</button>`}`;
}

const Hello = (/** @type {Props} */ { words, language }) => html`
  <div class="hello">
    <p class="greeting">${greetingIn(language) || words.hello}</p>
    <p>${words.helloMore}</p>
  </div>`;

const together = (/** @type {ChatMessage | undefined} */ a, /** @type {ChatMessage} */ b) => a && b && a.by === b.by && a.name === b.name && b.at - a.at < TOGETHER;
const sameDay = (/** @type {ChatMessage | undefined} */ a, /** @type {ChatMessage} */ b) => a && new Date(a.at).toDateString() === new Date(b.at).toDateString();

function Message(/** @type {Props & { previous?: ChatMessage, open: boolean }} */ { m, previous, open, chat, words, language }) {
  const mine = m.by === "you";
  const author = mine ? words.you : m.by === "bot" ? words.bot : m.name || words.team;
  const joined = together(previous, m) && sameDay(previous, m);
  const address = (/** @type {string} */ id, /** @type {string} */ sha256) => chat.address(id, sha256);
  const choices = open && !mine && !!m.choices?.length;
  const [text, question] = choices ? beforeChoices(m) : [m.text, ""];
  return html`
    ${!sameDay(previous, m) && html`<p class="day">${day(m.at, language)}</p>`}
    <article class=${`message ${mine ? "mine" : m.by}`} data-id=${m.id}>
      <p class=${mine || joined ? "sr" : "author"}>${author}${m.by === "bot" && html` <span class="tag">${words.automatic}</span>`}</p>
      ${m.text && html`<div class="bubble">
        ${text && html`<${Words} text=${text} more=${words.showAll} marks=${m.fits} />`}
        ${m.link && webAddress(m.link) && html`<p class="source"><${Link} to=${m.link}>${words.readMore}<//></p>`}
        ${question && html`<${Words} text=${question} more=${words.showAll} />`}
      </div>`}
      ${choices && html`<${Choices} m=${m} chat=${chat} words=${words} />`}
      <${Files} m=${m} address=${address} words=${words} language=${language} />
      <p class="state"><${Time} at=${m.at} language=${language} />${mine && html` · ${words.received}`}${
        m.channel && words.by[m.channel] && html` · ${words.by[m.channel]}`
      }</p>
    </article>`;
}

/** The text without the lines that the buttons stand for, in two: what is told, and the question that they answer. */
function beforeChoices(/** @type {ChatMessage} */ { text, listed = [] }) {
  const lines = text.split("\n");
  const start = lines.lastIndexOf("", listed[0] ?? lines.length) + 1; // the question's paragraph
  const without = (/** @type {number} */ from, /** @type {number} */ to = lines.length) => lines.slice(from, to).filter((_, n) => !listed.includes(n + from)).join("\n").trim();
  return start ? [without(0, start), without(start)] : [without(0), ""];
}

/** The number under which the text lists a choice, as it may be typed, too; "" if it has none. */
function numberOf(/** @type {string} */ choice, /** @type {ChatMessage} */ { text, listed = [] }) {
  const lines = text.split("\n");
  const line = lines[listed.find((n) => lines[n]?.replace(/^\d+\. /, "") === choice && lines[n] !== choice) ?? -1];
  return line ? line.slice(0, -choice.length).trim() : "";
}

/** What may be answered, as buttons, until something is: a tap says a choice's words. */
function Choices(/** @type {Props} */ { m, chat, words }) {
  const choose = (/** @type {string} */ choice) => {
    /** @type {HTMLElement} */ (document.querySelector(".scroll")).focus(); // the button goes away
    chat.send(choice);
  };
  const shown = (m.choices ?? []).map((choice) => ({ choice, number: numberOf(choice, m) }));
  return html`<ul class="choices" aria-label=${words.choices}>
    ${shown.map(({ choice, number }) => html`<li key=${choice} class=${number && "listed"}><button type="button" onClick=${() => choose(choice)}>
      ${number && html`<span class="number">${number}${" "}</span>`}<span class="choice">${choice}</span></button></li>`)}
  </ul>`;
}

function Unsent(/** @type {Omit<Props, "m"> & { m: Unsent, link: string, waits: boolean }} */ { m, chat, words, link, waits }) {
  const edit = () => {
    const text = chat.withdraw(m.id);
    dispatchEvent(new CustomEvent("draft", { detail: text }));
  };
  const pending = link !== "open" ? words.held : waits ? words.waits : words.sending;
  return html`
    <article class="message mine unsent" data-id=${m.id}>
      <p class="sr">${words.you}</p>
      ${m.text && html`<div class="bubble"><${Words} text=${m.text} more=${words.showAll} /></div>`}
      ${m.attachments && html`<ul class="files">${m.attachments.map((entry) => html`<li class="file"><span class="file-name">${entry.name}</span></li>`)}</ul>`}
      ${m.failed
        ? html`<p class="state bad">
            ${words.failed[m.failed] ?? words.failed.other}${" "}
            <button type="button" class="plain" onClick=${() => chat.retry(m.id)}>${words.retry}</button>${" "}
            <button type="button" class="plain" onClick=${edit}>${words.edit}</button>
          </p>`
        : html`<p class="state">${pending}</p>`}
    </article>`;
}

/** What the customer may expect now: nothing is promised that the page does not know. */
function Outlook(/** @type {Props & Pick<State, "messages" | "outbox">} */ { messages, outbox, words }) {
  const last = messages.at(-1);
  const theirs = newestOfTheirs(messages);
  const person = theirs?.by === "agent";
  const waiting = last?.by === "you" && !outbox.length;
  const thinking = useSoon(waiting && !person && !theirs?.waits ? last.at : 0);
  if (theirs?.waits) return html`<div class="outlook"><p><b>${words.handed}</b></p><p>${words.handedMore}</p></div>`;
  if (!waiting || person) return null;
  if (thinking) return html`<p class="thinking"><span class="sr">${words.thinking}</span><i></i><i></i><i></i></p>`;
  return html`<div class="outlook"><p>${words.waiting}</p></div>`;
}

/** True for a short while after `since` was first seen. */
function useSoon(/** @type {number} */ since) {
  const [over, setOver] = useState(0);
  useEffect(() => {
    if (!since || Math.abs(Date.now() - since) > 10 * THINKING) return setOver(since);
    const timer = setTimeout(() => setOver(since), THINKING);
    return () => clearTimeout(timer);
  }, [since]);
  return since > 0 && over !== since;
}
