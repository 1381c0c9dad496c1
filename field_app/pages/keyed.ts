/** A page opened from the list of what waits: its elements name their keys themselves, and the dialog "?" tells them. */

import { marked } from "./lib/keys";
import { dialogs } from "./lib/keys_dialog";

marked();
dialogs();
