// Two repairs to Sphinx's search, which this file is loaded after.
"use strict";

// Search works from file:// too, but a browser lets no page read another one there:
// the results then come without an excerpt.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// An id may hold a dot, as those of Python modules do; in a selector it must be escaped.
const { htmlToText } = Search;
Search.htmlToText = (html, anchor) =>
  htmlToText(html, anchor && `#${CSS.escape(anchor.slice(1))}`);
