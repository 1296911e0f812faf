// Files in the chat: those that are being added to a message, and those that messages bring.
/** @import { Attachment } from "../shared/wire.d.ts" */
/** @import { Chat, Picked, Props } from "./types.d.ts" */
import { html, newId, observable, useEffect, useState } from "../shared/common.js";
import { described, follow, LARGEST, MOST, put, sizeText } from "../shared/files.js";

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** The files chosen for the next message: named, uploaded, and taken along when it is sent. */
export class Uploads {
  /** `ask(frame)` promises the answer to a frame. */
  constructor(/** @type {Chat["ask"]} */ ask) {
    this.ask = ask;
    this.source = observable({ chosen: /** @type {Picked[]} */ ([]) });
  }

  add(/** @type {Iterable<File>} */ files) {
    for (const file of files) this.#add(file);
  }

  /** Also breaks off what is still under way. */
  remove(/** @type {string} */ key) {
    const gone = this.#chosen.find((one) => one.key === key);
    gone?.stop.abort();
    if (gone?.preview) URL.revokeObjectURL(gone.preview);
    this.#set(this.#chosen.filter((one) => one.key !== key));
  }

  retry(/** @type {string} */ key) {
    this.#change(key, { failed: "", progress: 0 });
    const again = this.#chosen.find((one) => one.key === key);
    if (again) this.#upload(again);
  }

  /** What is uploaded, as a message names it; nothing is chosen any more. */
  take() {
    const entries = this.#chosen.flatMap((one) => one.entry ?? []);
    for (const { key } of this.#chosen) this.remove(key);
    return entries;
  }

  get #chosen() {
    return this.source.get().chosen;
  }

  #add(/** @type {File} */ file) {
    /** @type {Picked["failed"]} */
    const failed = this.#chosen.length >= MOST ? "too_many_files" : !file.size ? "empty" : file.size > LARGEST ? "too_large" : "";
    const preview = PICTURES.includes(file.type) && !failed ? URL.createObjectURL(file) : "";
    const one = { key: newId(), file, name: file.name || "file", size: file.size, progress: 0, failed, preview, entry: null, stop: new AbortController() };
    this.#set([...this.#chosen, one]);
    if (!failed) this.#upload(one);
  }

  async #upload(/** @type {Picked} */ { key, file, stop }) {
    try {
      const entry = await described(file);
      const target = await this.ask({ action: "upload", ...entry });
      await put(target, file, (progress) => this.#change(key, { progress }), stop.signal);
      this.#change(key, { entry, progress: 1 });
    } catch (error) {
      this.#change(key, { failed: error.code === "bad_request" ? "kind" : error.code === "too_large" ? "too_large" : "upload" });
    }
  }
/** @type {Partial<Picked>} */ 
  #change(/** @type {string} */ key, /** @type {Partial<Picked>} */ change) {
    this.#set(this.#chosen.map((one) => (one.key === key ? { ...one, ...change } : one)));
  }

  #set(/** @type {Picked[]} */ chosen) {
    this.source.set({ chosen });
  }
}

export const isReady = (/** @type {Picked[]} */ chosen) => chosen.every((one) => one.entry || one.failed);

/** The chosen files above the text, each with how far it is and a way to take it out. */
export function Chosen(/** @type {Props & { chosen: Picked[] }} */ { uploads, chosen, words, language }) {
  if (!chosen.length) return null;
  return html`<ul class="chosen" aria-label=${words.chosen}>
    ${chosen.map((one) => html`<li key=${one.key} class=${one.failed ? "failed" : ""}>
      ${one.preview ? html`<img src=${one.preview} alt="" />` : html`<span class="leaf" aria-hidden="true"></span>`}
      <span class="file-name">${one.name}</span>
      <span class="file-about" role="status">${
        one.failed ? words.fileFailed[one.failed] : one.entry ? sizeText(one.size, language) : words.uploading(Math.round(one.progress * 100))
      }</span>
      ${!one.failed && !one.entry && html`<progress max="1" value=${one.progress} aria-label=${`${words.upload}: ${one.name}`}></progress>`}
      ${one.failed === "upload" && html`<button type="button" class="plain" onClick=${() => uploads.retry(one.key)}>${words.retry}</button>`}
      <button type="button" class="remove" aria-label=${words.removeFile(one.name)} title=${words.removeFile(one.name)}
        onClick=${() => uploads.remove(one.key)}>
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18" /></svg>
      </button>
    </li>`)}
  </ul>`;
}

/** What came with a message: pictures are shown, everything else can be saved. */
export function Files(/** @type {Props} */ { m, address, words, language }) {
  if (!m.attachments?.length) return null;
  return html`<ul class="files" aria-label=${words.files}>
    ${m.attachments.map((entry, n) => html`<li key=${n}><${File} m=${m} entry=${entry} address=${address} words=${words} language=${language} /></li>`)}
  </ul>`;
}

function File(/** @type {Props & { entry: Attachment }} */ { m, entry, address, words, language }) {
  const [failed, setFailed] = useState(false);
  if (entry.fate === "locked") return html`<span class="file"><span class="file-name">${entry.name}</span> <span class="file-about">${words.locked}</span></span>`;
  const open = () => address(m.id, entry.sha256).then((url) => (setFailed(false), follow(url)), () => setFailed(true));
  return html`
    <button type="button" class=${PICTURES.includes(entry.type) ? "file pictured" : "file"} onClick=${open} title=${entry.name}>
      ${PICTURES.includes(entry.type) && html`<${Picture} m=${m} entry=${entry} address=${address} words=${words} />`}
      <span class="file-name">${entry.name}</span>
      <span class="file-about">${sizeText(entry.size, language)}</span>
      <span class="sr">${PICTURES.includes(entry.type) ? words.openFile : words.saveFile}</span>
    </button>
    ${failed && html`<span class="bad" role="alert">${words.fileFailed.download}</span>`}`;
}

function Picture(/** @type {Props & { entry: Attachment }} */ { m, entry, address, words }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    let shown = true;
    address(m.id, entry.sha256).then((found) => shown && setUrl(found), () => {});
    return () => (shown = false);
  }, [m.id, entry.sha256]);
  return url ? html`<img src=${url} alt=${words.picture(entry.name)} loading="lazy" />` : html`<span class="waiting" aria-hidden="true"></span>`;
}
