# SPDX-License-Identifier: AGPL-3.0-or-later
"""The template compiler: what it prints, what it refuses, and what it leaves to the C compiler."""
import pathlib
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
HEADER = """
#include "kernel/view/view.h"
struct thing { struct lx_text name; bool on; int64_t n; struct lx_address link; enum lx_view_mark mark;
  const struct thing *rows; size_t rows_n; const struct thing *next; struct lx_html made; const char *raw; };
"""


class Compiler:
    def __init__(self, folder):
        self.folder = folder
        (folder / "thing.h").write_text(HEADER, encoding="utf-8")

    def __call__(self, body, **others):
        """C of a template with this body (and of others by name), and what was said on stderr."""
        files = {"page": body, **others}
        for name, text in files.items():
            (self.folder / f"{name}.html").write_text("{{! struct thing in thing.h }}\n" + text, encoding="utf-8")
        out = self.folder / "out.c"
        done = subprocess.run(
            [sys.executable, str(TOP / "tools" / "templates.py"), str(out), "lx_t", str(TOP / "web" / "messages"),
             str(self.folder), *[str(self.folder / f"{name}.html") for name in files]],
            capture_output=True, text=True, timeout=30)
        self.said = done.stderr
        return out.read_text(encoding="utf-8") if done.returncode == 0 else None

    def builds(self):
        """Whether the C compiler takes what was made; its words in `said`."""
        done = subprocess.run(
            ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-D_GNU_SOURCE", "-fsyntax-only",
             f"-I{TOP}", f"-I{self.folder}", str(self.folder / "out.c")],
            capture_output=True, text=True, timeout=60)
        self.said = done.stderr
        return done.returncode == 0


@pytest.fixture
def compiler(tmp_path):
    return Compiler(tmp_path)


@pytest.mark.parametrize("body", [
    "<p>{{name}} {{n}} {{n:n}} {{d:n}} {{full:n}}</p>",
    "<p title=\"{{name}}\">{{t:view.errors n:n}}</p>",
    "<a href=\"{{link}}\">{{name}}</a>",
    "<a href=\"/record/{{n}}\">x</a><a href=\"#{{name}}\">y</a>",
    "<ul>{{#rows}}<li{{?on}} class=\"{{mark:mark}}\"{{/on}}>{{name}} {{../name}}</li>{{/rows}}</ul>",
    "{{^rows_n}}<p>{{t:view.nothing}}</p>{{/rows_n}}",
    "{{*next}}<b>{{name}}</b>{{/next}}",
    "{{?mark=LX_VIEW_LATE|LX_VIEW_SOON}}<b>{{made}}</b>{{/mark}}",
    "<textarea>{{name}}</textarea><title>{{name}}</title>",
    "<p>{{t:view.title !name name}}</p>",
])
def test_what_is_proper_compiles(compiler, body):
    assert compiler(body), compiler.said
    assert compiler.builds(), compiler.said


@pytest.mark.parametrize("body, words", [
    ("<p>{{#rows}}</p>{{/rows}}", "does not end where"),
    ("<p>", "not closed"),
    ("<p></b>", "closes <p>"),
    ("{{?on}}x", "is not closed"),
    ("{{?on}}x{{/n}}", "closes on"),
    ("{{/on}}", "nothing is open"),
    ("<p class={{name}}>x</p>", "in quotes"),
    ("<p {{name}}>x</p>", "quoted attributes only"),
    ("<{{name}}>", "opens no tag"),
    ("<p onclick=\"{{name}}\">x</p>", "onclick is refused"),
    ("<p style=\"width:{{n}}%\">x</p>", "style is refused"),
    ("<style>p{}</style>", "use web/"),
    ("<script>{{name}}</script>", "refused"),
    ("<script src=\"/a.js\">{{name}}</script>", "in a script"),
    ("<a href=\"x{{name}}\">y</a>", "is one address"),
    ("<a href=\"//{{name}}\">y</a>", "is one address"),
    ("<a href=\"javascript:{{name}}\">y</a>", "is one address"),
    ("<a href=\"{{t:view.skip}}\">y</a>", "cannot stand in an address"),
    ("<p title=\"{{t:view.title !name name}}\">y</p>", "strong in an attribute"),
    ("<p>{{t:view.no_such_key}}</p>", "no catalogue holds"),
    ("<p>{{x:name}}</p>", "no filter x:"),
    ("<p>{{../name}}</p>", "not so many blocks"),
    ("<p>{{name; evil()}}</p>", "not a member"),
    ("<p>{{?mark=evil()}}x{{/mark}}</p>", "no constant"),
    ("{{>nowhere}}", "no template nowhere.html"),
    ("<p title=\"{{>page}}\">x</p>", "in text only"),
    ("a < b", "opens no tag"),
])
def test_what_is_not_proper_is_refused_with_its_line(compiler, body, words):
    assert compiler("\n" + body) is None
    assert words in compiler.said
    assert "page.html:" in compiler.said


@pytest.mark.parametrize("body", [
    "<p>{{missing}}</p>",
    "<p>{{on}}</p>",
    "<p>{{raw}}</p>",
    "<p>{{mark}}</p>",
    "<p title=\"{{made}}\">x</p>",
    "<a href=\"{{name}}\">x</a>",
    "<a href=\"{{n}}\">x</a>",
    "<a href=\"/x/{{made}}\">x</a>",
    "{{#name}}<b>x</b>{{/name}}",
    "{{*n}}<b>x</b>{{/n}}",
    "{{?raw}}x{{/raw}}",
    "<p>{{t:view.title n name}}</p>",
])
def test_wrong_names_and_types_are_found_by_the_c_compiler_in_the_templates_line(compiler, body):
    assert compiler("<h1>x</h1>\n" + body), compiler.said
    assert not compiler.builds()
    assert "page.html:3" in compiler.said


def test_a_layout_stands_around_its_pages(compiler):
    made = compiler("{{<frame next}}<p>x</p>", frame="<main>{{body}}</main>")
    assert "lx_t_frame_open" in made and "lx_t_frame_close" in made
    assert made.count('"<main>"') == 1


def test_the_first_line_must_name_the_struct(compiler):
    (compiler.folder / "bare.html").write_text("<p>x</p>", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(TOP / "tools" / "templates.py"), str(compiler.folder / "o.c"), "lx_t",
         str(TOP / "web" / "messages"), str(compiler.folder), str(compiler.folder / "bare.html")],
        capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and "bare.html:1:" in done.stderr
