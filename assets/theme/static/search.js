// Search works from file:// too, but a browser lets no page read another one there:
// the results then come without an excerpt.
"use strict";
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
