#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Compiles HTML templates into C (the language is described in kernel/view/README.md).

    templates.py OUT.c PREFIX MESSAGE_FOLDER PARTIAL_FOLDER TEMPLATE.html …

A template becomes one function `PREFIX_<file name>` that prints members of a struct. The C compiler finds
unknown members and wrong types; this program finds what C cannot: insertions where HTML does not allow
them, tags that do not close, message keys that no catalogue holds, attributes that the page's security
policy forbids. Faults are printed as path:line: and end the build.
"""
import pathlib
import re
import sys

VOID = set("area base br col embed hr img input link meta source track wbr".split())
URL_ATTRIBUTES = set("href src action formaction cite poster data data-from manifest background".split())
REFUSED_ATTRIBUTES = set("style srcdoc srcset ping http-equiv".split())
NO_TAGS_INSIDE = set("title textarea option".split())
NUMBER_FILTERS = {"n": "number", "d": "moment", "day": "day", "ymd": "ymd", "full": "full", "time": "time", "iso": "iso"}
FIRST_LINE = re.compile(r"\{\{!\s*(struct \w+) in ([\w./]+)\s*\}\}")
TAG = re.compile(r"\{\{(.*?)\}\}", re.S)
PATH = re.compile(r"(?:\.\./)*(?:[a-z]\w*(?:\.[a-z]\w*)*|\.)")


class Fault(Exception):
    """What is wrong with a template, and in which line."""


class Html:
    """Where in HTML we are: follows the literal text and refuses what we do not write."""

    def __init__(self):
        self.state, self.element, self.attribute, self.value = "text", "", "", ""
        self.open = []  # elements not yet closed
        self.attributes = []

    def place(self):
        return (self.state, tuple(self.open), self.attribute if self.state == "value" else "")

    def feed(self, text, line):
        at = 0
        while at < len(text):
            at = getattr(self, "in_" + self.state)(text, at, line)

    def in_text(self, text, at, line):
        opening = text.find("<", at)
        if opening < 0:
            return len(text)
        match = re.compile(r"<!doctype html>|<(/?)([a-z][a-z0-9]*)").match(text, opening)
        if not match:
            raise Fault(line, "a '<' that opens no tag; write &lt;")
        if match.group(2) is None:
            return match.end()
        if match.group(1):
            return self.close(match.group(2), text, match.end(), line)
        self.state, self.element, self.attributes = "tag", match.group(2), []
        return match.end()

    def close(self, name, text, at, line):
        if not self.open or self.open[-1] != name:
            raise Fault(line, f"</{name}> closes <{self.open[-1] if self.open else 'nothing'}>")
        if text[at:at + 1] != ">":
            raise Fault(line, f"</{name} is not finished")
        self.open.pop()
        return at + 1

    def in_tag(self, text, at, line):
        if text[at] in " \n\t":
            return at + 1
        if text[at] == ">":
            self.finish_tag(line)
            return at + 1
        match = re.compile(r'([a-zA-Z][\w:-]*)(="|)').match(text, at)
        if not match:
            raise Fault(line, f"not an attribute in quotes: {text[at:at + 20]!r}")
        name = match.group(1)
        if name.startswith("on") or name in REFUSED_ATTRIBUTES:
            raise Fault(line, f"the attribute {name} is refused")
        self.attributes.append(name)
        if match.group(2):
            self.state, self.attribute, self.value = "value", name, ""
        return match.end()

    def finish_tag(self, line):
        self.state = "text"
        if self.element == "style" or (self.element == "script" and "src" not in self.attributes):
            raise Fault(line, f"<{self.element}> in the page is refused; use web/")
        if self.element not in VOID:
            self.open.append(self.element)

    def in_value(self, text, at, line):
        end = text.find('"', at)
        if end < 0:
            self.value += text[at:]
            return len(text)
        self.value, self.state = "", "tag"
        return end + 1

    def insertion(self, line):
        """How a value may be printed here: text, attribute, address (whole) or part (of an address)."""
        if self.state == "text":
            if self.open and self.open[-1] in ("script", "style"):
                raise Fault(line, "nothing can be inserted in a script")
            return "attribute" if self.open and self.open[-1] in NO_TAGS_INSIDE else "text"
        if self.state != "value":
            raise Fault(line, "values go into text and quoted attributes only")
        if self.attribute not in URL_ATTRIBUTES:
            return "attribute"
        if self.value == "":
            self.value = "{}"
            return "address"
        if self.value[0] in "#?" or (self.value[0] == "/" and not self.value.startswith("//")):
            return "part"
        raise Fault(line, f"{self.attribute} is one address, or begins with / # ?")


class Template:
    """One file on its way to C."""

    def __init__(self, path, prefix, partials, keys):
        self.path, self.prefix, self.partials, self.keys = path, prefix, partials, keys
        self.name = path.stem
        self.source = path.read_text(encoding="utf-8")
        first = FIRST_LINE.match(self.source)
        if not first:
            raise Fault(1, "the first line must be {{! struct NAME in HEADER }}")
        self.struct, self.header = first.groups()
        self.layout = "{{body}}" in self.source
        self.html = Html()
        self.out, self.pending, self.needs = [], "", {}
        self.stack = []  # open blocks: (op, name, depth before, html place, line)
        self.depth = 0
        self.wrapped = None
        self.tail = "\n"  # the last literal character: two line breaks in a row are one

    def emit(self, code, line=None):
        self.flush()
        if line is not None:
            self.out.append(f'#line {line} "{self.path.as_posix()}"')
        self.out.append("\t" * (1 + len(self.stack)) + code)

    def flush(self):
        text, self.pending = self.pending, ""
        data = text.encode()
        for start in range(0, len(data), 1500):
            piece = data[start:start + 1500]
            self.out.append("\t" * (1 + len(self.stack)) + f"lx_buf_put(out, {c_string(piece)}, {len(piece)});")

    def literal(self, text, line):
        self.html.feed(text, line)
        if not (self.html.open and self.html.open[-1] in ("pre", "textarea")):
            text = re.sub(r"[ \t]*\n\s*", "\n", text)
            if self.tail == "\n":
                text = text.removeprefix("\n")
        self.tail = text[-1:] or self.tail
        self.pending += text

    def value(self, path, line):
        """The C expression of a path."""
        if not PATH.fullmatch(path):
            raise Fault(line, f"not a member: {path!r}")
        ups = path.count("../")
        if ups > self.depth:
            raise Fault(line, f"{path}: there are not so many blocks around")
        it, name = f"it{self.depth - ups}", path[3 * ups:]
        return f"(*{it})" if name == "." else f"{it}->{name}"

    def compile(self):
        at = 0
        for match in TAG.finditer(self.source):
            line = self.source.count("\n", 0, at) + 1
            self.literal(self.source[at:match.start()], line)
            self.tag(match.group(1).strip(), self.source.count("\n", 0, match.start()) + 1)
            at = match.end()
        line = self.source.count("\n") + 1
        self.literal(self.source[at:].rstrip("\n"), line)
        if self.stack:
            raise Fault(self.stack[-1][4], f"{self.stack[-1][1]} is not closed")
        if self.html.state != "text" or self.html.open:
            raise Fault(line, f"not closed: {self.html.open or self.html.state}")
        self.flush()
        if self.wrapped:
            self.emit(self.wrapped)
        return self

    def tag(self, inside, line):
        if inside.startswith("!"):
            return
        mark, rest = inside[:1], inside[1:].strip()
        handlers = {"#": self.loop, "?": self.test, "^": self.unless, "*": self.enter, "/": self.end, ">": self.partial,
                    "<": self.wrap}
        if inside == "body":
            self.body(line)
        elif mark in handlers:
            handlers[mark](rest, line)
        else:
            self.insert(inside, line)

    def begin(self, op, name, line, deeper):
        self.stack.append((op, name, self.depth, self.html.place(), line))
        self.depth += deeper

    def loop(self, path, line):
        array = self.value(path, line)
        i, it = f"i{self.depth + 1}", f"it{self.depth + 1}"
        self.emit(f"for (size_t {i} = 0; {i} < {array}_n; {i}++) {{", line)
        self.begin("#", path, line, 1)
        self.emit(f"const __typeof__({array}[0]) *{it} = &{array}[{i}];", line)

    def condition(self, text, line):
        path, equals, constants = text.partition("=")
        value = self.value(path, line)
        if not equals:
            return f"LX_VIEW_IS({value})"
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*(\|[A-Z][A-Z0-9_]*)*", constants):
            raise Fault(line, f"compared with something that is no constant: {constants}")
        return " || ".join(f"{value} == {constant}" for constant in constants.split("|"))

    def test(self, text, line):
        self.emit(f"if ({self.condition(text, line)}) {{", line)
        self.begin("?", text, line, 0)

    def unless(self, text, line):
        self.emit(f"if (!({self.condition(text, line)})) {{", line)
        self.begin("^", text, line, 0)

    def enter(self, path, line):
        pointer, it = self.value(path, line), f"it{self.depth + 1}"
        self.emit(f"if ({pointer} != NULL) {{", line)
        self.begin("*", path, line, 1)
        self.emit(f"const __typeof__(*{pointer}) *{it} = {pointer};", line)

    def end(self, name, line):
        if not self.stack:
            raise Fault(line, f"nothing is open that {{{{/{name}}}}} could close")
        op, opened, depth, place, at = self.stack[-1]
        if name != opened.partition("=")[0]:
            raise Fault(line, f"{{{{/{name}}}}} closes {opened}, opened in line {at}")
        if self.html.place() != place:
            raise Fault(line, f"the block {opened} of line {at} does not end where in HTML it began")
        self.flush()
        self.stack.pop()
        self.depth = depth
        self.emit("}")

    def partial(self, text, line):
        if self.html.state != "text":
            raise Fault(line, "a partial stands in text only")
        name, _, path = text.partition(" ")
        function = self.find_partial(name, line)
        argument = f"&{self.value(path.strip(), line)}" if path else f"it{self.depth}"
        self.emit(f"{function}(out, view, {argument});", line)

    def find_partial(self, name, line):
        for folder, prefix in ((self.path.parent, self.prefix), (self.partials, "lx_view")):
            path = folder / f"{name}.html"
            if path.exists():
                first = FIRST_LINE.match(path.read_text(encoding="utf-8"))
                if not first:
                    raise Fault(line, f"{path} does not name its struct")
                self.needs[f"{prefix}_{name}"] = first.groups()
                return f"{prefix}_{name}"
        raise Fault(line, f"there is no template {name}.html")

    def wrap(self, text, line):
        name, _, path = text.partition(" ")
        if self.out or self.pending.strip() or self.wrapped:
            raise Fault(line, "what wraps a page is named before anything else")
        function = self.find_partial(name, line)
        struct = self.needs.pop(function)
        self.needs[function + "_open"] = self.needs[function + "_close"] = struct
        self.pending = ""
        self.emit(f"{function}_open(out, view, &{self.value(path.strip(), line)});", line)
        self.wrapped = f"{function}_close(out, view, &{self.value(path.strip(), line)});"

    def body(self, line):
        if self.stack or self.html.state != "text":
            raise Fault(line, "{{body}} stands in no block and in text")
        self.flush()
        self.out.append("\0")

    def insert(self, inside, line):
        where, self.tail = self.html.insertion(line), "x"
        head, colon, rest = inside.partition(":")
        if not colon:
            macro = {"text": "TEXT", "attribute": "ATTRIBUTE", "address": "ADDRESS", "part": "PART"}[where]
            self.emit(f"LX_VIEW_{macro}(out, view, {self.value(inside, line)});", line)
        elif where == "part" and head == "asset" or where == "address" and head == "asset":
            self.emit(f"lx_buf_str(out, lx_asset_{re.sub('[^a-z0-9]', '_', rest)});", line)
        elif where in ("address", "part") and head != "n":
            raise Fault(line, f"{head}: cannot stand in an address")
        elif head == "t":
            self.message(rest.split(), where, line)
        elif head in NUMBER_FILTERS:
            self.emit(f"lx_view_{NUMBER_FILTERS[head]}(out, view, {self.value(rest, line)});", line)
        elif head == "mark":
            self.emit(f"lx_view_mark(out, view, {self.value(rest, line)});", line)
        elif inside == "page:lang":
            self.emit("lx_buf_str(out, lx_lang_names[view->lang]);", line)
        else:
            raise Fault(line, f"there is no filter {head}:")

    def message(self, words, where, line):
        key, args = words[0], words[1:]
        if key not in self.keys:
            raise Fault(line, f"no catalogue holds {key}")
        if not args:
            self.emit(f"lx_view_say(out, view, {c_string(key.encode())}, NULL, 0);", line)
            return
        made = ", ".join(self.argument(word, where, line) for word in args)
        self.emit(f"lx_view_say(out, view, {c_string(key.encode())}, "
                  f"(const struct lx_view_arg[]){{ {made} }}, {len(args)});", line)

    def argument(self, word, where, line):
        strong = word.startswith("!")
        if strong and where != "text":
            raise Fault(line, "nothing is strong in an attribute")
        head, colon, path = word.lstrip("!").rpartition(":")
        if colon and head not in NUMBER_FILTERS:
            raise Fault(line, f"there is no filter {head}: for what a message fills in")
        value = self.value(path, line)
        made = f".as = lx_view_{NUMBER_FILTERS[head]}, .number = {value}" if colon else f".words = LX_VIEW_WORDS({value})"
        return "{ " + made + (', .open = "<b>", .close = "</b>"' if strong else "") + " }"

    def functions(self):
        """The C functions: one, or the two halves of what wraps pages."""
        name = f"{self.prefix}_{self.name}"
        if not self.layout:
            return [(name, self.out)]
        cut = self.out.index("\0")
        return [(name + "_open", self.out[:cut]), (name + "_close", self.out[cut + 1:])]


def c_string(data):
    out = []
    for byte in data:
        char = chr(byte)
        if char in '"\\':
            out.append("\\" + char)
        elif char == "\n":
            out.append("\\n")
        elif char == "?":
            out.append("\\?")
        elif 32 <= byte < 127:
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def read_keys(folder):
    keys = set()
    for path in sorted(pathlib.Path(folder).glob("en/*.po")):
        keys.update(re.findall(r'^msgid "(.+)"$', path.read_text(encoding="utf-8"), re.M))
    return keys


def signature(name, struct):
    return f"void {name}(struct lx_buf *out, const struct lx_view *view, const {struct} *it0)"


def write(templates, out):
    headers = {"kernel/view/view.h", "web/assets.h"}
    declared = {}
    for template in templates:
        headers.add(template.header)
        for name, _ in template.functions():
            declared[name] = template.struct
        for name, (struct, header) in template.needs.items():
            declared[name] = struct
            headers.add(header)
    lines = ["/* Generated by tools/templates.py. */"]
    lines += [f'#include "{header}"' for header in sorted(headers)] + [""]
    lines += [signature(name, struct) + ";" for name, struct in sorted(declared.items())]
    for template in templates:
        for name, body in template.functions():
            lines += ["", signature(name, template.struct), "{", *body, "}"]
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    out, prefix, messages, partials = sys.argv[1:5]
    keys, templates, faults = read_keys(messages), [], []
    for path in map(pathlib.Path, sys.argv[5:]):
        try:
            templates.append(Template(path, prefix, pathlib.Path(partials), keys).compile())
        except Fault as fault:
            faults.append(f"{path}:{fault.args[0]}: {fault.args[1]}")
    if faults:
        raise SystemExit("\n".join(faults))
    write(templates, pathlib.Path(out))


if __name__ == "__main__":
    main()
