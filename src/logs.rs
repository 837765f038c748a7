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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use log::{LevelFilter, Log, Metadata};

    use super::*;

    static TAKEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

    struct Taking;

    impl Log for Taking {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn log(&self, record: &Record<'_>) {
            // Other tests of this program leave records, too.
            if record.module_path() == Some(module_path!()) {
                let taken = format!("{} {}: {}", record.level(), record.target(), record.args());
                TAKEN.lock().unwrap().push(taken);
            }
        }

        fn flush(&self) {}
    }

    #[test]
    fn records_are_given_to_the_log_with_their_level_and_module_as_far_as_it_takes_them() {
        log::set_logger(&Taking).unwrap();
        log::set_max_level(LevelFilter::Info);
        let key = "k";
        crate::logs::debug!("{key} is looked at");
        crate::logs::info!("{key} is read");
        crate::logs::warn!("{} is gone", key);
        crate::logs::error!("lost");
        let module = module_path!();
        assert_eq!(
            *TAKEN.lock().unwrap(),
            [
                format!("INFO {module}: k is read"),
                format!("WARN {module}: k is gone"),
                format!("ERROR {module}: lost"),
            ]
        );
    }
}
