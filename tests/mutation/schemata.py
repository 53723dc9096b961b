"""schemata: rewrites C files so that many small faults are compiled in at once, each switched on by its number (schema.h).

points(path) finds where a fault can be, by libclang's tree: only in bodies of functions, and only in what is written there and
not in what a macro makes of it. rewritten(path, chosen) is the text of the file with the chosen ones in it; lines stay where
they are. The faults:

    compare    < and <=, > and >=, == and != take each other's place
    logic      && and || take each other's place
    sum        + and -, += and -= take each other's place
    negate     a condition (if, while, for, ?:) is negated
    constant   a number or a bound of limits.def is one more, or one less
    drop       a call, an assignment or a step is left out
    return     another value is returned: 0, 1 or NULL"""
import re
from bisect import bisect_right

from clang.cindex import CursorKind as K
from clang.cindex import Index, TranslationUnit, TypeKind

SWAP = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
SUM = {"+": "-", "-": "+", "+=": "-=", "-=": "+="}
NUMBERS = {TypeKind.BOOL, TypeKind.CHAR_U, TypeKind.UCHAR, TypeKind.USHORT, TypeKind.UINT, TypeKind.ULONG, TypeKind.ULONGLONG,
           TypeKind.CHAR_S, TypeKind.SCHAR, TypeKind.SHORT, TypeKind.INT, TypeKind.LONG, TypeKind.LONGLONG, TypeKind.ENUM}
CONDITIONS = {K.IF_STMT, K.WHILE_STMT, K.CONDITIONAL_OPERATOR}
BODIES = {K.COMPOUND_STMT, K.IF_STMT, K.FOR_STMT, K.WHILE_STMT}


class Point:
    """One possible fault: the tree's node, what is done to it, where."""

    def __init__(self, node, kind, what, line):
        self.node, self.kind, self.what, self.line, self.number = node, kind, what, line, 0
        self.key = "" # what it is, in words that stay when lines are added elsewhere; unlike any other of its file


class File:
    """A parsed file. Offsets are those of bytes; all sources are ASCII."""

    def __init__(self, path, includes):
        with open(path, encoding="ascii") as file:
            self.text = file.read()
        args = ["-std=c11", "-DHSVC_BUILDING"] + [f"-I{i}" for i in includes]
        unit = Index.create().parse(path, args, options=TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
        wrong = [d.spelling for d in unit.diagnostics if d.severity >= 3]
        if wrong:
            raise SystemExit(f"{path}: {wrong}")
        self.path, self.points, self.macros, self.seen = path, [], [], {}
        for node in unit.cursor.get_children():
            if node.kind == K.MACRO_INSTANTIATION and self.is_here(node):
                self.macros.append(self.span(node))
        self.macros.sort()
        self.bodies = [body for node in unit.cursor.get_children() if node.kind == K.FUNCTION_DECL and self.is_here(node)
                       for body in node.get_children() if body.kind == K.COMPOUND_STMT and not self.in_macro(body)]
        for body in self.bodies:
            self.function = body.semantic_parent
            self.find(body, None, 0)

    def is_here(self, node):
        return node.location.file is not None and node.location.file.name == self.path

    @staticmethod
    def span(node):
        return node.extent.start.offset, node.extent.end.offset

    def of(self, node):
        start, end = self.span(node)
        return self.text[start:end]

    def in_macro(self, node):
        """Does the node begin or end in what a macro makes, or is it just that?"""
        start, end = self.span(node)
        return end <= start or self.inside(start, True) or self.inside(end, False)

    def inside(self, offset, at_start):
        i = bisect_right(self.macros, (offset, 1 << 60))
        return any(first < offset < last or (at_start and first == offset) for first, last in self.macros[max(0, i - 9):i])

    # ---- finding ----

    def find(self, node, parent, place):
        if node.kind in (K.CASE_STMT, K.CXX_UNARY_EXPR) or re.match(r"if \(HSVC__MUTANT", self.of(node)):
            return
        children = self.inner(node)
        bound = self.bound(node)
        if self.in_macro(node) and not bound:
            return
        self.look(node, parent, place, children, bound)
        for i, child in enumerate(children):
            self.find(child, node, i)

    def inner(self, node):
        """The children; of a declaration only what variables begin with, and of static ones, which C wants constant, nothing."""
        if node.kind != K.DECL_STMT: # a body may include a .def, whose lines are not here
            return [child for child in node.get_children() if self.is_here(child)]
        if self.of(node).startswith("static"):
            return []
        return [value for variable in node.get_children() if variable.kind == K.VAR_DECL for value in variable.get_children()
                if self.text[:self.span(value)[0]].rstrip().endswith("=")]

    def bound(self, node):
        return node.kind == K.INTEGER_LITERAL and re.fullmatch(r"HSVC_LIMIT_\w+", self.macro_at(node)) is not None

    def macro_at(self, node):
        start = self.span(node)[0]
        return next((self.text[a:b] for a, b in self.macros if a == start), "")

    def add(self, node, kind, what):
        point = Point(node, kind, what, node.extent.start.line)
        key = f"{self.function.spelling}: {kind}: `{' '.join(self.of(node).split())[:90]}`: {what}"
        self.seen[key] = self.seen.get(key, 0) + 1
        point.key = key if self.seen[key] == 1 else f"{key}, number {self.seen[key]}"
        self.points.append(point)

    def operator(self, children):
        between = self.text[self.span(children[0])[1]:self.span(children[1])[0]]
        return re.sub(r"/\*.*?\*/|[\s()]", "", between)

    def look(self, node, parent, place, children, bound):
        kind = node.kind
        if kind == K.BINARY_OPERATOR and len(children) == 2:
            self.look_binary(node, self.operator(children), children)
        elif kind == K.COMPOUND_ASSIGNMENT_OPERATOR and self.operator(children) in SUM:
            self.add(node, "sum", f"{self.operator(children)} becomes {SUM[self.operator(children)]}")
        elif kind == K.INTEGER_LITERAL and (bound or re.fullmatch(r"\d+u?|0x[0-9a-f]+u?", self.of(node))):
            self.add(node, "constant", "+ 1")
            self.add(node, "constant", "- 1")
        elif kind == K.RETURN_STMT and children:
            self.look_return(node, children[0])
        if kind in CONDITIONS and not self.in_macro(children[0]):
            self.add(children[0], "negate", "negated")
        if parent is not None and parent.kind in BODIES and self.is_step(node) and (
                parent.kind == K.COMPOUND_STMT or place == len(self.inner(parent)) - 1 or (parent.kind == K.IF_STMT and place > 0)):
            self.add(node, "drop", "left out")

    def is_step(self, node):
        if node.kind in (K.CALL_EXPR, K.COMPOUND_ASSIGNMENT_OPERATOR, K.CSTYLE_CAST_EXPR):
            return node.kind != K.CSTYLE_CAST_EXPR or "(" in self.of(node)[6:]
        if node.kind == K.UNARY_OPERATOR:
            return "++" in self.of(node) or "--" in self.of(node)
        return node.kind == K.BINARY_OPERATOR and self.operator(list(node.get_children())) == "="

    def look_binary(self, node, operator, children):
        pointers = [c.type.get_canonical().kind == TypeKind.POINTER for c in children]
        if operator in SWAP:
            self.add(node, "compare", f"{operator} becomes {SWAP[operator]}")
        elif operator in ("&&", "||"):
            self.add(node, "logic", f"{operator} becomes {'||' if operator == '&&' else '&&'}")
        elif operator in SUM and not all(pointers) and not (pointers[1]):
            self.add(node, "sum", f"{operator} becomes {SUM[operator]}")

    def look_return(self, node, value):
        kind = self.function.result_type.get_canonical().kind
        text = self.of(value)
        if self.in_macro(value) and not re.fullmatch(r"\w+", text):
            return
        if kind in NUMBERS:
            if text not in ("0", "HSVC_OK"):
                self.add(node, "return", "0")
            if text != "1":
                self.add(node, "return", "1")
        elif kind == TypeKind.POINTER and text != "NULL":
            self.add(node, "return", "NULL")

    # ---- rewriting ----

    def rewritten(self, chosen):
        """The text with the chosen points in it."""
        at = {}
        for point in chosen:
            at.setdefault((self.span(point.node), point.node.kind), []).append(point)
        text, last = "", 0
        for body in self.bodies:
            start, end = self.span(body)
            text += self.text[last:start] + self.render(body, at)
            last = end
        return f'#include "schema.h"\n#line 1 "{self.path}"\n' + text + self.text[last:]

    def render(self, node, at):
        start, end = self.span(node)
        pieces, last = [], start
        children = sorted((c for c in self.inner(node) if start <= self.span(c)[0] < self.span(c)[1] <= end), key=lambda c: self.span(c)[0])
        for child in children:
            first, after = self.span(child)
            if first < last:
                continue
            pieces += [self.text[last:first], self.render(child, at)]
            last = after
        pieces.append(self.text[last:end])
        text = "".join(pieces)
        points = at.get(((start, end), node.kind), [])
        for point in sorted(points, key=lambda p: ORDER.index(p.kind)):
            text = self.apply(point, text, pieces)
            pieces = [text]
        return text

    @staticmethod
    def apply(point, text, pieces):
        n, kind, what = point.number, point.kind, point.what
        if kind in ("compare", "logic", "sum"):
            left, operator, right = pieces[0] + pieces[1], pieces[2], pieces[3] + pieces[4]
            old, new = what.split(" becomes ")
            if old in ("+=", "-="):
                return f"{left}{operator}({{ __auto_type r{n} = ({right}); SCHEMA_IF({n}, r{n} != 0) ? -r{n} : r{n}; }})"
            before, behind = operator.split(old, 1) # perhaps with the end of a line, which has to stay
            left, right = left + before, behind + right
            if kind == "logic":
                start, stop = ("==", "l") if old == "&&" else ("!=", "l")
                return f"({{ int l{n} = !!({left}); l{n} {start} !SCHEMA({n}) ? !!({right}) : {stop}{n}; }})"
            return (f"({{ __auto_type l{n} = ({left}); __auto_type r{n} = ({right}); "
                    f"SCHEMA_IF({n}, (l{n} {new} r{n}) != (l{n} {old} r{n})) ? l{n} {new} r{n} : l{n} {old} r{n}; }})")
        if kind == "negate":
            return f"(!({text}) == SCHEMA({n}))"
        if kind == "constant":
            return f"({text} {what[0]} SCHEMA({n}))"
        if kind == "drop":
            return f"(SCHEMA_IF({n}, {File.changes(point.node, text)}) ? (void)0 : (void)({text}))"
        value = text[len("return"):].strip()
        differs = "1" if "(" in value else f"({value}) != ({what})" # a call may do more than say a value
        return f"return SCHEMA_IF({n}, {differs}) ? {what} : ({value})"

    @staticmethod
    def changes(node, text):
        """The C condition of whether a step changes anything: known of the assignment of a plain number or pointer."""
        sides = re.fullmatch(r"([\w.>*\[\]-]+) = ([\w.>*\[\]-]+)", text)
        plain = node.type.get_canonical().kind in NUMBERS | {TypeKind.POINTER}
        return f"({sides[1]}) != ({sides[2]})" if sides and plain else "1"


ORDER = ["compare", "logic", "sum", "constant", "negate", "return", "drop"]
