// What every page runs. htmx carries fragments, idiomorph puts them in place without losing focus or position.
import "./htmx.js";
import "./idiomorph.js";
import "./acts.js";
import "./live.js";
import "./keys.js";
import "./palette.js";
import "./work.js";
import "./recordkeys.js";
import "./machine.js";
import "./ask.js";
import "./trail.js";
import "./pictures.js";
import "./account.js";
