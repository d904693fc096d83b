"""The script for Exchange Online, read by a grammar of PowerShell: what people wrote is data in it, and nothing else."""

import html
from pathlib import Path

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from service import Service

# What somebody could write of themselves in the hope that an administrator runs it. PowerShell takes typographic
# quotes for quotes, and more than one dash for a dash.
_HOSTILE = (
    "'; Remove-Mailbox x; '",
    "\u2018; Remove-Mailbox x #\u2019",
    "\u201a\u201b\u2019'\u2018''",
    "$(Remove-Mailbox x)",
    "`'; Remove-Mailbox x",
    '"@; Remove-Mailbox x; @"',
    "'@; Remove-Mailbox x; @'",
    "#> Remove-Mailbox x <#",
    "\u201c$x\u201d \u201e\u2013Force",
    "名前 \U0001f58b é \u05d0",
)

# The expression that is nothing but its text: verbatim strings and `[char]65`, added up.
_TEXT = {
    "additive_expression",
    "array_literal_expression",
    "bitwise_expression",
    "cast_expression",
    "comparison_expression",
    "expression_with_unary_operator",
    "format_expression",
    "integer_literal",
    "logical_expression",
    "multiplicative_expression",
    "parenthesized_expression",
    "pipeline",
    "pipeline_chain",
    "range_expression",
    "string_literal",
    "type_literal",
    "type_name",
    "type_spec",
    "unary_expression",
}


class _NotText(Exception):
    """An expression that does more than spell a text."""


def outcomes(binary: Path, directory: Path):
    """Gives a tenant a brand and people with hostile names, and reads the script that comes of it."""
    people = [f"p{number}'x@example.com" for number in range(len(_HOSTILE))]
    with Service(binary, directory) as service:
        service.put("/brands/default", {"name": _HOSTILE[0], "colors": {"primary": "#7a1f5c"}})
        written = [
            {"email": email, "firstname": name, "lastname": name[::-1], "title": name}
            for email, name in zip(people, _HOSTILE)
        ]
        service.post("/users", written)
        for number, rule in enumerate(_HOSTILE):
            service.put("/connectors/exchange", {"rule": rule})
            script = service.text("/connectors/exchange/script")
            yield f"the script, with the name {number} for its rule", _complaints(script, rule, service, people)


def _complaints(script: str, rule: str, service: Service, people: list[str]) -> dict:
    tree = Parser(Language(tree_sitter_powershell.language())).parse(script.encode("ascii")).root_node
    if tree.has_error:
        return {"grammar": "this is no PowerShell"}
    found = {}
    try:
        calls = [[_text(it) for it in _arguments(call)] for call in _commands(tree, "Set-Signature")]
        name, *others = (_text(it.named_children[-1]) for it in _assignments(tree, "$name"))
    except _NotText as error:
        return {"data": str(error)}
    if others or name != rule:
        found["rule"] = f"its name is {name!r}"
    if sorted(call[0] for call in calls) != sorted(people):
        found["mailboxes"] = f"there are {[call[0] for call in calls]}"
        return found
    for email, markup, text in calls:
        shown = {form: service.text(f"/signatures/{email}/{form}") for form in ("html", "text")}
        if html.unescape(markup) != html.unescape(shown["html"]):
            found[f"HTML of {email}"] = markup
        if text != shown["text"]:
            found[f"text of {email}"] = text
    if any(True for _ in _commands(tree, "Remove-Mailbox")):
        found["commands"] = "what somebody wrote is run"
    return found


def _walk(node: Node):
    yield node
    for child in node.children:
        yield from _walk(child)


def _commands(tree: Node, name: str):
    for node in _walk(tree):
        if node.type == "command" and node.child_by_field_name("command_name").text == name.encode():
            yield node


def _assignments(tree: Node, variable: str):
    for node in _walk(tree):
        if node.type == "assignment_expression" and node.named_children[0].text == variable.encode():
            yield node


def _arguments(command: Node) -> list[Node]:
    elements = command.child_by_field_name("command_elements").named_children
    return [it for it in elements if it.type != "command_argument_sep"]


def _text(expression: Node) -> str:
    """What an expression is, if it is nothing but a text."""
    units = b""
    for node in _walk(expression):
        written = node.text.decode("ascii")
        if node.type == "verbatim_string_characters":
            units += written[1:-1].replace("''", "'").encode("utf-16-le")
        elif node.type == "decimal_integer_literal":
            units += int(written).to_bytes(2, "little")
        elif node.type == "type_identifier" and written == "char" or node.type in _TEXT:
            continue
        elif node.is_named or written not in ("+", "(", ")", "[", "]"):
            raise _NotText(f"{node.type}: {written[:100]}")
    return units.decode("utf-16-le")
