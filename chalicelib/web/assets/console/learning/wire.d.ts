// What goes over the wire of what the bot knows and learns, as docs/api.md tells it. Read by the checkers only; never served.

/** An article as lists show it. */
export interface ListedArticle {
  id: string;
  title: string;
  titles: Record<string, string | undefined>;
  queue: string;
  audience: string;
  valid_from: string;
  valid_until: string;
  examples: number;
}

/** An article in one language, as it is read. */
export interface ReadArticle {
  language: string;
  title: string;
  text: string;
  link: string;
}

/** An article as it is offered to choose. */
export type OfferedArticle = Pick<ListedArticle, "id" | "titles">;

/** What is written of an article in one language. */
export interface ArticleFields {
  title: string;
  body: string;
  short: string;
  queue: string;
  audience: string;
  link: string;
  valid_from: string;
  valid_until: string;
  version: number;
}

export interface ArticleVersion extends ArticleFields {
  language: string;
  changed_at: number;
  changed_by: string;
}

export interface Example {
  id: string;
  text: string;
  language: string;
  source: string;
}

/** What customers would read. */
export interface ShownArticle {
  text?: string;
  short?: string;
  segments: number;
  problems?: string[];
}

export interface Answered {
  article: string;
  title: string;
  confidence: number;
  sure: boolean;
}

export interface ChangedQuestion {
  question: string;
  kind: string;
  worse: boolean;
  before: Answered;
  after: Answered;
}

export interface Release {
  id: string;
  do: string;
  state: "ordered" | "running" | "done" | "failed";
  at: number;
  version: string;
  switched: boolean;
  articles: number;
  counts?: Record<string, number>;
  error: string;
}

/** A release with what it changes. */
export interface ComparedRelease extends Omit<Release, "articles"> {
  articles?: { id: string; language: string; title: string; kind: string }[];
  questions?: ChangedQuestion[];
  untold?: { article: string; language: string; wording: string; missing: string[] }[];
}

export interface Gap {
  id: string;
  version: number;
  count: number;
  samples: { text: string; language: string; at: number; conversation: string }[];
  replies: string[];
  title: string;
  body: string;
  language: string;
  state: string;
  article: string;
  last_at: number;
}

export interface Review {
  id: string;
  conversation: string;
  message: string;
  at: number;
  kind: "sample" | "pick";
  question: string;
  answer: string;
  article: string;
  confidence: number;
}

export interface Reviews {
  reviews: Review[];
  estimate: { precision: number; lower: number; upper: number; reviewed: number } | null;
  target: number;
  thresholds: { answer: number }[];
}

/** What `learn` found, in short. */
export interface Lesson {
  id: string;
  at: number;
  examples?: { count: number; list?: { text: string; article: string }[] };
  gaps?: { found: { title: string; count: number }[]; grown?: { title: string; count: number; before: number }[] };
  threshold?: { answer: number; before: number; why: string; precision: number; lower: number; outcomes: number };
  release?: { id?: string; switched?: boolean; changes?: ChangedQuestion[] };
  failed?: string[];
  quarantined?: { text: string; article: string; question: string }[];
}

/** A daily report. */
export interface DayReport {
  day: string;
  made_at: number;
}
