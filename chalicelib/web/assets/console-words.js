// Every word of the agents' console, in both languages.
import { EN } from "./console-words-en.js";
import { ZH } from "./console-words-zh.js";

export const WORDS = { en: EN, zh: ZH };
