//! The account of a race: each value of the record, its writer, and what became of each update.

use std::collections::BTreeMap;

/// A value of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    /// The bytes.
    pub(super) text: String,
    crawlee: u64,
    larder: BTreeMap<&'static str, u64>,
    shared: String,
}

/// The members that are each changed by only one of larder's ways of saving.
pub(super) const COUNTERS: [&str; 3] = ["leaf", "editor", "command"];

impl Value {
    pub(super) fn of(text: &str) -> Self {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        let number = |name: &str| value[name].as_u64().unwrap_or_else(|| panic!("{name}: {text}"));
        Self {
            text: text.to_owned(),
            crawlee: number("crawlee"),
            larder: COUNTERS.map(|name| (name, number(name))).into(),
            shared: value["shared"].as_str().unwrap().to_owned(),
        }
    }

    /// The value of a member, as it is spelled.
    pub(super) fn spelled(&self, name: &str) -> &str {
        let [start, end] = around(&self.text, name);
        self.text[start.len()..self.text.len() - end.len()].trim()
    }

    /// The bytes with another value of this member.
    pub(super) fn with(&self, name: &str, spelled: &str) -> String {
        let [before, after] = around(&self.text, name);
        format!("{before} {spelled}{after}")
    }
}

/// The bytes before and after the value of a member, without the space before the value.
fn around<'a>(text: &'a str, name: &str) -> [&'a str; 2] {
    let name = format!("\"{name}\":");
    let start = text.find(&name).unwrap() + name.len();
    let end = start + text[start..].find([',', '\n', '}']).unwrap();
    [&text[..start], &text[end..]]
}

/// A save of larder's, as it was reported.
#[derive(Debug, Clone)]
pub(super) struct Save {
    /// The member that was changed, and its new value.
    pub(super) member: &'static str,
    pub(super) spelled: String,
    /// The former value, as the user was last shown it.
    pub(super) shown: String,
}

/// The results of all updates.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// Writes of Crawlee's, and saves of larder's.
    pub(super) crawlee: u64,
    pub(super) larder: u64,
    /// Number of saves that changed nothing: Crawlee's value was taken.
    pub(super) same: u64,
    /// Number of saves that were overwritten by a write of Crawlee's that had not read them.
    pub(super) overwritten: u64,
    /// Writes of Crawlee's that a save has overwritten, and bytes outside its member that a save has changed.
    pub(super) faults: Vec<String>,
}

impl Account {
    /// Goes through the values in their order. `told`: the saves that were reported as made.
    pub(super) fn of(values: &[Value], told: &[Save]) -> Self {
        let mut account = Self::default();
        let mut open: BTreeMap<(&str, &str), &Save> =
            told.iter().map(|save| ((save.member, save.spelled.as_str()), save)).collect();
        assert_eq!(open.len(), told.len(), "each save is of another value");
        let mut written = values[0].crawlee;
        for pair in values.windows(2) {
            let [before, after] = pair else { unreachable!() };
            if after.crawlee == written + 1 {
                written += 1;
                account.of_crawlee(before, after);
                continue;
            }
            if after.text == before.text {
                account.same += 1;
                continue;
            }
            match changed(before, after) {
                Some((member, spelled)) => {
                    account.larder += 1;
                    match open.remove(&(member, spelled)) {
                        None => account.faults.push(format!("{member} {spelled}: not told")),
                        Some(save) if save.shown != before.spelled(member) => {
                            let (shown, there) = (&save.shown, before.spelled(member));
                            account.faults.push(format!("{spelled} over {there}, shown: {shown}"));
                        }
                        Some(_) => {}
                    }
                }
                None => {
                    account.faults.push(format!("{}\nbecame\n{}", before.text, after.text));
                }
            }
        }
        account.faults.extend(open.values().map(|save| format!("told and not there: {save:?}")));
        account
    }

    /// Counts a write of Crawlee's: former values that are missing in it were not read by it.
    fn of_crawlee(&mut self, before: &Value, after: &Value) {
        self.crawlee += 1;
        let older = |name: &&str| after.larder[name] != before.larder[name];
        self.overwritten += COUNTERS.iter().filter(|name| older(name)).count() as u64;
        let own = after.shared == format!("crawlee {}", after.crawlee);
        let is_larders = COUNTERS.iter().any(|name| before.shared.starts_with(name));
        self.overwritten += u64::from(!own && is_larders && after.shared != before.shared);
    }
}

/// The one member of larder's, or `shared`, that differs, if nothing else does.
fn changed<'a>(before: &Value, after: &'a Value) -> Option<(&'static str, &'a str)> {
    let names = COUNTERS.into_iter().chain(["shared"]);
    let mut found = names.filter(|name| around(&before.text, name) == around(&after.text, name));
    let name = found.next().filter(|_| before.text != after.text)?;
    Some((name, after.spelled(name)))
}

#[test]
fn a_lost_update_is_found_whoever_has_lost_it() {
    let value = |crawlee: u64, leaf: u64, shared: &str| {
        let rest = format!(r#""editor": 0, "command": 0, "shared": "{shared}", "n": 1.10"#);
        Value::of(&format!(r#"{{"crawlee": {crawlee}, "leaf": {leaf}, {rest}}}"#))
    };
    let save = |member, spelled: &str, shown: &str| Save {
        member,
        spelled: spelled.to_owned(),
        shown: shown.to_owned(),
    };
    let begin = value(0, 0, "nobody");
    let told = [save("leaf", "1", "0")];
    let sound = [begin.clone(), value(1, 0, "nobody"), value(1, 1, "nobody")];
    let account = Account::of(&sound, &told);
    assert_eq!((account.crawlee, account.larder, account.overwritten), (1, 1, 0));
    assert!(account.faults.is_empty(), "{account:?}");
    // Crawlee has not read the save.
    let stale = [begin.clone(), value(0, 1, "nobody"), value(1, 0, "nobody")];
    let account = Account::of(&stale, &told);
    assert_eq!((account.overwritten, account.faults.len()), (1, 0), "{account:?}");
    // The save has not read Crawlee's write.
    let lost = [begin.clone(), value(1, 0, "nobody"), value(0, 1, "nobody")];
    assert_eq!(Account::of(&lost, &told).faults.len(), 2);
    // First a save that is reported and missing; then one that is there and not reported.
    assert_eq!(Account::of(&sound[..2], &told).faults.len(), 1);
    assert_eq!(Account::of(&sound, &[]).faults.len(), 1);
    // The value that it overwrites was not shown.
    let shared = [begin, value(1, 0, "crawlee 1"), value(1, 0, "leaf 1")];
    let unseen = [save("shared", "\"leaf 1\"", "\"nobody\"")];
    let seen = [save("shared", "\"leaf 1\"", "\"crawlee 1\"")];
    assert_eq!(Account::of(&shared, &unseen).faults.len(), 1);
    assert_eq!(Account::of(&shared, &seen).faults.len(), 0);
}
