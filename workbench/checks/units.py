"""Says what a number counts: years, yen, kilometres, percent, the third month, the morning hours.

To teach it a unit, add its words to _WORDS and, if it can be converted, a line to _MEASURES.
"""

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction

Units = frozenset[str]

# Units and the words (patterns) that say them after a number: 年 is a calendar year, a number of
# years or an age. "count" are things and people; "" keeps words from being read as shorter ones.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "ja": {
        "%": "%|パーセント|割", "% point": "ポイント", "JPY": "円", "USD": "ドル|米ドル",
        "EUR": "ユーロ", "KRW": "ウォン", "GBP lb": "ポンド", "CNY": "人民元|元",
        "INR": "ルピー", "RUB": "ルーブル", "cent": "セント", "age": "歳|才",
        "": "代|分野|人目|分の|分目|回忌", "grade year": "年生", "calendar": "年代",
        "year": "年間|年目", "year calendar age": "年",
        "month": "月間|カ月|か月|ヶ月|ヵ月|ケ月|箇月",
        "month-of-year": "月", "week": "週間|週", "day": "日間|日目", "day day-of-month": "日",
        "hour": "時間", "am pm": "時", "minute": "分間|分", "second": "秒間|秒",
        "century": "世紀", "km": "キロメートル|km", "kg": "キログラム|kg", "kW": "キロワット",
        "kcal": "キロカロリー", "km kg": "キロ", "mm": "ミリメートル|mm", "mg": "ミリグラム",
        "ml": "ミリリットル", "mm mg ml": "ミリ", "cm": "センチ|センチメートル|cm",
        "m": "メートル|m(?![A-Za-z])", "km2": "平方キロ|平方キロメートル", "m2": "平方メートル",
        "m3": "立方メートル", "ha": "ヘクタール", "tsubo": "坪", "t": "トン", "g": "グラム",
        "l": "リットル", "mile": "マイル", "ft": "フィート", "inch": "インチ", "yard": "ヤード",
        "acre": "エーカー", "nmi": "海里", "light-year": "光年", "degree times": "度",
        "degree": "℃", "instance": "審", "squad": "軍", "generation": "世",
        "district": "管区", "batter": "番打者", "third count": "国",
        "times": "倍|回|回目|度目", "W": "ワット", "MW": "メガワット", "GW": "ギガワット",
        "count": (
            "人|名|個|枚|台|匹|頭|羽|冊|軒|戸|棟|校|社|店|隻|世帯|カ国|か国|ヶ国|"
            "カ所|か所|ヶ所"
        ),
    },
    "ko": {
        "%": "%|퍼센트|프로|할|%포인트", "% point": "포인트", "KRW": "원", "USD": "달러",
        "JPY": "엔", "EUR": "유로", "GBP lb": "파운드", "CNY": "위안", "INR": "루피",
        "RUB": "루블", "cent": "센트", "age generation": "세", "age": "살", "century": "세기",
        "": "대|세대|시즌|주기|분기|시도|년생|분의|번째", "grade year": "학년", "inch": "인치",
        "calendar": "년대", "year": "년간|년째|개년|주년", "year calendar age": "년",
        "month": "개월|달", "month-of-year": "월", "week": "주일|주", "day": "일간|일째",
        "day day-of-month": "일", "hour": "시간", "am pm": "시", "minute": "분간|분",
        "second": "초간|초", "km": "킬로미터|km", "kg": "킬로그램|kg", "kW": "킬로와트",
        "kcal": "킬로칼로리", "km kg": "킬로", "mm": "밀리미터|mm", "mg": "밀리그램",
        "ml": "밀리리터", "mm mg ml": "밀리", "cm": "센티|센티미터|cm", "m": "미터|m(?![A-Za-z])",
        "km2": "제곱킬로미터|㎢", "m2": "제곱미터|㎡", "m3": "세제곱미터", "ha": "헥타르",
        "tsubo": "평", "t": "톤", "g": "그램", "l": "리터", "mile": "마일", "ft": "피트",
        "yard": "야드", "acre": "에이커", "nmi": "해리", "light-year": "광년", "degree": "도|℃",
        "times": "배|번|회|차례", "instance": "심", "squad": "군(?!데)", "district": "관구",
        "batter": "번 타자", "third count": "국",
        "W": "와트", "MW": "메가와트", "GW": "기가와트",
        "count": "명|사람|개국|인(?![가-힣])|개|장|마리|권|채|곳|군데|가구|척|건",
    },
    "en": {
        "%": "%|percent|per cent|percentage", "% point": "points?", "JPY": "yen",
        "USD": "(?:U\\.?S\\.? )?dollars?", "EUR": "euros?", "KRW": "(?:South Korean )?won",
        "GBP lb": "pounds?", "CNY": "yuan", "INR": "rupees?", "RUB": "rubles?|roubles?",
        "cent": "cents?", "age year": "years?[- ]olds?", "age": "years? of age",
        "year age": "years?", "month": "months?", "week": "weeks?", "day": "days?|nights?",
        "hour": "hours?", "minute": "minutes?|mins?", "second": "seconds?",
        "decade": "decades?", "century": "century|centuries", "am": "a\\.?m", "pm": "p\\.?m",
        "am pm": "o'clock|in the morning|in the afternoon|in the evening|"
        "at night",
        "km": "kilomet[er]{2}s?|km", "kg": "kilograms?|kilos?|kg",
        "kW": "kilowatts?", "mm": "millimet[er]{2}s?|mm", "mg": "milligrams?",
        "ml": "millilit[er]{2}s?", "cm": "centimet[er]{2}s?|cm", "m": "met[er]{2}s?|m",
        "km2": "square kilomet[er]{2}s?", "m2": "square met[er]{2}s?",
        "m3": "cubic met[er]{2}s?", "ha": "hectares?", "t": "tons?|tonnes?", "g": "grams?",
        "l": "lit[er]{2}s?", "mile": "miles?", "ft": "feet|foot", "inch": "inch(?:es)?",
        "yard": "yards?", "acre": "acres?", "nmi": "nautical miles",
        "light-year": "light[- ]years?", "fahrenheit": "degrees? Fahrenheit|°F",
        "degree": "degrees? Celsius|degrees?|°C", "times": "times|-?fold",
        "W": "watts?", "MW": "megawatts?", "GW": "gigawatts?",
        "count": "people|persons?|countries|households?|houses|companies",
    },
}  # fmt: skip
_SIGNS = {"$": "USD", "£": "GBP", "€": "EUR", "¥": "JPY CNY", "₩": "KRW"}

# (what is measured, how much of its base unit one is). The base of calendar spans is the month.
_MEASURES: Mapping[str, tuple[str, Fraction]] = {
    unit: (measure, Fraction(size))
    for measure, sizes in {
        "length": {
            "mm": "0.001", "cm": "0.01", "m": "1", "km": "1000", "inch": "0.0254", "ft": "0.3048",
            "yard": "0.9144", "mile": "1609.344", "nmi": "1852",
        },
        "area": {
            "m2": "1", "ha": "10000", "km2": "1000000", "acre": "4046.86", "tsubo": "3.30579",
        },
        "mass": {"mg": "0.000001", "g": "0.001", "kg": "1", "t": "1000", "lb": "0.45359"},
        "volume": {"ml": "0.001", "l": "1", "m3": "1000"},
        "power": {"W": "1", "kW": "1000", "MW": "1000000", "GW": "1000000000"},
        "span": {"month": "1", "year": "12", "age": "12", "decade": "120", "century": "1200"},
        "duration": {
            "second": "1", "minute": "60", "hour": "3600", "day": "86400", "week": "604800",
        },
    }.items()
    for unit, size in sizes.items()
}  # fmt: skip
_IMPERIAL = frozenset({"inch", "ft", "yard", "mile", "nmi", "acre", "tsubo", "lb"})
_ROUNDING = Fraction(1, 20)  # people round what they convert: 60 miles are "about 100 km"

_BEFORE_UNIT = {"ja": r"\s?(?:余り|あまり|余|強|弱)?", "ko": r"\s?(?:여\s?)?", "en": r"[ -]?"}
_AFTER_UNIT = {"ja": "", "ko": "", "en": "(?![A-Za-z])"}
_SENTENCED = re.compile(
    r"(?:懲役|禁錮|拘禁刑|拘留|징역|금고)(?:[0-9一二三四五六七八九十]{1,3}年)?\Z"
)
_CLOCK = re.compile(r":[0-9]{2}(?: ?([ap])\.?m)?", re.IGNORECASE)
_LONGEST_UNIT = 24  # characters
_HALVES_OF_DAY: Units = frozenset({"am", "pm"})


def _compile(language: str) -> tuple[re.Pattern[str], tuple[Units, ...]]:
    """Return the pattern of a language's units, the longest first, and what each group means."""
    table = {word: unit for unit, words in _WORDS[language].items() for word in words.split("|")}
    words = sorted(table, key=len, reverse=True)
    either = "|".join(f"({word})" for word in words)
    pattern = rf"{_BEFORE_UNIT[language]}(?:{either}){_AFTER_UNIT[language]}"
    units = tuple(frozenset(table[word].split()) for word in words)
    return re.compile(pattern, re.IGNORECASE), units


_PATTERNS = {language: _compile(language) for language in _WORDS}


def find_units(text: str, start: int, end: int, language: str) -> Units:
    """Return what the number at text[start:end] may count; nothing where the text leaves it open.

    >>> sorted(find_units("約3キロ", 1, 2, "ja")), sorted(find_units("about 3 miles", 6, 7, "en"))
    (['kg', 'km'], ['mile'])
    """
    before, after = text[max(0, start - 8) : start], text[end : end + _LONGEST_UNIT]
    if sign := _SIGNS.get(before.rstrip()[-1:]):
        return frozenset(sign.split())
    if before.endswith(":") and before[-2:-1].isdigit():
        return frozenset({"minute"})
    if clock := _CLOCK.match(after):
        return frozenset({f"{clock[1].lower()}m"}) if clock[1] else _HALVES_OF_DAY
    pattern, units = _PATTERNS[language]
    match = pattern.match(after)
    found = units[match.lastindex - 1] if match and match.lastindex else frozenset()
    in_months = found == {"month-of-year"} and _SENTENCED.search(before)
    return frozenset({"month"}) if in_months else found


def unit_end(text: str, end: int, language: str) -> int:
    """Return where the words of the unit of a number that ends here end, the number's end if none.

    >>> unit_end("70歳だ", 2, "ja")
    3
    """
    match = _PATTERNS[language][0].match(text, end)
    return match.end() if match else end


def equal_measures(one: Fraction, of: Iterable[str], other: Fraction, by: Iterable[str]) -> bool:
    """Tell whether two values in different units are the same amount: 90 minutes, 1.5 hours.

    Imperial units and the metric ones are converted with up to 5 % of rounding.
    """
    return any(_equal(one, unit, other, second) for unit in of for second in by if unit != second)


def _equal(one: Fraction, unit: str, other: Fraction, second: str) -> bool:
    if {unit, second} == {"fahrenheit", "degree"}:
        warm, cold = (one, other) if unit == "fahrenheit" else (other, one)
        return abs((warm - 32) * Fraction(5, 9) - cold) <= 1
    (measure, size), (same, factor) = (_MEASURES.get(u, ("", Fraction(1))) for u in (unit, second))
    if not measure or measure != same:
        return False
    ours, theirs = one * size, other * factor
    rounded = (unit in _IMPERIAL) != (second in _IMPERIAL)
    return ours == theirs or (rounded and abs(ours - theirs) <= abs(ours) * _ROUNDING)
