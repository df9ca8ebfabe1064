// idiomorph as an extension of htmx: swap by `morph`. What a person or a script has done to an element is not undone:
// what is being typed stays, what is open stays open, and so do the attributes that `data-keep` names.
import htmx from "./htmx.js";
import { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";

const keeps = (name, node) =>
  (name === "open" && /^(DETAILS|DIALOG)$/.test(node.tagName)) || (node.dataset?.keep ?? "").split(" ").includes(name);
const options = { ignoreActiveValue: true, callbacks: { beforeAttributeUpdated: (name, node) => !keeps(name, node) } };

export { Idiomorph };
// What a reader has opened stays open, and a dialog is never closed under them.
Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) =>
  !(name === "open" && (node.tagName === "DETAILS" || node.tagName === "DIALOG"));
htmx.defineExtension("morph", {
  isInlineSwap: (style) => style.startsWith("morph"),
  handleSwap(style, target, fragment) {
    if (style === "morph" || style === "morph:outerHTML") return Idiomorph.morph(target, fragment.children, options);
    if (style === "morph:innerHTML") {
      return Idiomorph.morph(target, fragment.childNodes, { ...options, morphStyle: "innerHTML" });
    }
    return false;
  },
});
