//! Records that a running Crawlee keeps in memory and writes back: changes made by hand are overwritten
//! within a minute.

use super::Key;

/// Beginnings of their keys in Crawlee for Python and for JavaScript, which may be the whole key.
const STARTS: [&str; 4] =
    ["__CRAWLER_STATISTICS_", "CRAWLEE_STATE_", "CRAWLEE_SESSION_POOL_STATE", "__RQ_STATE_"];
/// Whole keys.
const WHOLE: [&str; 3] = ["CRAWLEE_STATE", "rendering-type-predictor-state", "AI-SELECTORS"];
/// Beginning of all such keys of JavaScript, and of those of request lists in Python.
const SDK: &str = "SDK_";
/// Text in those keys whose records are written only once, when a list is opened.
const ONCE: &str = "REQUEST_LIST_REQUESTS";

impl Key {
    /// Whether a running Crawlee keeps the record in memory and writes it back: crawlers' statistics and
    /// state, the session pool, the states of request lists and queues.
    pub fn is_written_back(&self) -> bool {
        let Some(key) = self.as_str() else { return false };
        WHOLE.contains(&key)
            || STARTS.iter().any(|start| key.starts_with(start))
            || (key.starts_with(SDK) && !key.contains(ONCE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crawlees_own_records_are_told_from_those_of_its_users() {
        for key in [
            "__CRAWLER_STATISTICS_0",
            "SDK_CRAWLER_STATISTICS_3",
            "CRAWLEE_STATE_1",
            "CRAWLEE_STATE",
            "CRAWLEE_SESSION_POOL_STATE",
            "SDK_SESSION_POOL_STATE",
            "SDK_REQUEST_LIST_STATE-shop",
            "SDK_shop-REQUEST_LIST_STATE",
            "__RQ_STATE_fuXfZhIE4GfEgi6",
            "rendering-type-predictor-state",
            "AI-SELECTORS",
        ] {
            assert!(Key::from(key).is_written_back(), "{key}");
        }
        for key in
            ["INPUT", "CRAWLEE", "crawlee_state", "MY_SDK_", "SDK_a-REQUEST_LIST_REQUESTS", ""]
        {
            assert!(!Key::from(key).is_written_back(), "{key}");
        }
        assert!(!Key::from(b"SDK_\xff".to_vec()).is_written_back());
    }
}
