//! larder's own records of the log, which other libraries' records never reach.
//!
//! The program is built without the records of all libraries, its own too (`release_max_level_off` of the crate
//! `log`): they were kept out of the log anyway, as they may hold what a user would not put there, and cost
//! code in each of their functions. So larder gives its records to the log by itself.

use std::fmt;

use log::{Level, Record};

/// Gives one record to the log, if the log takes its level. `module` is where it comes from, as
/// [`module_path!`] says it.
pub(crate) fn note(level: Level, module: &'static str, text: fmt::Arguments<'_>) {
    if level <= log::max_level() {
        let mut record = Record::builder();
        record.level(level).target(module).module_path_static(Some(module));
        log::logger().log(&record.args(text).build());
    }
}

macro_rules! levels {
    ($dollar:tt: $($name:ident $kept:ident $level:ident),+) => {$(
        macro_rules! $kept {
            ($dollar($dollar text:tt)+) => {
                $crate::logs::note(
                    ::log::Level::$level,
                    module_path!(),
                    format_args!($dollar($dollar text)+),
                )
            };
        }
        pub(crate) use $kept as $name;
    )+};
}

levels!($: debug debug_record Debug, info info_record Info, warn warn_record Warn, error error_record Error);
