"""The forms of English negation. To add one, add a line to the list of its kind.

Patterns are searched in the order SILENT, LOOSE, FIRM; what one has taken the next do not see.
"""

# Negative in form only: neither side of a translation needs a negation for them.
SILENT = (
    r"\bNo\. ?\d|(?-i:[A-Z]\w+ no [A-Z])|\b(?:no|not) (?:later|earlier|longer) than"
    r"|\bwhether or not\b|\bor not?\b|yes and no\b",
    r"(?:\bnot|n't) (?:the only|only|just|merely|simply|least)\b|\bnever fail\w* to\b"
    r"|\bno (?:doubt|wonder|matter|mistake|shortage|end of|exception|stranger)\b"
    r"|\bnot (?:unlike|uncommon|unusual|infrequent|rare)\b|\bno (?:small|mean)\b",
    r"\b(?:no|little|any) (?:choice|option|alternative)\b|\bnothing but\b|\bnext to nothing\b",
    r"\b(?:can't|cannot|couldn't) help\b|\bcannot but\b"
    r"|\bnot to mention\b",
    r"\bnone other\b|\bno(?:thing|body| one| place)? (?:really )?like\b|n't (?:help|matter) ",
)
# Often expressed without a negation: they excuse one on the other side, and ask for none.
LOOSE = (
    r"\bno (?:more|less|fewer|sooner) than\b|\bnothing (?:more|less|short|other)\b|\bif not\b"
    r"|\bwhy not\b|\b(?:not|n't|no)(?: a)? (?:moment|time) to (?:lose|spare)\b",
    # tag questions, and No as a whole answer
    r"\b[A-Za-z]+n't (?:you|they|he|she|it|we|that|this|I|there)\b|\bNo[,.!]|\bno[,”]|\bNo way\b",
    r"(?:\bnot|n't)\b[^.?!,]{0,30}?\buntil\b"
    r"|\bnot (?:without|necessarily|so much|guilty|yet|really)\b",
    r"(?:n't|not|never) mind\b|\bno-\w+"
    r"|(?:can't|cannot|couldn't) (?:wait|imagine|believe|be helped)|\bnothing (?:worse|beats)"
    r"|\bwithout (?:thinking|fail|question|exception|hesitation|delay|warning)\b",
    # often a word of its own in the other language: 失敗, 거부, 不足
    r"\b(?:fewer|less)\b(?! than)",
    r"\b(?:far from|anything but|impossible|strangers?|regardless|remains|resistant|doubt)\b",
    r"\b(?:fell|fall|falls|ran|running|run) short\b|\btoo [a-z]+ (?:to|for)\b",
    r"\b(?:keep|kept|keeping|stay|stayed) [^.,]{0,20}(?:from|away)\b"
    r"|\b[a-z]{3,}(?<!un)less(?:ly|ness)?\b",
    r"\bun(?!der|til|ion|it\b|its\b|ite|iv|anim|iform|ique|ica|icef|ifi|ify|less\b|esco|able|usual"
    r"|expected|employ|paid|changed|fortun|easy)[a-z]{4,}\b",
    r"\b(?:in(?:visible|adequate|describable|valid|evitable|animate|edible|effective|separabl|tolerabl)"
    r"|im(?:mobile|measurabl|movabl)|ir(?:reparabl|relevant|reversibl|responsibl))\w*",
)
FIRM = (
    r"\b(?:not|never|no|none|nobody|nothing|nowhere|without|neither|cannot|unable|unless|hardly|incapable)\b"
    r"|\bnor (?:is|are|was|were|can|could|did|does|do|has|have|had|will|would)\b"
    r"|n't\b",
)
