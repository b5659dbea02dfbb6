//! Words of numbers, in the languages of most agents.

/// A language's words, from zero on, with a space between; several words for one number with a bar.
struct Words {
    language: &'static str,
    cardinals: &'static str,
    /// From the first on.
    ordinals: &'static str,
}

const WORDS: [Words; 5] = [
    Words {
        language: "en",
        cardinals: "zero one|a|an two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty",
        ordinals: "first second third fourth fifth sixth seventh eighth ninth tenth",
    },
    Words {
        language: "de",
        cardinals: "null eins|ein|eine|einen|einer zwei|zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig",
        ordinals: "erster|erste|erstes|ersten zweiter|zweite|zweites|zweiten dritter|dritte|drittes|dritten vierter|vierte|viertes|vierten fünfter|fünfte|fünftes|fünften sechster|sechste|sechstes|sechsten siebter|siebte|siebtes|siebten achter|achte|achtes|achten neunter|neunte|neuntes|neunten zehnter|zehnte|zehntes|zehnten",
    },
    Words {
        language: "es",
        cardinals: "cero uno|un|una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte",
        ordinals: "primero|primera|primer segundo|segunda tercero|tercera|tercer cuarto|cuarta quinto|quinta sexto|sexta séptimo|séptima octavo|octava noveno|novena décimo|décima",
    },
    Words {
        language: "fr",
        cardinals: "zéro un|une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf vingt",
        ordinals: "premier|première deuxième|second|seconde troisième quatrième cinquième sixième septième huitième neuvième dixième",
    },
    Words {
        language: "pt",
        cardinals: "zero um|uma dois|duas três quatro cinco seis sete oito nove dez onze doze treze quatorze|catorze quinze dezesseis|dezasseis dezessete|dezassete dezoito dezenove|dezanove vinte",
        ordinals: "primeiro|primeira segundo|segunda terceiro|terceira quarto|quarta quinto|quinta sexto|sexta sétimo|sétima oitavo|oitava nono|nona décimo|décima",
    },
];

/// The number that a word in lower case is.
pub(super) fn cardinal(language: &str, word: &str) -> Option<usize> {
    place(of(language)?.cardinals, word)
}

/// The place in a row that a word in lower case names, from 1.
pub(super) fn ordinal(language: &str, word: &str) -> Option<usize> {
    Some(place(of(language)?.ordinals, word)? + 1)
}

fn of(language: &str) -> Option<&'static Words> {
    WORDS.iter().find(|words| root(language) == words.language)
}

fn place(words: &str, word: &str) -> Option<usize> {
    words.split(' ').position(|one| one.split('|').any(|one| one == word))
}

/// The language of a tag: `pt` of `pt-br`.
pub(super) fn root(language: &str) -> &str {
    language.split('-').next().unwrap_or_default()
}
