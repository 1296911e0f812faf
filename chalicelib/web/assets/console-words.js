// Every word of the agents' console, in both languages.
import { EN } from "./console-words-en.js";
import { KNOWLEDGE } from "./console-words-knowledge.js";
import { WHY } from "./console-words-why.js";
import { ZH } from "./console-words-zh.js";

export const WORDS = { en: { ...EN, knowledge: KNOWLEDGE.en, why: WHY.en }, zh: { ...ZH, knowledge: KNOWLEDGE.zh, why: WHY.zh } };
