// The places as a sheet, where there is no room beside the page: what the account offers stands in it at once.
const nav = document.getElementById("nav");
const me = nav.querySelector("details.me");

nav.addEventListener("toggle", (event) => (me.open = event.newState === "open"));
for (const opener of nav.querySelectorAll("[data-open]")) opener.addEventListener("click", () => nav.matches(":popover-open") && nav.hidePopover());
// The part that one is in may stand beyond the edge of a narrow screen.
document.querySelector(".top .tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
