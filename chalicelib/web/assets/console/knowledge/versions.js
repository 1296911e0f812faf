// Publishing: first what it would change for the last real questions, then the switch; and the versions to go back to.
/** @import { Answered, ComparedRelease, Release } from "../learning/wire.d.ts" */
/** @import { Console, Props, Refusal, Wording } from "../types.d.ts" */
import { clock, html, useEffect, useState } from "../../shared/common.js";
import { Refused } from "./article.js";

const LOOK_AGAIN = [700, 1000, 1500, 2000, 3000, 5000, 8000, 8000, 15_000, 30_000, 60_000]; // ten thousand examples take a minute
const KINDS = ["same", "gained", "changed", "reworded", "lost"];

export function Versions(/** @type {Props} */ { store, words, language }) {
  const w = words.knowledge;
  const [read, setRead] = useState(/** @type {{ current: string, versions: Release[] } | null} */ (null));
  const [busy, setBusy] = useState("");
  const [shown, setShown] = useState(/** @type {ComparedRelease | null} */ (null));
  const [failed, setFailed] = useState(/** @type {Refusal | null} */ (null));
  const load = async () => setRead(await store.api.get("knowledge/versions"));
  useEffect(() => void load().catch(setFailed), []);
  const order = async (/** @type {"preview" | "publish" | "rollback"} */ doing, /** @type {string} */ path, /** @type {object} */ body) => {
    setFailed(null);
    setShown(null);
    setBusy(w.doing[doing]);
    try {
      const ordered = await store.api.post(path, body);
      setShown(await ended(store, ordered.id));
      await load();
    } catch (error) {
      setFailed(error);
    }
    setBusy("");
  };
  const look = (/** @type {string} */ id) => store.api.get(`knowledge/versions/${encodeURIComponent(id)}`).then(setShown, setFailed);
  const back = (/** @type {number} */ version) => confirm(w.backSure) && order("rollback", "knowledge/rollback", { version });
  return html`
    <p>${w.publishWhy}</p>
    <div class="send-line">
      <button type="button" class="quiet strong" disabled=${busy} onClick=${() => order("preview", "knowledge/publish", { preview: true })}>${w.whatChanges}</button>
      <button type="button" class="primary" disabled=${busy} onClick=${() => order("publish", "knowledge/publish", {})}>${w.publish}</button>
    </div>
    <p role="status">${busy}</p>
    ${failed && html`<${Refused} error=${failed} words=${words} />`}
    ${shown && html`<${Comparison} of=${shown} w=${w} />`}
    <h3>${w.versions}</h3>
    ${read && (read.versions.length
      ? html`<ul class="reports versions">${read.versions.map((v) => html`<${Version} key=${v.id} v=${v} current=${read.current} w=${w} language=${language} onLook=${look} onBack=${back} busy=${busy} />`)}</ul>`
      : html`<p class="empty">${w.versionsNone}</p>`)}`;
}

/**
 * @param {Props & { v: Release, current: string, w: Wording["knowledge"], busy: string, onLook: (id: string) => void, onBack: (version: string) => void }} props
 */
function Version({ v, current, w, language, onLook, onBack, busy }) {
  const used = v.switched && v.version === current;
  const facts = [w.did[v.do], v.articles > 0 && w.articlesCount(v.articles), v.counts && v.counts.worse > 0 && w.worse(v.counts.worse), v.state !== "done" && w.states[v.state], used && w.used];
  return html`
    <li>
      <span><b>${clock(v.at, language)}</b> <span class="card-age">${facts.filter(Boolean).join(" · ")}</span></span>
      <span class="links">
        ${v.state === "done" && html`<button type="button" class="quiet" onClick=${() => onLook(v.id)}>${w.look}<span class="sr"> ${clock(v.at, language)}</span></button>`}
        ${v.switched && v.version !== current && html`<button type="button" class="quiet" disabled=${busy} onClick=${() => onBack(v.version)}>${w.goBack}<span class="sr"> ${clock(v.at, language)}</span></button>`}
      </span>
    </li>`;
}

function Comparison(/** @type {{ of: ComparedRelease, w: Wording["knowledge"] }} */ { of, w }) {
  const counts = of.counts ?? {};
  if (of.state === "failed") return html`<p class="bad" role="alert">${w.failed} ${of.error}</p>`;
  return html`
    <section class="lesson" aria-label=${w.comparison}>
      <p>${of.switched ? w.switched : w.notSwitched}</p>
      <p>${counts.asked ? w.asked(counts.asked, KINDS.filter((kind) => counts[kind]).map((kind) => w.kinds[kind]?.(counts[kind])).join(", ")) : w.askedNone}
        ${counts.worse > 0 && html` <b class="bad">${w.worse(counts.worse)}</b>`}</p>
      ${!!of.articles?.length && html`<h3>${w.changedArticles}</h3>
        <ul>${of.articles.map((a) => html`<li><bdi>${a.title || a.id}</bdi> <span class="card-age">${w.languages[a.language] ?? a.language} · ${w.articleKinds[a.kind]}</span></li>`)}</ul>`}
      ${!!of.questions?.length && html`<h3>${w.changedQuestions}</h3>
        <ul class="samples">${of.questions.map((q) => html`
          <li class="asked"><bdi>${q.question}</bdi> ${q.worse && html`<b class="bad">${w.isWorse}</b>`}<br />
            <span class="card-age">${said(q.before, w)} → ${said(q.after, w)}${q.kind === "reworded" ? ` (${w.reworded})` : ""}</span></li>`)}</ul>`}
      ${!!of.untold?.length && html`<h3>${w.untold(counts.untold)}</h3>
        <p>${w.untoldWhy}</p>
        <ul class="samples">${of.untold.map((u) => html`
          <li class="asked"><bdi>${u.wording}</bdi><br />
            <span class="card-age">${u.article} · ${w.languages[u.language] ?? u.language} · ${w.missing} <bdi>${u.missing.join(w.comma)}</bdi></span></li>`)}</ul>
        ${counts.untold > of.untold.length && html`<p>${w.untoldMore(counts.untold - of.untold.length)}</p>`}`}
    </section>`;
}

const said = (/** @type {Answered} */ one, /** @type {Wording["knowledge"]} */ w) => (one.sure ? one.title || one.article : w.unsure);

/** The release once it is over. Throws ApiError, also after a quarter of an hour. */
async function ended(/** @type {Console} */ store, /** @type {string} */ id) {
  for (let round = 0; ; round++) {
    await new Promise((go) => setTimeout(go, LOOK_AGAIN[Math.min(round, LOOK_AGAIN.length - 1)]));
    const release = await store.api.get(`knowledge/versions/${encodeURIComponent(id)}`);
    if (release.state === "done" || release.state === "failed" || round > 22) return release;
  }
}
