// Signing in, and replacing the temporary password of a first sign-in.
/** @import { On } from "../shared/types.d.ts" */
/** @import { Language } from "../shared/wire.d.ts" */
/** @import { ApiError, Props } from "./types.d.ts" */
import { businessName, fieldsOf, html, LanguageSwitch, useState } from "../shared/common.js";
import { errorText } from "./parts.js";

export function SignIn(/** @type {Props & { onChoose: (language: Language) => void }} */ { store, state, words, language, onChoose }) {
  const [failed, setFailed] = useState("");
  const [busy, setBusy] = useState(false);
  const attempt = async (/** @type {Record<string, string>} */ credentials) => {
    setBusy(true);
    setFailed("");
    await store.signIn(credentials).catch((error) => setFailed(refused(error)));
    setBusy(false);
  };
  const fresh = state.stage === "new-password";
  const refused = (/** @type {ApiError} */ { code }) => {
    if (fresh && code === "not_authenticated") store.startOver();
    const special = fresh && { bad_request: words.passwordWeak, not_authenticated: words.signInAgain }[code];
    return special || errorText(code, words);
  };
  return html`
    <main class="sign-in">
      <div class="sign-in-head">
        <span class="mark" aria-hidden="true">${[...businessName()][0]}</span>
        <div><h1>${businessName()}</h1><p>${words.console}</p></div>
        <${LanguageSwitch} language=${language} onChoose=${onChoose} />
      </div>
      ${fresh
        ? html`<${NewPassword} email=${state.challenge?.email} words=${words} busy=${busy} onWrong=${setFailed} onSubmit=${(/** @type {string} */ p) => attempt({ ...state.challenge, new_password: p })} />`
        : html`<${Credentials} words=${words} busy=${busy} onSubmit=${attempt} />`}
      <p class="bad" role="alert">${failed}</p>
    </main>`;
}

function Credentials(/** @type {Props & { busy: boolean, onSubmit: (credentials: Record<string, string>) => void }} */ { words, busy, onSubmit }) {
  const submit = (/** @type {On<HTMLFormElement>} */ event) => {
    event.preventDefault();
    onSubmit(fieldsOf(event.target));
  };
  return html`
    <form key="credentials" onSubmit=${submit}>
      <label>${words.email}<input type="email" name="email" autocomplete="username" required autofocus /></label>
      <label>${words.password}<input type="password" name="password" autocomplete="current-password" required /></label>
      <button class="primary" disabled=${busy}>${words.signIn}</button>
    </form>`;
}

/**
 * @param {Props & { email: string, busy: boolean, onSubmit: (password: string) => void, onWrong: (problem: string) => void }} props
 */
function NewPassword({ email, words, busy, onSubmit, onWrong }) {
  const submit = (/** @type {On<HTMLFormElement>} */ event) => {
    event.preventDefault();
    const { password, again } = fieldsOf(event.target);
    if (password === again) onSubmit(password);
    else onWrong(words.passwordsDiffer);
  };
  return html`
    <form key="new-password" onSubmit=${submit}>
      <h2>${words.choosePassword}</h2>
      <p>${words.choosePasswordWhy}</p>
      <input type="email" autocomplete="username" value=${email} hidden readonly />
      <label>${words.newPassword}<input type="password" name="password" autocomplete="new-password" required autofocus aria-describedby="rule" /></label>
      <p id="rule" class="rule">${words.passwordRule}</p>
      <label>${words.repeatPassword}<input type="password" name="again" autocomplete="new-password" required /></label>
      <button class="primary" disabled=${busy}>${words.savePassword}</button>
    </form>`;
}
