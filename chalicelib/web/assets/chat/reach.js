// "Where can we reach you?": an address, proven by a code that is sent there, so that the answer follows a visitor who leaves.
/** @import { On } from "../shared/types.d.ts" */
/** @import { FieldProps, Props } from "./types.d.ts" */
import { html, local, store, stored, useEffect, useRef, useState } from "../shared/common.js";
import { newestOfTheirs, REACH } from "./store.js";

/** Offered when a person answers next, or when this browser cannot keep the conversation. */
export function Reach(/** @type {Props} */ { chat, state, words, language }) {
  const [reach, setReach] = useState(() => stored(local, REACH, {}));
  const [step, setStep] = useState("offer"); // offer, address, code
  const [address, setAddress] = useState("");
  const waits = newestOfTheirs(state.messages)?.waits || (local.fleeting && state.messages.length > 0);
  if (state.account?.proven) return null;
  if (reach.visitor === state.visitor && reach.address) return waits && html`<p class="reach-done">${words.reachDone(reach.address)}</p>`;
  if (!waits && step === "offer") return null;
  const proven = (/** @type {{ address: string }} */ frame) => {
    const known = { visitor: state.visitor, address: frame.address };
    store(local, REACH, known);
    setReach(known);
  };
  const ask = (/** @type {string} */ given) => chat.ask({ action: "contact", address: given, language }).then((told) => (setAddress(told.address), setStep("code")));
  const prove = (/** @type {string} */ code) => chat.ask({ action: "prove", address, code }).then(proven);
  if (step === "offer") {
    return html`<div class="reach">
      <p>${local.fleeting ? words.fleeting : words.reachOffer}</p>
      <button type="button" class="quiet" onClick=${() => setStep("address")}>${words.reachOpen}</button>
    </div>`;
  }
  const code = step === "code";
  return html`<${Field} key=${step} submit=${code ? prove : ask} words=${words}
    label=${code ? words.reachCode(address) : words.reachAddress} action=${code ? words.reachProve : words.reachSend}
    input=${code ? CODE : ADDRESS} back=${() => setStep(code ? "address" : "offer")} backLabel=${code ? words.reachOther : words.cancel} />`;
}

const ADDRESS = { id: "reach-address", type: "text", autocomplete: "email", inputmode: "email", maxlength: 254, name: "address" };
const CODE = { id: "reach-code", type: "text", autocomplete: "one-time-code", inputmode: "numeric", maxlength: 6, pattern: "[0-9]{6}", name: "code" };

function Field(/** @type {FieldProps} */ { submit, words, label, action, input, back, backLabel }) {
  const [value, setValue] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const field = useRef(null);
  useEffect(() => field.current.focus(), []);
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy || !value.trim()) return field.current.focus();
    setBusy(true);
    setProblem("");
    try {
      await submit(value.trim());
    } catch (error) {
      setProblem(words.reachFailed[error.code] ?? words.reachFailed.other);
      setBusy(false);
      field.current?.focus();
    }
  };
  return html`<form class="reach" onSubmit=${send} novalidate>
    <label for=${input.id}>${label}</label>
    <div class="reach-row">
      <input ...${input} ref=${field} value=${value} required aria-describedby="reach-problem" aria-invalid=${Boolean(problem)}
        onInput=${(/** @type {On} */ e) => setValue(e.target.value)} />
      <button class="strong" disabled=${busy}>${action}</button>
    </div>
    <p id="reach-problem" class="bad" role="alert">${problem}</p>
    <p class="reach-note">${words.reachNote} <button type="button" class="plain" onClick=${back}>${backLabel}</button></p>
  </form>`;
}
