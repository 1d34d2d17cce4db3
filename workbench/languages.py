"""The languages the workbench knows: one row each. To add a language, add its row.

A missing code is "" and means that the family of models does not know the language.
"""

from dataclasses import dataclass

from workbench.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class Language:
    """One language. code is BCP 47; enders are the characters that end a sentence.

    spaced says whether words, and so sentences, are separated by spaces. rtl: right to left.
    opus is the tag of multi-target OPUS-MT models (>>kor<<), madlad and m2m are BCP 47-like.
    """

    code: str
    name: str
    native: str
    flores: str
    mbart: str
    m2m: str
    opus: str
    script: str
    enders: str = ".?!"
    spaced: bool = True
    rtl: bool = False


_ROWS = (
    Language(
        "ja", "Japanese", "日本語", "jpn_Jpan", "ja_XX", "ja", "jpn", "Jpan", "。．？！?!", False
    ),
    Language("ko", "Korean", "한국어", "kor_Hang", "ko_KR", "ko", "kor", "Hang"),
    Language("en", "English", "English", "eng_Latn", "en_XX", "en", "eng", "Latn"),
    Language(
        "zh", "Chinese", "中文", "zho_Hans", "zh_CN", "zh", "cmn_Hans", "Hans", "。？！?!", False
    ),
    Language("fr", "French", "Français", "fra_Latn", "fr_XX", "fr", "fra", "Latn"),
    Language("de", "German", "Deutsch", "deu_Latn", "de_DE", "de", "deu", "Latn"),
    Language("es", "Spanish", "Español", "spa_Latn", "es_XX", "es", "spa", "Latn"),
    Language("pt", "Portuguese", "Português", "por_Latn", "pt_XX", "pt", "por", "Latn"),
    Language("it", "Italian", "Italiano", "ita_Latn", "it_IT", "it", "ita", "Latn"),
    Language("nl", "Dutch", "Nederlands", "nld_Latn", "nl_XX", "nl", "nld", "Latn"),
    Language("ru", "Russian", "Русский", "rus_Cyrl", "ru_RU", "ru", "rus", "Cyrl"),
    Language("uk", "Ukrainian", "Українська", "ukr_Cyrl", "uk_UA", "uk", "ukr", "Cyrl"),
    Language("vi", "Vietnamese", "Tiếng Việt", "vie_Latn", "vi_VN", "vi", "vie", "Latn"),
    Language("th", "Thai", "ไทย", "tha_Thai", "th_TH", "th", "tha", "Thai", ".?!", False),
    Language("id", "Indonesian", "Bahasa Indonesia", "ind_Latn", "id_ID", "id", "ind", "Latn"),
    Language("tr", "Turkish", "Türkçe", "tur_Latn", "tr_TR", "tr", "tur", "Latn"),
    Language("hi", "Hindi", "हिन्दी", "hin_Deva", "hi_IN", "hi", "hin", "Deva", "।.?!"),
    Language("ar", "Arabic", "العربية", "arb_Arab", "ar_AR", "ar", "ara", "Arab", ".؟!", rtl=True),
)

LANGUAGES = {row.code: row for row in _ROWS}


def get_language(code: str) -> Language:
    """Return the row of a BCP 47 code; regions are ignored ("ja-JP" is "ja").

    >>> get_language("ko").flores
    'kor_Hang'

    Raises UnknownNameError: no row has the code.
    """
    base = code.strip().replace("_", "-").split("-")[0].lower()
    if base not in LANGUAGES:
        raise UnknownNameError("language", code, LANGUAGES)
    return LANGUAGES[base]
