// Files on their way out of a browser: named by their content, put to a signed address.
/** @import { Language, UploadAddress } from "./wire.d.ts" */
export const LARGEST = 10 * 1024 * 1024; // bytes, as the servers count
export const MOST = 10; // with one message

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** "1.4 MB" in the reader's language. */
export function sizeText(/** @type {number} */ bytes, /** @type {Language} */ language) {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  /** @type {Intl.NumberFormatOptions} */
  const style = { style: "unit", unit: UNITS[power], unitDisplay: power ? "short" : "long", maximumFractionDigits: power > 1 ? 1 : 0 };
  return new Intl.NumberFormat(language, style).format(bytes / 1000 ** power);
}

// What some systems call otherwise, or not at all, by the name's ending.
/** @type {Record<string, string | undefined>} */
const BY_ENDING = {
  csv: "text/csv", heic: "image/heic", log: "text/plain", m4a: "audio/mp4", md: "text/plain", mov: "video/quicktime", txt: "text/plain",
  zip: "application/zip",
};

const typeOf = (/** @type {File} */ file) => BY_ENDING[(file.name.split(".").pop() ?? "").toLowerCase()] ?? (file.type || "application/octet-stream");

/** What the servers want to know of a File: {name, type, size, sha256}. */
export async function described(/** @type {File} */ file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { name: file.name || "file", type: typeOf(file), size: file.size, sha256 };
}

/** Puts the file to a signed address; `onProgress` hears 0 … 1, `signal` breaks it off. Rejects when it did not arrive.
 * @param {UploadAddress} address
 * @param {File} file
 * @param {(share: number) => void} onProgress
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function put({ url, headers }, file, onProgress, signal) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest(); // fetch does not tell how far it is
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => (request.status < 300 ? done() : failed(new Error(`refused: ${request.status}`)));
    signal?.addEventListener("abort", () => request.abort());
    request.onerror = request.ontimeout = request.onabort = () => failed(new Error("unreachable"));
    request.timeout = 120_000;
    request.send(file);
  });
}

/** Follows a signed address: what it names is saved, or opens in a tab of its own. */
export function follow(/** @type {string} */ url) {
  const link = document.createElement("a");
  Object.assign(link, { href: url, target: "_blank", rel: "noopener noreferrer" });
  link.click();
}
