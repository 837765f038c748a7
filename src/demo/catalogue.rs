//! The goods of the simulated shop, and their texts.

/// A product's name, a sentence about it, and the language of both.
#[derive(Debug, Clone, Copy)]
pub(super) struct CatalogueItem {
    /// The language, as a BCP 47 tag.
    pub(super) language: &'static str,
    /// The name.
    pub(super) name: &'static str,
    /// A sentence about it.
    pub(super) line: &'static str,
}

const fn item(language: &'static str, name: &'static str, line: &'static str) -> CatalogueItem {
    CatalogueItem { language, name, line }
}

/// Goods in many scripts: right to left, wide, with combining marks and joined emoji.
pub(super) const CATALOGUE: [CatalogueItem; 24] = [
    item("en", "Walnut desk lamp", "Warm light, a brass joint, and a switch that clicks."),
    item("ja", "緑茶セット", "宇治で摘んだ一番茶。湯呑みが二つ付きます。"),
    item("en", "Canvas day pack", "Twenty litres, two pockets, no logo."),
    item("ar", "إبريق نحاسي", "مصنوع يدويًا في مدينة فاس، بسعة لترين."),
    item("de", "Schreibtischstuhl „Größe M“", "Geölte Eiche, Rollen für weiche Böden."),
    item("en", "Enamel mug 🏕️", "Survives a fall, a fire and a dishwasher."),
    item("fr", "Cafetie\u{300}re a\u{300} piston", "Verre borosilicate\u{301}, un litre."),
    item("ko", "한지 공책", "한 장 한 장 손으로 뜬 종이 100쪽."),
    item("en", "Wool blanket", "Woven on a loom that is older than the shop."),
    item("he", "מחברת כיס", "נייר חלק, 96 עמודים, כריכת בד."),
    item("en", "Family puzzle 👨‍👩‍👧‍👦", "1,000 pieces, one of which the cat has."),
    item("ru", "Самовар", "Пять литров, латунь, жаровой."),
    item("th", "ผ้าพันคอไหม", "ทอด้วยมือจากเชียงใหม่"),
    item("en", "Field notebook", "Paper that takes rain, a pencil that takes abuse."),
    item("hi", "हल्दी पाउडर", "खेत से सीधे, 200 ग्राम।"),
    item("el", "Ελαιόλαδο", "Πρώτη ψυχρή έκθλιψη, μισό λίτρο."),
    item("en", "Cast-iron pan", "Seasoned twice. Heavier than it looks."),
    item("zh", "青花瓷碗", "景德镇手绘,直径十五厘米。"),
    item("es", "Manta de alpaca", "Teñida con añil; ¡no la laves en caliente!"),
    item("en", "Bicycle bell 🔔", "One note, and everybody knows it."),
    item("vi", "Nón lá", "Đan tay ở Huế, quai lụa tím."),
    item("pl", "Ceramika z Bolesławca", "Ręcznie malowany półmisek, żaroodporny."),
    item("en", "Linen apron", "With the loop for the towel that you always wanted."),
    item("ta", "காபி வடிகட்டி", "பித்தளை, இரண்டு கப்."),
];

pub(super) const CATEGORIES: [&str; 8] =
    ["kitchen", "outdoor", "paper", "lighting", "textiles", "garden", "toys", "bicycles"];

pub(super) const SHOPS: [&str; 3] = ["shop.example", "market.example", "outlet.example"];

pub(super) const CURRENCIES: [&str; 5] = ["EUR", "USD", "JPY", "GBP", "AED"];

pub(super) const COLOURS: [&str; 8] =
    ["oak", "brass", "indigo", "olive", "rust", "snow", "graphite", "saffron"];

pub(super) const PEOPLE: [&str; 12] = [
    "Ada", "Björn", "Chiyo", "Dina", "Émile", "Farid", "Grace", "Ólafur", "Noor", "Zoë", "陽子",
    "Юля",
];

/// Sentences for descriptions and reviews.
pub(super) const SENTENCES: [&str; 20] = [
    "It arrived two days early, in a box that was larger than it needed to be.",
    "The colour is a little darker than in the picture, which suits the room.",
    "We have used it every day since spring and it shows no wear.",
    "Assembly took ten minutes and no swearing.",
    "The seam on the left side could be straighter.",
    "My neighbour asked where I got it, twice.",
    "Made in small numbers by people who answer the telephone.",
    "Spare parts are kept for fifteen years.",
    "It is not cheap, but it is the last one you buy.",
    "The instructions are in nine languages and one of them is drawings.",
    "Please air it for an hour before first use.",
    "The edges are rounded, the corners are not.",
    "Returned the first one for a scratch; the second one is perfect.",
    "Works as described &amp; a bit better.",
    "A gift that was used before it was unwrapped.",
    "Weight and size are measured, not estimated.",
    "Do not put it into the microwave; ask me how I know.",
    "The wood is oiled, so expect a ring if you leave a wet glass on it.",
    "Three stars for the colour, five for everything else.",
    "It does one thing and does it quietly.",
];

/// A failed request: its HTTP status, or 0 if there was no answer, and Crawlee's message.
pub(super) const FAILURES: [(u16, &str); 6] = [
    (0, "Page.goto: Timeout 30000ms exceeded."),
    (503, "503 - Service Unavailable"),
    (403, "Assuming the session is blocked based on HTTP status code 403"),
    (0, "Locator.click: element is not visible"),
    (500, "500 - Internal Server Error"),
    (0, "'NoneType' object has no attribute 'get_text'"),
];
