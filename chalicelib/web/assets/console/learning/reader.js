// An article opened where it is offered: whoever chooses it has read it, and loses nothing that was written meanwhile.
/** @import { Language } from "../../shared/wire.d.ts" */
/** @import { ReadArticle } from "./wire.d.ts" */
/** @import { Props } from "../types.d.ts" */
import { html, Link, useState, Words } from "../../shared/common.js";
import { errorText } from "../parts.js";

/** The version in the reader's language, in its sister script, else the first one. */
const versionFor = (/** @type {ReadArticle[]} */ versions, /** @type {Language} */ language) =>
  versions.find((v) => v.language === language) ?? versions.find((v) => v.language.startsWith(language)) ?? versions[0];

/** A button that opens the article below itself, and closes it again.
 * @param {Props & { id: string, title: string }} props
 */
export function Reader({ store, id, title, words, language }) {
  const [open, setOpen] = useState(false);
  const [read, setRead] = useState(/** @type {ReadArticle[] | null} */ (null));
  const [failed, setFailed] = useState("");
  const place = `article-${id}`;
  const turn = () => {
    setOpen(!open);
    setFailed("");
    if (!open && !read) store.article(id).then((found) => setRead(found.versions), (error) => setFailed(error.code));
  };
  return html`
    <button type="button" class="plain read" aria-expanded=${open} aria-controls=${place} aria-label=${(open ? words.learning.closeArticle : words.learning.readArticle)(title)} onClick=${turn}>
      ${open ? words.learning.close : words.learning.read}</button>
    <div id=${place} class="article-text" role="region" aria-label=${title} aria-busy=${!read && !failed} tabindex="0" hidden=${!open}>
      ${failed && html`<p class="bad" role="alert">${errorText(failed, words)}</p>`}
      ${open && read && html`<${Text} article=${versionFor(read, language)} words=${words} />`}
    </div>`;
}

const Text = (/** @type {Props & { article: ReadArticle }} */ { article, words }) => html`
  <article lang=${article.language}>
    <h3><bdi>${article.title}</bdi></h3>
    <${Words} text=${article.text} more=${words.showAll} />
    ${article.link && html`<p><${Link} to=${article.link} /></p>`}
  </article>`;
