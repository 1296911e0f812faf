// Signing in, and replacing the temporary password of a first sign-in.
import { businessName, html, LanguageSwitch, useState } from "./common.js";
import { errorText } from "./console-parts.js";

export function SignIn({ store, state, words, language, onChoose }) {
  const [failed, setFailed] = useState("");
  const [busy, setBusy] = useState(false);
  const attempt = async (credentials) => {
    setBusy(true);
    setFailed("");
    await store.signIn(credentials).catch((error) => setFailed(refused(error)));
    setBusy(false);
  };
  const fresh = state.stage === "new-password";
  const refused = ({ code }) => {
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
        ? html`<${NewPassword} email=${state.challenge.email} words=${words} busy=${busy} onWrong=${setFailed} onSubmit=${(p) => attempt({ ...state.challenge, new_password: p })} />`
        : html`<${Credentials} words=${words} busy=${busy} onSubmit=${attempt} />`}
      <p class="bad" role="alert">${failed}</p>
    </main>`;
}

function Credentials({ words, busy, onSubmit }) {
  const submit = (event) => {
    event.preventDefault();
    onSubmit(Object.fromEntries(new FormData(event.target)));
  };
  return html`
    <form key="credentials" onSubmit=${submit}>
      <label>${words.email}<input type="email" name="email" autocomplete="username" required autofocus /></label>
      <label>${words.password}<input type="password" name="password" autocomplete="current-password" required /></label>
      <button class="primary" disabled=${busy}>${words.signIn}</button>
    </form>`;
}

function NewPassword({ email, words, busy, onSubmit, onWrong }) {
  const submit = (event) => {
    event.preventDefault();
    const { password, again } = Object.fromEntries(new FormData(event.target));
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
