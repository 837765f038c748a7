//! Entities of HTML: all numbers, and the names in common use.

/// The character of `&…;`.
pub(super) fn decode(entity: &[u8]) -> Option<char> {
    let name = entity.strip_prefix(b"&")?.strip_suffix(b";")?;
    let Some(number) = name.strip_prefix(b"#") else { return named(name) };
    let number = std::str::from_utf8(number).ok()?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    match code {
        // As in the standard: many pages mean windows-1252.
        0x80..=0x9f => Some(WINDOWS[code as usize - 0x80]),
        _ => char::from_u32(code).filter(|&c| c != '\0'),
    }
}

/// The text with its entities decoded.
pub(super) fn decode_all(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let end = memchr::memchr(b';', &rest[..rest.len().min(34)]).map(|end| end + 1);
        if let Some((end, c)) = end.and_then(|end| Some((end, decode(&rest[..end])?))) {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            rest = &rest[end..];
        } else {
            out.push(b'&');
            rest = &rest[1..];
        }
    }
    out.extend_from_slice(rest);
    out
}

const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn named(name: &[u8]) -> Option<char> {
    let name = std::str::from_utf8(name).ok()?;
    // Letters with a diacritic: the letter, then the name of the diacritic.
    let letter = name.chars().next()?;
    let mark = match name.get(letter.len_utf8()..)? {
        "acute" => "áéíóúýÁÉÍÓÚÝ",
        "grave" => "àèìòùÀÈÌÒÙ",
        "circ" => "âêîôûÂÊÎÔÛ",
        "uml" => "äëïöüÿÄËÏÖÜ",
        "tilde" => "ãñõÃÑÕ",
        "ring" => "åÅ",
        "cedil" => "çÇ",
        "caron" => "šžčřěďťňŠŽČŘĚĎŤŇ",
        "slash" => "øØ",
        _ => "",
    };
    let plain = |c: char| {
        "áàâäãåaéèêëěeíìîïióòôöõøoúùûüuýÿyñňnçčcšsžzřrďdťtÁÀÂÄÃÅAÉÈÊËĚEÍÌÎÏIÓÒÔÖÕØOÚÙÛÜUÝYÑŇNÇČCŠSŽZŘRĎDŤT"
        .chars()
        .skip_while(|&other| other != c)
        .find(char::is_ascii)
    };
    if let Some(found) = mark.chars().find(|&c| plain(c) == Some(letter)) {
        return Some(found);
    }
    Some(match name {
        "amp" | "AMP" => '&',
        "lt" | "LT" => '<',
        "gt" | "GT" => '>',
        "quot" | "QUOT" => '"',
        "apos" => '\'',
        "nbsp" | "ensp" | "emsp" | "thinsp" | "NewLine" | "Tab" => ' ',
        "shy" => '\u{ad}',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "lsquo" => '‘',
        "rsquo" => '’',
        "sbquo" => '‚',
        "ldquo" => '“',
        "rdquo" => '”',
        "bdquo" => '„',
        "laquo" => '«',
        "raquo" => '»',
        "lsaquo" => '‹',
        "rsaquo" => '›',
        "bull" => '•',
        "middot" => '·',
        "times" => '×',
        "divide" => '÷',
        "minus" => '−',
        "plusmn" => '±',
        "deg" => '°',
        "micro" => 'µ',
        "para" => '¶',
        "sect" => '§',
        "euro" => '€',
        "pound" => '£',
        "yen" => '¥',
        "cent" => '¢',
        "curren" => '¤',
        "szlig" => 'ß',
        "aelig" => 'æ',
        "AElig" => 'Æ',
        "oelig" => 'œ',
        "OElig" => 'Œ',
        "eth" => 'ð',
        "thorn" => 'þ',
        "iexcl" => '¡',
        "iquest" => '¿',
        "ordf" => 'ª',
        "ordm" => 'º',
        "sup1" => '¹',
        "sup2" => '²',
        "sup3" => '³',
        "frac12" => '½',
        "frac14" => '¼',
        "frac34" => '¾',
        "larr" => '←',
        "uarr" => '↑',
        "rarr" => '→',
        "darr" => '↓',
        "harr" => '↔',
        "rArr" => '⇒',
        "check" | "checkmark" => '✓',
        "star" => '☆',
        "starf" => '★',
        "hearts" => '♥',
        "infin" => '∞',
        "ne" => '≠',
        "le" => '≤',
        "ge" => '≥',
        "asymp" => '≈',
        "num" => '#',
        "excl" => '!',
        "percnt" => '%',
        "lpar" => '(',
        "rpar" => ')',
        "comma" => ',',
        "period" => '.',
        "colon" => ':',
        "semi" => ';',
        "sol" => '/',
        "quest" => '?',
        "commat" => '@',
        "lsqb" => '[',
        "rsqb" => ']',
        "lowbar" => '_',
        "vert" => '|',
        "zwnj" => '\u{200c}',
        "zwj" => '\u{200d}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_decoded() {
        let text = "&amp;&eacute;&Uuml;&scaron;&#8364;&#x20ac;&#128;&nope;&#xd800;&#0; & &amp";
        let decoded = String::from_utf8(decode_all(text.as_bytes())).unwrap();
        assert_eq!(decoded, "&éÜš€€€&nope;&#xd800;&#0; & &amp");
        assert_eq!(decode(b"&ntilde;"), Some('ñ'));
        assert_eq!(decode(b"&oslash;"), Some('ø'));
        assert_eq!(decode(b"&zcaron;"), Some('ž'));
        assert_eq!(decode(b"&;"), None);
    }
}
