"""What one language denies and another affirms by a word: not forgotten is remembered.

To add a concept, add a row: how it is denied in each language, and which words affirm it. A
denial in one language is excused by an affirming word of the same row in the other.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.types import Span


@dataclass(frozen=True, slots=True)
class Concept:
    """Patterns by language: what stands near the negation, and the words that say it without.

    reach says how many times as far apart as those of others the two may stand.
    """

    name: str
    denied: dict[str, str]
    affirmed: dict[str, str]
    reach: float = 1.0


CONCEPTS = (
    Concept(
        "without",
        {"ja": r"ず|なし|な[いく]", "ko": r"없이|않고|없는", "en": r"without|with no\b"},
        {
            "ja": r"無[断許免人料傷]|抜き|避け|不[十全]|欠い",
            "ko": r"무(?:단|면허|허가|료|급|전)|불충분|피하|생략|빠진",
            "en": r"un(?:licensed|authorized|announced|noticed|hurt|aided)|-free|avoid|instead"
            r"|rather than",
        },
        reach=2.5,
    ),
    Concept(
        # a word that denies whatever it is said of
        "by a word alone",
        dict.fromkeys(("ja", "ko", "en"), ""),
        {
            "ja": r"無[断理償効策口投医免傷]|不[明参戦在変要足可能順]|未[明定満完成納]"
            r"|禁[止じ煙物]|皆無"
            r"|欠[いくけ席]|断水|停電|休刊|見送|絶望|対象外|お手上げ|途方に暮|違[うい]|異な"
            r"|拒[否ま]|却下|除外|抜き|帳消し|代え難|締め出|勝手に|見間違え|積ん読|今一つ|別勘定"
            r"|やめ[たてまろる]|防ごう|絶た|まさか|設定のまま|一気に",
            "ko": r"무(?:단|면허|투표|의촌|배당|리|료|상|기력|사히)"
            r"|불(?:명|참|가능|허|순|변|필요)|금(?:지|연|물|함)"
            r"|단수|정전|휴간|보류|절망|달랐|달라[.”]|거부|거절|기각|사양"
            r"|막으려"
            r"|단숨|그대로|유지|줄이야|망연자실|잃은|싫|부족|설마",
            "en": r"reject|dislik|disapprov|neglect|struggl\w* (?:to"
            r"|for)|opposed"
            r"|stop\w* (?:\w+ing|short)|empty-handed|(?:fell|fall\w*|ran|run\w*) short"
            r""
            r"|depriv|desert|grounded|paraly|landlocked|(?:keep|kept)\w* [^.,]{0,30}(?:from|off"
            r"|out|away)"
            r"|put\w* off|but for|barefoot|left out|locked out|off the mark"
            r"|apathetic"
            r"|vanish|unlike|little\b|chok|alike\b|badly "
            r"|fail|refus|lack|instead|rather than|beyond|yet to|otherwise|seldom|rarely|reluctant"
            r"|unchanged|unpaid|unexpected|disappointing|indefinite|sticking",
        },
    ),
    Concept(
        "there is none",
        {
            "ja": r"(?<!で)[がもはの]な[いかくし]|[がもは]いな",
            "ko": r"없|안 계",
            "en": r"\bno\b|nothing|nobody|n't any",
        },
        {
            "ja": r"ゼロ|帳消し|欠[いくけ]|無断|断水|停電|抜き|不[一-龥]|消え|消滅"
            r"|空席|無人|無[一-龥]|途絶|なくな|絶[えたっ]|欠け|免"
            "|切れ|廃|皆無",
            "ko": r"멀쩡|정전|단수|무(?:면허|급|시)|불(?:명|가)|사라|비어|빈 "
            "|무(?:의미|단|표정|연고|관|료|조건|차별|한정|응답|인도|사고|투표|승부)"
            "|끊[겼긴어]|잃|빠[졌진]|부재|텅",
            "en": r"sugar-|neutral|empty-handed|unable|gone|missing|empty|vanish|disappear"
            r"|lack|desert|blank|bare\b|free\b|zero"
            r"|lost\b|absen"
            r"|los[et]|out of|\bdead|end(?:s|ed) at|-free",
        },
        reach=1.5,
    ),
    Concept(
        "no word is said",
        {
            "ja": r"言[わえ]|口|言葉|返せ|声",
            "ko": r"말|대답|대꾸|소리",
            "en": r"sa(?:y|id|ying)|word|talk|speak|silent",
        },
        {
            "ja": r"黙|無言|絶句|詰ま|無音|無口|沈黙|口を閉",
            "ko": r"침묵|가만|잠자코|묵묵|다물|함구|눈감",
            "en": r"silen|quiet|mute|speechless|loss for|choked|secre|calm",
        },
        reach=1.5,
    ),
    Concept(
        "it goes on",
        {
            "ja": r"変[わえ]|認め|消え|消さ|やま|止ま|止め|変わ|崩[され]|譲|絶やさ|失わ|曲げ"
            r"|引か|離[れさ]"
            "|終わ|動[かけ]|落とさ"
            "|下が|緩め|抜け|尽き",
            "ko": r"꺼|멈추|그치|끊|물러|굽히|잃|끝나|변하|변함|바뀌|움직|놓|떠나|줄지|달라|식지"
            "|못 하|못했",
            "en": r"los[et]|stop|chang|end|fad|drop|leave|left|mov|differen|giv|break|broken"
            r"|quit|ceas|go home",
        },
        {
            "ja": r"続|保[っちつ]|まま|依然|同じ|守|貫|不変|同様|似た",
            "ko": r"유지|계속|여전|그대로|지켰|지키|고수|줄곧|내내|같|막혔",
            "en": r"face\b|track|keep|kept|still|stay|remain|stuck|insist|h[oe]ld"
            r"|continu|stead|constant"
            r"|unchanged|same|on until"
            r"|maintain|humble|persist|ever\b|alive",
        },
    ),
    Concept(
        "not as much as that",
        {
            "ja": r"多く|残ら|太|長|満た|届か|足[りら]|かから|超え|及ば|達[しせ]|いなかった",
            "ko": r"많지|굵|미치|미친|미쳤|미처|안 되|안 돼|안 된"
            r"|[명원엔년%도] ?(?:도|이|가|조차)? ?되지 않|채 안|안 걸|넘|닿",
            "en": r"exceed|enough|reach|more than|not many|n't have",
        },
        {
            "ja": r"以内|しかな|だけ|切る|切っ|足らず|弱[、。]|以下|未満|割[りっ]|下回|以内|不足"
            r"|足り|手前|減",
            "ko": r"부족|모자|이하|미만|밑돌|안쪽|이내",
            "en": r"few|less|fewer|below|short|up to|only|miss|just|within|mere|at most"
            r"|few\b",
        },
    ),
    Concept(
        "it is not known",
        {
            "ja": r"分か|わか|知[られり]|つか[めん]|見当|決ま|決め|明か",
            "ko": r"모[르른를릅]|몰|알|밝혀|정해|정하|드러",
            "en": r"know|sure|decid|clear|idea|tell|certain|could be",
        },
        {
            "ja": r"不明|不詳|謎|未定|知らん|見知らぬ|ひそか|迷|忘|秘|未知|まだ|かどうか|やら",
            "ko": r"불명|미상|묘연|낯선|미정|망설|잊|비밀|아직|설마|봐야",
            "en": r"wits|lost|losing|confus|un(?:known|clear|aware|decided|identified)|missing"
            r"|strang|wonder|secre"
            r"|little-known"
            r"|hard to|lost|anyone's guess|open|conceal|hidden",
        },
    ),
    Concept(
        "it is refused or avoided",
        {
            "ja": r"受け|応じ|認め|飲も|言わ|明か|使|入れ|行|許|触れ|払|出[さし]|書|乗|見せ|しな"
            "|せず|れな|られ",
            "ko": r"받|응하|인정|밝히|쓰지|허|가지|내지|않겠|않기|못하|안 |없|있을 수",
            "en": r"accept|allow|let|want|would|do |don|did|can|tak|use|go\b|speak|perm|possible"
            r"|publish|travel|show",
        },
        {
            "ja": r"無断|抜き|不可|伏せ|自粛|惜し|断水|停電|対象外|欠|割れ|不[一-龥]"
            r"|未[一-龥]|拒|断[っらりるわ]|否|控え|慎|禁|退け|却下|見送|嫌|慎重"
            r"|無視|免",
            "ko": r"불(?:허|참|사|가|기소|법|응)|단수|정전|무(?:단|면허|급|허가|료)|어려"
            r"|거절|거른|거르|피하|삼가|금물|그만|퇴짜|부인|싫|자제|아끼"
            r"|외면|무시|(?<!지)막[았혔힌으]|제외"
            r"|꺼리",
            "en": r"left out|locked|turned away|cut(?:ting)? off|put(?:ting)? off|kept private"
            r"|look\w* the other|evasive|inconsisten|unpopular|depriv|indefinit"
            r"|blocked|losing track|invalid|refus|declin|avoid|refrain|ban(?:ned|s)?\b"
            r"|skip|spar(?:e|ing)|forb|prevent"
            r"|abstain|withh|shun|neglect|ignor|fail|reluct|hesitat"
            r"|impossible|unthink|unaccept",
        },
    ),
    Concept(
        "it is not good",
        {
            "ja": r"良く|よく|上手|楽|安く|いい|うま|芳し|振る|恵まれ|進ま|上がら|取れ",
            "ko": r"좋|잘|못하|쉽|맛|낫|평이|못 ",
            "en": r"good|easy|cheap|well|like|fair|right|praise|enough|grow",
        },
        {
            "ja": r"要領は悪|浅|歯切れ|にく|悪|下手|苦手|不評|嫌|難|大変|高い|不|弱|困|つら|いや"
            r"|だめ|駄目",
            "ko": r"별로|나빠|반대|나쁘|나빠|나빴|서툴|서투|힘들|어렵|비싸|비쌉|싫|약하|부진"
            r"|불[가-힣]",
            "en": r"hate|sluggish|reluct|not much|evasive|off the mark|fishy|bad|poor|\bill\b"
            r"|wrong|troubl|hard|difficult|upset|acting up|weak|ordeal"
            r"|short|worse|slow|wicked"
            r"|terribl|unpopular|underperform|lean|stunt|rid of|stay",
        },
    ),
    Concept(
        "do not",
        {
            "ja": r"いけ|ならな|ないで|な[」。と]|ません|ないよう",
            "ko": r"지 (?:마|말)|안 [되돼된됩]|않도록|없도록",
            "en": r"don't|do not|must not|mustn't|should not|never|no (?:flash|entry)|\bno\b"
            r"|not to|wouldn't",
        },
        {
            "ja": r"だめ|ダメ|駄目|慎|控え|禁|ごめん|な[」。、よと]|避|遠慮|やめ|断",
            "ko": r"삼가|금지|금물|자제|조심",
            "en": r"avoid|refrain|stay|quit|stop\b|keep (?:out|off|away)|ignore|alert"
            r"|spare|prevent|beware",
        },
        reach=2.0,
    ),
    Concept(
        "there is no need",
        {
            "ja": r"要り|いら|心配|必要|構|無理|及び|待た",
            "ko": r"필요|걱정|괜찮|무리|기다리",
            "en": r"need|have to|worr|mind|matter|bother|blame|mean|wait|waiting",
        },
        {
            "ja": r"いい|安心|大丈夫|構|済[むみん]|結構|強い|平気|不要|早",
            "ko": r"괜찮|돼요|됩니|안심|됐어|그만|강해|불필요|당연|만하",
            "en": r"fine|all right|okay|\bok\b|enough|can\b|feel free|spared|unnecessary|before",
        },
        reach=1.5,
    ),
    Concept(
        "nothing is wrong",
        {
            "ja": r"問題|支障|異常|変わ|別条|無事",
            "ko": r"문제|지장|이상|별일|탈|걱정",
            "en": r"problem|wrong|worr|harm",
        },
        {
            "ja": r"元気|無事|正常|大丈夫|同じ|安心|健康",
            "ko": r"건강|무사|정상|괜찮|안심|같",
            "en": r"good|well\b|fine|normal|all right|health|same|safe|obvious",
        },
    ),
    Concept(
        "rather this than that",
        {"ja": r"では|でなく|わけ|というわけ|じゃ", "ko": r"아니|아닌|아닙", "en": r"\bnot\b|n't"},
        {
            "ja": r"より|代わり|むしろ|限ら|ばかりで|違う|どころ",
            "ko": r"보다|다르|싫|만은|만이|달리",
            "en": r"instead|rather|unlike|other than|less",
        },
        reach=1.5,
    ),
    Concept(
        "it came too late or failed",
        {
            "ja": r"間に合|でき|れな|せな|守れ|返せ|着け|めな|けな|えな",
            "ko": r"못|수 없",
            "en": r"could|can|able|was|were|did|has|had",
        },
        {
            "ja": r"にく[いかく]|かね|欠[いくけ]|割れ|無駄|困り|損ね|逃[しげ]|失敗|絶望"
            r"|伸び悩|にくい|立ち往生|寝たきり",
            "ko": r"불(?:가|명)|막막|속수무책|지쳐|놓[치쳤]|실패|한계|어렵|힘들|절망|막[혔히]"
            r"|갇",
            "en": r"failure|stall|sluggish|losing|block|dull|despite|only if|end of|wits"
            r"|in vain|stunt|untransl|empty-handed|turned away|inevitabl|cut off|too late"
            r"|miss|fail|slow|stuck|lost|los[et]|hard\b|difficult|difficulty|too\b"
            r"|impossible|bedridden|blind|deaf|helpless|evaporat|escap|hit hard",
        },
        reach=0.6,
    ),
    Concept(
        "one hears nothing of another",
        {
            "ja": r"音信|連絡|消息|便り",
            "ko": r"소식|연락|행방",
            "en": r"hear|contact|touch|ties|relations",
        },
        {
            "ja": r"途絶|絶[えたっ]|断[っち絶]|不明",
            "ko": r"끊|두절|묘연|단절",
            "en": r"touch|lost|cut|sever|missing|broke",
        },
    ),
    Concept(
        "it is no longer done",
        {
            "ja": r"なくな|ないよう",
            "ko": r"않게 [되된됐]|않기로|못하게|안 [가-힣]+더|않을",
            "en": r"longer|any ?more",
        },
        {
            "ja": r"やめ|止め|止ま|絶[えた]|途絶|切れ|廃|辞|引退|忘れ|通行止め",
            "ko": r"그만|중단|멈[췄춘추]|끊|막[혔힌히]|잊|은퇴",
            "en": r"stop|quit|g[ia]ve up|given up|gone out|ceas|closed|retir|rid of|forgot",
        },
    ),
    Concept(
        "one does not sleep, eat or rest",
        {
            "ja": r"眠[れら]|寝|食べ|休[まみ]",
            "ko": r"자지|잠|먹|쉬",
            "en": r"sleep|eat|rest|lunch|fed",
        },
        {
            "ja": r"不眠|不休|寝不足|徹夜|起き|空腹|抜[いく]|絶食",
            "ko": r"불면|밤을 새|뜬눈|굶|거[르른]|쉼",
            "en": r"insomnia|sleepless|awake|hungry|starv|skip|fast|constant|straight"
            r"|around the clock",
        },
        reach=1.5,
    ),
)


# Words that deny and that the other language nearly always denies too, by a negation or a word.
_DENYING = {
    "ja": r"無断|無用|無免許|苦手|断水|絶たな|途絶えな|不可能|対象外|問わず|見知らぬ"
    r"|(?<=[らかさたまわばけせめれべてねげえき])なくな[らりるれっ]",
    "ko": r"무단|무면허|단수|끊이지 않|안 [되된]|지 말고|못 ?(?:미치|미친)"
    r"|불(?:가능|명|참|허)|쉴 새 없",
    "en": r"\b(?:yet to|impossible|unidentified|unacceptable|motionless|useless|not yet"
    r"|sleepless|invisible|is gone|(?:less|fewer) than|(?:fell|falls?|r[au]n) short"
    r"|un(?:translatable|paid|opened|resolved|declared)|empty-handed|refus\w+"
    r"|rarely|seldom|inconsistent|no way)\b",
}
# How far around a negation its concept is looked for, in characters before and after.
_NEAR = {"ja": (9, 3), "ko": (9, 4), "en": (6, 26)}
# How far apart in its text the two may stand, as a share of the length. Japanese and Korean keep
# one order of words; English turns clauses round.
_DRIFT, _LITTLE_DRIFT = 0.35, 0.1
# A short sentence is one clause: this many characters are added to that.
_CLAUSE = 6


def excused(text: str, language: str, denials: Sequence[Span], other: str, code: str) -> int:
    """Return how many denials (places in the text) the other text may express by a word.

    >>> excused("彼の行方は分からない。", "ja", [(8, 10)], "He is missing.", "en")
    1
    """
    before, after = _NEAR[language]
    drift = _DRIFT if "en" in (language, code) else _LITTLE_DRIFT
    drift += _CLAUSE / max(len(text), 1)
    rest = _without(text, denials)
    affirming = [
        (denied, drift * reach, [match.start() / len(other) for match in words.finditer(other)])
        for denied, words, own, reach in _patterns(language, code)
        if len(words.findall(other)) > len(own.findall(rest))
    ]
    return sum(
        any(
            denied.search(text, max(0, start - before), end + after)
            for denied, far, places in affirming
            if _is_near(start / len(text), places, far)
        )
        for start, end in denials
    )


def _is_near(place: float, places: Sequence[float], drift: float) -> bool:
    """Return whether any of the places, which are in order, is less than the drift away."""
    first = bisect_right(places, place - drift)
    return first < len(places) and places[first] < place + drift


def _without(text: str, places: Sequence[Span]) -> str:
    """Return a text with a mark in place of each character of these places (in order)."""
    marked, seen = [], 0
    for start, end in places:
        marked += [text[seen:start], "_" * (end - start)]
        seen = end
    return "".join(marked) + text[seen:]


def denying_word(text: str, language: str) -> Span | None:
    """Return the place of a word that denies and is denied in other languages too.

    >>> denying_word("無断で撮った。", "ja")
    (0, 2)
    """
    match = re.search(_DENYING[language], text, re.IGNORECASE)
    return match and match.span()


def affirms(text: str, language: str) -> bool:
    """Return whether a text has any word that may stand for a denial.

    >>> affirms("He refused.", "en"), affirms("He came.", "en")
    (True, False)
    """
    return any(own.search(text) for _, _, own, _ in _patterns(language, language))


@lru_cache(maxsize=8)
def _patterns(
    language: str, other: str
) -> tuple[tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], float], ...]:
    """Return for each concept what is near a denial, what affirms it in each language, reach."""
    return tuple(
        (
            re.compile(concept.denied[language], re.IGNORECASE),
            _words(concept.affirmed[other], other),
            _words(concept.affirmed[language], language),
            concept.reach,
        )
        for concept in CONCEPTS
    )


@lru_cache(maxsize=4)
def named_words(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the concepts by name, each with the pattern of the words that affirm it."""
    return tuple((each.name, _words(each.affirmed[language], language)) for each in CONCEPTS)


def _words(pattern: str, language: str) -> re.Pattern[str]:
    """Return the pattern of words; English ones are matched from their start."""
    return re.compile(rf"\b(?:{pattern})" if language == "en" else pattern, re.IGNORECASE)
