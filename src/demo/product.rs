//! The products that the simulated crawl finds, and their JSON.

use super::catalogue::{
    CATALOGUE, CATEGORIES, COLOURS, CURRENCIES, CatalogueItem, PEOPLE, SENTENCES, SHOPS,
};
use super::json::Json;
use super::random::Random;

/// Numbers that are difficult for a reader of JSON, with names that describe them. Python writes NaN and the
/// infinities; the others come from shops.
const AWKWARD: [(&str, &str); 12] = [
    ("weightKg", "0.30000000000000004"),
    ("discount", "-0.0"),
    ("globalTradeItemNumber", "123456789012345678901234567890"),
    ("returnRate", "NaN"),
    ("priceCeiling", "1E400"),
    ("daysUntilSoldOut", "Infinity"),
    ("priceFloor", "-Infinity"),
    ("tolerance", "5e-324"),
    ("serial", "9007199254740993"),
    ("ledger", "-99999999999999999999.990000000000000000001"),
    ("mass", "6.02214076e+23"),
    ("version", "1.10"),
];

/// The product that a page of the shop is about.
#[derive(Debug, Clone)]
pub(super) struct Product {
    /// Number of products that were found before it.
    pub(super) number: u64,
    /// The goods, in their own language.
    pub(super) ware: CatalogueItem,
    /// The shop's host name.
    pub(super) shop: &'static str,
    /// The category in the shop.
    pub(super) category: &'static str,
    /// One of its colours.
    pub(super) colour: &'static str,
    /// The price, in hundredths of its currency.
    cents: u64,
    /// The price's currency.
    pub(super) currency: &'static str,
    /// The rating, in tenths of a star, out of fifty.
    rating: u64,
}

/// Shop and category of a product, which are known before its page is fetched.
fn place(number: u64) -> (&'static str, &'static str) {
    let mut random = Random::new(number, 4);
    (random.pick(&SHOPS), random.pick(&CATEGORIES))
}

/// The address of a product's page.
pub(super) fn address(number: u64) -> String {
    let (shop, category) = place(number);
    format!("https://{shop}/{category}/{number:06}")
}

impl Product {
    pub(super) fn new(number: u64, random: &mut Random) -> Self {
        let (shop, category) = place(number);
        Self {
            number,
            ware: random.pick(&CATALOGUE),
            shop,
            category,
            colour: random.pick(&COLOURS),
            cents: random.between(190, 39_900),
            currency: random.pick(&CURRENCIES),
            rating: random.between(11, 50),
        }
    }

    /// The price, like `46.20`.
    pub(super) fn price(&self) -> String {
        format!("{}.{:02}", self.cents / 100, self.cents % 100)
    }

    /// The rating, like `4.3`.
    pub(super) fn rating(&self) -> String {
        format!("{}.{}", self.rating / 10, self.rating % 10)
    }

    /// The address of the page.
    pub(super) fn url(&self) -> String {
        address(self.number)
    }

    /// The shop's own number of the product.
    pub(super) fn sku(&self) -> String {
        format!("{}-{:06}", &self.category[..3].to_uppercase(), self.number)
    }

    /// The item that the crawl pushes to its dataset.
    pub(super) fn item(&self) -> Json {
        Json::map([
            ("url", Json::text(self.url())),
            ("sku", Json::text(self.sku())),
            ("name", Json::text(self.ware.name)),
            ("category", Json::text(self.category)),
            ("price", Json::raw(self.price())),
            ("currency", Json::text(self.currency)),
            ("rating", Json::raw(self.rating())),
        ])
    }

    /// The record that the crawl makes of the product's page.
    pub(super) fn json(&self, random: &mut Random) -> Json {
        let (awkward, number) = AWKWARD[(self.number % AWKWARD.len() as u64) as usize];
        let offers = (0..random.between(1, 3)).map(|_| {
            Json::map([
                ("colour", Json::text(random.pick(&COLOURS))),
                ("stock", Json::raw(random.between(0, 250))),
                ("inTransit", Json::raw(random.once_in(4))),
            ])
        });
        let offers = Json::List(offers.collect());
        let reviews = (0..random.between(0, 3)).map(|_| {
            Json::map([
                ("by", Json::text(random.pick(&PEOPLE))),
                ("stars", Json::raw(random.between(1, 5))),
                ("text", Json::text(random.pick(&SENTENCES).replace("&amp;", "&"))),
            ])
        });
        let reviews = Json::List(reviews.collect());
        let previous = match random.between(0, 2) {
            0 => Json::raw("null"),
            _ => Json::raw(format!("{}.{:02}", random.between(1, 399), random.between(0, 99))),
        };
        Json::map([
            ("url", Json::text(self.url())),
            ("sku", Json::text(self.sku())),
            ("name", Json::text(self.ware.name)),
            ("language", Json::text(self.ware.language)),
            ("description", Json::text(self.ware.line)),
            ("price", Json::raw(self.price())),
            ("previousPrice", previous),
            ("currency", Json::text(self.currency)),
            ("rating", Json::raw(self.rating())),
            (awkward, Json::raw(number)),
            ("offers", offers),
            ("reviews", reviews),
        ])
    }

    /// A line of an export, with quotes and line ends inside, as spreadsheets write them.
    pub(super) fn csv(&self) -> String {
        format!(
            "{},\"{}\",{},{},\"{}\"\r\n",
            self.sku(),
            self.ware.name.replace('"', "\"\""),
            self.price(),
            self.currency,
            self.ware.line.replace("; ", ";\n").replace('"', "\"\"")
        )
    }
}

/// The first line of an export.
pub(super) const CSV_HEAD: &str = "sku,name,price,currency,description\r\n";
