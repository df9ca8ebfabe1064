"""The parser of conditions: CEL by its published grammar (cel-spec, "Language Definition: Syntax").

Recursive descent for what nests, an operator stack for what chains; macros become ``Macro`` nodes while parsing.
"""

from __future__ import annotations

from engine.conditions import syntax_messages as messages
from engine.conditions.lexer import Tokens, number_value, string_value, tokenize
from engine.conditions.macros import expand
from engine.conditions.syntax_messages import ConditionError, Problem
from engine.conditions.tree import (
    Call,
    Ident,
    Index,
    ListNode,
    Literal,
    MapNode,
    Node,
    Select,
    Struct,
    children,
    dotted_name,
)

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "ConditionError", "Problem", "parse"]

MAX_LENGTH = 16_384
"""Characters that an expression may have."""

MAX_DEPTH = 100
"""Levels that a tree may have: every back end walks it recursively. Chains of && and || count their logarithm."""

_PRECEDENCE = {"<": 1, "<=": 1, ">": 1, ">=": 1, "==": 1, "!=": 1, "in": 1, "+": 2, "-": 2, "*": 3, "/": 3, "%": 3}
_JUNCTIONS = frozenset({"&&", "||"})
_SIGNS = frozenset({"!", "-"})
_FUNCTIONS = {operator: f"_{operator}_" for operator in _PRECEDENCE} | {"in": "@in"}
_CONSTANTS: dict[str, object] = {"true": True, "false": False, "null": None}
_RESERVED = frozenset({
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "namespace",
    "package", "return", "var", "void", "while",
})  # fmt: skip
_WORDS_FOR_OPERATORS = {"and": "&&", "or": "||", "not": "!", "is": "==", "AND": "&&", "OR": "||", "NOT": "!"}


def parse(text: str) -> Node:
    """The tree of an expression. Raises ConditionError, which holds one problem at the place it was noticed."""
    if len(text) > MAX_LENGTH:
        raise ConditionError((messages.too_long(len(text), MAX_LENGTH),))
    tokens = tokenize(text)
    if tokens.kinds[0] == "end":
        raise ConditionError((messages.empty(),))
    parser = _Parser(tokens)
    node = parser.expression()
    if parser.kinds[parser.at] != "end":
        raise parser.unexpected("an operator or the end of the expression")
    # A tree has no more levels than tokens, so short expressions need no measuring.
    if len(tokens.kinds) > MAX_DEPTH:
        _bound_depth(node)
    return node


def _bound_depth(root: Node) -> None:
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in children(node)]
        if not level:
            return
    raise ConditionError((messages.too_deep(root.start, root.end - root.start, MAX_DEPTH),))


def _balanced(function: str, terms: list[Node]) -> Node:
    """One tree over the terms of ``a && b && …``, as flat as can be; how they are grouped does not matter to CEL."""
    if len(terms) == 1:
        return terms[0]
    middle = (len(terms) + 1) // 2
    left, right = _balanced(function, terms[:middle]), _balanced(function, terms[middle:])
    return Call(left.start, right.end, function, None, (left, right))


class _Parser:
    """Reads the tokens from left to right; ``at`` is the token that comes next."""

    __slots__ = ("at", "ends", "kinds", "level", "starts", "text")

    def __init__(self, tokens: Tokens) -> None:
        self.text = tokens.text
        self.kinds = tokens.kinds
        self.starts = tokens.starts
        self.ends = tokens.ends
        self.at = 0
        self.level = 0

    def expression(self) -> Node:
        """``condition ? then : otherwise``, or what stands without a question mark."""
        self.level += 1
        if self.level > MAX_DEPTH:
            start = self.starts[self.at]
            raise ConditionError((messages.too_deep(start, self.ends[self.at] - start or 1, MAX_DEPTH),))
        node = self.disjunction()
        if self.kinds[self.at] == "?":
            self.at += 1
            then = self.disjunction()
            self.expect(":", '":" and what holds otherwise')
            otherwise = self.expression()
            node = Call(node.start, otherwise.end, "_?_:_", None, (node, then, otherwise))
        self.level -= 1
        return node

    def disjunction(self) -> Node:
        node = self.relation()
        kinds = self.kinds
        if kinds[self.at] not in _JUNCTIONS:
            return node
        alternatives: list[Node] = []
        terms = [node]
        while (kind := kinds[self.at]) in _JUNCTIONS:
            self.at += 1
            if kind == "||":
                alternatives.append(_balanced("_&&_", terms))
                terms = []
            terms.append(self.relation())
        alternatives.append(_balanced("_&&_", terms))
        return _balanced("_||_", alternatives)

    def relation(self) -> Node:
        """Comparisons, sums and products, all of which group to the left."""
        node = self.unary()
        precedence = _PRECEDENCE.get(self.kinds[self.at])
        if precedence is None:
            return node
        operands: list[Node] = [node]
        operators: list[str] = []
        while precedence is not None:
            while operators and _PRECEDENCE[operators[-1]] >= precedence:
                self.reduce(operands, operators)
            operators.append(self.kinds[self.at])
            self.at += 1
            operands.append(self.unary())
            precedence = _PRECEDENCE.get(self.kinds[self.at])
        while operators:
            self.reduce(operands, operators)
        return operands[0]

    @staticmethod
    def reduce(operands: list[Node], operators: list[str]) -> None:
        right = operands.pop()
        left = operands.pop()
        operands.append(Call(left.start, right.end, _FUNCTIONS[operators.pop()], None, (left, right)))

    def unary(self) -> Node:
        if self.kinds[self.at] not in _SIGNS:
            return self.member(self.primary())
        first = self.at
        kinds = self.kinds
        while kinds[self.at] in _SIGNS:
            self.at += 1
        last = self.at - 1
        if kinds[last] == "-" and kinds[self.at] == "number" and self.text[self.ends[self.at] - 1] not in "uU":
            node = self.member(self.negative_number())
            last -= 1
        else:
            node = self.member(self.primary())
        for index in range(last, first - 1, -1):
            node = Call(self.starts[index], node.end, "!_" if kinds[index] == "!" else "-_", None, (node,))
        return node

    def negative_number(self) -> Node:
        """A number with the minus just before it: the smallest int has no positive twin."""
        sign, at = self.starts[self.at - 1], self.at
        self.at += 1
        digits = self.text[self.starts[at] : self.ends[at]]
        return Literal(sign, self.ends[at], number_value("-" + digits, sign))

    def member(self, node: Node) -> Node:
        """What follows a value: ``.field``, ``.method(…)``, ``[key]`` and ``{…}`` of a message."""
        kinds = self.kinds
        start = node.start
        while True:
            kind = kinds[self.at]
            if kind == ".":
                node = self.selection(node, start)
            elif kind == "[":
                self.at += 1
                optional = self.accept("?")
                key = self.expression()
                end = self.expect("]", '"]"')
                node = Index(start, end, node, key, optional)
            elif kind == "{" and (name := dotted_name(node)) is not None:
                node = self.message(name, start)
            else:
                return node

    def selection(self, operand: Node, start: int) -> Node:
        self.at += 1
        optional = self.accept("?")
        at = self.at
        kind = self.kinds[at]
        field = self.text[self.starts[at] : self.ends[at]]
        if kind == "quoted":
            field = field[1:-1]
        elif kind != "name" or field in _CONSTANTS:
            raise self.unexpected("a field or a method after the dot")
        self.at += 1
        if self.kinds[self.at] != "(" or kind == "quoted" or optional:
            return Select(start, self.ends[at], operand, field, optional)
        self.at += 1
        args, end = self.arguments()
        return expand(Call(start, end, field, operand, args), self.starts[at])

    def arguments(self) -> tuple[tuple[Node, ...], int]:
        """The arguments of a call, whose bracket has been read, and the offset behind the closing bracket."""
        args: list[Node] = []
        if self.kinds[self.at] != ")":
            args.append(self.expression())
            while self.accept(","):
                args.append(self.expression())
        return tuple(args), self.expect(")", '"," or ")"')

    def primary(self) -> Node:
        at = self.at
        kind = self.kinds[at]
        start, end = self.starts[at], self.ends[at]
        if kind == "name":
            return self.name(start)
        if kind == "string":
            self.at += 1
            return Literal(start, end, string_value(self.text[start:end], start))
        if kind == "number":
            self.at += 1
            return Literal(start, end, number_value(self.text[start:end], start))
        if kind == "(":
            return self.bracketed()
        if kind == "[":
            return self.list()
        if kind == "{":
            return self.map()
        if kind == "." and self.kinds[at + 1] == "name":
            self.at += 1
            return self.name(start)
        raise self.unexpected("a value")

    def name(self, start: int) -> Node:
        """A constant, a variable or a function's call; ``start`` is that of a leading dot, if there is one."""
        at = self.at
        word = self.text[self.starts[at] : self.ends[at]]
        if word in _RESERVED:
            raise ConditionError((messages.reserved_word(self.starts[at], word),))
        self.at += 1
        name = self.text[start] + word if start != self.starts[at] else word
        if self.kinds[self.at] == "(" and word not in _CONSTANTS:
            self.at += 1
            args, end = self.arguments()
            return expand(Call(start, end, name, None, args), start)
        if name in _CONSTANTS:
            return Literal(start, self.ends[at], _CONSTANTS[name])
        return Ident(start, self.ends[at], name)

    def bracketed(self) -> Node:
        self.at += 1
        node = self.expression()
        self.expect(")", '")"')
        return node

    def list(self) -> Node:
        start = self.starts[self.at]
        self.at += 1
        items: list[Node] = []
        optional: list[bool] = []
        self.lone_comma("]")
        while self.kinds[self.at] != "]":
            optional.append(self.accept("?"))
            items.append(self.expression())
            if not self.accept(","):
                break
        return ListNode(start, self.expect("]", '"," or "]"'), tuple(items), tuple(optional))

    def map(self) -> Node:
        start = self.starts[self.at]
        self.at += 1
        entries: list[tuple[Node, Node]] = []
        optional: list[bool] = []
        self.lone_comma("}")
        while self.kinds[self.at] != "}":
            optional.append(self.accept("?"))
            key = self.expression()
            self.expect(":", '":" and the value of the key')
            entries.append((key, self.expression()))
            if not self.accept(","):
                break
        return MapNode(start, self.expect("}", '"," or "}"'), tuple(entries), tuple(optional))

    def message(self, name: str, start: int) -> Node:
        self.at += 1
        fields: list[tuple[str, Node]] = []
        while self.kinds[self.at] != "}":
            self.accept("?")
            at = self.at
            if self.kinds[at] not in ("name", "quoted"):
                raise self.unexpected("the name of a field")
            self.at += 1
            self.expect(":", '":" and the value of the field')
            fields.append((self.text[self.starts[at] : self.ends[at]].strip("`"), self.expression()))
            if not self.accept(","):
                break
        return Struct(start, self.expect("}", '"," or "}"'), name, tuple(fields))

    def lone_comma(self, closing: str) -> None:
        """Skips the comma of ``[,]`` and ``{,}``, which the grammar allows."""
        if self.kinds[self.at] == "," and self.kinds[self.at + 1] == closing:
            self.at += 1

    def accept(self, kind: str) -> bool:
        if self.kinds[self.at] == kind:
            self.at += 1
            return True
        return False

    def expect(self, kind: str, expected: str) -> int:
        """Reads the token and returns the offset behind it."""
        if self.kinds[self.at] != kind:
            raise self.unexpected(expected)
        self.at += 1
        return self.ends[self.at - 1]

    def unexpected(self, expected: str) -> ConditionError:
        start, end = self.starts[self.at], self.ends[self.at]
        word = self.text[start:end]
        if self.kinds[self.at] == "end":
            start, found, hint = max(0, len(self.text.rstrip()) - 1), "the end of the expression", None
            end = start + 1
        else:
            found = f'"{word}"' if self.kinds[self.at] != "string" else word
            operator = _WORDS_FOR_OPERATORS.get(word)
            hint = f'write "{operator}" for "{word}"' if operator else None
        return ConditionError((messages.unexpected(start, end - start, expected, found, hint),))
