"""Who says it, in the words of one sentence: the subject of its verb of saying, read by rules.

Without a person, office or body as a subject, or with a pronoun, nobody is named: nothing is
guessed. To teach it a language, add a reader to _READERS.
"""

import re
from collections.abc import Callable, Iterator

from workbench.checks.mentions import listed, read_names
from workbench.summaries.structure import REPORTS

_LONGEST = 2_000  # characters; a sentence is not so long
_NEAR = 25  # characters between a quotation and the subject behind it

_JA_NOUN = r"[一-鿿々〆ァ-ヺー・＝A-Za-zＡ-Ｚａ-ｚ0-9０-９]{1,30}"
_JA_PERSON = rf"{_JA_NOUN}(?:さん|ちゃん|くん|さま|たち|ら)?"
_JA_AGE = r"(?:[（(][^（）()]{1,20}[）)])?"
_JA_SUBJECT = re.compile(
    rf"(?P<name>{_JA_PERSON}){_JA_AGE}(?:は|が|も|によると|によれば)(?=[、，\0\s]|\S)"
)
# 「…」と佐藤さん。 and そう話すのは佐藤さんだ。
_JA_LAST = re.compile(
    rf"(?:\0と、?|のは、?)(?:[^。\0]{{0,20}}の)?(?P<name>{_JA_PERSON}){_JA_AGE}(?:だ|です|である)?[。．]?\s*\Z"
)
_JA_ROLE = re.compile(
    r"(?:さん|ちゃん|くん|さま|たち|[氏様君者長員官相臣師士母父妻夫兄姉弟妹娘親児王省庁局党社側署警団院"
    r"校隊軍領授役督]|(?:知|理|判|検|幹|参|領)事|(?:委員|協議|議|教|学|連合|商工|自治|町内)会|総理|政府"
    r"|(?:息|女|男|弟)子|[^0-9０-９一二三四五六七八九十百千万数何]人|(?:先|学|校|年|大)生|.家|家族|遺族"
    r"|[店船家地]主|(?:選|助|歌|相|運転|騎)手|[住市国難村島漁農]民|夫婦|少年|少女|男|女|男性|女性|代表|住職|女将|記者|筋|ら)$"
)
_JA_NOBODY = re.compile(
    r"(?:彼|彼女|彼ら|私|僕|俺|我々|自分|同氏|同社|本人|誰|何人|人|内容|民家|実家|国家)"
)

_KO_SUBJECT = re.compile(
    r"(?P<name>(?:[가-힣A-Za-z0-9·]{1,20} ){0,2}?[가-힣A-Za-z0-9·]{1,20}?)"
    r" ?(?:\([^()]{1,20}\))?(?:은|는|이|가|께서|께서는|도)(?=[\s,\0])"
    # 솜차이 씨: a name may end like a particle.
    r"(?! ?(?:씨|님|양|옹|여사|선수|감독|대표|교수|의원|기자|장관|대통령)[(,은는이가])"
)
_KO_ROLE = re.compile(
    r"(?:씨|님|양|옹|[가-힣]자|(?:주|시|국|농|어|난)민|상인|대변인|장인|군인|노인|부인|[가-힣]원|여사"
    r"|[가-힣]관|(?:교|의|간호|변호|목|판|검|형|기|대|이|지|요리|기관|조종|제빵|미용|도|정비|연구)사"
    r"|감독|선수|코치|교수|군수|가수|목수|총리|대통령|[가-힣]장|대표|학생|선생|중사|하사|대위|소령|중령"
    r"|대령|어머니|아버지|할머니|할아버지|아들|딸|형|누나|언니|오빠|동생|남편|아내|부부|친구|삼촌|이모|고모"
    r"|작가|시인|화가|배우|정부|[가-힣]+부|경찰|검찰|당국|측|법원|회사|업체|협회|위원회|유족|가족|소녀|소년"
    r"|여성|남성|청년|주인|주지|농부|어부|주석|비서|사무국)$"
)
_KO_BARE = re.compile(
    r"(?:씨|님|양|옹|여사|[가-힣]{0,3}(?:장|관|원|사|수|리|자|표|인|독|령|석|측))$"
)
_KO_JOINT = re.compile(
    r"(?:은|는|이|가|을|를|의|에|에서|와|과|고|며|한|인|된|던|할|들|로|도|그|이|저)$"
)
_KO_TITLES = ("씨", "님", "옹", "양")
_KO_NOBODY = re.compile(
    r"(?:\S+ )*(?:그|그녀|그들|나|저|우리|이들|자신|본인|누구|시장|현장|입장|공장|주장)"
)

# Verbs of saying beside a quotation.
VERBS_EN = (
    r"(?:said|says|say|asked|asks|replied|answered|added|adds|recalled|recalls|explained|explains"
    r"|admitted|continued|told|tells|warned|insisted|wrote|argued|noted|stressed|declared|joked"
    r"|acknowledged|complained|whispered|shouted|testified|remarked|responded|promised|laughed"
    r"|smiled|pleaded|commented|murmured)"
)
_EN_WORD = r"[A-Za-z0-9][\w.'’-]*"
_EN_NAME = (
    r"(?:(?:Mr|Mrs|Ms|Dr|Prof|Gen|Sgt|Lt|Col|Maj|Capt)\. )?[A-Z][\w'’-]*(?: [A-Z][\w.'’-]*){0,4}"
)
_EN_NOUN = rf"(?:the|a|an|one|another|his|her|their|my)(?: {_EN_WORD}){{1,6}}"
_EN_PERSON = re.compile(rf"(?P<name>{_EN_NOUN}|(?:[a-z-]+ ){{0,3}}{_EN_NAME})", re.ASCII)
_EN_AFTER = re.compile(
    rf"\0,? ?{VERBS_EN} (?P<name>"
    r"(?:the|a|an|one)(?: [\w'’-]+){1,6}?(?=[,.;]| who| in | at |\Z)"
    rf"|(?:[a-z-]+ ){{0,3}}{_EN_NAME})"
)
_EN_BEFORE = re.compile(
    rf"(?P<clause>[^\0;:]{{2,160}}?)(?:,)? (?:(?:had|has|have|later|also|then|once|still|often"
    rf"|quietly|\w+ly) )?{VERBS_EN}\b"
)
_EN_ACCORDING = re.compile(rf"[Aa]ccording to (?P<name>{_EN_NOUN}|{_EN_NAME})")
# What begins a part of a clause that names nobody: In Seoul, After the war, When it rained.
_EN_OTHER = listed(
    "in on at after before when while as for from to by with during since until once although "
    "though because if and but or so then now there it this that these those he she they we i you "
    "his her their who which what one's today yesterday tomorrow monday tuesday wednesday thursday "
    "friday saturday sunday january february march april may june july august september october "
    "november december asked told last next some not no yes"
)
_EN_VERBAL = re.compile(r"\b(?:is|was|are|were|has|had|have|will|would|did|does|that)\b")

# What tells that a quotation is a saying, where it is blanked out: 「…」と笑う, not 「…」という歌.
_SAID = {
    "ja": re.compile(r"\0(?:など)?と(?!は|いう|いっ|の|も|ころ|ある|なっ|呼|題|書|名)"),
    "ko": re.compile(r"\0(?:이?라)?(?:고(?! 적| 쓰| 쓴| 부르| 불리)|며|면서)"),
    "en": re.compile(rf"\b(?:{VERBS_EN}|[Aa]ccording to)\b"),
}


def read_subject(masked: str, text: str, language: str) -> str:
    """Return who says what a sentence quotes, in the words of the sentence, "" if nobody is named.

    masked is the text with every quotation, marks included, blanked out by NUL at equal length.
    Behind a quotation a Japanese or Korean particle tells it; elsewhere it takes a verb of saying.

    >>> read_subject("元灯台守の孫の佐藤さん（71）は\\0\\0\\0\\0と語った。", "", "ja")
    '佐藤さん'
    >>> read_subject("\\0\\0\\0\\0 said Kim Chol-su, 54, a farmer.", "", "en")
    'Kim Chol-su'
    """
    base = language.split("-")[0]
    if base not in _READERS or len(masked) > _LONGEST:
        return ""
    return _READERS[base](masked, text)


def is_said(masked: str, language: str) -> bool:
    """Tell whether a sentence says that what it quotes was said: 「…」と笑う, not 「…」という歌."""
    said = _SAID.get(language.split("-")[0])
    return bool(said and said.search(masked))


def _japanese(masked: str, text: str) -> str:
    last = _JA_LAST.search(masked)
    if last and _is_person(last, text, "ja"):
        return last["name"]
    return _nearest(_JA_SUBJECT, masked, text, "ja")


def _korean(masked: str, text: str) -> str:
    name = _nearest(_KO_SUBJECT, masked, text, "ko")
    *before, last = name.split(" ") if name else [""]
    # 외교부 대변인 and 사토 씨 belong together; 어느 날 주민 and 이웃의 주민 do not.
    titled = last in _KO_TITLES
    near = before[-1] if before and (titled or _KO_BARE.search(last)) else ""
    belongs = titled or (len(near) > 1 and not _KO_JOINT.search(near))
    return f"{near} {last}" if near and belongs else last


def _nearest(pattern: re.Pattern[str], masked: str, text: str, language: str) -> str:
    """Return the subject right behind the quotation, else the one before it.

    Of those before it the one beside it is taken, else the last topic (は, 은), else the last.
    """
    first, last = masked.find("\0"), masked.rfind("\0")
    verb = max((m.start() for m in REPORTS[language].finditer(masked)), default=-1)
    if first < 0 and verb < 0:
        return ""
    found = [m for m in pattern.finditer(masked) if _is_person(m, text, language)]
    behind = [m for m in found if 0 <= last < m.start() <= last + _NEAR]
    for subject in behind:
        if not REPORTS[language].search(masked, last, subject.start()):
            return subject["name"].strip()
    end = first if first >= 0 else verb
    before = [m for m in found if m.end() <= end]
    topics = [m for m in before if masked[m.end() - 1] in "は은는れり"]
    beside = [m for m in before[-1:] if first >= 0 and end - m.end() <= 2]
    chosen = beside or topics[-1:] or before[-1:]
    return chosen[0]["name"].strip() if chosen else ""


def _is_person(subject: re.Match[str], text: str, language: str) -> bool:
    nobody, role = (_JA_NOBODY, _JA_ROLE) if language == "ja" else (_KO_NOBODY, _KO_ROLE)
    name = subject["name"].strip()
    if nobody.fullmatch(name):
        return False
    return bool(role.search(name)) or _is_name(subject.end("name"), text, language)


def _is_name(end: int, text: str, language: str) -> bool:
    """Tell whether a name of the text ends at a place."""
    return any(mention.end == end for mention in read_names(text, language).mentions)


def _english(masked: str, text: str) -> str:
    after = _EN_AFTER.search(masked)
    if after and not _is_other(after["name"]):
        return after["name"].strip(" ,.")
    for clause in _EN_BEFORE.finditer(masked):
        if name := next(_english_names(clause["clause"]), ""):
            return name
    named = _EN_ACCORDING.search(masked)
    return named["name"].strip(" ,.") if named and not _is_other(named["name"]) else ""


def _english_names(clause: str) -> Iterator[str]:
    """Yield what may be the subject of a clause: Sato of "On Monday Sato, 71, a grandson, said"."""
    for part in re.split(
        r", |(?<!Mr)(?<!Ms)(?<!Mrs)(?<!Dr)(?<!Gen)(?<!Sgt)(?<!Lt)\. |[!?—] ?", clause
    ):
        part = re.sub(r"^(?:And|But|So|Then|Later|Yet) | who(?:se)? .*", "", part.strip(" ,"))
        found = _EN_PERSON.fullmatch(part)
        small = part[:1].lower() + part[1:]
        found = found or (re.fullmatch(_EN_NOUN, small, re.ASCII) and _EN_PERSON.fullmatch(small))
        if found and not _is_other(part) and not _EN_VERBAL.search(part):
            yield part


def _is_other(name: str) -> bool:
    return name.split(" ")[0].lower().strip(",.") in _EN_OTHER or name.lower() in _EN_OTHER


_READERS: dict[str, Callable[[str, str], str]] = {
    "ja": _japanese,
    "ko": _korean,
    "en": _english,
}
