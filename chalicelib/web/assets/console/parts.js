// Small pieces of the console: names, ages, icons, dialogs.
/** @import { ChannelName, Conversation } from "../shared/wire.d.ts" */
/** @import { Props, State, Wording } from "./types.d.ts" */
import { html, newId, useEffect, useRef, useState } from "../shared/common.js";

const PATHS = {
  webchat: "M4 5h16v11H9l-4 4v-4H4z",
  email: "M3 6h18v12H3zm0 1 9 7 9-7",
  sms: "M7 3h10v18H7zm4 15h2",
};

export const ChannelIcon = (/** @type {Props & { channel: ChannelName }} */ { channel, words }) => html`
  <svg class="channel" viewBox="0 0 24 24" role="img" aria-label=${words.channels[channel] ?? channel}><path d=${PATHS[channel] ?? PATHS.webchat} /></svg>`;

/** The customer's name, else the address; a chat visitor has only a random id. */
export function customerName(/** @type {Pick<Conversation, "name" | "channel" | "address">} */ c, /** @type {Wording} */ words) {
  if (c.name) return c.name;
  return c.channel === "webchat" ? `${words.visitor} ${c.address.slice(1, 5)}` : c.address;
}

export const agentName = (/** @type {string} */ id, /** @type {State} */ state, /** @type {Wording} */ words) =>
  id === state.agent?.id ? words.you : id === "bot" ? words.bot : (state.agents.find((a) => a.id === id)?.name ?? id);

export function ownerLine(/** @type {Conversation} */ c, /** @type {State} */ state, /** @type {Wording} */ words) {
  if (c.owner === "agent" && c.agent === state.agent.id) return words.owners.me();
  return words.owners[c.owner](c, agentName(c.agent, state, words));
}

/** "41 min": how long ago `since` was. */
export function age(/** @type {number} */ since, /** @type {number} */ now, /** @type {Wording} */ words) {
  const minutes = Math.floor((now - since) / 60_000);
  if (minutes < 1) return words.ages.now;
  if (minutes < 60) return words.ages.minutes(minutes);
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? words.ages.hours(hours, minutes % 60) : words.ages.days(Math.floor(hours / 24));
}

/** The time, again every 20 seconds while the page is seen. */
export function useNow() {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && setNow(Date.now()), 20_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export const errorText = (/** @type {string} */ code, /** @type {Wording} */ words) => words.errors[code] ?? words.errors.unavailable;

export const Urgent = (/** @type {Props} */ { words }) => html`<span class="urgent">${words.urgent}</span>`;

// The alphabet of a text message (3GPP TS 23.038); the second one takes two places each. Anything else makes it UCS-2.
const GSM = /^[\n\r !"#$%&'()*+,\-./0-9:;<=>?@A-Za-z_¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ^{}\\[~\]|€\f]*$/;
const DOUBLE = /[\^{}\\[~\]|€\f]/g;

/** How many text messages it takes, and how many more characters fit into the last: [parts, left].
 * @returns {[number, number]}
 */
export function smsParts(/** @type {string} */ text) {
  const gsm = GSM.test(text);
  const used = gsm ? text.length + (text.match(DOUBLE)?.length ?? 0) : text.length;
  const [single, joined] = gsm ? [160, 153] : [70, 67];
  const parts = used <= single ? 1 : Math.ceil(used / joined);
  return [parts, (parts === 1 ? single : parts * joined) - used];
}

/** A modal dialog; Escape closes it and the focus goes back to where it was.
 * @param {Props & { title: string, wide?: boolean, children: unknown }} props
 */
export function Dialog({ title, wide = false, words, onClose, children }) {
  const box = useRef(null);
  const [id] = useState(newId); // one dialog may open another
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    box.current.showModal();
    return () => before?.isConnected && before.focus();
  }, []);
  return html`
    <dialog ref=${box} class=${wide ? "wide" : ""} aria-labelledby=${id} onClose=${onClose} onClick=${(/** @type {Event} */ e) => e.target === box.current && onClose()}>
      <div class="dialog">
        <div class="dialog-head">
          <h2 id=${id}>${title}</h2>
          <button type="button" class="quiet" onClick=${onClose}>${words.close}</button>
        </div>
        ${children}
      </div>
    </dialog>`;
}
