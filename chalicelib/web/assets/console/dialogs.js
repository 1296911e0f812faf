// What opens above the console: transfer, reports, and the list of shortcuts.
/** @import { On } from "../shared/types.d.ts" */
/** @import { DayReport } from "./learning/wire.d.ts" */
/** @import { ApiError, Props, Story } from "./types.d.ts" */
import { clock, fieldsOf, html, Link, useEffect, useState } from "../shared/common.js";
import { Dialog, errorText } from "./parts.js";

export const SHORTCUTS = [
  ["claim", "Alt + N"],
  ["move", "Alt + ↑, Alt + ↓"],
  ["reply", "Alt + R"],
  ["note", "Alt + M"],
  ["transfer", "Alt + T"],
  ["resolve", "Alt + S"],
  ["send", "Ctrl + Enter"],
  ["help", "Alt + H"],
  ["escape", "Esc"],
];
const LOOK_AGAIN = [1500, 2000, 3000, 5000, 8000]; // a report takes a few seconds

export const Shortcuts = (/** @type {Props} */ { words, onClose }) => html`
  <${Dialog} title=${words.shortcuts} words=${words} onClose=${onClose}>
    <dl class="shortcuts">${SHORTCUTS.map(([name, keys]) => html`<dt><kbd>${keys}</kbd></dt><dd>${words.keys[name]}</dd>`)}</dl>
  <//>`;

export function Transfer(/** @type {Props} */ { store, state, words, onClose, onDone }) {
  const c = /** @type {Story} */ (state.stories[state.open]).conversation;
  const colleagues = state.agents.filter((a) => a.id !== state.agent.id);
  const queues = [...new Set(state.agents.flatMap((a) => a.skills))].sort();
  const [to, setTo] = useState("queue");
  const [failed, setFailed] = useState("");
  useEffect(() => void store.readAgents().catch(() => {}), []);
  const pass = async (/** @type {On<HTMLFormElement>} */ event) => {
    event.preventDefault();
    const { queue, urgency, agent, note } = fieldsOf(event.target);
    const target = to === "queue" ? { queue, urgency } : { agent };
    try {
      await store.act(c.id, "transfer", note.trim() ? { ...target, note: note.trim() } : target);
      onDone();
    } catch (error) {
      setFailed(error.code);
    }
  };
  return html`
    <${Dialog} title=${words.transfer} words=${words} onClose=${onClose}>
      <form onSubmit=${pass}>
        <fieldset>
          <legend>${words.transferTo}</legend>
          <label class="choice"><input type="radio" name="to" checked=${to === "queue"} onChange=${() => setTo("queue")} /> ${words.toQueue}</label>
          <label class="choice"><input type="radio" name="to" checked=${to === "agent"} disabled=${!colleagues.length} onChange=${() => setTo("agent")} /> ${words.toColleague}</label>
        </fieldset>
        ${to === "queue"
          ? html`<div class="pair">
              <label>${words.queue}<select name="queue">${queues.map((q) => html`<option value=${q} selected=${q === c.queue}>${q}</option>`)}</select></label>
              <label>${words.urgency}<select name="urgency">
                <option value="normal" selected=${c.urgency === "normal"}>${words.normal}</option>
                <option value="urgent" selected=${c.urgency === "urgent"}>${words.urgent}</option>
              </select></label>
            </div>`
          : html`<label>${words.colleague}<select name="agent">${colleagues.map((a) => html`<option value=${a.id}>${words.colleagueLoad(a)}</option>`)}</select></label>`}
        <label>${words.transferNote}<textarea name="note" rows="3"></textarea></label>
        ${failed && html`<p class="bad" role="alert">${errorText(failed, words)}</p>`}
        <div class="send-line">
          <button type="button" class="quiet" onClick=${onClose}>${words.cancel}</button>
          <button class="primary">${words.transfer}</button>
        </div>
      </form>
    <//>`;
}

export function Reports(/** @type {Props} */ { store, words, language, onClose }) {
  const [reports, setReports] = useState(/** @type {DayReport[] | null} */ (null));
  const [note, setNote] = useState("");
  const [failed, setFailed] = useState("");
  const attempt = (/** @type {() => Promise<unknown>} */ act) => act().catch((/** @type {ApiError} */ error) => setFailed(error.code));
  const load = async () => {
    const list = (await store.api.get("reports")).reports;
    setReports(list);
    return list;
  };
  useEffect(() => void attempt(load), []);
  const make = (/** @type {On<HTMLFormElement>} */ event) => {
    event.preventDefault();
    const wanted = fieldsOf(event.target).day;
    setFailed("");
    attempt(async () => {
      const before = (reports ?? []).find((r) => r.day === wanted)?.made_at;
      await store.api.post("reports", { day: wanted });
      setNote(words.making);
      await appeared(load, (/** @type {DayReport[]} */ list) => list.some((r) => r.day === wanted && r.made_at !== before));
      setNote("");
    });
  };
  return html`
    <${Dialog} title=${words.reports} words=${words} onClose=${onClose}>
      <form class="make-report" onSubmit=${make}>
        <label>${words.day}<input type="date" name="day" required value=${today()} max=${today()} /></label>
        <button class="primary">${words.makeReport}</button>
      </form>
      <p role="status">${note}</p>
      ${failed && html`<p class="bad" role="alert">${errorText(failed, words)}</p>`}
      ${reports && (reports.length
        ? html`<ul class="reports">${reports.map((r) => html`<${Report} key=${r.day + r.made_at} r=${r} store=${store} words=${words} language=${language} onFail=${setFailed} />`)}</ul>`
        : html`<p class="empty">${words.reportsNone}</p>`)}
    <//>`;
}

function Report(/** @type {Props & { r: DayReport, onFail: (code: string) => void }} */ { r, store, words, language, onFail }) {
  const [links, setLinks] = useState(/** @type {Record<string, string> | null} */ (null));
  const show = () => store.api.get(`reports/${r.day}`).then(setLinks, (error) => onFail(error.code));
  const kinds = ["html", "csv", "json"];
  return html`
    <li>
      <span><b>${r.day}</b> <span class="card-age">${words.madeAt(clock(r.made_at, language))}</span></span>
      ${links
        ? html`<span class="links" title=${words.linksLast}>${kinds.map((kind) => html`<${Link} to=${links[kind]}><span aria-hidden="true">${words.kinds[kind]}</span><span class="sr">${words.openReport(words.kinds[kind], r.day)}</span><//> `)}</span>`
        : html`<button type="button" class="quiet" onClick=${show}>${words.show}<span class="sr"> ${r.day}</span></button>`}
    </li>`;
}

/** Loads until it is there, or patience ends. */
async function appeared(/** @type {() => Promise<DayReport[]>} */ load, /** @type {(list: DayReport[]) => boolean} */ isThere) {
  for (const wait of LOOK_AGAIN) {
    await new Promise((go) => setTimeout(go, wait));
    if (isThere(await load())) return;
  }
}

const today = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
