// Scrolling through what was said. What came before is loaded when its reader is near, or presses the button, and nothing on the screen
// moves by it; whoever is at the end stays there.
import { html, useEffect, useLayoutEffect, useRef } from "./common.js";

const NEAR = 300; // pixels below the top

/** @typedef {{ first: string | undefined, older: string, load: () => void, atEnd: { current: boolean } }} Reading */

/** What is to be called when `box` is scrolled. `first`: the id of the topmost message; `older`: the cursor of those before, "" if none.
 * @param {{ current: HTMLElement }} box
 */
export function useOlder(box, /** @type {Reading} */ { first, older, load, atEnd }) {
  const before = useRef({ first, height: 0 });
  const near = () => {
    const { scrollTop, clientHeight } = box.current;
    if (older && clientHeight && scrollTop < NEAR) load();
  };
  useLayoutEffect(() => {
    const { scrollHeight } = box.current;
    const came = before.current.first && first !== before.current.first;
    if (came && !atEnd.current) box.current.scrollTop += scrollHeight - before.current.height;
    before.current = { first, height: scrollHeight };
  });
  useEffect(near); // also where a page does not fill the box
  return near;
}

export const Older = (/** @type {{ older: string, load: () => void, label: string }} */ { older, load, label }) =>
  older && html`<p class="older"><button type="button" class="plain" onClick=${load}>${label}</button></p>`;

/** Who was at the end of the box stays there, whatever changes its height (a keyboard, a picture, a turned phone). The scrolling that comes
 *  of another size is none of hers: browsers do it before they tell the size. */
export function useEnd(/** @type {{ current: HTMLElement }} */ box) {
  const atEnd = useRef(true), size = useRef("");
  const measured = () => `${box.current.clientWidth} ${box.current.clientHeight}`;
  const toEnd = () => (box.current.scrollTop = box.current.scrollHeight);
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      size.current = measured();
      if (atEnd.current) toEnd();
    });
    for (const part of [box.current, ...box.current.children]) observer.observe(part);
    return () => observer.disconnect();
  }, []);
  const scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current;
    if (size.current === measured()) atEnd.current = scrollHeight - scrollTop - clientHeight < 80;
  };
  return { atEnd, toEnd, scrolled };
}
