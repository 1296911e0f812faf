// Every word of the agents' console, in both languages.
import { EN } from "./en.js";
import { KNOWLEDGE } from "./knowledge.js";
import { WHY } from "./why.js";
import { ZH } from "./zh.js";

const en = { ...EN, knowledge: KNOWLEDGE.en, why: WHY.en };
/** @type {typeof en} */
const zh = { ...ZH, knowledge: KNOWLEDGE.zh, why: WHY.zh };

export const WORDS = { en, zh };
