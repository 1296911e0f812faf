// A list of questions and answers out of a spreadsheet: looked at first, then brought in whole or not at all.
/** @import { On } from "../../shared/types.d.ts" */
/** @import { Props, Refusal } from "../types.d.ts" */
import { html, useState } from "../../shared/common.js";
import { Refused } from "./article.js";

const LARGEST = 2_900_000; // bytes; in base64 it is what the service takes

export function Import(/** @type {Props} */ { store, words }) {
  const w = words.knowledge;
  const [chosen, setChosen] = useState(/** @type {{ name: string, content: string } | null} */ (null));
  const [found, setFound] = useState(/** @type {object | null} */ (null));
  const [note, setNote] = useState("");
  const [failed, setFailed] = useState(/** @type {Refusal | null} */ (null));
  const send = async (/** @type {{ name: string, content: string }} */ list, /** @type {boolean} */ preview) => {
    setFailed(null);
    try {
      const answer = await store.api.post("knowledge/import", { ...list, preview });
      setFound(preview ? answer : null);
      setNote(preview ? w.importFound(answer.given, answer.articles, answer.examples) : w.imported(answer.articles, answer.examples));
    } catch (error) {
      setFound(null);
      setNote("");
      setFailed(error);
    }
  };
  const choose = async (/** @type {On} */ event) => {
    const [file] = event.target.files ?? [];
    setFound(null);
    setNote("");
    if (!file) return;
    if (file.size > LARGEST) return setFailed({ code: "too_large", message: "" });
    const list = { name: file.name, content: await encoded(file) };
    setChosen(list);
    await send(list, true);
  };
  return html`
    <p>${w.importHow}</p>
    <label>${w.file}<input type="file" accept=".csv,.tsv,.txt,.json" onChange=${choose} /></label>
    <p role="status">${note}</p>
    ${failed && html`<${Refused} error=${failed} words=${words} />`}
    ${found && chosen && html`<div class="send-line"><button type="button" class="primary" onClick=${() => send(chosen, false)}>${w.import}</button></div>`}`;
}

/** A file's bytes in base64. */
const encoded = (/** @type {File} */ file) =>
  new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(/** @type {string} */ (reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = fail;
    reader.readAsDataURL(file);
  });
