// One article: written in each of its languages, as customers would read it, and how they ask for it.
/** @import { On } from "../../shared/types.d.ts" */
/** @import { ArticleFields, ArticleVersion, Example, ShownArticle } from "../learning/wire.d.ts" */
/** @import { Props, Refusal, Wording, Written } from "../types.d.ts" */
import { clock, fieldsOf, html, keptInTab, store as keep, stored as kept, useEffect, useRef, useState, Words } from "../../shared/common.js";
import { errorText } from "../parts.js";

const LANGUAGES = ["en", "zh", "zh-Hant"];
const EMPTY = { title: "", body: "", short: "", queue: "", audience: "everyone", link: "", valid_from: "", valid_until: "", version: 0 };
const PAUSE = 600; // ms after the last key until the preview is made anew

/** @typedef {{ versions: ArticleVersion[], examples: Example[] }} Read an article as it is stored */

const draftKey = (/** @type {string} */ own, /** @type {string} */ language) => `baton.console:${location.pathname}:article:${own}:${language}`; // forgotten when signing out

/** An article's id out of its title, where that has letters that an id may have. */
const idOf = (/** @type {string} */ title) =>
  title.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 48).replace(/-+$/, "") || `article-${Date.now().toString(36)}`;

export function Article(/** @type {Props & { id: string, onBack: () => void }} */ { id, store, words, language, onBack }) {
  const w = words.knowledge;
  const [own, setOwn] = useState(id);
  const [read, setRead] = useState(/** @type {Read | null} */ (id ? null : { versions: [], examples: [] }));
  const [shown, setShown] = useState(/** @type {string} */ (language));
  const [failed, setFailed] = useState(/** @type {Refusal | null} */ (null));
  const [note, setNote] = useState("");
  const load = async (/** @type {string} */ which) => {
    const found = await store.api.get(`knowledge/articles/${encodeURIComponent(which)}`);
    setRead(found);
    return found.versions;
  };
  const attempt = (/** @type {() => Promise<void>} */ act) => {
    setFailed(null);
    return act().catch(setFailed);
  };
  useEffect(() => {
    if (id) attempt(() => load(id).then((found) => found.some((/** @type {ArticleVersion} */ v) => v.language === language) || setShown(found[0].language)));
  }, [id]);
  const save = (/** @type {ArticleFields} */ fields, /** @type {number} */ version) =>
    attempt(async () => {
      const target = own || idOf(fields.title);
      await store.api.call("PUT", `knowledge/articles/${encodeURIComponent(target)}/${shown}`, { ...fields, version });
      keep(keptInTab, draftKey(own, shown), null);
      setOwn(target);
      setNote(w.saved);
      await load(target);
    });
  const remove = (/** @type {number} */ version) =>
    confirm(w.deleteSure) &&
    attempt(async () => {
      const last = read?.versions.length === 1;
      await store.api.call("DELETE", `knowledge/articles/${encodeURIComponent(own)}/${shown}?version=${version}`);
      if (last) return onBack();
      setNote(w.deleted);
      await load(own);
    });
  const stored = read?.versions.find((v) => v.language === shown);
  return html`
    <p class="back-line"><button type="button" class="quiet" onClick=${onBack}>← ${w.back}</button> <b>${own}</b></p>
    <p role="status">${note}</p>
    ${failed && html`<${Refused} error=${failed} words=${words} />`}
    ${read && html`
      <nav class="pages" aria-label=${w.language}>${LANGUAGES.map((code) => html`<button type="button" class="chip" aria-pressed=${code === shown} onClick=${() => setShown(code)}>${w.languages[code]}${read.versions.some((v) => v.language === code) ? "" : ` · ${w.lacks}`}</button> `)}</nav>
      <${Form} key=${`${shown}${stored?.version ?? 0}`} stored=${stored} beside=${read.versions[0]} own=${own} shown=${shown} store=${store} words=${words} language=${language} onSave=${save} onRemove=${remove} />
      ${own && stored && html`<${Examples} own=${own} shown=${shown} examples=${read.examples} store=${store} words=${words} attempt=${attempt} onChange=${() => load(own)} />`}`}`;
}

/** A form whose fields are the article's; a translation begins with what all languages share.
 * @param {Props & Written & { beside?: ArticleVersion, onSave: (fields: ArticleFields, version: number) => void, onRemove: (version: number) => void }} props
 */
function Form({ stored, beside, own, shown, store, words, language, onSave, onRemove }) {
  const w = words.knowledge;
  const shared = beside && { queue: beside.queue, audience: beside.audience, valid_from: beside.valid_from, valid_until: beside.valid_until };
  const known = { ...EMPTY, ...shared, ...stored };
  const [draft, setDraft] = useState(kept(keptInTab, draftKey(own, shown)));
  const ours = draft?.version === known.version ? draft : null; // somebody else's newer version goes before a draft of the old one
  const fields = ours ?? known;
  const remember = (/** @type {ArticleFields | null} */ written) => {
    setDraft(written);
    keep(keptInTab, draftKey(own, shown), written);
  };
  const change = (/** @type {On} */ event) => remember({ ...fields, [event.target.name]: event.target.value });
  const queues = [...new Set([...store.state.agents.flatMap((a) => a.skills), fields.queue].filter(Boolean))].sort();
  const written = () => /** @type {ArticleFields} */ (Object.fromEntries(Object.keys(EMPTY).filter((name) => name !== "version").map((name) => [name, fields[name]])));
  const submit = (/** @type {On<HTMLFormElement>} */ event) => {
    event.preventDefault();
    onSave(written(), stored?.version ?? 0);
  };
  const field = (/** @type {string} */ name, type = "text") => html`<label>${w.fields[name]}<input type=${type} name=${name} value=${fields[name]} onInput=${change} /></label>`;
  return html`
    <form onSubmit=${submit}>
      <label>${w.fields.title}<input name="title" required maxlength="200" value=${fields.title} onInput=${change} /></label>
      <label>${w.fields.body}<textarea name="body" rows="9" required aria-describedby="body-how" value=${fields.body} onInput=${change}></textarea></label>
      <p class="card-age" id="body-how">${w.bodyHow}</p>
      <label>${w.fields.short}<textarea name="short" rows="2" maxlength="600" value=${fields.short} onInput=${change}></textarea></label>
      <div class="pair">
        <label>${w.fields.queue}<select name="queue" value=${fields.queue} onChange=${change}><option value="">–</option>${queues.map((q) => html`<option value=${q}>${q}</option>`)}</select></label>
        <label>${w.fields.audience}<select name="audience" value=${fields.audience} onChange=${change}>${Object.entries(w.audiences).map(([name, label]) => html`<option value=${name}>${label}</option>`)}</select></label>
      </div>
      <div class="pair">${field("valid_from", "date")}${field("valid_until", "date")}</div>
      ${field("link", "url")}
      <${Preview} fields=${{ ...written(), id: own || idOf(fields.title), language: shown }} store=${store} w=${w} />
      <div class="send-line">
        ${stored && html`<span class="card-age">${w.changed(clock(stored.changed_at, language), stored.changed_by)}</span>`}
        ${ours && html`<button type="button" class="quiet" onClick=${() => remember(null)}>${w.discard}</button>`}
        ${stored && html`<button type="button" class="quiet" onClick=${() => onRemove(stored.version)}>${w.delete}</button>`}
        <button class="primary">${w.save}</button>
      </div>
    </form>`;
}

/** What customers would read, made by the service itself a moment after the last key. */
function Preview(/** @type {Props & { fields: { body: string }, w: Wording["knowledge"] }} */ { fields, store, w }) {
  const [made, setMade] = useState(/** @type {ShownArticle | null} */ (null));
  const asked = JSON.stringify(fields);
  const last = useRef("");
  useEffect(() => {
    last.current = asked;
    if (!fields.body.trim()) return setMade(null);
    const make = () => store.api.post("knowledge/shown", fields).then((shown) => last.current === asked && setMade(shown), () => {});
    const timer = setTimeout(make, made ? PAUSE : 0);
    return () => clearTimeout(timer);
  }, [asked]);
  if (!made) return null;
  return html`
    <section class="lesson" aria-label=${w.preview}>
      <h3>${w.preview}</h3>
      <${Words} text=${made.text ?? ""} more=${w.all} />
      <h3>${w.previewSms(made.segments)}</h3>
      <${Words} text=${made.short ?? ""} more=${w.all} />
      ${!!made.problems?.length && html`<ul class="bad">${made.problems.map((problem) => html`<li>${problem}</li>`)}</ul>`}
    </section>`;
}

/**
 * @param {Props & Written & { examples: Example[], attempt: (act: () => Promise<void>) => Promise<void>, onChange: () => Promise<unknown> }} props
 */
function Examples({ own, shown, examples, store, words, attempt, onChange }) {
  const w = words.knowledge;
  const path = `knowledge/articles/${encodeURIComponent(own)}/examples`;
  const add = (/** @type {On<HTMLFormElement>} */ event) => {
    event.preventDefault();
    const form = event.target;
    attempt(async () => {
      await store.api.post(path, { text: fieldsOf(form).text, language: shown });
      form.reset();
      await onChange();
    });
  };
  const drop = (/** @type {string} */ id) =>
    attempt(async () => {
      await store.api.call("DELETE", `knowledge/examples/${encodeURIComponent(id)}`);
      await onChange();
    });
  const here = examples.filter((one) => one.language === shown);
  return html`
    <section aria-labelledby="examples-title">
      <h3 id="examples-title">${w.examples}</h3>
      <p class="card-age">${w.examplesWhy}</p>
      <form class="find" onSubmit=${add}>
        <label>${w.newExample}<input name="text" required maxlength="500" /></label>
        <button class="quiet strong">${w.add}</button>
      </form>
      <ul class="samples">${here.map((one) => html`
        <li class="example"><bdi>${one.text}</bdi> ${one.source !== "file" && html`<span class="card-age">${w.sources[one.source]}</span>`}
          <button type="button" class="plain" onClick=${() => drop(one.id)}>${w.remove}<span class="sr"> ${one.text}</span></button></li>`)}</ul>
    </section>`;
}

/** What the service says is wrong: its own words name the fields. */
export const Refused = (/** @type {Props & { error: Refusal }} */ { error, words }) => html`
  <div class="bad" role="alert"><p>${errorText(error.code, words)}</p>
    ${["bad_article", "bad_list", "bad_request"].includes(error.code) && html`<ul>${error.message.split(/; |\n/).map((line) => html`<li>${line}</li>`)}</ul>`}</div>`;
