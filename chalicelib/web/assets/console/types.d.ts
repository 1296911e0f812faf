// What the console's scripts hand each other. Read by the checkers only; never served.
import type { Words as Known } from "../shared/types.d.ts";
import type { Agent, Conversation, Customer, FileEntry, Identity, Language, Message, QueueCount, Reading } from "../shared/wire.d.ts";
import type { ApiError } from "./api.js";
import type { ArticleVersion } from "./learning/wire.d.ts";
import type { Console } from "./store.js";
import type { EN } from "./words/en.js";
import type { WORDS } from "./words/words.js";

export type English = typeof EN;
export type Wording = Known<typeof WORDS.en>;

/** A reply or note that is still to be sent. `failed`: why it was not. */
export interface Entry {
  id: string;
  conversation: string;
  kind: "reply" | "note";
  text: string;
  attachments?: FileEntry[];
  at: number;
  tries: number;
  failed: string;
}

export interface Draft {
  mode: "reply" | "note";
  text: string;
  files: FileEntry[];
}

/** Who waits in a queue, as far as it was read. */
export interface Waiting {
  conversations: Conversation[];
  cursor: string;
  sort: Sort;
}

export type Sort = "oldest" | "newest";

/** A conversation as far as it was read. */
export type Story = Reading & { related: string[] };

export interface State {
  stage: "starting" | "sign-in" | "new-password" | "ready";
  link: string;
  agent: Agent;
  challenge: { email: string; session: string } | null;
  mine: Conversation[];
  queues: QueueCount[];
  waiting: Record<string, Waiting | undefined>;
  agents: Agent[];
  stories: Record<string, Story | undefined>;
  customers: Record<string, Customer | undefined>;
  typing: Record<string, number | undefined>;
  seen: Record<string, number | undefined>;
  open: string;
  missing: string | false;
  outbox: Entry[];
}

/** Whom a merge is about: as much of a conversation as names its customer. */
export type Somebody = Pick<Conversation, "customer" | "name" | "channel" | "address">;

export interface Actions {
  claim(): Promise<void>;
  claiming: boolean;
  setTier(tier: "" | "vip"): void;
  resolve(): void;
  handBack(): void;
  transfer(): void;
  better(conversation: string, message: string): void;
  whole(conversation: string, message: string): void;
  merge(c: Conversation, found: Somebody | null): void;
  split(customer: string, identity: Identity): void;
}

export type Ask = (name: string, about?: object) => void;
export type Tell = (text: string, bad?: boolean) => void;

/** What most parts of the page are given. */
export interface Props {
  store: Console;
  state: State;
  words: Wording;
  language: Language;
  actions: Actions;
  story: Story;
  c: Conversation;
  m: Message;
  onClose(): void;
  onDone(): void;
}

/** One row of a timeline. */
export type Item<T> = Props & { item: T };

/** A card as it was drawn last, and of what. */
export interface Drawn {
  c: Conversation;
  shown: Record<string, unknown>;
  card: unknown;
}

/** One row for both urgencies of a queue. `exact`, `urgentExact`: was each counted, or about so many? */
export interface QueueRow {
  name: string;
  waiting: number;
  exact: boolean;
  urgent: number;
  urgentExact: boolean;
  oldest: number;
}

/** An article in one of its languages, as it is shown to be written. */
export interface Written {
  own: string;
  shown: string;
  stored?: ArticleVersion;
}

/** What the service refused, in its own words. */
export type Refusal = Pick<ApiError, "code" | "message">;

export type { ApiError, Console };
