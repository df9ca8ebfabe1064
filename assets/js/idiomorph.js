// idiomorph as an extension of htmx: swap by `morph`.
import htmx from "./htmx.js";
import { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";

export { Idiomorph };
// What a reader has opened stays open, and a dialog is never closed under them.
Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) =>
  !(name === "open" && (node.tagName === "DETAILS" || node.tagName === "DIALOG"));
htmx.defineExtension("morph", {
  isInlineSwap: (style) => style.startsWith("morph"),
  handleSwap(style, target, fragment) {
    if (style === "morph" || style === "morph:outerHTML") return Idiomorph.morph(target, fragment.children);
    if (style === "morph:innerHTML") return Idiomorph.morph(target, fragment.childNodes, { morphStyle: "innerHTML" });
    return false;
  },
});
