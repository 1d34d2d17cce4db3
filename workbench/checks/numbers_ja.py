"""Reads the numbers of Japanese text: digits, kanji numerals, 万億兆, 割, dates, eras.

To teach it a counter, add it to _COUNTERS; a word that only looks like a number, to _IDIOMS.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from workbench.checks.quantities import (
    DIGITS,
    KANJI,
    Quantity,
    QuantityKind,
    and_a_half,
    blank,
    clock,
    mask,
    percentage,
    read_roman,
    short_year,
    soft_words,
)

_SIGNS = "〇零一二三四五六七八九十百千万億兆京"
_NUMERAL = re.compile(rf"(?:{DIGITS}|[{_SIGNS[:-1]}]|(?<=[0-9{_SIGNS}])京(?![都阪浜王成]))++")
# 大字, the numerals of deeds: 金参拾萬円. One alone is a number only before a counter: 弐号.
_PLAIN = str.maketrans(
    "壱壹弐貳参參肆伍陸漆捌玖拾佰陌仟阡萬", "一一二二三三四五六七八九十百百千千万"
)
_FORMAL = re.compile(
    r"(?:[壱壹弐貳参參肆伍陸漆捌玖一二三四五六七八九]?[拾佰陌仟阡萬百千万億])++[壱壹弐貳参參肆伍陸漆捌玖]?+"
    r"|[壱壹弐貳参參](?=[円号番圓])"
)
_DECIMAL = re.compile(
    r"(?<![〇零一二三四五六七八九十百千万億兆])([〇零一二三四五六七八九十百]{1,6})[・.]([〇零一二三四五六七八九]{1,4})"
    r"(?=[%万億兆倍度秒割]|パーセント|ポイント|メートル|キロ|トン|ミリ|センチ|ヘクタール)"
)
_ERA = re.compile(
    rf"(明治|大正|昭和|平成|令和)(元|{DIGITS}|[〇一二三四五六七八九十]{{1,3}}+)年(代?)"
)
_ERA_START = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_SECONDS = re.compile(
    r"(?<![0-9])([0-9]{1,3}|[一二三四五六七八九十]{1,3})秒([0-9]{1,3}|[〇一二三四五六七八九]{1,3})(?![0-9人本つ])"
)
_FRACTION = re.compile(
    rf"(?<![0-9])({DIGITS}|[一二三四五六七八九十百千万]{{1,3}}+)分の({DIGITS}|[一二三四五六七八九十百]{{1,3}}+)"
)
_AVERAGE = re.compile(
    r"([0-9]{1,2}|[一二三四五六七八九])割([0-9]|[一二三四五六七八九])分"
    r"(?:([0-9]|[一二三四五六七八九])厘)?"
)

# Words in which a numeral is no quantity, or none that a translation has to keep.
_IDIOMS = re.compile(
    rf"(?<![0-9{_SIGNS}])(?:五輪|三角|四角|四国|四川|九州|四季|"
    "四方|八方|五感|七夕|八百屋|八百長|十字|百貨|百科|百姓|百合|千葉|"
    "(?<!時)十二分|四半期|五分五分|三人称|二枚目|三枚目|三日坊主|"
    "三日月|六本木|四日市|五日市|八日市|十日町|"
    "千代|三千代|二人三脚|三面記事|三回忌|七回忌|三重|"
    "三菱|三井|三島|百済|千羽鶴|千人針|千手|二枚舌|"
    "四六時中|二十四節気|八十八夜|百人一首|二本松|五月雨|"
    "七転八|二束三文|四面楚歌|四苦八苦|九分九厘|"
    "百発百中|千変万化|十人十色|三拍子|二刀流|三つ編み|三つ巴|"
    "三つどもえ|四つ角|四つ辻|八重|九重|万機|四畳半|四つ葉|八つ当たり|五十音|"
    "一時(?!間|半|[0-9]{{1,2}}分)|十五夜|七五三|百戦錬磨|千差万別|十中八九|一石二鳥|"
    "五里霧中|三寒四温|千鳥|万年筆|万国|万博|万歳|"
    "万引|万全|万一|万が一|第三者|第三国|第三セクター|二次会|"
    "二次元|三次元|二酸化|一酸化|五十嵐|五代目|"
    "九十九里|口八丁|手八丁|二つと(?=な)|真っ二つ|三枚[にお]|三輪|三段論法|二段構え|二番煎じ|二の足|二の次|十八番|二日酔い|三つ子の魂|百聞|百日紅|三途|"
    "千秋楽|千載一遇|一日千秋|千里眼|百害|百薬|百獣|百鬼|"
    "百花|千切|万年|三行半|八つ橋|二毛作|三権|十手)|四半期"
)

_SOFT_WORDS = soft_words(
    {
        "十分": (10,), "一昨年": (2,), "一昨日": (2,), "おととし": (2,), "おととい": (2,),
        "再来年": (2,), "再来週": (2,), "再来月": (2,), "双方": (2,), "ふたつ": (2,),
        "ふたり": (2,), "ひとつ": (1,), "ひとり": (1,), "一つ": (1,),
        "みっつ": (3,), "よっつ": (4,), "二重": (2,), "三重": (3,), "二国": (2,), "三国": (3,),
        "半世紀": (50, Fraction(1, 2)), "四半世紀": (25,),
        "半年": (6, Fraction(1, 2)), "半月": (15, 2, Fraction(1, 2)),
        "半日": (12, Fraction(1, 2)), "半ダース": (6,), "ダース": (12,),
        "正午": (12,), "深夜零時": (0, 12, 24), "第一次": (1,), "第二次": (2,), "第三者": (3,),
        "第三国": (3,), "ペア": (2,), "コンビ": (2,),
        "半数": (Fraction(1, 2), 50), "半分": (Fraction(1, 2), 50),
        "大半": (Fraction(1, 2),), "前半": (Fraction(1, 2),), "後半": (Fraction(1, 2), 2),
        "半ば": (Fraction(1, 2),), "過半数": (Fraction(1, 2), 50),
        "四半期": (Fraction(1, 4), 4), "四国": (4,),
        "四季": (4,), "四方": (4,), "三角": (3,), "四角": (4,), "三権": (3,), "二次元": (2,),
        "三次元": (3,), "立体": (3,), "兄弟": (2,), "姉妹": (2,),
        "三段": (3,), "毎月": (1,), "毎日": (1,), "初": (1,), "成人": (20,),
        "二十歳": (20,), "はたち": (20,), "還暦": (60,), "古希": (70,), "喜寿": (77,),
        "傘寿": (80,), "米寿": (88,), "卒寿": (90,), "白寿": (99,), "倍": (2,), "両": (2,),
        "半": (Fraction(1, 2), 30), "ゼロ": (0,), "ダブル": (2,), "トリプル": (3,), "元日": (1,),
        "三拍子": (3,), "二刀流": (2,), "十二分": (12,), "五輪": (5,), "二輪": (2,), "四輪": (4,),
        "三者": (3,),
        "三役": (3,), "三方": (3,), "八代": (8,), "二重奏": (2,), "三重奏": (3,), "四重奏": (4,),
        "五重奏": (5,), "四球": (4,),
        "準決勝": (4,), "準々決勝": (8, Fraction(1, 4)), "次女": (2,), "次男": (2,),
        "十両": (10,), "110番通報": (110,), "119番通報": (119,),
        "週休二日": (2, 5), "週休三日": (3, 4),
        "週休2日": (2, 5), "週休3日": (3, 4), "一回り": (12,),
    },
    rf"(?<![0-9{_SIGNS}]){{}}(?!率)",
)  # fmt: skip

# A lone kanji numeral counts only before one of these.
_COUNTERS = re.compile(
    "[年月日時分秒歳才人名円個件本枚回度階台匹頭羽冊倍割番号位次代軒戸棟校社店隻機発通票点席室館町村"
    "市県州党章条項節段列種隊基門丁食杯皿箱袋束株口着勝敗打坪畳元世週行編巻幕場曲%番間重組両字音刷卓足"
    "輪張艘局課班部品便球手俵貫周晩歩株対期光票石卵曜浪泊名本]|"
    "[かカヵヶケヶ箇ヵ]?(?:国|所|月|年|条|村|寺|店)|"
    "か月|カ月|つ|ドル|ユーロ|ウォン|ポンド|パーセント|"
    "ポイント|メートル|キロ|センチ|ミリ|トン|グラム|リットル|ヘクタール|平方|立方|チーム|グループ|"
    "ゴール|セット|ページ|世帯|団体|試合|連勝|連敗|失点|安打|三振|世紀|人|者|大|家族|品目|地点|"
    "審|軍|路線|連[覇勝敗休続]|管区|番打者|強|弱|を超|以上|以下|未満|近く|"
    "都|府|道|方面|河川|大学|社|親|男|女|姉妹|兄弟|児"
)
_KINDS: tuple[tuple[re.Pattern[str], QuantityKind], ...] = (
    (re.compile("[かカヵヶケ箇]月"), "number"),
    (re.compile("年(?!間|生|目|前|後)"), "year"),
    (re.compile("月(?![間曜])"), "month"),
    (re.compile("日(?!間|目|前|後|曜)"), "day"),
    (re.compile("時(?!間)"), "time"),
    (re.compile("歳|才"), "age"),
    (re.compile("%|パーセント|ポイント"), "percent"),
    (re.compile("円|ドル|ユーロ|ウォン|ポンド"), "money"),
    (re.compile("[人回番度日年件]目|位|番"), "ordinal"),
)
_HALF = re.compile("[^0-9、。半]{1,3}半(?![分島数ば径額身期面々])")
_POWER = re.compile(r"[十百千万億兆京]+|1?0+")
_VAGUE = re.compile(r"(?:(?<![部人件回点本個台戸枚総])数|[何幾])\Z")  # 数万; but 部数三万


def read(text: str) -> Iterator[Quantity]:
    """Yield the numbers of folded Japanese text, in no fixed order."""
    text = _FORMAL.sub(lambda match: match[0].translate(_PLAIN), text)
    for reader in (_read_eras, _read_averages, _read_fractions, _read_seconds, _read_decimals):
        found = list(reader(text))
        yield from found
        text = blank(text, found)
    yield from _read_words(text)
    yield from read_roman(text)
    yield from _read_idioms(text)
    text = mask(_IDIOMS, text)
    for match in _NUMERAL.finditer(text):
        yield from _read_numeral(text, match)


def _read_words(text: str) -> Iterator[Quantity]:
    for word in _SOFT_WORDS(text):
        if word.text not in {"十分", "十二分"} or text[word.start - 1 : word.start] != "時":
            yield word


def _read_idioms(text: str) -> Iterator[Quantity]:
    """Yield the numerals of idioms, soft: 一石二鳥 may be rendered with its two birds."""
    for idiom in _IDIOMS.finditer(text):
        for match in _NUMERAL.finditer(text, *idiom.span()):
            if (value := KANJI.compose(match[0])) is not None:
                yield Quantity(value, "word", *match.span(), match[0], True)


def _read_seconds(text: str) -> Iterator[Quantity]:
    for match in _SECONDS.finditer(text):
        tail = "".join(str(KANJI.digits.get(sign, sign)) for sign in match[2])
        whole = KANJI.compose(match[1])
        if whole is not None:
            value, units = whole + Fraction(f"0.{tail}"), frozenset({"second"})
            yield Quantity(value, "number", *match.span(), match[0], units=units)


def _read_eras(text: str) -> Iterator[Quantity]:
    for match in _ERA.finditer(text):
        count = Fraction(1) if match[2] == "元" else KANJI.compose(match[2])
        if count is not None:
            year = _ERA_START[match[1]] + count
            end = match.end() - len(match[3])
            also = frozenset({count, count + 1} if count > 1 else {count})
            soft = bool(match[3])
            yield Quantity(year, "year", match.start(), end, text[match.start() : end], soft, also)


def _read_averages(text: str) -> Iterator[Quantity]:
    for match in _AVERAGE.finditer(text):
        tens, ones, tenths = (KANJI.compose(part or "〇") or Fraction(0) for part in match.groups())
        value = tens * 10 + ones + tenths / 10
        yield Quantity(value, "percent", *match.span(), match[0], also=percentage(value))


def _read_fractions(text: str) -> Iterator[Quantity]:
    return KANJI.fractions(_FRACTION, text)


def _read_decimals(text: str) -> Iterator[Quantity]:
    for match in _DECIMAL.finditer(text):
        whole = KANJI.compose(match[1])
        if whole is None:
            continue
        tail = "".join(str(KANJI.digits[sign]) for sign in match[2])
        unit = KANJI.large.get(text[match.end() : match.end() + 1], 1)
        end = match.end() + (unit > 1)
        value = (whole + Fraction(f"0.{tail}")) * unit
        if text.startswith("割", end):
            value *= 10
        kind: QuantityKind = "percent" if text.startswith(("%", "パーセント"), end) else "number"
        yield Quantity(value, kind, match.start(), end, text[match.start() : end], scale=unit)


def _read_numeral(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    run, start, end = match[0], *match.span()
    value = KANJI.compose(run)
    if vague := _VAGUE.search(text[max(0, start - 2) : start]):
        if value is not None and _POWER.fullmatch(run):
            start -= 1  # 数万, in the tens of thousands
            yield Quantity(value, "number", start, end, text[start:end], vague[0] != "数")
        return
    if value is not None:
        quantity = _with_kind(text, match, value)
        if _is_pair(run) and quantity.kind != "percent":
            digits = frozenset(Fraction(KANJI.digits[sign]) for sign in run)
            quantity = replace(quantity, soft=True, also=quantity.also | digits)
        counted = _COUNTERS.match(text, end) is not None
        firm = "0" <= run[0] <= "9" or counted or _is_composed(run)
        yield quantity if firm else replace(quantity, soft=True, kind="word")


def _is_composed(run: str) -> bool:
    """Tell whether a kanji run is a number without a counter: 二十 and 二〇一七 are, 三 is not."""
    units = sum(sign in "十百千万億兆京" for sign in run)
    return 0 < units < len(run) or (len(run) > 2 and "〇" in run)


def _is_pair(run: str) -> bool:
    """Tell whether two kanji digits may mean "two or three" (二三人) rather than 23."""
    digits = [KANJI.digits.get(sign, -9) for sign in run]
    return len(digits) == 2 and digits[0] > 0 and digits[1] == digits[0] + 1


def _with_kind(text: str, match: re.Match[str], value: Fraction) -> Quantity:
    run, start, end = match[0], *match.span()
    kind: QuantityKind = next(
        (kind for pattern, kind in _KINDS if pattern.match(text, end)), "number"
    )
    if text.startswith("ダース", end):
        return Quantity(value * 12, "number", start, end + 3, run + "ダース", scale=12)
    if text.startswith("割", end) and not text.startswith(("割れ", "割合"), end):
        share = percentage(value * 10) | {value}
        return Quantity(value * 10, "percent", start, end + 1, run + "割", also=share)
    also = and_a_half(value) if _HALF.match(text, end) else frozenset[Fraction]()
    if text.startswith("回忌", end):
        also |= {value - 1}  # the thirteenth 回忌 is the twelfth anniversary
    elif text.startswith("年", end):
        also |= short_year(value, run)
    elif kind == "time":
        also |= clock(value)
    elif kind == "percent":
        also |= percentage(value)
    soft = _is_soft(text, match, value, kind)
    return Quantity(value, kind, start, end, run, soft, also, KANJI.scale(run))


def _is_soft(text: str, match: re.Match[str], value: Fraction, kind: QuantityKind) -> bool:
    """Tell whether a translation may leave the number out: 一, 二人, 十数年, 百 alone as "many"."""
    if text.startswith(("数", "泊", "晩", "審", "軍", "管区", "番打者"), match.end()):
        return True
    if kind == "day" and text[match.start() - 1 : match.start()] == "月":
        return False
    if value <= 1:
        if kind == "age":
            return value < 1
        return kind not in {"percent", "month"} and value.denominator == 1
    return value == 2 and text.startswith(("人", "者", "度と", "審", "分し"), match.end())
