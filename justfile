# What one does here, as plain commands that can be typed as well. `just` lists them.

[private]
default:
    @just --list --unsorted

# Look at a simulated crawl, with a debug build
demo *arguments:
    cargo run -- demo {{arguments}}

# Check format and lints, as .ci/run does
lint:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings
    .ci/features

# Run the tests of the library, the core and the screen
quick *arguments:
    tests/run --prepare
    cargo test --locked --lib --test core {{arguments}}

# Get what is missing and run all tests; `just test -- --test program commands::` runs some
test *arguments:
    tests/run {{arguments}}

# Take the screens as they are now for right: look at the diff
accept:
    INSTA_UPDATE=always cargo test --locked --test core frames::
    assets/pictures

# Measure against a budget: the names are those of benches/
bench name:
    cargo bench --locked --bench {{name}}

# Fuzz one target until it is stopped, guided by coverage: needs nightly and cargo-fuzz
fuzz target *arguments:
    cargo +nightly fuzz run {{target}} {{arguments}}

# Open the documentation of every module
doc:
    cargo doc --locked --no-deps --document-private-items --open

# Run everything that has to hold
ci:
    .ci/run

# Make what is downloaded of a release, in target/release-VERSION
release *targets:
    assets/release {{targets}}
