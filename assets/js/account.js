// One's account and people: letters as keys on or off, lists of sign-ins, the end of a look through another role.
import { refresh } from "./live.js";

const own = document.querySelector("[data-own-letters]");
if (own) {
  const kept = document.querySelector("#keys [data-letters]");
  own.checked = kept.checked;
  own.addEventListener("change", () => {
    kept.checked = own.checked;
    kept.dispatchEvent(new Event("change"));
  });
  kept.addEventListener("change", () => (own.checked = kept.checked));
}

// Sign-ins are no entities and have no feed: whoever ends one sees the list anew.
document.body.addEventListener("said", () => refresh(new Set(["sign_in"])));

const looking = document.getElementById("looking");
if (looking) setTimeout(() => location.reload(), Number(looking.dataset.left) + 500);
