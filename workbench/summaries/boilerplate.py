"""Lines of a newspaper that say nothing of the story: by-lines, captions, datelines, rights.

To teach it a kind of line, add a row to the patterns of its language; a line is one if a whole row
fits it. A sentence with a dateline before it stays a sentence: nothing is cut off.
"""

import re
from functools import lru_cache

_LONGEST = 200  # characters; what is longer is no such line
_HANGUL_NAME = r"[가-힣]{2,4}"
_HAN_NAME = r"[一-鿿々ぁ-ゖァ-ヺー]{1,6}[ 　]?[一-鿿々ぁ-ゖァ-ヺー]{1,5}"
_CAPITAL_NAME = r"[A-Z][\w.'’-]*(?:\s+(?:(?:de|van|von|der|bin|al)\s+)?[A-Z][\w.'’-]*){1,3}"
_AGENCIES = (
    r"(?:共同(?:通信)?|時事(?:通信)?|ロイター|ＡＰ|AP|ＡＦＰ|AFP|聯合ニュース|連合ニュース|新華社"
    r"|연합뉴스|뉴시스|뉴스1|로이터|블룸버그|신화통신|Reuters|Yonhap|Kyodo(?:\sNews)?|Jiji(?:\sPress)?"
    r"|Associated\sPress|Agence\sFrance-Presse|Bloomberg|Xinhua|Getty\sImages)"
)
_ROLE_KO = r"(?:(?:선임|수습|인턴|전문|사진|객원)\s?)?(?:기자|특파원|논설위원|통신원|에디터)"
_ROLE_JA = r"(?:記者|特派員|支局長|論説委員|編集委員|通信員|カメラマン)"
_DATE = (
    r"\d{2,4}\s?[./年년-]\s?\d{1,2}\s?[./月월-]\s?\d{1,2}\s?[.日일]?\.?"
    r"(?:\s*[（(]\S{1,3}[)）])?(?:\s*(?:午前|午後|오전|오후)?\s*\d{1,2}\s?[:：時시]\s?\d{0,2}\s?[分분]?)?"
)
_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"

_EVERYWHERE = rf"""
    \S*@\S+\.\w+ .{{0,20}}                                     # an address
  | .{{0,40}}\s\S+@\S+\.\w+                                    # a name and its address
  | (?:https?://|www\.)\S+
  | (?:[^\t|｜]*[\t|｜]){{2,}}[^\t|｜]*                         # a row of a table
  | [◇◆▲△▼▽※☞▶■□●○◎★☆]\s*[^。.!?！？]{{0,60}}                # ◇ a caption or table head
  | (?:[◇◆＊*＝=―—–\-_・·~〜]\s*){{2,}}                          # a rule
  | (?:[◇◆※]\s*)(?:写真|図|표|사진).{{0,120}}
  | (?:ⓒ|©|\(c\)|copyright|<?저작권자).{{0,120}}
  | [(（\[【［]?\s*{_AGENCIES}\s*(?:[,、·/・]\s*{_AGENCIES})*\s*(?:提供|配信|제공|자료사진)?
    \s*[)）\]】］]?
"""
_JAPANESE = rf"""
    [\[【(（［]?\s*(?:写真|画像|図|図表|表|動画|資料写真)s?(?:提供|撮影|説明)?
    \s*[\]】)）］=＝:：／/].{{0,80}}                             # 写真＝…
  | (?:※\s*)?写真は(?!.*(?:た|だ|る|い)。).{{1,60}}             # 写真はイメージ
  | [(（]\s*写真[^)）]{{0,60}}[)）]
  | [＝=]{_HAN_NAME}(?:撮影|記者)
  | .{{1,60}}[＝=]\s?(?:{_HAN_NAME}(?:撮影|写す)|.{{0,20}}(?:提供|時事|共同))  # 集まった住民＝…撮影
  | [(（【]?(?:聞き手|文|取材|撮影|構成|編集|写真|翻訳|イラスト|語り手)
    (?:[・と](?:写真|構成|撮影|文|聞き手|\S{{1,6}}))?[=＝:：／/].{{0,40}}
  | (?:聞き手|構成|文|撮影|取材|写真)[・　 ]{_HAN_NAME}(?:{_ROLE_JA})?
  | [(（](?:聞き手は.{{0,20}}|.{{0,20}}{_ROLE_JA})[)）]
  | (?:{_ROLE_JA}[　 ：:・])?{_HAN_NAME}{_ROLE_JA}
  | {_ROLE_JA}[　 ：:]{_HAN_NAME}
  | [【(（［\[][^】)）］\]。]{{1,12}}[=＝・][^】)）］\]。]{{1,16}}[】)）］\]]
  | [【(（［\[][^】)）］\]。]{{0,12}}(?:共同|時事|ロイター|{_ROLE_JA})[】)）］\]]
  | [【［\[]{_HAN_NAME}[】］\]]
  | [(（【](?:敬称略|おわり|終わり|完|つづく|続く|.{{0,6}}面に続く|関連記事.{{0,12}})[)）】]
  | (?:更新|公開|配信|掲載|投稿|最終更新)?\s?[:：]?\s?{_DATE}(?:\s?(?:更新|公開|配信|掲載|付))?
  | .{{0,30}}(?:無断転載|無断複製).{{0,60}}
  | (?:続きを読む|関連記事|関連リンク|あわせて読みたい|広告|ＰＲ)[:：]?.{{0,40}}(?<!。)
"""
_KOREAN = rf"""
    [\[【(（<]?\s*(?:사진|그래픽|영상|자료|일러스트|표)\s?(?:제공|촬영|출처|설명)?
    \s*[\]】)）>=＝:：／/].{{0,80}}
  | [/／]\s?(?:사진|그래픽|영상)\s?[=:].{{0,60}}
  | [(（\[<]\s*사진[^)）\]>]{{0,60}}[)）\]>]
  | (?:\W{{0,3}}|\W.{{0,20}}[\]】)]\s*|.{{2,6}}[=·]\S{{0,8}}\s)      # (서울=
    {_HANGUL_NAME}(?:[·,]\s?{_HANGUL_NAME}){{0,3}}\s{_ROLE_KO}\s*=?     # 박장군 기자
  | .{{2,8}}[=·]\s?{_HANGUL_NAME}\s{_ROLE_KO}\s*=?
  | [(（\[【][^)）\]】.]{{1,10}}=[^)）\]】.]{{1,16}}[)）\]】]\s*(?:{_HANGUL_NAME}\s{_ROLE_KO}\s*)?=?
  | (?:글|사진|정리|대담|취재|영상|진행|인터뷰|편집|그래픽|글·사진|사진·글|정리·사진)\s?[=:：·]?\s?
    {_HANGUL_NAME}(?:\s{_ROLE_KO})?
  | [(（\[](?:끝|계속|.{{0,8}}면에\s계속|관련기사.{{0,12}})[)）\]]
  | (?:기사)?\s?(?:입력|수정|등록|승인|업데이트|송고|작성)\s?[:：]?\s?{_DATE}
    (?:\s*[|｜·,/]?\s*(?:수정|업데이트|최종수정)?\s?[:：]?\s?{_DATE})?
  | {_DATE}
  | .{{0,30}}(?:무단\s?전재|무단\s?복제|재배포\s?금지).{{0,60}}
  | (?:관련\s?기사|관련기사|이전\s기사|다음\s기사|광고)\s?[:：▶☞]?.{{0,40}}(?<!다\.)
"""
_ENGLISH = rf"""
    [\[(]?\s*(?:photo(?:graph)?|image|graphic|picture|video|illustration|caption|file\sphoto)s?
    (?:\s(?:credit|courtesy))?\s*[\])=＝:：／/].{{0,80}}
  | [(\[]?(?:file\s)(?:photo|image|picture)[)\]]?
  | [(\[]\s*(?:photo|image)[^)\]]{{0,60}}[)\]]
  | (?-i:(?:By|BY|(?:Photo|Photos|Photograph|Reporting|Additional\sreporting|Edited|Editing|Written
    |Interview|Video|Illustration|Translated)\s+by)
    \s+{_CAPITAL_NAME}(?:(?:,|\s+and|;)\s+(?:{_CAPITAL_NAME}|(?:Editing|Reporting|Writing)\s+by
    \s+{_CAPITAL_NAME})){{0,4}}
    (?:(?:\s+in\s+|\s*[,|/–—-]\s*)[A-Z][\w.'’ -]{{1,40}})?)\.?
  | (?-i:{_CAPITAL_NAME}\s?/\s?{_AGENCIES})
  | (?-i:[A-Z][A-Z.'’ -]{{2,30}}(?:,\s[A-Z][\w. ]{{1,20}}){{0,2}}\s?)
    (?:\((?:{_AGENCIES})\)\s?)?[—–-]+
  | (?:published|updated|posted|last\s(?:modified|updated))\s*(?:on|at|:)?\s*
    (?:{_MONTHS}\s\d{{1,2}},?(?:\s\d{{4}})?|\d{{1,2}}\s{_MONTHS}\s\d{{4}}|{_DATE}
    |\d{{1,2}}[:.]\d\d\s?[ap]\.?m\.?).{{0,30}}
  | (?:{_MONTHS}\s\d{{1,2}},\s\d{{4}}|\d{{1,2}}\s{_MONTHS}\s\d{{4}})
  | (?:read\smore|related(?:\s(?:story|stories|articles?))?|see\salso|advertisement|sponsored)
    \s*(?::.{{0,80}})?
  | all\srights\sreserved\.?.{{0,60}}
"""


def is_boilerplate(text: str) -> bool:
    """Return whether a line is a by-line, caption, dateline, address, date or row of a table.

    >>> lines = ("박장군 기자", "(写真)", "By Jane Doe", "By 9 it rained.", "取材は続く。")
    >>> [is_boilerplate(line) for line in lines]
    [True, True, True, False, False]
    """
    line = text.strip()
    return 0 < len(line) <= _LONGEST and any(rows.fullmatch(line) for rows in _lines())


@lru_cache(maxsize=1)
def _lines() -> tuple[re.Pattern[str], ...]:
    # Compiled at first use: it takes longer than all other modules of the folder take to load.
    rows = (_EVERYWHERE, _JAPANESE, _KOREAN, _ENGLISH)
    return tuple(re.compile(row, re.VERBOSE | re.IGNORECASE) for row in rows)
