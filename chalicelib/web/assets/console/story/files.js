// Files in the story and in the composer: pictures are shown, others saved, and what became of the rest is said.
/** @import { Attachment, FileEntry } from "../../shared/wire.d.ts" */
/** @import { Console, Props, Wording } from "../types.d.ts" */
import { html, newId, useEffect, useRef, useState } from "../../shared/common.js";
import { described, follow, LARGEST, MOST, put, sizeText } from "../../shared/files.js";

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const SHOWN = 8; // so many stand there before "show all"
const KEPT = ["stored", "inline"];

/** @typedef {{ id: string, name: string, done: number }} Upload a file on its way, and how much of it is done */

export function Attachments(/** @type {Props & { conversation: string }} */ { m, conversation, store, words, language }) {
  const [all, setAll] = useState(false);
  const files = m.attachments ?? [];
  if (!files.length) return null;
  const shown = all ? files : files.slice(0, SHOWN);
  return html`
    <ul class="files" aria-label=${words.files.title}>
      ${shown.map((file, n) => html`<${File} key=${n} file=${file} m=${m} conversation=${conversation} store=${store} words=${words} language=${language} />`)}
    </ul>
    ${files.length > shown.length && html`<button type="button" class="plain" onClick=${() => setAll(true)}>${words.files.more(files.length - shown.length)}</button>`}`;
}

function File(/** @type {Props & { conversation: string, file: Attachment }} */ { file, m, conversation, store, words, language }) {
  const [failed, setFailed] = useState("");
  const size = sizeText(file.size, language);
  const name = file.name || words.files.nameless;
  const address = () => store.fileAddress(conversation, m.id, file.sha256);
  const save = async () => {
    try {
      follow(await address());
    } catch (error) {
      setFailed(error.code);
    }
  };
  if (!KEPT.includes(file.fate)) {
    const why = file.why && (words.files.whys[file.why] ?? file.why);
    return html`<li class="file"><bdi class="file-name">${name}</bdi> <span class="file-about">${size} · ${words.files.fates[file.fate] ?? file.fate}${why && html`: <bdi>${why}</bdi>`}</span></li>`;
  }
  return html`
    <li class="file">
      ${PICTURES.includes(file.type) && file.size <= LARGEST && html`<${Picture} name=${name} address=${address} words=${words} />`}
      <button type="button" class="plain file-name" onClick=${save}><span class="sr">${words.files.save} </span><bdi>${name}</bdi></button>
      <span class="file-about">${size}${failed && html` · <span class="bad" role="alert">${words.files.gone}</span>`}</span>
    </li>`;
}

/** Loads when it comes into sight, as each needs a signed address of its own. */
function Picture(/** @type {Props & { name: string, address: () => Promise<string> }} */ { name, address, words }) {
  const [url, setUrl] = useState("");
  const [broken, setBroken] = useState(false);
  const place = useRef(null);
  useEffect(() => {
    const seen = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      seen.disconnect();
      address().then(setUrl, () => setBroken(true));
    });
    seen.observe(place.current);
    return () => seen.disconnect();
  }, []);
  if (broken) return html`<p class="file-about" ref=${place}>${words.files.gone}</p>`;
  return html`<div class=${url ? "picture" : "picture waiting"} ref=${place}>${url && html`<img src=${url} alt=${name} referrerpolicy="no-referrer" onError=${() => setBroken(true)} />`}</div>`;
}

/** Files that go with a reply: `files` are in the store already, `add` takes a browser's FileList.
 * @param {Console} store
 * @param {string} conversation
 * @param {FileEntry[]} files
 * @param {(next: (had: FileEntry[]) => FileEntry[]) => void} setFiles
 * @param {Wording} words
 */
export function useUploads(store, conversation, files, setFiles, words) {
  const [going, setGoing] = useState(/** @type {Upload[]} */ ([]));
  const [problem, setProblem] = useState("");
  const change = (/** @type {string} */ id, /** @type {Partial<Upload>} */ part) => setGoing((all) => all.map((one) => (one.id === id ? { ...one, ...part } : one)));
  const end = (/** @type {string} */ id) => setGoing((all) => all.filter((one) => one.id !== id));
  const start = async (/** @type {File} */ file) => {
    const id = newId();
    setGoing((all) => [...all, { id, name: file.name, done: 0 }]);
    try {
      const entry = await described(file);
      const address = await store.api.post(`conversations/${encodeURIComponent(conversation)}/uploads`, entry);
      await put(address, file, (done) => change(id, { done }));
      setFiles((had) => [...had.filter((f) => f.sha256 !== entry.sha256), entry]);
    } catch (error) {
      setProblem(error.code === "bad_request" ? words.files.kind(file.name) : words.files.failed(file.name));
    }
    end(id);
  };
  const add = (/** @type {FileList | null} */ list) => {
    const wanted = [...(list ?? [])];
    const good = wanted.filter((f) => f.size > 0 && f.size <= LARGEST).slice(0, MOST - files.length - going.length);
    const bad = wanted.find((f) => f.size > LARGEST || f.size === 0);
    setProblem(bad ? words.files.tooLarge(bad.name) : good.length < wanted.length ? words.files.tooMany(MOST) : "");
    good.forEach(start);
  };
  return { going, problem, add };
}

/**
 * @param {Props & { files: FileEntry[], uploads: ReturnType<typeof useUploads>, onRemove: (file: FileEntry) => void }} props
 */
export const Chosen = ({ files, uploads, onRemove, words, language }) => html`
  ${(files.length > 0 || uploads.going.length > 0) && html`
    <ul class="files chosen" aria-label=${words.files.title}>
      ${files.map((f) => html`
        <li class="file" key=${f.sha256}><bdi class="file-name">${f.name}</bdi> <span class="file-about">${sizeText(f.size, language)}</span>
          <button type="button" class="plain" aria-label=${words.files.remove(f.name)} onClick=${() => onRemove(f)}>×</button></li>`)}
      ${uploads.going.map((f) => html`
        <li class="file" key=${f.id}><bdi class="file-name">${f.name}</bdi> <progress max="1" value=${f.done} aria-label=${words.files.uploading(f.name)}></progress></li>`)}
    </ul>`}
  <p class=${uploads.problem ? "bad" : "sr"} role="alert">${uploads.problem}</p>`;
