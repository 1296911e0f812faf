// What the business wears: its colours, logo, name and greeting, as the page's head tells them. Nothing set: as the page ships.
/** @import { Language } from "../shared/wire.d.ts" */
/** @import { Colours, Looks } from "./types.d.ts" */
import { businessName, html, told, useState } from "../shared/common.js";

/** @type {Looks | null} */
const looks = JSON.parse(told("looks"));

export const nameIn = (/** @type {Language} */ language) => looks?.name[language] || businessName();

/** The business's own words of welcome, "" without. */
export const greetingIn = (/** @type {Language} */ language) => looks?.greeting[language] ?? "";

/** Puts the colours on the page: the policy lets no style in but by a sheet that a script makes. */
export function wear() {
  if (!looks?.colours) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${tokens(looks.colours.light)} @media (prefers-color-scheme: dark) { ${tokens(looks.colours.dark)} }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

const tokens = (/** @type {Colours} */ c) => `:root {
  --fill: ${c.fill}; --on-fill: ${c.on_fill}; --fill-hover: ${c.fill_hover};
  --accent: ${c.text}; --accent-strong: ${c.text_hover}; --tint: ${c.tint}; }`;

/** The logo, or the name's first letter if there is none or it does not load. The name stands beside it, so it is not read aloud. */
export function Mark(/** @type {{ language: Language }} */ { language }) {
  const [failed, setFailed] = useState(false);
  if (looks?.logo && !failed) return html`<img class="mark logo" src=${looks.logo} alt="" onError=${() => setFailed(true)} />`;
  return html`<span class="mark" aria-hidden="true">${[...nameIn(language)][0]}</span>`;
}
