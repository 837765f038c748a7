//! Setting aside, restoring and discarding, refused by every right that they need: what is refused
//! has changed nothing.

use std::collections::BTreeSet;

use larder::model::{AsideId, ErrorKind};

use super::aside_step::{STEPS, Step};
use super::rights::commands;
use super::stage::{SCRIPTS, Stage};
use crate::contract::put;

const STORE: &str = "whole";

impl Step {
    /// Makes the stage for the step; gives the aside to restore or discard.
    async fn prepare(self, stage: &mut Stage) -> Option<AsideId> {
        stage.fill();
        let storage = stage.user("~*", "").await;
        let id = match self {
            Self::SetRecordsAside | Self::SetStoreAside => None,
            _ => Some(storage.set_aside(&self.aside(STORE)).await.unwrap().id),
        };
        if let Some(value) = self.new_value() {
            put(&*storage, &STORE.into(), "one", &value).await;
        }
        stage.state = stage.look();
        id
    }

    /// Rights without which the step must be refused; otherwise the check would check nothing.
    fn must_have(self) -> &'static [&'static str] {
        match self {
            Self::SetRecordsAside => &["rename", "hset", "expire", "json.set"],
            Self::SetStoreAside => &["rename", "hset", "expire", "unlink", "hdel"],
            Self::Restore => &["hdel", "unlink", "json.set"],
            Self::RestoreStore => &["hdel", "unlink", "json.set", "lpush"],
            Self::RestoreUnderNew => &["json.set"],
            Self::RestoreInSteps => &["hdel", "json.set"],
            Self::Discard => &["unlink", "hdel"],
        }
    }

    /// Checks that a refusal has changed nothing, except that a store may be back with its records still set
    /// aside; tells whether the step was refused.
    async fn is_refused(
        self,
        stage: &mut Stage,
        id: Option<&AsideId>,
        keys: &str,
        without: &str,
    ) -> bool {
        let case = format!("{self:?}, {keys} {without}");
        let storage = stage.user(keys, without).await;
        let said = self.make(&*storage, STORE, id).await;
        let after = stage.look();
        let Err(kind) = said else {
            assert_ne!(after, stage.state, "{case}: nothing was done");
            return false;
        };
        assert!(matches!(kind, ErrorKind::Permission | ErrorKind::NotFound), "{case}: {kind:?}");
        // After a first step, the rest expires later.
        let kept = |text: &str| {
            let pairs = text.split(' ').filter(|pair| !pair.starts_with("until="));
            pairs.collect::<Vec<_>>().join(" ")
        };
        let differs = |key: &String, text: &String| {
            stage.state.get(key).map(|before| kept(before)) != Some(kept(text))
        };
        let changed: BTreeSet<_> = after
            .iter()
            .filter(|(key, text)| differs(key, text))
            .map(|(key, _)| key.as_str())
            .chain(stage.state.keys().filter(|key| !after.contains_key(*key)).map(String::as_str))
            .collect();
        // The first step of several was let through, and moved the times alone.
        let times = format!("key_value_stores:{STORE}:metadata");
        let only_times = self.new_value().is_some() && changed == BTreeSet::from([&*times]);
        assert!(changed.is_empty() || only_times, "{case}: {changed:?}: {kind:?}");
        true
    }
}

#[tokio::test]
async fn what_lacks_a_command_to_set_aside_or_restore_changes_nothing() {
    for rights in ["", SCRIPTS] {
        let (mut stage, mut refused) = (Stage::new(rights), 0);
        for step in STEPS {
            let id = step.prepare(&mut stage).await;
            let storage = stage.user("~*", "").await;
            let mut monitor = stage.server.monitor();
            step.make(&*storage, STORE, id.as_ref()).await.unwrap();
            let used = commands(&mut monitor);
            drop(monitor);
            let mut must: BTreeSet<_> = step.must_have().iter().copied().collect();
            for command in &used {
                let id = step.prepare(&mut stage).await;
                let without = format!("-{command}");
                if step.is_refused(&mut stage, id.as_ref(), "~*", &without).await {
                    must.remove(command.as_str());
                    refused += 1;
                }
            }
            assert!(must.is_empty(), "{step:?} ran without {must:?}; it uses {used:?}");
        }
        assert!(refused > 40, "only {refused} refusals");
    }
}

#[tokio::test]
async fn what_lacks_a_key_to_set_aside_or_restore_changes_nothing() {
    for rights in ["", SCRIPTS] {
        let (mut stage, mut refused) = (Stage::new(rights), 0);
        for step in STEPS {
            let parts = ["metadata", "created_signal", "items", "metadata_items"];
            let own = parts.map(|part| format!("key_value_stores:{STORE}:{part}"));
            let aside = ["aside", "items:aside", "metadata_items:aside"]
                .map(|part| format!("key_value_stores:{STORE}:{part}:*"));
            let own_list = format!("{STORE}:asides");
            let lists = [&*own_list, "asides", "id_to_name", "name_to_id"]
                .map(|list| format!("key_value_stores:{list}"));
            let keys = [&own[..], &aside[..], &lists[..]].concat();
            for taken in &keys {
                for sight in ["%R~", ""] {
                    let id = step.prepare(&mut stage).await;
                    let others = keys.iter().filter(|key| *key != taken);
                    let mut rules: Vec<_> = others.map(|key| format!("~{key}")).collect();
                    if !sight.is_empty() {
                        rules.push(format!("{sight}{taken}"));
                    }
                    let rules = rules.join(" ");
                    let no = step.is_refused(&mut stage, id.as_ref(), &rules, "").await;
                    refused += usize::from(no);
                }
            }
        }
        assert!(refused > 40, "only {refused} refusals");
    }
}

#[tokio::test]
async fn a_value_of_a_wrong_type_is_neither_set_aside_nor_lost() {
    for rights in ["", SCRIPTS] {
        let mut stage = Stage::new(rights);
        for part in ["items", "metadata_items", "metadata"] {
            for step in [Step::SetRecordsAside, Step::SetStoreAside] {
                step.prepare(&mut stage).await;
                let key = format!("key_value_stores:{STORE}:{part}");
                stage.call(&format!("DEL {key}"));
                stage.call(&format!("RPUSH {key} x y"));
                let before = stage.look();
                let storage = stage.user("~*", "").await;
                let said = step.make(&*storage, STORE, None).await;
                assert_eq!(said, Err(ErrorKind::WrongType), "{step:?}, {key}");
                assert_eq!(stage.look(), before, "{step:?}, {key}");
            }
        }
    }
}
