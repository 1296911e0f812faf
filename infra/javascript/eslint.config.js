// Rules that catch mistakes; how the scripts look is no matter of theirs. Types are the affair of tsc (tsconfig.json).
import js from "@eslint/js";
import globals from "globals";

// Texts become text nodes only: no markup is made of what customers wrote.
const MARKUP = ["innerHTML", "outerHTML", "insertAdjacentHTML", "srcdoc", "dangerouslySetInnerHTML", "createContextualFragment"];
const forbidden = MARKUP.map((property) => ({ property, message: "What somebody wrote is shown as text, never as markup." }));

export default [
  {
    ...js.configs.recommended,
    files: ["**/*.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      ...js.configs.recommended.rules,
      "array-callback-return": "error",
      "default-case-last": "error",
      "eqeqeq": "error",
      "no-constructor-return": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-implicit-globals": "error",
      "no-restricted-properties": ["error", ...forbidden, { object: "document", property: "write", message: "It makes markup." }],
      "no-self-compare": "error",
      "no-template-curly-in-string": "error",
      "no-throw-literal": "error",
      "no-unmodified-loop-condition": "error",
      "no-unreachable-loop": "error",
      "no-unused-vars": ["error", { args: "after-used", ignoreRestSiblings: true, varsIgnorePattern: "^_$", argsIgnorePattern: "^_$" }],
      "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
      "no-var": "error",
      "prefer-const": "error",
      "prefer-promise-reject-errors": "error",
    },
  },
  { files: ["**/widget.js"], languageOptions: { sourceType: "script" } },
];
