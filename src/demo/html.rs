//! Pages of the simulated shop, between 2 and 30 KB.

use std::fmt::Write as _;

use super::catalogue::{CATALOGUE, CATEGORIES, PEOPLE, SENTENCES};
use super::json::JsonStyle;
use super::product::Product;
use super::random::Random;

/// The page of a product.
pub(super) fn product(product: &Product, random: &mut Random) -> String {
    // Small pages are more frequent than large ones.
    let size = 2_000 + random.between(0, 165) * random.between(0, 165);
    let name = product.ware.name;
    let direction = if matches!(product.ware.language, "ar" | "he") { "rtl" } else { "ltr" };
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\" dir=\"{direction}\">\n<head>\n  <meta charset=\"utf-8\">\n  \
         <title>{name} – {}</title>\n  <link rel=\"canonical\" href=\"{}\">\n  \
         <link rel=\"stylesheet\" href=\"/static/shop.css\">\n  \
         <script type=\"application/ld+json\">{}</script>\n</head>\n<body>\n  <header>\n    <nav>\n",
        product.ware.language,
        product.shop,
        product.url(),
        product.json(random).render(JsonStyle::OneLine)
    );
    for category in CATEGORIES {
        put(&mut page, format_args!("      <a href=\"/{category}/\">{category}</a>\n"));
    }
    put(
        &mut page,
        format_args!(
            "    </nav>\n  </header>\n  <main itemscope itemtype=\"https://schema.org/Product\">\n    \
             <h1 itemprop=\"name\">{name}</h1>\n    <p class=\"lead\">{}</p>\n    \
             <p class=\"price\" data-currency=\"{}\">{} {}</p>\n    \
             <p class=\"rating\" aria-label=\"{} of 5\">★★★★☆</p>\n    \
             <img src=\"/img/{}.jpg\" alt=\"{name}, {}\" width=\"640\" height=\"480\">\n    \
             <button data-sku=\"{}\">Add to basket</button>\n",
            product.ware.line,
            product.currency,
            product.price(),
            product.currency,
            product.rating(),
            product.number,
            product.colour,
            product.sku()
        ),
    );
    paragraph(&mut page, random);
    page.push_str("    <section id=\"reviews\">\n");
    while (page.len() as u64) < size {
        let (by, stars) = (random.pick(&PEOPLE), random.between(1, 5));
        put(
            &mut page,
            format_args!("      <article data-stars=\"{stars}\">\n        <h3>{by}</h3>\n    "),
        );
        paragraph(&mut page, random);
        page.push_str("      </article>\n");
    }
    page.push_str("    </section>\n    <aside>\n");
    for _ in 0..random.between(2, 5) {
        let (other, number) = (random.pick(&CATALOGUE), random.between(1, 99_999));
        put(&mut page, format_args!("      <a href=\"/p/{number:06}\">{}</a>\n", other.name));
    }
    put(
        &mut page,
        format_args!(
            "    </aside>\n  </main>\n  <footer>© {} · <a href=\"/imprint\">Imprint</a></footer>\n\
             </body>\n</html>\n",
            product.shop
        ),
    );
    page
}

/// The page of the shop's server when it refuses a request.
pub(super) fn failure(status: u16, message: &str, product: &Product) -> String {
    let title = if status == 0 { "Loading …".to_owned() } else { format!("Error {status}") };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n  <meta charset=\"utf-8\">\n  \
         <title>{title}</title>\n</head>\n<body>\n  <h1>{title}</h1>\n  \
         <p>The page {} cannot be shown at the moment.</p>\n  <!-- {message} -->\n  \
         <noscript>Please enable JavaScript to continue.</noscript>\n</body>\n</html>\n",
        product.url()
    )
}

fn paragraph(page: &mut String, random: &mut Random) {
    page.push_str("    <p>");
    for at in 0..random.between(2, 5) {
        if at > 0 {
            page.push(' ');
        }
        page.push_str(random.pick(&SENTENCES));
    }
    page.push_str("</p>\n");
}

fn put(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = page.write_fmt(text);
}
