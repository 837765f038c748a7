//! Checks that no match over the program's requests has an arm for the rest: a new load, operation or dialog
//! makes the compiler ask how it is handled everywhere.

use super::sources::{mentions, sources};

/// The enums that are matched without a rest.
const ENUMS: [&str; 9] = [
    "Compute",
    "Layer",
    "ListDialog",
    "Load",
    "Loaded",
    "Operation",
    "PlannedChange",
    "Request",
    "Write",
];

/// The enum of a match that has an arm before this line, which begins with `_ =>`, if it is one of these. The
/// code must be formatted by rustfmt.
fn of_match(lines: &[&str], rest: usize) -> Option<&'static str> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let depth = indent(lines[rest]);
    let before = lines[..rest].iter().rev();
    let arms = before.take_while(|line| line.trim().is_empty() || indent(line) >= depth);
    let mut patterns = arms
        .filter(|line| indent(line) == depth)
        .map(|line| line.split_once("=>").map_or(*line, |(pattern, _)| pattern));
    patterns
        .find_map(|pattern| ENUMS.into_iter().find(|name| mentions(pattern, &format!("{name}::"))))
}

fn faults(code: &str) -> Vec<&'static str> {
    let lines: Vec<_> = code.lines().collect();
    let rests = (0..lines.len()).filter(|at| lines[*at].trim_start().starts_with("_ =>"));
    rests.filter_map(|rest| of_match(&lines, rest)).collect()
}

#[test]
fn no_match_over_what_is_asked_has_an_arm_for_the_rest() {
    let mut found = Vec::new();
    for (module, code) in sources() {
        found.extend(faults(&code).into_iter().map(|name| format!("{module}: over {name}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn an_arm_for_the_rest_is_found() {
    let code = "
        match load {
            Load::Stores => one(),
            Load::Keys(_)
            | Load::Record => {
                match other {
                    Some(Action::Load) => two(),
                    _ => three(),
                }
            }
            _ => None,
        }
        match action {
            Action::Help => Load::Stores,
            _ => Load::Keys,
        }
        match write {
            Some(Overwrite::All) => 1,
            _ => 2,
        }
    ";
    assert_eq!(faults(code), ["Load"]);
}
