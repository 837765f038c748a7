//! Checks that imports between files run one way.
//!
//! The files and folders in one folder (a file and the folder of its name count as one) make no circle: the
//! imports of one never lead back to it. A re-exported name (`pub use`) counts for the file that defines it;
//! a method counts for none. Between a module's file and its own folder, imports may run both ways: a type
//! whose methods take several files is defined in the first and extended in the others, and they are read as
//! one.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::{sources, strip};

#[test]
fn files_do_not_import_each_other_in_circles() {
    let files = sources().into_iter().filter(|(module, _)| !module.contains("::tests"));
    let faults = circles(&Files::new(files));
    assert!(faults.is_empty(), "imports in a circle:\n{}", faults.join("\n"));
}

#[test]
fn a_circle_is_found_and_what_is_none_is_not() {
    let found = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(module, code)| ((*module).to_owned(), strip(code)));
        circles(&Files::new(files))
    };
    let (lib, a) = ("pub mod a; pub mod b;", ("a", "use crate::b::B; pub struct A;"));
    // Directly, by a module's name, by a parent's re-export, and out of a folder and back.
    for b in ["use crate::a::A; pub struct B;", "use super::a::{self as x}; fn b() { x::f::<B>() }"]
    {
        let circle = found(&[("lib", lib), a, ("b", b)]);
        assert_eq!(circle.len(), 2, "{b}: {circle:?}");
        assert_eq!(circle[0], "a names b by crate::b::B");
    }
    let handed = ("c", "mod a; mod b; pub use a::*; pub use b::B as Other;");
    let (first, second) = (("c::a", "pub struct A(super::Other);"), ("c::b", "use crate::c::A;"));
    assert_eq!(found(&[("lib", "mod c;"), handed, first, second]).len(), 2);
    let inside = [("a::deep", "use crate::b::B;"), ("a", "mod deep;"), ("b", "use crate::a::A;")];
    assert_eq!(found(&[&[("lib", lib)], &inside[..]].concat()).len(), 2);
    // One way; a function with the name of a module; a parent and its child; in tests.
    let called =
        [("b", "use super::a::A;"), ("c", "use super::b::B; pub fn a() {}"), ("a", "struct A;")];
    let root = ("lib", "mod a; mod b; mod c; pub use c::a;");
    assert_eq!(found(&[&[root], &called[..]].concat()), [""; 0]);
    assert_eq!(found(&[("lib", lib), a, ("b", "pub struct B;")]), [""; 0]);
    let child = ("a::deep", "use super::A; pub fn f() {}");
    let parent = ("a", "mod deep; pub use deep::f; pub struct A;");
    assert_eq!(found(&[("lib", lib), parent, child, ("b", "use crate::a::f;")]), [""; 0]);
    let test = ("b", "pub struct B; #[cfg(test)] mod tests { use crate::a::A; }");
    assert_eq!(found(&[("lib", lib), a, test]), [""; 0]);
}

/// The imports that are part of a circle.
fn circles(files: &Files) -> Vec<String> {
    let mut faults = Vec::new();
    let folders: BTreeSet<&str> = files.0.keys().filter_map(|module| parent(module)).collect();
    for folder in folders {
        let mut arrows: BTreeMap<&str, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
        for (module, file) in &files.0 {
            for (target, path) in &file.names {
                if let (Some(from), Some(to)) = (within(folder, module), within(folder, target))
                    && from != to
                {
                    let arrow = format!("{module} names {target} by {path}");
                    arrows.entry(from).or_default().entry(to).or_default().push(arrow);
                }
            }
        }
        for (from, targets) in &arrows {
            for (to, names) in targets {
                if reaches(&arrows, to, from) {
                    faults.extend(names.iter().cloned());
                }
            }
        }
    }
    faults
}

/// Whether arrows lead from one to the other.
fn reaches(arrows: &BTreeMap<&str, BTreeMap<&str, Vec<String>>>, from: &str, to: &str) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(at) = next.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            next.extend(arrows.get(at).into_iter().flat_map(|targets| targets.keys()));
        }
    }
    false
}

/// The parent of a module: `a` for `a::b`; the root, which is empty, for `a`.
fn parent(module: &str) -> Option<&str> {
    let above = module.rsplit_once("::").map_or("", |(above, _)| above);
    (!module.is_empty()).then_some(above)
}

/// The file or folder in this folder that the module is, or is in.
fn within<'a>(folder: &str, module: &'a str) -> Option<&'a str> {
    let (inside, start) = match folder {
        "" => (module, 0),
        _ => (module.strip_prefix(folder)?.strip_prefix("::")?, folder.len() + 2),
    };
    let end = inside.find("::").unwrap_or(inside.len());
    (end > 0).then(|| &module[..start + end])
}

/// The files by their modules. The root's name is empty.
struct Files(BTreeMap<String, File>);

#[derive(Default)]
struct File {
    /// The code without its imports.
    code: String,
    /// The imports: the whole path, and the name in this file.
    imports: Vec<(String, String)>,
    /// The modules that the file names, each with its path.
    names: BTreeMap<String, String>,
}

impl Files {
    fn new(sources: impl Iterator<Item = (String, String)>) -> Self {
        let mut files = Self(BTreeMap::new());
        for (module, code) in sources {
            let module = if module == "lib" { String::new() } else { module };
            let mut file = File::default();
            let mut rest = code.as_str();
            while let Some(at) = start_of_import(rest) {
                let end = rest[at..].find(';').map_or(rest.len(), |end| at + end);
                branches(&rest[at + "use ".len()..end], "", &mut file.imports);
                file.code.push_str(&rest[..at]);
                rest = &rest[end..];
            }
            file.code.push_str(rest);
            files.0.insert(module, file);
        }
        let absolute: Vec<(String, Vec<(String, String)>)> = files
            .0
            .iter()
            .map(|(module, file)| {
                let own = file
                    .imports
                    .iter()
                    .filter_map(|(path, name)| Some((files.absolute(module, path)?, name.clone())));
                (module.clone(), own.collect())
            })
            .collect();
        let written: Vec<_> = absolute
            .into_iter()
            .map(|(module, own)| {
                let file = files.0.get_mut(&module).unwrap();
                (module, std::mem::replace(&mut file.imports, own))
            })
            .collect();
        for (module, imports) in written {
            let names = files.names(&module, &imports);
            files.0.get_mut(&module).unwrap().names = names;
        }
        files
    }

    /// The modules that a file names, in its imports and by paths in its code.
    fn names(&self, module: &str, imports: &[(String, String)]) -> BTreeMap<String, String> {
        let mut names = BTreeMap::new();
        let mut modules = BTreeMap::new();
        for (path, name) in imports {
            let Some(absolute) = self.absolute(module, path) else { continue };
            match self.resolve(&absolute, 0) {
                // An imported module counts as named where a part of it is used.
                (target, true) if !path.ends_with('*') => drop(modules.insert(name, target)),
                (target, _) => drop(names.entry(target).or_insert_with(|| path.clone())),
            }
        }
        for path in paths(&self.0[module].code) {
            let (first, rest) = path.split_once("::").unwrap();
            let local = modules.get(&first.to_owned()).map(|target| format!("{target}::{rest}"));
            if let Some(absolute) = self.absolute(module, &path).or(local) {
                let (target, _) = self.resolve(absolute.trim_start_matches("::"), 0);
                names.entry(target).or_insert(path);
            }
        }
        names.remove(module);
        names
    }

    /// A path from the root, for a path that leads into this crate.
    fn absolute(&self, module: &str, path: &str) -> Option<String> {
        let (first, rest) = path.split_once("::").unwrap_or((path, ""));
        let (mut above, mut rest) = match first {
            "crate" | "larder" => return Some(rest.to_owned()),
            "self" => (module, rest),
            "super" => (parent(module)?, rest),
            _ if self.0.contains_key(&join(module, first)) => (module, path),
            _ => return None,
        };
        while let Some(further) = rest.strip_prefix("super::") {
            (above, rest) = (parent(above)?, further);
        }
        Some(join(above, rest))
    }

    /// The file that defines the target of a path from the root, and whether the target is a module itself.
    fn resolve(&self, path: &str, depth: usize) -> (String, bool) {
        let mut module = String::new();
        let mut rest = path;
        while !rest.is_empty() && rest != "*" && depth < 10 {
            let (first, further) = rest.split_once("::").unwrap_or((rest, ""));
            let file = &self.0[&module];
            let child = join(&module, first);
            // A function may have the name of a module: no path goes on behind it.
            let is_module = !further.is_empty() && self.0.contains_key(&child);
            let handed = file.imports.iter().find(|(_, name)| name == first);
            if let Some((handed, _)) = handed.filter(|_| !is_module) {
                return self.resolve(&join(handed, further), depth + 1);
            }
            if !self.0.contains_key(&child) {
                let all = file.imports.iter().filter_map(|(path, _)| path.strip_suffix("::*"));
                let mut handed = all.map(|path| self.resolve(path, depth + 1).0);
                let defines = |module: &String| defines(&self.0[module].code, first);
                return match handed.find(defines) {
                    Some(from) if !defines(&module) => (from, false),
                    _ => (module, false),
                };
            }
            (module, rest) = (child, further);
        }
        (module, true)
    }
}

fn join(path: &str, rest: &str) -> String {
    let between = if path.is_empty() || rest.is_empty() { "" } else { "::" };
    format!("{path}{between}{rest}")
}

fn is_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn start_of_import(code: &str) -> Option<usize> {
    code.match_indices("use ").map(|(at, _)| at).find(|at| !code[..*at].ends_with(is_name))
}

/// Splits a tree of imports into paths, each with the name that it gives.
fn branches(tree: &str, prefix: &str, found: &mut Vec<(String, String)>) {
    let tree = tree.trim();
    if let Some((head, inside)) = tree.split_once('{') {
        let prefix = join(prefix, head.trim().trim_end_matches("::"));
        let (mut depth, mut start) = (0, 0);
        for (at, c) in inside.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    branches(&inside[start..at], &prefix, found);
                    start = at + 1;
                }
                _ => {}
            }
        }
    } else if !tree.is_empty() {
        let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(a, b)| (a, Some(b)));
        let path = join(prefix, path.trim());
        let path = path.strip_suffix("::self").unwrap_or(&path);
        let last = path.rsplit("::").next().unwrap();
        found.push((path.to_owned(), alias.unwrap_or(last).trim().to_owned()));
    }
}

/// Every path of at least two names in the code.
fn paths(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut end = 0;
    for (at, _) in code.match_indices("::") {
        if at < end {
            continue;
        }
        let start = code[..at].rfind(|c| !is_name(c)).map_or(0, |before| before + 1);
        let length = code[at..].find(|c| c != ':' && !is_name(c)).unwrap_or(code.len() - at);
        end = at + length;
        let path = code[start..end].trim_end_matches(':');
        if start < at && path.contains("::") {
            found.insert(path.to_owned());
        }
    }
    found
}

/// Whether the code defines something of this name.
fn defines(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].trim_end();
        let kinds = ["fn", "struct", "enum", "trait", "type", "const", "static", "mod"];
        !code[at + name.len()..].starts_with(is_name)
            && kinds.iter().any(|kind| before.ends_with(kind))
    })
}
