//! Names of months and days, for dates in the languages of agents.

/// What the languages are, for messages.
pub(super) const KNOWN: &str = "a language of de, en, es, fr, it, ja, ko, nl, pt, ru or zh";

/// How one language writes dates: names with a space between, days from Monday on.
#[derive(Debug)]
pub(crate) struct Names {
    language: &'static str,
    pub(super) months: &'static str,
    pub(super) short_months: &'static str,
    pub(super) days: &'static str,
    pub(super) short_days: &'static str,
    /// Before noon and after.
    pub(super) halves: &'static str,
}

impl Names {
    /// The names of a language tag's language: `pt` for `pt-BR`.
    pub(crate) fn of(tag: &str) -> Option<&'static Self> {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        LANGUAGES.iter().find(|names| names.language.eq_ignore_ascii_case(language))
    }

    /// The month that a text begins with, counted from 0, and what follows it.
    pub(crate) fn month<'t>(&self, text: &'t str) -> Option<(usize, &'t str)> {
        longest(self.months, self.short_months, text)
    }

    /// The day of the week that a text begins with, counted from 0, and what follows it.
    pub(crate) fn day<'t>(&self, text: &'t str) -> Option<(usize, &'t str)> {
        longest(self.days, self.short_days, text)
    }

    /// What follows the half of the day that a text begins with.
    pub(super) fn half<'t>(&self, text: &'t str) -> Option<&'t str> {
        longest(self.halves, "AM PM", text).map(|(_, rest)| rest)
    }
}

/// One of several names.
pub(super) fn nth(names: &'static str, index: usize) -> String {
    names.split(' ').nth(index).unwrap_or_default().to_owned()
}

/// The index of the longest name that begins the text, in any letter case; a dot behind is part of it.
fn longest<'t>(names: &str, short: &str, text: &'t str) -> Option<(usize, &'t str)> {
    let candidates = names.split(' ').enumerate().chain(short.split(' ').enumerate());
    let (index, rest) = candidates
        .filter_map(|(index, name)| {
            let name = name.trim_end_matches('.');
            let rest = text.get(name.len()..)?;
            (text[..name.len()].to_lowercase() == name.to_lowercase()).then_some((index, rest))
        })
        .min_by_key(|(_, rest)| rest.len())?;
    Some((index, rest.strip_prefix('.').unwrap_or(rest)))
}

const NUMBERED: &str = "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月";

const NUMBERED_KOREAN: &str = "1월 2월 3월 4월 5월 6월 7월 8월 9월 10월 11월 12월";

static LANGUAGES: [Names; 11] = [
    Names {
        language: "de",
        months: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        short_months: "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
        days: "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        short_days: "Mo. Di. Mi. Do. Fr. Sa. So.",
        halves: "AM PM",
    },
    Names {
        language: "en",
        months: "January February March April May June July August September October November December",
        short_months: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        days: "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        short_days: "Mon Tue Wed Thu Fri Sat Sun",
        halves: "AM PM",
    },
    Names {
        language: "es",
        months: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        short_months: "ene feb mar abr may jun jul ago sept oct nov dic",
        days: "lunes martes miércoles jueves viernes sábado domingo",
        short_days: "lun mar mié jue vie sáb dom",
        halves: "a.m. p.m.",
    },
    Names {
        language: "fr",
        months: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        short_months: "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
        days: "lundi mardi mercredi jeudi vendredi samedi dimanche",
        short_days: "lun. mar. mer. jeu. ven. sam. dim.",
        halves: "AM PM",
    },
    Names {
        language: "it",
        months: "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        short_months: "gen feb mar apr mag giu lug ago set ott nov dic",
        days: "lunedì martedì mercoledì giovedì venerdì sabato domenica",
        short_days: "lun mar mer gio ven sab dom",
        halves: "AM PM",
    },
    Names {
        language: "ja",
        months: NUMBERED,
        short_months: NUMBERED,
        days: "月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日",
        short_days: "月 火 水 木 金 土 日",
        halves: "午前 午後",
    },
    Names {
        language: "ko",
        months: NUMBERED_KOREAN,
        short_months: NUMBERED_KOREAN,
        days: "월요일 화요일 수요일 목요일 금요일 토요일 일요일",
        short_days: "월 화 수 목 금 토 일",
        halves: "오전 오후",
    },
    Names {
        language: "nl",
        months: "januari februari maart april mei juni juli augustus september oktober november december",
        short_months: "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.",
        days: "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        short_days: "ma di wo do vr za zo",
        halves: "a.m. p.m.",
    },
    Names {
        language: "pt",
        months: "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        short_months: "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
        days: "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
        short_days: "seg. ter. qua. qui. sex. sáb. dom.",
        halves: "AM PM",
    },
    Names {
        language: "ru",
        months: "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        short_months: "янв. февр. мар. апр. мая июн. июл. авг. сент. окт. нояб. дек.",
        days: "понедельник вторник среда четверг пятница суббота воскресенье",
        short_days: "пн вт ср чт пт сб вс",
        halves: "AM PM",
    },
    Names {
        language: "zh",
        months: "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月",
        short_months: NUMBERED,
        days: "星期一 星期二 星期三 星期四 星期五 星期六 星期日",
        short_days: "周一 周二 周三 周四 周五 周六 周日",
        halves: "上午 下午",
    },
];
