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

/** Where the feed ends because of who is there: signed out, or with other roles, whose page is another one. */
export async function changed() {
  if ((await holds()) === false) return signedOut();
  keep({ reload: true });
  location.reload();
}

/** Whether the session still holds; null where nobody answers. */
export async function holds() {
  try {
    const answer = await fetch("/api/v1/me");
    return answer.ok ? true : answer.status === 401 ? false : null;
  } catch {
    return null;
  }
}

link.addEventListener("click", () => keep());
document.body.addEventListener("signedOut", signedOut);
