// The chat page: what the customer sees and types. All state is in chat-store.js.
import {
  businessName, chooseLanguage, chosenLanguage, day, html, LanguageSwitch, length, Link, render, showLanguage, store, stored,
  Time, useEffect, useLayoutEffect, useObservable, useRef, useState, webAddress, Words,
} from "./common.js";
import { Chat, LONGEST, refusal } from "./chat-store.js";
import { WORDS } from "./chat-words.js";

const DRAFT = `baton.chat:${location.pathname}:draft`;
const THINKING = 9_000; // after so long without an answer the page says honestly that it may take a while
const TOGETHER = 5 * 60_000; // messages of one author within this time stand together
const QUIET = 2_000; // so long a lost connection is not worth a banner

const chat = new Chat(chosenLanguage());

function Page() {
  const [language, setLanguage] = useState(chat.language);
  const state = useObservable(chat.source);
  const words = WORDS[language];
  const choose = (chosen) => {
    chooseLanguage(chosen);
    chat.language = chosen;
    setLanguage(chosen);
  };
  useUnread(state.messages, words);
  return html`
    <${Header} words=${words} language=${language} onChoose=${choose} />
    <main>
      <${Log} state=${state} words=${words} language=${language} />
      <${Banner} state=${state} words=${words} />
      <${Composer} words=${words} />
    </main>`;
}

const Header = ({ words, language, onChoose }) => html`
  <header>
    <span class="mark" aria-hidden="true">${[...businessName()][0]}</span>
    <div class="who">
      <h1>${businessName()}</h1>
      <p>${words.subtitle}</p>
    </div>
    <${LanguageSwitch} language=${language} onChoose=${onChoose} />
  </header>`;

/** The number of messages that came while the page was hidden, in the title. */
function useUnread(messages, words) {
  const seen = useRef(0);
  const others = messages.filter((m) => m.by !== "you").length;
  const show = () => {
    if (document.visibilityState === "visible") seen.current = others;
    const unread = others - seen.current;
    document.title = unread > 0 ? words.unread(unread, businessName()) : businessName();
  };
  useEffect(() => {
    show();
    document.addEventListener("visibilitychange", show);
    return () => document.removeEventListener("visibilitychange", show);
  });
}

function Log({ state, words, language }) {
  const { messages, outbox, loaded } = state;
  const box = useRef(null);
  const [below, setBelow] = useState(false);
  const toEnd = () => (box.current.scrollTop = box.current.scrollHeight);
  const atEnd = useRef(true);
  const onScroll = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current;
    atEnd.current = scrollHeight - scrollTop - clientHeight < 80;
    if (atEnd.current) setBelow(false);
  };
  useLayoutEffect(() => {
    if (atEnd.current || outbox.length) toEnd();
    else setBelow(true);
  }, [messages.length, outbox.length]);
  useKeepEnd(box, atEnd, toEnd);
  return html`
    <div class="scroll" ref=${box} onScroll=${onScroll} tabindex="0" role="log" aria-label=${words.log}
      aria-live=${loaded ? "polite" : "off"} aria-busy=${!loaded}>
      <div class="log">
        <${Hello} words=${words} />
        ${messages.map((m, i) => html`<${Message} key=${m.id} m=${m} previous=${messages[i - 1]} words=${words} language=${language} />`)}
        ${outbox.map((m) => html`<${Unsent} key=${m.id} m=${m} words=${words} link=${state.link} />`)}
        <${Outlook} messages=${messages} outbox=${outbox} words=${words} />
      </div>
    </div>
    ${below && html`<button type="button" class="below" onClick=${toEnd}>${words.newBelow} ↓</button>`}`;
}

/** Whatever changes the height (a keyboard, a status line): who was at the end stays there. */
function useKeepEnd(box, atEnd, toEnd) {
  useEffect(() => {
    const observer = new ResizeObserver(() => atEnd.current && toEnd());
    observer.observe(box.current);
    observer.observe(box.current.firstElementChild);
    return () => observer.disconnect();
  }, []);
}

const Hello = ({ words }) => html`
  <div class="hello">
    <p class="greeting">${words.hello}</p>
    <p>${words.helloMore}</p>
  </div>`;

const together = (a, b) => a && b && a.by === b.by && a.name === b.name && b.at - a.at < TOGETHER;
const sameDay = (a, b) => a && new Date(a.at).toDateString() === new Date(b.at).toDateString();

function Message({ m, previous, words, language }) {
  const mine = m.by === "you";
  const author = mine ? words.you : m.by === "bot" ? words.bot : m.name || words.team;
  const joined = together(previous, m) && sameDay(previous, m);
  return html`
    ${!sameDay(previous, m) && html`<p class="day">${day(m.at, language)}</p>`}
    <article class=${`message ${mine ? "mine" : m.by}`} data-id=${m.id}>
      <p class=${mine || joined ? "sr" : "author"}>${author}${m.by === "bot" && html` <span class="tag">${words.automatic}</span>`}</p>
      <div class="bubble">
        <${Words} text=${m.text} more=${words.showAll} />
        ${webAddress(m.link) && m.link && html`<p class="source"><${Link} to=${m.link}>${words.readMore}<//></p>`}
      </div>
      <p class="state"><${Time} at=${m.at} language=${language} />${mine && html` · ${words.received}`}</p>
    </article>`;
}

function Unsent({ m, words, link }) {
  const edit = () => {
    const text = chat.withdraw(m.id);
    dispatchEvent(new CustomEvent("draft", { detail: text }));
  };
  const pending = link === "open" ? words.sending : words.held;
  return html`
    <article class="message mine unsent" data-id=${m.id}>
      <p class="sr">${words.you}</p>
      <div class="bubble"><${Words} text=${m.text} more=${words.showAll} /></div>
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
function Outlook({ messages, outbox, words }) {
  const last = messages.at(-1);
  const theirs = messages.findLast((m) => m.by !== "you");
  const person = theirs?.by === "agent";
  const waiting = last?.by === "you" && !outbox.length;
  const thinking = useSoon(waiting && !person && !theirs?.handover ? last.at : 0);
  if (theirs?.handover) return html`<div class="outlook"><p><b>${words.handed}</b></p><p>${words.handedMore}</p></div>`;
  if (!waiting || person) return null;
  if (thinking) return html`<p class="thinking"><span class="sr">${words.thinking}</span><i></i><i></i><i></i></p>`;
  return html`<div class="outlook"><p>${words.waiting}</p></div>`;
}

/** True for a short while after `since` was first seen. */
function useSoon(since) {
  const [over, setOver] = useState(0);
  useEffect(() => {
    if (!since || Math.abs(Date.now() - since) > 10 * THINKING) return setOver(since);
    const timer = setTimeout(() => setOver(since), THINKING);
    return () => clearTimeout(timer);
  }, [since]);
  return since > 0 && over !== since;
}

function Banner({ state, words }) {
  const [late, setLate] = useState(false);
  const cut = state.link !== "open";
  useEffect(() => {
    if (!cut) return setLate(false);
    const timer = setTimeout(() => setLate(true), QUIET);
    return () => clearTimeout(timer);
  }, [cut]);
  const trouble = state.trouble && (words.trouble[state.trouble] ?? words.trouble.other);
  const text = state.link === "offline" ? words.offline : trouble || (cut && late ? words.connecting : "");
  return html`<p class=${text ? "banner" : "sr"} role="status">${text}</p>`;
}

function Composer({ words }) {
  const [text, setText] = useState(() => stored(sessionStorage, DRAFT, ""));
  const field = useRef(null);
  useEffect(() => store(sessionStorage, DRAFT, text || null), [text]);
  useEffect(() => {
    const back = (event) => {
      setText((now) => [event.detail, now].filter(Boolean).join("\n"));
      field.current.focus();
    };
    addEventListener("draft", back);
    return () => removeEventListener("draft", back);
  }, []);
  const send = (event) => {
    event?.preventDefault();
    if (refusal(text)) return field.current.focus();
    chat.send(text.trim());
    setText("");
    field.current.focus();
  };
  return html`
    <form class="composer" onSubmit=${send}>
      <label class="sr" for="text">${words.label}</label>
      <div class="field" data-text=${text + "\n"}>
        <textarea id="text" ref=${field} rows="1" value=${text} placeholder=${words.placeholder} aria-describedby="keys count"
          enterkeyhint="send" autofocus onInput=${(e) => setText(e.target.value)} onKeyDown=${(e) => entered(e) && send(e)}></textarea>
      </div>
      <button class="send" aria-label=${words.send} title=${words.send} disabled=${Boolean(refusal(text))}>
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 19V5m-6.5 6.5L12 5l6.5 6.5" /></svg>
      </button>
      <p id="keys" class="keys">${words.keys}</p>
      <${Count} text=${text} words=${words} />
    </form>`;
}

/** Enter sends where there is a keyboard; while an input method composes, Enter only confirms its choice. */
function entered(event) {
  const composing = event.isComposing || event.keyCode === 229;
  return event.key === "Enter" && !event.shiftKey && !composing && !matchMedia("(pointer: coarse)").matches;
}

function Count({ text, words }) {
  const left = LONGEST - length(text);
  const note = refusal(text) === "too_large" && left >= 0 ? words.failed.too_large : left < 0 ? words.tooLong(-left) : left < 500 ? words.left(left) : "";
  return html`<p id="count" class=${refusal(text) === "too_large" ? "count bad" : "count"} role="status">${note}</p>`;
}

showLanguage(chat.language);
render(html`<${Page} />`, document.getElementById("app"));
chat.start();
