// Why the bot handed over: the reason in the reader's language; folded away the rule, what decided, and what else was known.
/** @import { Composition, HouseEvent } from "../../shared/wire.d.ts" */
/** @import { Props, Wording } from "../types.d.ts" */
import { html, Time, Words } from "../../shared/common.js";
import { Urgent } from "../parts.js";

// A name may be anything, also that of what every object has ("constructor").
const own = (/** @type {Record<string, any>} */ words, /** @type {any} */ name) => (Object.hasOwn(words, name) ? words[name] : undefined);
const ASIDE = ["why", "told", "near"]; // kept with the facts, and no facts themselves

export function Escalated(/** @type {Props & { e: HouseEvent }} */ { e, words, language }) {
  const { rule, reason, reason_zh: chinese, queue, urgency, summary, facts = {} } = e.detail;
  const w = words.why;
  const because = (language.startsWith("zh") && chinese) || own(w.reasons, reason) || reason;
  const known = Object.entries(facts).filter(([name, value]) => !ASIDE.includes(name) && tells(value));
  const decided = Object.entries(facts.why?.facts ?? {});
  const others = known.filter(([name]) => !(name in (facts.why?.facts ?? {})));
  const near = Object.entries(facts.near ?? {});
  return html`
    <section class="escalated" aria-label=${words.escalated}>
      <p class="by"><b>${words.escalated}</b> <${Time} at=${e.at} language=${language} /></p>
      <dl>
        <dt>${words.because}</dt>
        <dd><bdi>${because}</bdi> → ${queue}${urgency === "urgent" && html` <${Urgent} words=${words} />`}</dd>
        ${own(w.rules, rule) && html`<dt>${w.title}</dt><dd>${own(w.rules, rule)}</dd>`}
        ${summary && html`<dt>${words.soFar}</dt><dd><${Words} text=${summary} more=${words.showAll} /></dd>`}
      </dl>
      ${(known.length > 0 || decided.length > 0) && html`
        <details>
          <summary>${w.title}</summary>
          ${facts.why && html`<p class="rule">${w.rule} <b><bdi>${rule}</bdi></b>: <code><bdi>${facts.why.when}</bdi></code></p>`}
          ${decided.length > 0 && html`<p class="by">${w.mattered}</p><${Facts} all=${decided} w=${w} />`}
          ${others.length > 0 && html`<p class="by">${w.knew}</p><${Facts} all=${others} w=${w} />`}
          ${near.length > 0 && html`<p class="by">${w.facts.near}</p><${Facts} all=${near.map(([article, sure]) => [article, percent(sure)])} w=${w} />`}
        </details>`}
    </section>`;
}

/** What the bot's message is, in a word: an answer, a question back … */
export function Kind(/** @type {Props & { outcome?: string }} */ { outcome = "", words }) {
  const { outcomes, action } = words.why;
  const [, name] = /^action:(.+)$/s.exec(outcome) ?? [];
  const text = name ? action(name) : (own(outcomes, outcome) ?? outcome);
  return text && html` <bdi class=${outcome === "urgent" ? "kind pressing" : "kind"}>${text}</bdi>`;
}

/** What became of a customer's message to which nothing was said. What waits for a person does so until one answers. */
export function Unsaid(/** @type {Props} */ { m, story, words }) {
  const isAnswered = story.messages.some((other) => other.direction === "outgoing" && other.by !== "bot" && other.at > m.at);
  if (!m.outcome || (m.outcome === "person" && isAnswered)) return null;
  return html`<p class="state unsaid">${own(words.why.unsaid, m.outcome) ?? m.outcome}</p>`;
}

/** Which articles a language model composed the bot's answer of, or why the article was told as it is. */
export function Composed(/** @type {Props & { made?: Composition }} */ { made, words }) {
  const w = words.why.composed;
  if (!made) return null;
  return html`<p class="state">${made.not ? w.refused : w.from} <bdi>${made.not ?? made.sources.map((source) => source.title).join(" · ")}</bdi> (<bdi>${made.by}</bdi>)</p>`;
}

/** How a customer who waits asks to be reached; "" if there is none. */
export function contactText(/** @type {string | undefined} */ request, /** @type {Wording} */ words) {
  const [, how, to] = /^(call|mail) (.+)$/s.exec(request ?? "") ?? [];
  return how ? `${words.why.contact[/** @type {"call" | "mail"} */ (how)](to)} · ${words.why.unproven}` : "";
}

const Facts = (/** @type {{ all: [string, unknown][], w: Wording["why"] }} */ { all, w }) => html`<ul class="facts">${all.map(([name, value]) => html`<li><span>${own(w.facts, name) ?? name}</span> <bdi>${shown(name, value, w)}</bdi></li>`)}</ul>`;

const tells = (/** @type {unknown} */ value) => value !== "" && value !== null && value !== false && value !== -1;

/** @returns {string} */
const percent = (/** @type {unknown} */ share) => (typeof share === "number" ? `${Math.round(share * 100)} %` : shown("", share, { values: {}, yes: "", no: "" }));

/** @returns {string} */
function shown(/** @type {string} */ name, /** @type {unknown} */ value, /** @type {{ values: object, yes: string, no: string }} */ w) {
  const named = own(own(w.values, name) ?? {}, value);
  if (named) return named;
  if (typeof value === "boolean") return value ? w.yes : w.no;
  if (name === "confidence") return percent(value);
  return typeof value === "object" ? JSON.stringify(value) : value === "" ? "–" : String(value);
}
