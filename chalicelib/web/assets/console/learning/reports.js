// What `learn` found and what it changed.
/** @import { On } from "../../shared/types.d.ts" */
/** @import { ChangedQuestion, Lesson } from "./wire.d.ts" */
/** @import { ApiError, Props, Wording } from "../types.d.ts" */
import { clock, html, useEffect, useState } from "../../shared/common.js";
import { errorText } from "../parts.js";

const LOOK_AGAIN = [2000, 3000, 5000, 8000, 13_000, 21_000]; // a large base takes a minute

export function Lessons(/** @type {Props} */ { store, words, language }) {
  const [reports, setReports] = useState(/** @type {Lesson[] | null} */ (null));
  const [note, setNote] = useState("");
  const [failed, setFailed] = useState("");
  const load = async () => {
    const found = (await store.api.get("learning")).reports;
    setReports(found);
    return found;
  };
  const attempt = (/** @type {() => Promise<unknown>} */ act) => act().catch((/** @type {ApiError} */ error) => setFailed(error.code));
  useEffect(() => void attempt(load), []);
  const learn = () => {
    setFailed("");
    attempt(async () => {
      const newest = reports?.[0]?.id;
      await store.api.post("learning");
      setNote(words.learning.working);
      for (const wait of LOOK_AGAIN) {
        await new Promise((go) => setTimeout(go, wait));
        if ((await load())[0]?.id !== newest) break;
      }
      setNote("");
    });
  };
  return html`
    <p>${words.learning.lessonsWhy} <button type="button" class="quiet strong" onClick=${learn}>${words.learning.now}</button></p>
    <p role="status">${note}</p>
    ${failed && html`<p class="bad" role="alert">${errorText(failed, words)}</p>`}
    ${reports && (reports.length
      ? html`<ul class="lessons">${reports.map((r) => html`<${Lesson} key=${r.id} r=${r} store=${store} words=${words} language=${language} onFail=${setFailed} />`)}</ul>`
      : html`<p class="empty">${words.learning.lessonsNone}</p>`)}`;
}

function Lesson(/** @type {Props & { r: Lesson, onFail: (code: string) => void }} */ { r, store, words, language, onFail }) {
  const [whole, setWhole] = useState(/** @type {Lesson | null} */ (null));
  const open = (/** @type {On<HTMLDetailsElement>} */ event) => {
    if (event.target.open && !whole) store.api.get(`learning/${encodeURIComponent(r.id)}`).then(setWhole, (error) => onFail(error.code));
  };
  return html`
    <li class="lesson">
      <details onToggle=${open}>
        <summary><b>${clock(r.at, language)}</b> ${summary(r, words)}</summary>
        ${whole && html`<${Whole} r=${whole} words=${words} />`}
      </details>
    </li>`;
}

function summary(/** @type {Lesson} */ { examples, gaps, threshold: t, release, failed }, /** @type {Wording} */ words) {
  const w = words.learning;
  return [
    examples && w.learnedCount(examples.count),
    gaps && gaps.found.length > 0 && w.gapsFound(gaps.found.length),
    t && t.answer !== t.before && w.moved(t.before, t.answer),
    release?.id && (release.switched ? w.switched : w.kept),
    !!failed?.length && w.failedSteps(failed.join(", ")),
  ].filter(Boolean).join(" · ");
}

function Whole(/** @type {Props & { r: Lesson }} */ { r, words }) {
  const w = words.learning;
  const { threshold: t, release = {}, quarantined = [], gaps, examples } = r;
  const changes = release.changes ?? [];
  return html`
    ${t && html`<p>${w.why[t.why] ?? t.why} ${t.precision > 0 && w.expected((100 * t.precision).toFixed(1), (100 * t.lower).toFixed(1), t.outcomes)}</p>`}
    <${List} title=${w.quarantined} items=${quarantined} show=${(/** @type {{ text: string, article: string, question: string }} */ q) => w.spoiled(q.text, q.article || "–", q.question)} />
    <${List} title=${w.changes} items=${changes} show=${(/** @type {ChangedQuestion} */ c) => `${c.worse ? `${w.worse}: ` : ""}${c.question} — ${c.before.title || "–"} → ${c.after.title || "–"} (${w.kinds[c.kind] ?? c.kind})`} />
    <${List} title=${w.foundGaps} items=${gaps?.found ?? []} show=${(/** @type {{ title: string, count: number, before?: number }} */ g) => `${g.title} (${w.times(g.count)})`} />
    <${List} title=${w.grownGaps} items=${gaps?.grown ?? []} show=${(/** @type {{ title: string, count: number, before?: number }} */ g) => `${g.title} (${g.before} → ${g.count})`} />
    <${List} title=${w.newExamples} items=${examples?.list ?? []} show=${(/** @type {{ text: string, article: string }} */ e) => `${e.text} → ${e.article || w.none}`} />`;
}

const List = (/** @type {{ title: string, items: any[], show: (item: any) => string }} */ { title, items, show }) =>
  items.length > 0 && html`<h3>${title}</h3><ul>${items.map((item) => html`<li><bdi>${show(item)}</bdi></li>`)}</ul>`;
