use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::mutate::{Random, input};
use super::{TARGETS, Target};

/// How many inputs each target gets, unless `LARDER_FUZZ` says so.
const CASES: u64 = 2000;

/// Calls a target with its samples and with what is made of them.
fn drive(target: &Target, cases: u64) {
    let mut random = Random(0x1a2d_e12e);
    for sample in target.samples {
        call(target, sample);
    }
    for _ in 0..cases {
        call(target, &input(&mut random, target.samples));
    }
}

fn call(target: &Target, data: &[u8]) {
    let result = catch_unwind(AssertUnwindSafe(|| (target.run)(data)));
    if let Err(panic) = result {
        eprintln!("{} fails with b\"{}\"", target.name, data.escape_ascii());
        resume_unwind(panic);
    }
}

fn named(name: &str) -> &'static Target {
    TARGETS.iter().find(|target| target.name == name).unwrap()
}

/// A test for each target, so that they run side by side and a failure has a name.
macro_rules! tests {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let cases = std::env::var("LARDER_FUZZ").ok();
                let cases = cases.map_or(CASES, |cases| cases.parse().unwrap());
                drive(named(stringify!($name)), cases);
            }
        )*

        #[test]
        fn each_target_has_a_test_and_a_program_for_the_fuzzer() {
            let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
            let mut tested = vec![$(stringify!($name)),*];
            tested.sort_unstable();
            let mut sorted = names.clone();
            sorted.sort_unstable();
            assert_eq!(tested, sorted);
            let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
            let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
            assert_eq!(manifest.matches("[[bin]]").count(), names.len());
            for name in names {
                assert!(manifest.contains(&format!("name = \"{name}\"\n")), "{name}");
                let program = std::fs::read_to_string(root.join(format!("fuzz_targets/{name}.rs")));
                assert!(program.unwrap().contains(&format!("run(\"{name}\", data)")), "{name}");
            }
        }
    };
}

tests! { charset filter inner json metadata notifications preview replies sidecar target terminal visible }

#[test]
fn a_fault_that_needs_a_rare_input_is_found() {
    let run = |data: &[u8]| assert!(!data.windows(3).any(|part| part == b"]\x1b["));
    let planted = Target { name: "planted", run, samples: &[b"[1, 2]", b"\x1b[31m"] };
    assert!(catch_unwind(|| drive(&planted, 2000)).is_err());
}

#[test]
fn the_same_seed_gives_the_same_inputs_and_they_differ() {
    let samples = named("json").samples;
    let make = || {
        let mut random = Random(7);
        (0..500).map(|_| input(&mut random, samples)).collect::<Vec<_>>()
    };
    let inputs = make();
    assert_eq!(inputs, make());
    let different: std::collections::HashSet<_> = inputs.iter().collect();
    assert!(different.len() > 450, "{}", different.len());
}
