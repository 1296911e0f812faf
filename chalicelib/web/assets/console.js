// The agents' console: sign-in, then lists beside one conversation. All state is in console-store.js.
import { businessName, chooseLanguage, chosenLanguage, html, LanguageSwitch, render, showLanguage, useEffect, useObservable, useRef, useState } from "./common.js";
import { Console, draftOf, isUnread } from "./console-store.js";
import { Lists } from "./console-list.js";
import { Story } from "./console-story.js";
import { Merge, Split } from "./console-customer.js";
import { WholeMail } from "./console-mail.js";
import { Reports, Shortcuts, Transfer } from "./console-dialogs.js";
import { Better, isLearnable, Resolve } from "./console-learning.js";
import { Knowledge } from "./console-knowledge.js";
import { Learning } from "./console-learning-desk.js";
import { errorText } from "./console-parts.js";
import { SignIn } from "./console-sign-in.js";
import { WORDS } from "./console-words.js";

const QUIET = 3_000; // so long a lost connection is not worth a banner
const NOTICE = 6_000;

const store = new Console();

function App() {
  const state = useObservable(store.source);
  const [language, setLanguage] = useState(chosenLanguage);
  const words = WORDS[language];
  const choose = (chosen) => {
    chooseLanguage(chosen);
    setLanguage(chosen);
  };
  if (state.stage === "starting") return html`<p class="nothing" role="status">${words.starting}</p>`;
  if (state.stage !== "ready") return html`<${SignIn} store=${store} state=${state} words=${words} language=${language} onChoose=${choose} />`;
  return html`<${Desk} state=${state} words=${words} language=${language} onChoose=${choose} />`;
}

function Desk({ state, words, language, onChoose }) {
  const [dialog, setDialog] = useState({ name: "" });
  const [notice, tell] = useNotice();
  const ask = (name, about) => setDialog({ name, about });
  const actions = useActions(state, words, tell, ask);
  useRoute();
  useTitle(state, words);
  useShortcuts(state, actions, ask, dialog.name);
  const close = () => ask("");
  const done = (what) => () => {
    close();
    tell(words.done[what]);
    if (what === "transfer") location.hash = "#/";
  };
  return html`
    <div class=${state.open ? "desk reading" : "desk"}>
      <${Top} state=${state} words=${words} language=${language} onChoose=${onChoose} onDialog=${ask} />
      <main>
        <h1 class="sr">${words.console}</h1>
        <nav class="lists" aria-label=${words.lists}>
          <${Lists} store=${store} state=${state} words=${words} onClaim=${actions.claim} claiming=${actions.claiming} />
        </nav>
        <section class="place" aria-label=${words.timeline}>
          <${Story} store=${store} state=${state} words=${words} language=${language} actions=${actions} />
        </section>
      </main>
    </div>
    <div class="notices">
      <${Live} link=${state.link} words=${words} />
      <p class=${notice.text ? `notice ${notice.bad ? "wrong" : ""}` : "sr"} role="status">${notice.text}</p>
    </div>
    ${dialog.name === "transfer" && html`<${Transfer} store=${store} state=${state} words=${words} onClose=${close} onDone=${done("transfer")} />`}
    ${dialog.name === "reports" && html`<${Reports} store=${store} words=${words} language=${language} onClose=${close} />`}
    ${dialog.name === "whole" && html`<${WholeMail} store=${store} whole=${dialog.about} words=${words} language=${language} onClose=${close} />`}
    ${dialog.name === "merge" && html`<${Merge} store=${store} ...${dialog.about} words=${words} onClose=${close} onDone=${done("merge")} />`}
    ${dialog.name === "split" && html`<${Split} store=${store} ...${dialog.about} words=${words} onClose=${close} onDone=${done("split")} />`}
    ${dialog.name === "resolve" && html`<${Resolve} store=${store} state=${state} words=${words} language=${language} onClose=${close} onDone=${done("resolve")} />`}
    ${dialog.name === "better" && html`<${Better} store=${store} ...${dialog.about} words=${words} language=${language} onClose=${close} onDone=${done("better")} />`}
    ${dialog.name === "learning" && html`<${Learning} store=${store} state=${state} words=${words} language=${language} onClose=${close} />`}
    ${dialog.name === "knowledge" && html`<${Knowledge} store=${store} words=${words} language=${language} onClose=${close} />`}
    ${dialog.name === "shortcuts" && html`<${Shortcuts} words=${words} onClose=${close} />`}`;
}

const Top = ({ state, words, language, onChoose, onDialog }) => html`
  <header class="top">
    <span class="mark" aria-hidden="true">${[...businessName()][0]}</span>
    <p class="top-who"><b>${businessName()}</b><bdi>${state.agent.name}</bdi></p>
    ${state.agent.role !== "agent" && html`<button type="button" class="quiet" onClick=${() => onDialog("reports")}>${words.reports}</button>
      <button type="button" class="quiet" onClick=${() => onDialog("knowledge")}>${words.knowledge.title}</button>`}
    <button type="button" class="quiet" onClick=${() => onDialog("learning")}>${words.learning.title}</button>
    <button type="button" class="quiet help" aria-label=${words.shortcuts} title=${words.shortcuts} aria-keyshortcuts="Alt+H" onClick=${() => onDialog("shortcuts")}>?</button>
    <${LanguageSwitch} language=${language} onChoose=${onChoose} />
    <button type="button" class="quiet" onClick=${() => store.signOut()}>${words.signOut}</button>
  </header>`;

function Live({ link, words }) {
  const [late, setLate] = useState(false);
  const cut = link !== "open";
  useEffect(() => {
    if (!cut) return setLate(false);
    const timer = setTimeout(() => setLate(true), QUIET);
    return () => clearTimeout(timer);
  }, [cut]);
  const text = link === "offline" ? words.offline : cut && late ? words.notLive : "";
  return html`<p class=${text ? "notice warm" : "sr"} role="status">${text}</p>`;
}

function useNotice() {
  const [notice, setNotice] = useState({ text: "" });
  const timer = useRef(0);
  const tell = (text, bad = false) => {
    clearTimeout(timer.current);
    setNotice({ text, bad });
    timer.current = setTimeout(() => setNotice({ text: "" }), NOTICE);
  };
  return [notice, tell];
}

function useActions(state, words, tell, ask) {
  const [claiming, setClaiming] = useState(false);
  const attempt = (act) => act().catch((error) => tell(errorText(error.code, words), true));
  const isFree = () => {
    const draft = draftOf(state.open);
    return !(draft.text.trim() || draft.files.length) || confirm(words.draftLost);
  };
  const finish = (action) => {
    if (!isFree()) return;
    if (action === "resolve" && isLearnable(state.stories[state.open])) return ask("resolve");
    attempt(async () => {
      await store.act(state.open, action);
      tell(words.done[action]);
    });
  };
  const claim = async () => {
    setClaiming(true);
    await attempt(async () => {
      const claimed = await store.claim();
      if (claimed) location.hash = `#/c/${encodeURIComponent(claimed.id)}`;
      else tell(words.claimNone);
    });
    setClaiming(false);
  };
  return {
    claim,
    claiming,
    setTier: (tier) => attempt(() => store.act(state.open, "customer", { tier })),
    resolve: () => finish("resolve"),
    handBack: () => finish("hand-back"),
    transfer: () => ask("transfer"),
    better: (conversation, message) => ask("better", { conversation, message }),
    whole: (conversation, message) => ask("whole", { conversation, message }),
    merge: (c, found) => ask("merge", { c, found }),
    split: (customer, identity) => ask("split", { customer, identity }),
  };
}

/** The conversation in the address is the open one, so that reload and the back button work. */
function useRoute() {
  useEffect(() => {
    const follow = () => store.open(decodeURIComponent(location.hash.match(/^#\/c\/(.+)$/)?.[1] ?? ""));
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
}

function useTitle(state, words) {
  useEffect(() => {
    document.title = words.title(state.mine.filter((c) => isUnread(c, state)).length);
  });
}

/** Alt with the key's place on the keyboard, so that layouts and input methods do not matter. */
function useShortcuts(state, actions, ask, dialog) {
  useEffect(() => {
    const mine = state.stories[state.open]?.conversation.agent === state.agent.id && state.stories[state.open]?.conversation.owner === "agent";
    const write = (mode) => dispatchEvent(new CustomEvent("write", { detail: mode }));
    const keys = {
      KeyN: actions.claim,
      KeyR: () => mine && write("reply"),
      KeyM: () => state.open && write("note"),
      KeyT: () => mine && actions.transfer(),
      KeyS: () => mine && actions.resolve(),
      KeyH: () => ask("shortcuts"),
      ArrowUp: () => step(state, -1),
      ArrowDown: () => step(state, 1),
    };
    const pressed = (event) => {
      if (dialog) return;
      if (event.key === "Escape" && !event.isComposing) location.hash = "#/";
      if (!event.altKey || event.ctrlKey || event.metaKey || !keys[event.code]) return;
      event.preventDefault();
      keys[event.code]();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
}

function step({ mine, open }, by) {
  if (!mine.length) return;
  const here = mine.findIndex((c) => c.id === open);
  const next = mine[(Math.max(here, by > 0 ? -1 : 0) + by + mine.length) % mine.length];
  location.hash = `#/c/${encodeURIComponent(next.id)}`;
}

showLanguage(chosenLanguage());
render(html`<${App} />`, document.getElementById("app"));
store.resume();
