// What every page runs. htmx carries fragments, idiomorph puts them in place without losing focus or position.
import "./htmx.js";
import "./idiomorph.js";
import "./drafts.js";
import "./session.js";
import "./acts.js";
import "./kept.js";
import "./live.js";
import "./keys.js";
import "./clock.js";
import "./palette.js";
import "./tour.js";
import "./work.js";
