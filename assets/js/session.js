// A session that ended while its page was open: the page stays as it is, and says how one comes back to it.
import { keep } from "./drafts.js";

const banner = document.getElementById("signedout");
const link = banner.querySelector("a");

/** Says that one must sign in again. */
export function signedOut() {
  if (!banner.hidden) return;
  link.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  banner.hidden = false;
}

link.addEventListener("click", keep);
document.body.addEventListener("signedOut", signedOut);
