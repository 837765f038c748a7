//! Large pictures, gone through faster than they are decoded: in bounded memory.

use jpeg_encoder::{ColorType, Encoder};

use crate::lying_servers::peak_memory;
use crate::pty::Screen;
use crate::signals::project_of;

/// Columns and rows of a picture of 20 megapixels.
const SIZE: (u16, u16) = (5472, 3648);
/// Most memory, in MiB.
const MOST: u64 = 300;

fn jpeg(pixels: &[u8], progressive: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 60);
    encoder.set_progressive(progressive);
    encoder.encode(pixels, SIZE.0, SIZE.1, ColorType::Rgb).unwrap();
    bytes
}

#[test]
fn large_pictures_in_a_row_take_bounded_memory() {
    let (columns, rows) = (usize::from(SIZE.0), usize::from(SIZE.1));
    let shade = |at: usize| ((at % columns / 8) ^ (at / columns / 8)) as u8;
    let pixels: Vec<u8> =
        (0..columns * rows).flat_map(|at| [shade(at), shade(at) / 2, 90]).collect();
    let (plain, progressive) = (jpeg(&pixels, false), jpeg(&pixels, true));
    drop(pixels);
    let folder = project_of(&[
        ("a", "image/jpeg", &plain),
        ("b", "image/jpeg", &progressive),
        ("c", "image/jpeg", &progressive),
        ("d", "image/jpeg", &plain),
        ("z", "text/plain", b"the last of all"),
    ]);
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "preview_limit = '100 MB'").unwrap();
    let arguments = ["--config", config.to_str().unwrap(), folder.path().to_str().unwrap()];
    let mut screen = Screen::start(&arguments, &[("COLORTERM", "truecolor")], 36, 120);
    screen.wait_for_text("5472 × 3648 pixels");
    for key in ["j", "j", "j", "k", "k", "k", "j", "j", "j", "G"] {
        let from = screen.written();
        screen.keys(key);
        screen.wait_more(from);
    }
    screen.wait_for_text("the last of all");
    screen.keys("kk");
    screen.wait_for_text("progressive");
    screen.wait_for_screen("the picture", |screen| crate::slices::pixels(screen) > 500);
    let memory = peak_memory(screen.worker()).unwrap();
    assert!(memory < MOST, "{memory} MiB");
}
