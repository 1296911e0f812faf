// Who the customer is: what we know of the conversation, their addresses, and all they ever asked on any channel.
/** @import { On } from "../../shared/types.d.ts" */
/** @import { Conversation, Customer, Identity, Language, Move } from "../../shared/wire.d.ts" */
/** @import { ApiError, Props, Somebody, State, Wording } from "../types.d.ts" */
import { clock, fieldsOf, html, useEffect, useState } from "../../shared/common.js";
import { agentName, ChannelIcon, customerName, Dialog, errorText, ownerLine } from "../parts.js";

export function Details(/** @type {Props} */ { c, story, store, state, words, language, actions }) {
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
  const known = state.customers[c.customer];
  const others = (known?.conversations ?? story.others).filter((o) => o.id !== c.id);
  useEffect(() => void (c.customer && store.readCustomer(c.customer).catch(() => {})), [c.customer, c.version]);
  return html`
    <section id="details" class="details" aria-label=${words.details}>
      <h3>${words.details}</h3>
      <dl>${rows.filter(([, value]) => value).map(([name, value]) => html`<dt>${name}</dt><dd><bdi>${value}</bdi></dd>`)}</dl>
      ${mayMark && html`<button type="button" class="quiet tier" onClick=${() => actions.setTier(c.tier ? "" : "vip")}>${c.tier ? words.noVip : words.makeVip}</button>`}
      ${known && html`<${Identities} c=${c} known=${known} store=${store} state=${state} words=${words} language=${language} actions=${actions} />`}
      ${!!story.related?.length && html`
        <h3>${words.related}</h3>
        <p class="rule">${words.relatedWhy}</p>
        <ul class="cards">${story.related.map((id) => html`<${Related} key=${id} id=${id} store=${store} state=${state} words=${words} language=${language} />`)}</ul>`}
      <h3>${words.others}</h3>
      ${others.length
        ? html`<ul class="cards">${others.map((o) => html`<${Other} key=${o.id} o=${o} state=${state} words=${words} language=${language} />`)}</ul>`
        : html`<p class="empty">${words.othersNone}</p>`}
    </section>`;
}

/** A chat visitor has only a random id.
 * @param {Pick<Identity, "channel" | "address">} props
 * @param {Wording} words
 */
const identityName = ({ channel, address }, words) => (channel === "webchat" ? `${words.visitor} ${address.slice(1, 5)}` : address);

/** "14:03: +1202… merged by Ann": addresses stand after their channel. */
function moved(/** @type {Move} */ move, /** @type {State} */ state, /** @type {Wording} */ words, /** @type {Language} */ language) {
  const names = (move.identities ?? []).map((name) => name.slice(name.indexOf("#") + 1)).join(", ");
  const by = move.by === "customer" ? words.byProof : agentName(move.by, state, words);
  return (words.moves[move.kind] ?? words.moves.merge)(clock(move.at, language), by, names);
}

/** Another customer, by their addresses; a supervisor may say that both are one. */
function Possibly(/** @type {Props & { id: string, leads: boolean }} */ { id, c, leads, store, words, actions }) {
  const [other, setOther] = useState(/** @type {Customer | null} */ (null));
  useEffect(() => void store.customer(id).then(setOther, () => {}), [id]);
  if (!other) return null;
  const shown = other.conversations[0] ?? { name: "", channel: "", address: other.identities[0]?.address ?? "" };
  return html`
    <li>
      <bdi class="identity">${words.possiblyOne(other.identities.map((i) => identityName(i, words)).join(", "))}</bdi>
      ${leads && html`<button type="button" class="plain" onClick=${() => actions.merge(c, { ...shown, customer: other.customer })}>${words.mergeDo}<span class="sr"> ${shown.address}</span></button>`}
    </li>`;
}

function Identities(/** @type {Props & { known: Customer }} */ { c, known, store, state, words, language, actions }) {
  const leads = state.agent.role !== "agent";
  const several = known.identities.length > 1;
  return html`
    <h3>${words.identities}</h3>
    <ul class="identities">${known.identities.map((i) => html`
      <li key=${i.channel + i.address}>
        <${ChannelIcon} channel=${i.channel} words=${words} />
        <bdi class="identity">${identityName(i, words)}</bdi>
        <span class=${i.proven ? "proven" : "file-about"}>${i.proven ? words.proven : words.unproven}</span>
        ${i.blocked && html`<span class="urgent">${words.blockedShort[i.blocked] ?? i.blocked}</span>`}
        ${leads && several && html`<button type="button" class="plain" onClick=${() => actions.split(known.customer, i)}>${words.split}<span class="sr"> ${i.address}</span></button>`}
      </li>`)}
    </ul>
    ${(known.merges ?? []).filter((m) => !m.undone).map((m) => html`<p class="rule">${moved(m, state, words, language)}</p>`)}
    ${!!known.possibly_same?.length && html`
      <h3>${words.possibly}</h3>
      <p class="rule">${words.possiblyWhy}</p>
      <ul class="identities possibly">${known.possibly_same.map((other) => html`<${Possibly} key=${other.customer} id=${other.customer} c=${c} leads=${leads} store=${store} words=${words} actions=${actions} />`)}</ul>`}
    ${leads && html`<button type="button" class="quiet merge" onClick=${() => actions.merge(c, null)}>${words.merge}</button>`}`;
}

export const Other = (/** @type {Props & { o: Conversation }} */ { o, state, words, language }) => html`
  <li>
    <a class="card" href=${`#/c/${encodeURIComponent(o.id)}`}>
      <span class="card-line"><${ChannelIcon} channel=${o.channel} words=${words} /><bdi class="card-name">${o.subject || customerName(o, words)}</bdi></span>
      <span class="card-age">${clock(o.opened_at, language)} · ${ownerLine(o, state, words)}</span>
    </a>
  </li>`;

/** Known by its id only, until it is read. */
function Related(/** @type {Props & { id: string }} */ { id, store, state, words, language }) {
  const [o, setO] = useState(/** @type {Conversation | null} */ (null));
  useEffect(() => void store.glimpse(id).then(setO, () => {}), [id]);
  if (o) return html`<${Other} o=${o} state=${state} words=${words} language=${language} />`;
  return html`<li><a class="card" href=${`#/c/${encodeURIComponent(id)}`}>${words.relatedOne}</a></li>`;
}

/** A supervisor says that two customers are one, by any conversation of the other. */
export function Merge(/** @type {Props & { found: Somebody | null }} */ { store, c, found, words, onClose, onDone }) {
  const [other, setOther] = useState(found);
  const [failed, setFailed] = useState("");
  const attempt = (/** @type {() => Promise<unknown>} */ act) => (setFailed(""), act().catch((/** @type {ApiError} */ error) => setFailed(error.code)));
  const look = (/** @type {On<HTMLFormElement>} */ event) => {
    event.preventDefault();
    const asked = fieldsOf(event.target).other.trim();
    attempt(async () => setOther(await store.glimpse(decodeURIComponent(asked.match(/#\/c\/(.+)$/)?.[1] ?? asked))));
  };
  const merge = (/** @type {string} */ customer) => attempt(async () => {
    await store.mergeCustomer(c.customer, customer);
    onDone();
  });
  return html`
    <${Dialog} title=${words.merge} words=${words} onClose=${onClose}>
      <form onSubmit=${look}>
        <label>${words.mergeWith}<input name="other" required autocomplete="off" /></label>
        <p class="rule">${words.mergeHow}</p>
        <div class="send-line"><button class="quiet">${words.mergeLook}</button></div>
      </form>
      ${failed && html`<p class="bad" role="alert">${errorText(failed, words)}</p>`}
      ${other && html`
        <p class="confirm"><bdi>${customerName(c, words)}</bdi> + <bdi>${customerName(other, words)}</bdi> (<bdi>${other.address}</bdi>)</p>
        <p class="rule">${other.customer === c.customer ? words.mergeSame : words.mergeSure}</p>
        <div class="send-line">
          <button type="button" class="quiet" onClick=${onClose}>${words.cancel}</button>
          <button type="button" class="primary" disabled=${other.customer === c.customer} onClick=${() => merge(other.customer)}>${words.mergeDo}</button>
        </div>`}
    <//>`;
}

/** One address becomes a customer of its own again. */
export function Split(/** @type {Props & { customer: string, identity: Identity }} */ { store, customer, identity, words, onClose, onDone }) {
  const [failed, setFailed] = useState("");
  const split = () => store.splitCustomer(customer, identity).then(onDone, (error) => setFailed(error.code));
  return html`
    <${Dialog} title=${words.split} words=${words} onClose=${onClose}>
      <p class="confirm"><bdi>${identity.address}</bdi></p>
      <p class="rule">${words.splitSure}</p>
      ${failed && html`<p class="bad" role="alert">${errorText(failed, words)}</p>`}
      <div class="send-line">
        <button type="button" class="quiet" onClick=${onClose}>${words.cancel}</button>
        <button type="button" class="primary" onClick=${split}>${words.split}</button>
      </div>
    <//>`;
}
