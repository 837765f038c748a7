//! The memory of pictures that are decoded whole at the same time.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::{Fault, WHOLE};

/// Limit on the memory of several pictures together, where one of them is not small, in bytes: with what
/// else belongs to each of them, they stay below what a single one may take.
const TOGETHER: u64 = 128 << 20;

/// Memory of a picture that is small, in bytes.
const SMALL: u64 = 16 << 20;

/// Time after which one that waits looks whether it is still wanted: its bytes are kept for as long.
const LOOK: Duration = Duration::from_millis(20);

/// Memory in use, in bytes.
static TAKEN: Mutex<u64> = Mutex::new(0);

/// Notified when memory is freed.
static LEFT: Condvar = Condvar::new();

/// Memory that stays in use until this is dropped.
#[derive(Debug)]
pub(super) struct Taken(u64);

/// Takes the memory for a picture of this size, once those that are being decoded leave room for it. So a
/// picture that was left and cannot be stopped delays only another large one.
pub(super) fn take(
    size: (u32, u32),
    bytes_each: u64,
    wanted: &dyn Fn() -> bool,
) -> Result<Taken, Fault> {
    let pixels = u64::from(size.0) * u64::from(size.1);
    let bytes = pixels.checked_mul(bytes_each).filter(|&bytes| bytes <= WHOLE);
    let bytes = bytes.ok_or(Fault::TooLarge)?;
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    while wanted() && !fits(*taken, bytes) {
        taken = LEFT.wait_timeout(taken, LOOK).unwrap_or_else(PoisonError::into_inner).0;
    }
    if !wanted() {
        return Err(Fault::Unwanted);
    }
    *taken += bytes;
    Ok(Taken(bytes))
}

/// Whether a picture may take this memory beside what is in use.
fn fits(taken: u64, bytes: u64) -> bool {
    let most = if taken == 0 || bytes <= SMALL { WHOLE } else { TOGETHER };
    taken + bytes <= most
}

impl Drop for Taken {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= self.0;
        LEFT.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::super::tests::corpus_of_tests::samples;
    use super::super::{Kind, read};
    use super::*;

    #[test]
    fn a_small_picture_does_not_wait_for_a_large_one() {
        let _large = take((1, 1), WHOLE - (1 << 20), &|| true).unwrap();
        for sample in samples() {
            let kind = Kind::of(&sample.bytes).unwrap();
            assert!(read(kind, &sample.bytes, false, &|| true).is_ok(), "{}", sample.name);
        }
    }

    #[test]
    fn large_pictures_together_take_less_than_one_alone() {
        assert!(fits(0, WHOLE) && !fits(0, WHOLE + 1));
        assert!(fits(TOGETHER / 2, TOGETHER / 2) && !fits(TOGETHER / 2, TOGETHER / 2 + 1));
        assert!(!fits(TOGETHER, SMALL + 1) && fits(WHOLE - SMALL, SMALL));
    }

    #[test]
    fn one_that_waits_and_is_left_gives_up_at_once() {
        let large = take((1, 1), WHOLE, &|| true).unwrap();
        let (tell, told) = channel();
        let left = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let flag = left.clone();
        let other = std::thread::spawn(move || {
            let wanted = || !flag.load(std::sync::atomic::Ordering::Relaxed);
            tell.send(take((1, 1), WHOLE, &wanted).unwrap_err()).unwrap();
        });
        left.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(told.recv().unwrap(), Fault::Unwanted, "while the large one is still decoded");
        other.join().unwrap();
        drop(large);
    }

    #[test]
    fn large_pictures_come_one_after_the_other_and_are_given_up_meanwhile() {
        let large = take((1, 1), WHOLE, &|| true).unwrap();
        assert_eq!(take((1, 1), 1, &|| false).unwrap_err(), Fault::Unwanted);
        let (tell, told) = channel();
        let other = std::thread::spawn(move || {
            let taken = take((1, 1), WHOLE, &|| true).unwrap();
            tell.send(()).unwrap();
            drop(taken);
        });
        assert!(told.try_recv().is_err());
        drop(large);
        told.recv().unwrap();
        other.join().unwrap();
        assert_eq!(take((1, 1), WHOLE + 1, &|| true).unwrap_err(), Fault::TooLarge);
        assert_eq!(take((u32::MAX, u32::MAX), 10, &|| true).unwrap_err(), Fault::TooLarge);
    }
}
