// What the chat's scripts hand each other. Read by the checkers only; never served.
import type { Words as Known } from "../shared/types.d.ts";
import type { ChatMessage, FileEntry, Language } from "../shared/wire.d.ts";
import type { Uploads } from "./files.js";
import type { Chat } from "./store.js";
import type { WORDS } from "./words.js";

export type Wording = Known<typeof WORDS.en>;

/** A message that is still to be sent. `failed`: why it was not. */
export interface Unsent {
  id: string;
  text: string;
  at: number;
  attachments?: FileEntry[];
  tries: number;
  failed: string;
}

/** Colours of one scheme, as #rrggbb (chalicelib/business/colours.py). */
export interface Colours {
  fill: string;
  on_fill: string;
  fill_hover: string;
  text: string;
  text_hover: string;
  tint: string;
}

/** What the business set of the page's appearance. */
export interface Looks {
  name: Partial<Record<Language, string>>;
  greeting: Partial<Record<Language, string>>;
  logo: string;
  colours: { light: Colours; dark: Colours } | null;
}

export interface State {
  messages: ChatMessage[];
  older: string;
  outbox: Unsent[];
  link: string;
  loaded: boolean;
  trouble: string;
  waitUntil: number;
  typing: boolean;
  open: boolean;
  seen: number;
  account: { name?: string; proven?: boolean } | null;
  visitor: string;
}

/** A file that is being added to a message; `entry` once it is uploaded. */
export interface Picked {
  key: string;
  file: File;
  name: string;
  size: number;
  progress: number;
  failed: "" | "too_many_files" | "empty" | "too_large" | "kind" | "upload";
  preview: string;
  entry: FileEntry | null;
  stop: AbortController;
}

/** What the widget says. */
export interface HostMessage {
  baton: string;
  jwt?: unknown;
  language?: string;
  open?: boolean;
  clearing?: boolean;
}

/** What most parts of the page are given. */
export interface Props {
  chat: Chat;
  state: State;
  uploads: Uploads;
  words: Wording;
  language: Language;
  m: ChatMessage;
  text: string;
  address: (message: string, sha256: string) => Promise<string>;
}

/** A field that asks for something to reach the visitor by. */
export interface FieldProps extends Props {
  submit: (value: string) => Promise<void>;
  label: string;
  action: string;
  input: Record<string, string | number>;
  back: () => void;
  backLabel: string;
}

export type { Chat, Uploads };
