// What the scripts of both pages share. Read by the checkers only; never served.

/** An event of an element. */
export type On<T extends EventTarget = HTMLInputElement, E extends Event = Event> = E & { readonly target: T };

/** A function that merges a part into what there is. */
export type Change<T> = (part: Partial<T>) => void;
export type Setter<T> = (value: T | ((before: T) => T)) => void;

export interface Observable<T> {
  get(): T;
  set(change: Partial<T>): void;
  subscribe(reader: (nothing?: unknown) => void): () => void;
}

/** The part of a browser's storage that the pages use. `fleeting`: the page's memory, as the browser keeps nothing. */
export interface Kept {
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
  removeItem(key: string): void;
  fleeting?: boolean;
}

export interface Timers {
  [name: string]: ReturnType<typeof setTimeout> | undefined;
}

declare global {
  interface Window {
    /** The widget on another site: what the site gives it, and then what the site may do with it (docs/channels.md). */
    Baton?: { jwt?: unknown; open?: () => void; close?: () => void; identify?: (jwt: unknown) => void; reset?: () => void };
  }
}

type Spoken = (...told: any[]) => string;

/** Words of a page: texts, functions that make one, and groups of them. */
export interface Texts {
  [name: string]: string | Spoken | Texts;
}

/** Of a group of texts one may be asked for by any name, and may be missing; other names are checked. */
export type Words<T> = T extends string | Spoken
  ? T
  : T extends Record<string, string>
    ? T & Record<string, string | undefined>
    : T extends Record<string, Spoken>
      ? T & Record<string, Spoken | undefined>
      : { [Name in keyof T]: Words<T[Name]> };
