"""What the tests of the published site share: its files, a server, a browser.

`site` is the folder that `make book` wrote, `served` the same folder under an http
address of this machine, `chromium` one browser for the whole run. `watch` opens a page
that keeps a list of everything that went wrong on it.

Where the site or the browser is missing the tests skip, so that the rest can be run
without them; with `CI` set in the environment they fail instead, so that nothing is
left untested by accident.
"""

import contextlib
import functools
import http.server
import os
import re
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run: a red test must be the change's fault. `pytest
# --hypothesis-profile=default` draws new ones.
settings.register_profile("book", derandomize=True, deadline=None)
settings.load_profile("book")

ROOT = Path(__file__).resolve().parent.parent


# Most of the time goes into the browser; its tests may run side by side.
SPREAD = (
    "tests/test_browser.py",
    "tests/test_run_browser.py",
    "tests/test_widgets_browser.py",
)
# They take a minute or two each, so they come first: at the end, one core would wait.
LONG = (
    "test_every_cell_with_a_button_prints_what_is_stored",
    "test_every_page_is_accessible",
    "test_each_cell_run_afresh_prints_what_is_stored",
)


def pytest_collection_modifyitems(items):
    """Begin with the long tests; all others stay in order."""
    items.sort(key=lambda item: not item.name.startswith(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep each file on one worker (a notebook is one kernel), but for the slow ones.

    Of those, the tests that share an open page stay together.
    """
    from xdist.scheduler import LoadFileScheduling  # the NumPy 1.25 runs do without

    def split_scope(nodeid):
        file, _, name = nodeid.partition("::")
        page = re.search(r"\[(\S+\.html)\]", name)
        if file not in SPREAD:
            return file
        return f"{file}[{page[1]}]" if page else nodeid

    config.option.loadscopereorder = False  # largest file first: the long tests last
    scheduler = LoadFileScheduling(config, log)
    scheduler._split_scope = split_scope
    return scheduler


def missing(reason):
    """Skip the test, or fail where everything has to be there."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def site():
    """The folder of the built site. `SITE` in the environment names another one."""
    folder = Path(os.environ.get("SITE", ROOT / "_build" / "html"))
    if not (folder / "index.html").exists():
        missing(f"there is no built site in {folder}: run `make book` first")
    return folder


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """A file server that says nothing and lets nothing be remembered."""

    def log_message(self, *args):
        pass

    def end_headers(self):
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


@contextlib.contextmanager
def serve(folder):
    """Serve a folder on a free port of this machine; gives its address."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def served(site):
    """The http address of the built site, without a slash at its end."""
    with serve(site) as address:
        yield address


def chromium_path():
    """The Chromium to test with: `CHROMIUM`, the system's, or None for playwright's."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, names)), None
    )


@pytest.fixture(scope="session")
def chromium():
    """One headless browser for all tests."""
    playwright_api = pytest.importorskip("playwright.sync_api")
    # A browser refuses to be sandboxed by root, which is who runs in a container.
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = ["--no-sandbox"] if as_root else []
    with playwright_api.sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=chromium_path(), args=arguments
            )
        except playwright_api.Error as error:
            missing(f"Chromium does not start: {error.message.splitlines()[0]}")
        yield browser
        browser.close()


@dataclass
class Watched:
    """A browser page together with what went wrong on it since it was opened."""

    page: object
    home: str
    console: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    external: list = field(default_factory=list)
    requested: list = field(default_factory=list)

    def listen(self):
        """Note console errors and warnings, uncaught errors and bad requests."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("requestfailed", self._on_failure)
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)

    def _on_console(self, message):
        if message.type in ("error", "warning"):
            self.console.append(f"{message.type}: {message.text}")

    def _on_request(self, request):
        self.requested.append(request.url)
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.external.append(request.url)

    def _on_failure(self, request):
        # A request that the browser gave up because the page was left is no trouble.
        if request.failure != "net::ERR_ABORTED":
            self.failed.append(f"{request.failure} {request.url}")

    def _on_response(self, response):
        if response.status >= 400:
            self.failed.append(f"{response.status} {response.url}")

    def troubles(self):
        """Everything that went wrong, as lines of text; empty when all is well."""
        return [
            f"{kind}: {text}"
            for kind in ("console", "errors", "failed", "external")
            for text in getattr(self, kind)
        ]

    def forget(self):
        """Start the lists anew, for the next page in the same tab."""
        for name in ("console", "errors", "failed", "external", "requested"):
            getattr(self, name).clear()


@contextlib.contextmanager
def watch(browser, home, **options):
    """A fresh page under watch; `options` are playwright's of a browser context.

    `home` is where everything must come from: the address of the server, or
    "file://". Use it as

        with watch(chromium, served, color_scheme="dark") as seen:
            seen.page.goto(f"{served}/index.html")
            assert seen.troubles() == []
    """
    context = browser.new_context(**options)
    try:
        seen = Watched(context.new_page(), home)
        seen.listen()
        yield seen
    finally:
        context.close()
