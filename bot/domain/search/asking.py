"""Whether a message asks something, told by its words alone: in chat, question marks are rare."""

import re

from bot.domain.search.asking_abroad import BEGINS_A_QUESTION, GREETINGS

_CODE = re.compile(r"```.*?(?:```|$)|`[^`]*`", re.DOTALL)
_NOT_WORDS = re.compile(r"<[^>]*>|https?://\S+|:[a-z0-9_+-]+:|^\s*>.*$", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[.!;\n])\s+|\n+|\.{2,}|…")
_OPENING = re.compile(
    rf"""^(?:[\s,.:;!*_~()"'-]|
        (?:(?:all|everyone|everybody)(?!\s+(?:is|are|was|were|has|have|had|can|will|should|do|does|did)\b)|
           {GREETINGS}|(?:hi|hello|hey)(?:\s+(?:there|again))?|hiya|yo|dear|good\s+(?:morning|afternoon|evening)|morning|folks|guys|
           team|friends|so|and|but|or|ok|okay|well|oh|ah|hm+|um+|lol|haha|btw|also|then|now|just|please|
           pls|plz|sorry|thanks|thank\s+you|quick\s+question|question|random\s+question|yes|yeah|no|nah|
           @\w[\w.-]*|[\w.-]+\s*[:,](?=\s))(?![\w'’-])
    )+""",
    re.VERBOSE | re.IGNORECASE,
)

_SUBJECT = (
    r"(?:you|u|ya|y[ao]u?'?ll|i|we|they|he|she|it|this|that|these|those|there|the|an?|any|anyone|anybody|anything|"
    r"some|someone|somebody|everyone|everybody|your|ur|my|our|his|her|their|its|all|one|people|each|both|either)\b"
)
_AUXILIARY = (
    r"(?:do|does|did|is|are|r|was|were|am|can|could|would|will|wud|cud|should|shall|may|might|must|have|has|had|"
    r"don'?t|doesn'?t|didn'?t|isn'?t|aren'?t|wasn'?t|weren'?t|can'?t|couldn'?t|wouldn'?t|won'?t|shouldn'?t|"
    r"haven'?t|hasn'?t|hadn'?t|ain'?t)"
)
_WH = r"(?:what|wh?ats|wat|wut|wot|who|whos|whose|whom|where|wheres|when|whens|why|how|hows|which|whither)"

# "Is honey a…" asks, "is good for me" has lost its subject; "what causes…" asks, "what you need…" is a part.
_GOES_ON_AS_STATEMENT = (
    r"(?:not|n[o'’]t|so|too|very|really|just|only|also|still|always|never|probably|back|here|gone|ok|okay|good|nice|"
    r"great|cool|fine|bad|hard|fun|funny|happy|glad|sorry|sad|bored|tired|sure|ready|done|to|in|on|at|from|for|with|"
    r"of|as|like|love|be|been|being|have|do|go|get|see|try|take|make|say|tell|know|think|want|need|work|use|help|"
    r"let|come|give|look|better|rather|about|\w+ing|\w+ed|by|up|me|him|them|more|much|most|quite|pretty)\b"
)
_SUBORDINATE = (
    r"(?:an?|i|we|you|u|he|she|it|they|the|this|that|these|those|my|your|our|his|her|their|everyone|people|someone|"
    r"ever|not|nice|cute|sweet|lovely|sad|funny|great|cool|wonderful|awful|kind|rude|exciting|dare)\b"
)
_ASKS_AT_THE_START = re.compile(
    rf"""^(?:
        {_AUXILIARY}\s+(?:not\s+)?{_SUBJECT}
      | (?:do|does|did|is|are|was|were|can|could|would|will|should)\s+
            (?!{_GOES_ON_AS_STATEMENT})\w+(?:\s+\S+){{2}}
      | (?:what|why|how)\s+(?!{_SUBORDINATE})\w+(?:\s+\S+)
      | (?:which|who)\s+(?!(?:means|makes|i|you|he|she|we|they|it)\b)\w+(?:\s+\S+){{2}}
      | {_WH}(?:['’]?(?:s|re|d|ll|ve))?\s+(?:{_AUXILIARY}|u|ur|up|about|bout|of|to|come|many|much|long|often|
            far|old|kind|kinds|sort|type|time|else|on\s+earth|the\s+(?:best|most|difference|point|deal|hell|heck))\b
      | {_WH}['’]s\b | (?:whats|wats|hows|wheres|whos|whens)\b
      | (?:what|which|whose|how)\s+\w+\s+(?:{_AUXILIARY})\b
      | (?:what|why|who|where|how|when|which|y|wat|huh|eh|pardon|really|seriously)\s*[.!…]*$
      | why\b | how\s+to\b
      | any\s*(?:one|body|1)\b | any\s+\S+s(?=(?:\s+\S+){{0,7}}$)
      | any\s+(?:\w+\s+)?(?:idea|ideas|tips?|suggestions?|advice|recommendations?|
            experiences?|thoughts|news|chance|luck|updates?|examples?|pointers?|contacts?|leads)\b
      | (?:r|are)\s*(?:u|you)\b | u\s+(?:there|ok|know|like|want|have|from|got)\b
      | what\s+next\b | (?:you|u)\s+mean\b
      | (?:wanna|wana|care\s+to|mind\s+if)\b
      | (?:a/?s/?l|wb\s+who|sup|wassup|wazzup|whaddup)\b
      | thoughts\s+(?:on|about)\b | (?:looking|searching)\s+for\b | seeking\s+(?:advice|help|input)\b
      | (?:anyone|someone|somebody|who)\s+(?:know|knows|here|has|have|can|got|wants?|from|else)\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_ASKS_ANYWHERE = re.compile(
    r"""\b(?:
        (?:does|do|did|has|have|is|can|could|would|will)\s+(?:any|some)\s*(?:one|body)\b
      | (?:can|could|would|will)\s+(?:you|u|someone|anyone)\s+(?:please\s+)?(?:\w+\s+)?
            (?:tell|share|explain|recommend|suggest|help|point|send|advise|confirm|clarify|give|show|let)\b
      | (?:i(?:\s+a|['’]?)m|i\s+was|we(?:\s+a|['’]?)re|am|was|just)\s+(?:\w+\s+)?wondering\b | ^wondering\b
      | (?:like|love|want|need|curious|keen|interested)\s+to\s+(?:know|ask|hear|find\s+out|learn|understand)\b
      | i\s+wonder\s+(?:whether|if|how|what|why|who|which|when|where)\b
      | (?<!\bi\s)(?<!\bwe\s)appreciate\s+(?:\w+\s+){0,2}(?:help|advice|tips|guidance|suggestions?|input)\b
      | (?:need|use|want)\s+(?:\w+\s+){0,2}
            (?:help|advice|tips|guidance|recommendations?|suggestions?|input)\b
      | (?:do(?:es)?\s*n[o'’]?t|no|any)\s+(?:know|understand|idea|clue)\s+how\s+to\b
      | (?:tell|show|explain|help)\s+(?:me|us)\s+(?:how|what|why|where|when|who|which|with|to|if)\b
      | (?:can|could)\s+(?:anyone|someone|somebody)\b
      | (?:i|we)(?:['’]m|\s+am|['’]re|\s+are)?\s+(?:\w+\s+)?(?:looking|searching)\s+for\b
      | (?:my|a|one|quick)\s+question\s+(?:is|about|on|for)\b
      | is\s+there\s+(?:any|anyone|anybody|someone|something)\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_ONLY_SOUNDS_LIKE_IT = re.compile(
    rf"""^(?:
        what\s+(?:an?|i|we|you|he|she|they|ever|the\s+(?:hell|heck|fuck))\b(?!.*\?)
      | how\s+(?:nice|cute|sweet|lovely|sad|funny|great|cool|wonderful|awful|kind|rude|exciting|dare|i|we|
            he|she|they|you)\b
      | (?:when|where)\s+(?!{_AUXILIARY}\b)\w+
      | which\s+(?:is|are|was|were|means)\s+(?!the\b|an?\b|better\b|\w+est\b)
      | (?:who|what|which|where|when)ever\b | who\s+(?:cares|knows)\b
      | (?:do|did|does|is|are|was|were|has|had|will|would|can|could|should|must|may|might)\s+
            (?:not|n't|be|do|so)\b
      | have\s+(?:a|an|fun|you\s+all)\b | may\s+(?:the|you|your)\b | why\s+not[.!]*$ | how\s+about\s+that\b
      | (?:do|does)\s+(?:it|that|this|the|your|my|all)\b(?!.*\?)
      | had\s+(?:a|an|the|to|some|my)\b
      | (?:is|was|were)\s+an?\s+\S+[.!]*$ | how\s+time\b | are\s+we\s+good\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_ASKING_MARK = re.compile(r"[?\uff1f\u037e\u061f⁇⁈⁉¿]")
_GREEK_MARK = re.compile(r"[\u0370-\u03ff]\s*;\s*$")


def asks(message: str) -> bool:
    """Whether a chat message asks something.

    A question mark outside addresses, code and quotations does; else a sentence that is built as a question
    ("does anyone have…", "any tips on…", "how to…") or says so ("I was wondering…", "looking for…"), but not
    one that only begins like one ("what a day", "when I was there", "have a nice evening"). English, and
    the question marks of other languages.
    """
    text = _NOT_WORDS.sub(" ", _CODE.sub(" code ", message[:5_000]))
    if _ASKING_MARK.search(text) or _GREEK_MARK.search(text):
        return True
    return any(_sentence_asks(sentence) for sentence in _SENTENCE.split(text))


def _sentence_asks(sentence: str) -> bool:
    bare = _OPENING.sub("", sentence.strip())
    if not bare:
        return False
    if _ASKS_ANYWHERE.search(bare):
        return True
    if BEGINS_A_QUESTION.match(bare):
        return True
    return not _ONLY_SOUNDS_LIKE_IT.match(bare) and _ASKS_AT_THE_START.match(bare) is not None
