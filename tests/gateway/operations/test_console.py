"""The console's files and runbooks: who may see them, and that nothing else is served."""

from pathlib import Path

import pytest
from aiohttp import ClientSession

from fairlead.gateway.operations.console.markdown import as_html
from fairlead.gateway.operations.console.part import STATIC, ConsolePart

RUNBOOK = """# SessionDown

Read *nothing* as HTML: <script>alert(1)</script> & `a < b`.
Goes on here.

1. Look at the **logout text**
   of the session
2. [Log on](/#sessions), not [this](javascript:alert(1))

- one
- two

| Sign | Meaning |
|---|---|
| 58 | text |

```
fairlead venues list < x
```
"""


async def page(operations, path: str, name: str = "") -> tuple[int, str, dict[str, str]]:
    person = await operations.person(name)
    http: ClientSession = person.http
    async with http.get(operations.url + path) as answer:
        return answer.status, await answer.text(), dict(answer.headers)


def test_a_runbook_becomes_html_and_its_text_never_does() -> None:
    html = as_html(RUNBOOK)
    assert "<h1>SessionDown</h1>" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; <code>a &lt; b</code>. Goes on here.</p>" in html
    assert "<ol><li>Look at the <strong>logout text</strong> of the session</li>" in html
    assert '<a href="/#sessions">Log on</a>, not [this](javascript:alert(1))</li></ol>' in html
    assert "<ul><li>one</li><li>two</li></ul>" in html
    assert "<tr><th>Sign</th><th>Meaning</th></tr><tr><td>58</td><td>text</td></tr>" in html
    assert "<pre><code>fairlead venues list &lt; x</code></pre>" in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("```\nopen", "<pre><code>open</code></pre>"),
        ("| one", "<table><tr><td>one</td></tr></table>"),
        ("[x](//evil)", '<p><a href="//evil">x</a></p>'),
        ('[x](a"b)', "<p>[x](a&quot;b)</p>"),
        ("```\na\n```\n```\nb\n```", "<pre><code>a</code></pre>\n<pre><code>b</code></pre>"),
    ],
)
def test_odd_markdown_is_written_all_the_same(text: str, html: str) -> None:
    assert as_html(text) == html


async def test_the_page_is_the_login_until_somebody_is_logged_in(operations) -> None:
    status, text, headers = await page(operations, "/")
    assert status == 200
    assert 'id="login"' in text
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    _, text, headers = await page(operations, "/", "vera")
    assert 'id="pages"' in text
    assert headers["Cache-Control"] == "no-store"


async def test_all_files_are_served_and_nothing_else(operations) -> None:
    files = [path for path in STATIC.rglob("*") if path.suffix in (".js", ".css", ".svg")]
    assert len(files) > 15
    for path in files:
        status, text, headers = await page(operations, f"/static/{path.relative_to(STATIC)}")
        assert (status, text) == (200, path.read_text())
        assert headers["X-Content-Type-Options"] == "nosniff"
    for path in ("../part.py", "..%2fpart.py", "%2e%2e/part.py", "pages", "pages/", "index.html", "x.js", "a%00.js"):
        status, text, _ = await page(operations, f"/static/{path}")
        assert status == 404, path
        assert "import" not in text


def test_no_script_or_style_stands_in_a_page() -> None:
    for path in STATIC.glob("*.html"):
        text = path.read_text()
        assert "<style" not in text
        assert " style=" not in text
        assert "<script>" not in text
        assert " on" not in text.replace(" on.", "")


async def test_runbooks_are_for_those_who_are_logged_in(operations, tmp_path: Path) -> None:
    (tmp_path / "SessionDown.md").write_text(RUNBOOK)
    console = next(part for part in operations.process.desk.parts if isinstance(part, ConsolePart))
    console._runbooks = tmp_path
    _, text, _ = await page(operations, "/runbooks/SessionDown.md")
    assert 'id="login"' in text
    status, text, headers = await page(operations, "/runbooks/SessionDown.md", "vera")
    assert status == 200
    assert "<h1>SessionDown</h1>" in text
    assert headers["Content-Type"].startswith("text/html")
    for name in ("Other.md", "..%2fSessionDown.md", "%3Cb%3E", "SessionDown"):
        status, text, _ = await page(operations, f"/runbooks/{name}", "vera")
        assert status == 404
        assert "<b>" not in text
