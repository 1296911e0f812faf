// What an agent decides teaches the bot: a verdict on its answer, the article that would have answered.
/** @import { On } from "../../shared/types.d.ts" */
/** @import { Language } from "../../shared/wire.d.ts" */
/** @import { OfferedArticle } from "./wire.d.ts" */
/** @import { Actions, Props, Story } from "../types.d.ts" */
import { html, useEffect, useState } from "../../shared/common.js";
import { agentName, Dialog, errorText } from "../parts.js";
import { Reader } from "./reader.js";

export const JUDGEMENTS = ["right", "wrong", "escalate", "better"];
const TYPED = 250; // ms without a key until it is searched

export const articleTitle = (/** @type {OfferedArticle} */ article, /** @type {Language} */ language) => article.titles[language] ?? Object.values(article.titles)[0] ?? article.id;

/** Would it teach the bot to know the article? It handed over because it was not sure, and not because of who asked or how. */
export function isLearnable(/** @type {Story | undefined} */ story) {
  const handOver = story?.events.findLast((e) => e.kind === "escalated" && e.detail.facts);
  const { band, asked_for_person: asked, urgent_topic: urgent } = handOver?.detail.facts ?? {};
  return Boolean(band) && band !== "sure" && !asked && !urgent;
}

/** Below an answer of the bot: was it right? What was said once is shown, and may be changed. */
export function Verdict(/** @type {Props & { onBetter: Actions["better"] }} */ { m, c, store, state, words, onBetter }) {
  const said = m.meta?.verdict;
  const [open, setOpen] = useState(false);
  const [failed, setFailed] = useState("");
  if (!m.meta?.article) return null;
  const judge = async (/** @type {string} */ verdict) => {
    if (verdict === "better") return onBetter(c.id, m.id);
    setFailed("");
    try {
      await store.judge(c.id, m.id, { verdict });
      setOpen(false);
    } catch (error) {
      setFailed(error.code);
    }
  };
  const told = said && words.learning.said(agentName(said.by, state, words), words.learning.judgements[said.verdict]);
  return html`
    <div class="verdict" role="group" aria-label=${words.learning.verdict}>
      ${said && !open
        ? html`<span>${told}</span> <button type="button" class="plain" onClick=${() => setOpen(true)}>${words.learning.change}</button>`
        : html`<span aria-hidden="true">${words.learning.verdict}</span> <${Judgements} words=${words} chosen=${said?.verdict} onChoose=${judge} />`}
      ${failed && html`<span class="bad" role="alert">${errorText(failed, words)}</span>`}
    </div>`;
}

export const Judgements = (/** @type {Props & { chosen?: string, onChoose: (verdict: string) => void }} */ { words, chosen = "", onChoose }) =>
  JUDGEMENTS.map((verdict) => html`<button type="button" class="chip" aria-pressed=${verdict === chosen} onClick=${() => onChoose(verdict)}>${words.learning.judgements[verdict]}</button> `);

/** Which article would have been better?
 * @param {Props & { conversation: string, message: string, review?: boolean }} props
 */
export function Better({ store, conversation, message, review = false, words, language, onClose, onDone }) {
  const [article, setArticle] = useState("");
  const [failed, setFailed] = useState("");
  const save = (/** @type {On<HTMLFormElement>} */ event) => {
    event.preventDefault();
    store.judge(conversation, message, { verdict: "better", article, review }).then(onDone, (error) => setFailed(error.code));
  };
  return html`
    <${Dialog} title=${words.learning.judgements.better} words=${words} onClose=${onClose}>
      <form onSubmit=${save}>
        <${Chooser} store=${store} conversation=${conversation} message=${message} words=${words} language=${language} chosen=${article} onChoose=${setArticle} />
        ${failed && html`<p class="bad" role="alert">${errorText(failed, words)}</p>`}
        <div class="send-line"><button type="button" class="quiet" onClick=${onClose}>${words.cancel}</button><button class="primary" disabled=${!article}>${words.learning.save}</button></div>
      </form>
    <//>`;
}

/** Resolving what the bot was not sure about: whoever knows the article says so, with one click or none. */
export function Resolve(/** @type {Props} */ { store, state, words, language, onClose, onDone }) {
  const id = state.open;
  const [chosen, setChosen] = useState("");
  const [wording, setWording] = useState("");
  const [failed, setFailed] = useState("");
  const isArticle = chosen && chosen !== NONE;
  const resolve = async (/** @type {On<HTMLFormElement>} */ event) => {
    event.preventDefault();
    try {
      await store.act(id, "resolve", chosen === NONE ? { no_article: true } : isArticle ? { article: chosen, example: wording } : {});
      onDone();
    } catch (error) {
      setFailed(error.code);
    }
  };
  const others = [["", words.learning.notSaid], [NONE, words.learning.none]];
  return html`
    <${Dialog} title=${words.resolve} words=${words} onClose=${onClose}>
      <form onSubmit=${resolve}>
        <${Chooser} store=${store} conversation=${id} words=${words} language=${language} chosen=${chosen} onChoose=${setChosen} onQuestion=${setWording} others=${others} />
        ${isArticle && html`<label>${words.learning.wording}<textarea rows="2" required value=${wording} onInput=${(/** @type {On} */ e) => setWording(e.target.value)}></textarea></label>`}
        ${failed && html`<p class="bad" role="alert">${errorText(failed, words)}</p>`}
        <div class="send-line"><button type="button" class="quiet" onClick=${onClose}>${words.cancel}</button><button class="primary">${words.resolve}</button></div>
      </form>
    <//>`;
}

const NONE = "-"; // no article has this id

/** What comes nearest, what is found by title, and `others` to choose from; `message`: the answer of the bot that is judged.
 * @param {Props & { conversation: string, message?: string, chosen: string, onChoose: (id: string) => void, onQuestion?: (asked: string) => void, others?: string[][] }} props
 */
export function Chooser({ store, conversation, message = "", words, language, chosen, onChoose, onQuestion, others = [] }) {
  const [wanted, setWanted] = useState("");
  const [offer, setOffer] = useState(/** @type {{ question: string, near: OfferedArticle[], found: OfferedArticle[] } | null} */ (null));
  const [failed, setFailed] = useState("");
  useEffect(() => {
    let late = false;
    const look = async () => {
      try {
        const found = await store.articles(conversation, wanted, message);
        if (late) return;
        setOffer(found);
        if (!wanted) onQuestion?.(found.question);
      } catch (error) {
        if (!late) setFailed(error.code);
      }
    };
    const timer = setTimeout(look, wanted ? TYPED : 0);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [conversation, message, wanted]);
  const known = new Map([...(offer?.near ?? []), ...(offer?.found ?? [])].map((a) => [a.id, articleTitle(a, language)]));
  const choices = [...[...known].map(([id, title]) => [id, title]), ...others];
  return html`
    <fieldset class="articles" aria-busy=${!offer}>
      <legend>${words.learning.which}</legend>
      ${offer?.question && html`<p class="asked"><bdi>${offer.question}</bdi></p>`}
      <label class="find">${words.learning.find}<input type="search" value=${wanted} onInput=${(/** @type {On} */ e) => setWanted(e.target.value)} autocomplete="off" /></label>
      ${failed && html`<p class="bad" role="alert">${errorText(failed, words)}</p>`}
      ${choices.map(([id, title]) => html`
        <div class="offered" key=${id}>
          <label class="choice"><input type="radio" name="article" value=${id} checked=${chosen === id} onChange=${() => onChoose(id)} /> <bdi>${title}</bdi></label>
          ${known.has(id) && html`<${Reader} store=${store} id=${id} title=${title} words=${words} language=${language} />`}
        </div>`)}
      ${wanted && offer && !offer.found.length && html`<p class="empty" role="status">${words.learning.notFound}</p>`}
    </fieldset>`;
}
