// What goes over the wire, as docs/api.md tells it. Read by the checkers only; never served.

export type Language = "en" | "zh";
export type ChannelName = "webchat" | "email" | "sms";
export type Role = "agent" | "supervisor" | "admin";

/** A file as a message names it. */
export interface FileEntry {
  name: string;
  type: string;
  size: number;
  sha256: string;
}

/** A file that came with a message. */
export interface Attachment extends FileEntry {
  fate: string;
  why?: string;
  inline?: boolean;
}

/** Where a file may be put. */
export interface UploadAddress {
  url: string;
  headers: Record<string, string>;
}

/** What is the same for visitors and agents. */
interface AnyMessage {
  id: string;
  at: number;
  text: string;
  by: string;
  direction?: "incoming" | "outgoing";
  channel?: string;
  name?: string;
  link?: string;
  state?: string;
  attachments?: Attachment[];
}

/** A message in the visitor's chat. */
export interface ChatMessage extends AnyMessage {
  by: "you" | "bot" | "agent";
  waits?: boolean;
  handover?: boolean;
  choices?: string[];
  listed?: number[];
  fits?: string[];
}

/** A message as agents see it. */
export interface Message extends AnyMessage {
  direction: "incoming" | "outgoing";
  channel: ChannelName;
  name: string;
  subject: string;
  link: string;
  state: string;
  detail: string;
  outcome: string;
  meta?: MessageMeta;
}

export interface MessageMeta {
  outcome?: string;
  article?: string;
  verdict?: Said;
  composed?: Composition;
  automatic?: string;
  quarantined?: string;
  locked?: string;
  unproven?: boolean;
  whole?: number;
}

export interface Said {
  verdict: string;
  by: string;
  at: number;
  article?: string;
}

/** `not` says why the composed text was refused; `read`: the model chose the sentences where the bot was not sure. */
export interface Composition {
  by: string;
  read?: boolean;
  not?: string;
  sources: { title: string }[];
}

export interface Conversation {
  id: string;
  channel: ChannelName;
  customer: string;
  tier: "" | "vip";
  name: string;
  address: string;
  language: string;
  subject: string;
  owner: "bot" | "queue" | "agent" | "none";
  agent: string;
  queue: string;
  urgency: "urgent" | "normal";
  reason: string;
  contact_request: string;
  opened_at: number;
  last_at: number;
  waiting_since: number;
  escalated_at: number;
  claimed_at: number;
  first_reply_at: number;
  first_reply_by: string;
  resolved_at: number;
  version: number;
  incoming: number;
  bot_answers: number;
  replies: number;
}

/** What happened to a conversation; what its `detail` holds depends on the `kind`. */
export interface HouseEvent {
  kind: string;
  at: number;
  by: string;
  detail: {
    agent?: string;
    queue?: string;
    address?: string;
    contact_request?: string;
    rule?: string;
    reason?: string;
    reason_zh?: string;
    urgency?: string;
    summary?: string;
    facts?: Facts;
  };
}

export interface Facts {
  [name: string]: unknown;
  why?: { when: string; facts: Record<string, unknown> };
  near?: Record<string, unknown>;
}

export interface Note {
  id: string;
  at: number;
  by: string;
  name: string;
  text: string;
}

export interface Agent {
  id: string;
  email: string;
  name: string;
  role: Role;
  skills: string[];
  max_open: number;
  open: number;
}

/** One answer to `GET /conversations/{id}`. */
export interface Reading {
  conversation: Conversation;
  messages: Message[];
  notes: Note[];
  events: HouseEvent[];
  others: Conversation[];
  related?: string[];
  possibly_same?: Possible[];
  contact?: { blocked: string; proven: string };
  cursor: number;
  older: string;
  read_at?: number;
}

export interface Possible {
  customer: string;
  why: string;
}

export interface Identity {
  channel: ChannelName;
  address: string;
  since: number;
  proven: string;
  proven_at: number;
  blocked: string;
  blocked_at: number;
  tier: string;
}

export interface Move {
  kind: string;
  identities?: string[];
  by: string;
  at: number;
  undone: boolean;
}

export interface Customer {
  customer: string;
  identities: Identity[];
  conversations: Conversation[];
  merges?: Move[];
  possibly_same?: Possible[];
}

export interface QueueCount {
  queue: string;
  urgency: string;
  waiting: number;
  exact: boolean;
  oldest_at: number;
}

/** One answer to `GET /conversations`. `cursor` asks for the next page, "" if there is none. */
export interface ConversationsPage {
  conversations: Conversation[];
  cursor: string;
}

export interface WholeMail {
  headers: [string, string][];
  text: string;
  html: string;
  attachments: Attachment[];
  url?: string;
  locked?: string;
}

/** A visitor's session. */
export interface VisitorSession {
  token: string;
  visitor: string;
  expires_at: number;
  socket: string;
  name?: string;
  proven?: boolean;
}

export interface AgentSession {
  token: string;
  expires_at: number;
  agent: Agent;
  challenge?: undefined;
}

/** A new password is wanted. */
export interface Challenge {
  challenge: string;
  session: string;
}

/** What a page sends through its socket. */
export interface SentFrame {
  action: string;
  [field: string]: unknown;
}

/** What a page hears through its socket. */
export type Frame =
  | { type: "stored"; id: string; at: number }
  | { type: "message"; message: ChatMessage; id?: undefined }
  | { type: "messages"; messages: ChatMessage[]; cursor: number; more: boolean; older?: string; id?: undefined }
  | { type: "typing"; id: string }
  | { type: "read"; id: string; at: number }
  | { type: "conversation"; id: string; version: number }
  | { type: "queues"; id?: undefined }
  | { type: "pong"; id?: undefined }
  | ErrorFrame
  | Answer;

export interface ErrorFrame {
  type: "error";
  id?: string;
  code: string;
  message: string;
  action?: string;
  retry_after?: number;
}

/** The answers to what was asked under an id. */
export type Answer =
  | { type: "upload"; id: string; sha256: string; url: string; headers: Record<string, string> }
  | { type: "file"; id: string; message: string; sha256: string; url: string }
  | { type: "contact"; id: string; address: string }
  | { type: "proven"; id: string; address: string };

/** The answer to a frame that asks. */
export type AnswerTo<F> = F extends { action: "prove" } ? Answer & { type: "proven" } : F extends { action: infer A } ? Extract<Answer, { type: A }> : Answer;
