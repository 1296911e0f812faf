// What the vendored standalone file of htm exports (chalicelib/web/vendor/preact.js): preact, its hooks and `html`.
export * from "htm/preact";

/** A reference to an element that is there whenever it is asked for: after the first drawing, until the last. */
export declare function useRef<T = any>(initial: null): { current: T };
export declare function useRef<T>(initial: T): { current: T };
