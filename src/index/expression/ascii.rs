//! Reduces classes and case to ASCII, so that the tables of Unicode are not needed: in `\w`, `\b` and
//! similar, and where case does not count.

use std::borrow::Cow;

use regex_syntax::ast::{
    Ast, ClassAscii, ClassAsciiKind, ClassBracketed, ClassPerl, ClassPerlKind, ClassSet,
    ClassSetItem, ClassSetRange, ClassSetUnion, Flag, Flags, FlagsItem, FlagsItemKind, Group,
    GroupKind, Literal, LiteralKind, Span,
};

/// Rewrites an expression, whose depth its parser has limited. `folds`: case does not count.
pub(super) fn rewrite(ast: &mut Ast, folds: bool) -> Result<(), Cow<'static, str>> {
    Rewrite { folds }.ast(ast)
}

struct Rewrite {
    /// Whether case does not count here: `(?i)` and `(?-i)` change it up to the end of their group.
    folds: bool,
}

type Done = Result<(), Cow<'static, str>>;

impl Rewrite {
    fn ast(&mut self, ast: &mut Ast) -> Done {
        match ast {
            Ast::Empty(_) | Ast::Dot(_) => {}
            Ast::ClassUnicode(_) => return Err(NO_PROPERTIES),
            Ast::Flags(set) => self.flags(&mut set.flags),
            Ast::Literal(literal) => {
                if let Some(other) = self.other_case(literal) {
                    let both = [(**literal).clone(), other].map(ClassSetItem::Literal).to_vec();
                    *ast = Ast::class_bracketed(class(literal.span, both));
                }
            }
            Ast::ClassPerl(perl) => {
                let items = vec![ClassSetItem::Ascii(as_ascii(perl))];
                *ast = Ast::class_bracketed(class(perl.span, items));
            }
            Ast::ClassBracketed(class) => self.set(&mut class.kind)?,
            Ast::Assertion(assertion) => {
                let span = assertion.span;
                let kind = GroupKind::NonCapturing(without_unicode(span));
                *ast = Ast::group(Group { span, kind, ast: Box::new(ast.clone()) });
            }
            Ast::Repetition(repetition) => self.ast(&mut repetition.ast)?,
            Ast::Group(group) => {
                let folds = self.folds;
                if let GroupKind::NonCapturing(flags) = &mut group.kind {
                    self.flags(flags);
                }
                self.ast(&mut group.ast)?;
                self.folds = folds;
            }
            Ast::Alternation(alternation) => {
                alternation.asts.iter_mut().try_for_each(|ast| self.ast(ast))?;
            }
            Ast::Concat(concat) => concat.asts.iter_mut().try_for_each(|ast| self.ast(ast))?,
        }
        Ok(())
    }

    /// Takes out the flag of case, for which the compiler has no tables.
    fn flags(&mut self, flags: &mut Flags) {
        let mut folds = true;
        for item in &flags.items {
            match item.kind {
                FlagsItemKind::Negation => folds = false,
                FlagsItemKind::Flag(Flag::CaseInsensitive) => self.folds = folds,
                FlagsItemKind::Flag(_) => {}
            }
        }
        flags.items.retain(|item| item.kind != FlagsItemKind::Flag(Flag::CaseInsensitive));
    }

    fn set(&mut self, set: &mut ClassSet) -> Done {
        match set {
            ClassSet::Item(item) => self.item(item),
            ClassSet::BinaryOp(both) => {
                self.set(&mut both.lhs)?;
                self.set(&mut both.rhs)
            }
        }
    }

    fn item(&mut self, item: &mut ClassSetItem) -> Done {
        match item {
            ClassSetItem::Empty(_) => {}
            ClassSetItem::Unicode(_) => return Err(NO_PROPERTIES),
            ClassSetItem::Literal(literal) => {
                if let Some(other) = self.other_case(literal) {
                    let both = [literal.clone(), other].map(ClassSetItem::Literal);
                    *item = union(literal.span, both.to_vec());
                }
            }
            ClassSetItem::Range(range) => {
                let mut all = vec![ClassSetItem::Range(range.clone())];
                if self.folds {
                    all.extend(other_cases(range).map(ClassSetItem::Range));
                }
                *item = union(range.span, all);
            }
            ClassSetItem::Ascii(ascii) => {
                let of_one_case = [ClassAsciiKind::Lower, ClassAsciiKind::Upper];
                if self.folds && of_one_case.contains(&ascii.kind) {
                    ascii.kind = ClassAsciiKind::Alpha;
                }
            }
            ClassSetItem::Perl(perl) => *item = ClassSetItem::Ascii(as_ascii(perl)),
            ClassSetItem::Bracketed(class) => self.set(&mut class.kind)?,
            ClassSetItem::Union(union) => {
                union.items.iter_mut().try_for_each(|item| self.item(item))?;
            }
        }
        Ok(())
    }

    /// The letter in its other case, if case does not count.
    fn other_case(&self, literal: &Literal) -> Option<Literal> {
        let c = literal.c;
        let other = char::from(u8::try_from(c).ok()? ^ 0x20);
        let folds = self.folds && c.is_ascii_alphabetic();
        folds.then(|| Literal { c: other, kind: LiteralKind::Verbatim, ..literal.clone() })
    }
}

const NO_PROPERTIES: Cow<str> = Cow::Borrowed("\\p is not supported");

/// The parts of a range that are letters, in the other case.
fn other_cases(range: &ClassSetRange) -> impl Iterator<Item = ClassSetRange> {
    let of = |from: char, to: char| {
        let (from, to) = (range.start.c.max(from), range.end.c.min(to));
        let other = |c: char| u8::try_from(c).ok().map(|c| char::from(c ^ 0x20));
        let literal = |c| Literal { span: range.span, kind: LiteralKind::Verbatim, c };
        let ends = other(from).zip(other(to)).filter(|_| from <= to);
        ends.map(|(start, end)| ClassSetRange {
            span: range.span,
            start: literal(start),
            end: literal(end),
        })
    };
    of('a', 'z').into_iter().chain(of('A', 'Z'))
}

fn as_ascii(perl: &ClassPerl) -> ClassAscii {
    let kind = match perl.kind {
        ClassPerlKind::Digit => ClassAsciiKind::Digit,
        ClassPerlKind::Space => ClassAsciiKind::Space,
        ClassPerlKind::Word => ClassAsciiKind::Word,
    };
    ClassAscii { span: perl.span, kind, negated: perl.negated }
}

fn union(span: Span, items: Vec<ClassSetItem>) -> ClassSetItem {
    ClassSetItem::Union(ClassSetUnion { span, items })
}

fn class(span: Span, items: Vec<ClassSetItem>) -> ClassBracketed {
    ClassBracketed { span, negated: false, kind: ClassSet::Item(union(span, items)) }
}

/// The flag `-u`, which limits words to the letters of ASCII.
fn without_unicode(span: Span) -> Flags {
    let kinds = [FlagsItemKind::Negation, FlagsItemKind::Flag(Flag::Unicode)];
    Flags { span, items: kinds.map(|kind| FlagsItem { span, kind }).to_vec() }
}
