"""How questions without a mark begin in the languages of the clusters, beside English.

Only what seldom begins a statement: `cuándo` asks, `cuando` is mostly a part; `wie hoch` asks, `wie immer`
thanks.
"""

import re

_SPANISH = r"""
    (?:quién(?:es)?|cu[aá]l(?:es)?|cu[aá]nt[oa]s?|cuándo|dónde|cómo)\b(?!\s+(?:me\s+alegr|mola))
  | (?:como|donde)\s+(?:se|puedo|podemos|hac[eé]is|est[aá]n?|encuentro|funciona)\b | por\s+qu[eé]\b
  | qué\s+(?!bien|buen|pena|l[aá]stima|alegr|ilusi|gran|bonit|maravill|suerte|rabia|va\b)\w+
  | alguien\s+(?:m[aá]s\s+)?(?:tiene|sabe|conoce|puede|podr[ií]a|ha|usa|recomienda|quiere|va|me|nos)\b
  | alguna?\s+(?:idea|recomendaci[oó]n|sugerencia|experiencia|novedad|noticia|pista)\b
  | (?:pod[eé]is|puedes|pueden|podr[ií]as|podr[ií]ais|podr[ií]an|sab[eé]is|sabes|saben|ten[eé]is|
        conoc[eé]is|
        hab[eé]is)\s
"""
_GERMAN = r"""
    (?:wer|wo|wann|warum|wieso|weshalb|wohin|woher|wem|wen|welche[rsnm]?)\s+(?!immer|auch)\w+
  | wie\s+(?!immer|gesagt|gewohnt|sch[oö]n|toll|nett|vereinbart|versprochen|besprochen|geplant|[uü]blich|
        ihr\s+(?:wollt|seht|wisst)|man\s+sieht)\w+
  | was\s+(?:ist|sind|macht|kostet|bedeutet|haltet|braucht|meint|passiert|haben|habt|sagt|muss|kann|soll)\b
  | (?:hat|kann|k[oö]nnte|kennt|wei(?:ß|ss)|will|m[oö]chte|war|nutzt)\s+(?:\w+\s+){0,2}(?:jemand|
        irgendwer|einer|wer)\b
  | gibt(?:\s+e|')s\b | (?:k[oö]nnt|habt|kennt|wisst|seid|braucht|nutzt|macht|wollt|m[uü]sst|
        d[uü]rft)\s+ihr\b
  | (?:kannst|hast|wei(?:ß|ss)t|kennst|willst|bist|musst)\s+du\b | (?:d[uü]rfen|m[uü]ssen|sollen|
        k[oö]nnen)\s+(?:wir|sie)\b
  | (?:darf|muss|soll|kann)\s+(?:ich|man)\s+(?!machen|gern|best[aä]tigen|nur\b)\w+
"""
_FRENCH = r"""
    est[\s-]ce\s+qu | qu['’]est[\s-]ce | où\s+(?!que\b)\w+ | pourquoi\b | combien\b | quand\s+est
  | comment\s+(?!dire|pr[eé]vu)\w+ | qui\s+(?:a|est|peut|sait|conna[iî]t|va|vient|veut|pourrait|utilise)\b
  | quel(?:le)?s?\s+(?!plaisir|bonheur|beau|bel|belle|bonne|bon|super|dommage|joie|chance|honneur|que\b)\w+
  | quelqu['’]un\s+(?:sait|conna[iî]t|peut|pourrait|aurait|utilise|d['’]autre|a\s+(?:une?|des|d[eé]j[aà]|
        les?|la)\b)
  | (?:pouvez|pourriez|avez|savez|[eê]tes|connaissez|utilisez|faites|voulez|allez|devez)-vous\b
  | (?:peux|pourrais|as|sais|es|connais|utilises|vas)-tu\b | (?:peut|doit|faut|est|y\s+a-t|va-t)-(?:on|il)\b
"""
_ITALIAN = r"""
    qualcuno\s+(?:ha\s+(?:una?|un['’]|gi[aà]|il|la|i|le)|di\s+voi|sa|conosce|pu[oò]|potrebbe|usa|viene)\b
  | (?:come|dove)\s+(?:si|posso|possiamo|faccio|facciamo|fate|funziona|trovo|troviamo|devo|dobbiamo|
        gestite|avete|calcolate)\b
  | (?:quando|dove|com['’]|come|chi|qual)\s*(?:è|e['’]|sono|inizia|finisce|comincia|arriva)\s+\w+
  | perch[eé]\s+(?:non\s+)?(?:si|il|la|devo|dobbiamo|serve|chiedono|nessuno)\b
  | (?:quant[oaie]|quali)\s+\w+ | (?:che\s+)?cosa\s+(?!bella|meravig)\w+ | chi\s+(?:ha|pu[oò]|sa|viene|
        conosce|va)\b
  | (?:potete|puoi|potreste|potresti|avete|sapete|conoscete|usate)\s+\w+
"""
_PORTUGUESE = r"""
    algu[eé]m\s+(?:tem|sabe|conhece|pode|poderia|j[aá]|usa|recomenda|vai|quer|mais)\b
  | (?:como|onde)\s+(?:é|posso|podemos|se|fazem|fazer|fa[cç]o|fazemos|voc[eê]s|calculam|funciona|
        est[aáã]o?|fica|encontro|encontramos)\b
  | quando\s+(?:é|come[cç]a|termina|ser[aá]|temos|sai|abre|fecha)\b | quem\s+(?:tem|sabe|vai|pode|é|
        conhece|quer)\b
  | (?:qual|quais)\s+\w+ | quant[oa]s?\s+\w+ | por\s+que\b | o\s+que\s+(?:é|acham|fazem|fazer|significa|
        acontece)\b
  | (?:podem|poderiam|t[eê]m|sabem|conhecem)\s+(?!ver|contar)\w+
"""
_ROMANIAN = r"""
    (?:are|[sș]tie|poate|cunoa[sș]te|vrea|are\s+voie|vine|a\s+\w+|folose[sș]te|
        recomand[aă])\s+(?:mai\s+)?(?:cineva|careva)\b
  | cum\s+(?!am\b|ai\b|a\s|spun|era|se\s+spune|v-am|zice)\w+ | unde\s+\w+ | cine\s+\w+ | de\s+ce\b |
        c[aâ](?:t|[tț]i|te)\s+\w+
  | c[aâ]nd\s+(?:este|e|are|[iî]ncepe|se|avem|va|vom|termin[aă]m|prim\w+)\b | care\s+(?:este|sunt|e|
        dintre)\b
  | ce\s+(?!bine|frumos|bucurie|p[aă]cat|mi[sș]to|tare|zi\b)\w+ | (?:pute[tț]i|po[tț]i|ave[tț]i|
        [sș]ti[tț]i|exist[aă])\s+\w+
"""
_POLISH = r"""
    czy\b | gdzie\s+\w+ | kto\s+\w+ | dlaczego\b | czemu\b | ile\s+\w+ | kt[oó]r(?:y|a|e|zy|ych|
        ym)\s+\w+ | jak(?:i|a|ie|ich|im)\s+(?!s\b)\w+
  | jak\s+(?!zawsze|zwykle|m[oó]wi|si[eę]\s+okaza|wida[cć]|mi[lł]o|fajnie|pi[eę]knie|najbardziej|dla\b|
        na\b|by\b|b[eę]d)\w+
  | kiedy\s+(?:jest|b[eę]d\w+|zaczyna\w*|mamy|ko[nń]czy|si[eę]|odb[eę]d\w+|trzeba|dostan\w+|mo[zż]na|
        musimy|spotykamy)\b
  | co\s+(?:to|jest|robicie|robi[cć]|oznacza|z|zrobi[cć]|s[aą]dzicie|my[sś]licie)\b
  | (?:kto[sś]|ma\s+kto[sś]|zna\s+kto[sś])\s+(?:ma|wie|zna|mo[zż]e|m[oó]g[lł]by|korzysta|jedzie|z\s+was)\b
"""
_TURKISH = r"""
    .{0,300}\bm[ıiuü](?:y[ıiuü][zm]|s[ıiuü]n(?:[ıiuü]z)?|yd[ıiuü]|d[ıiuü]r)?\s*[.!]*$
  | (?:\S+\s+){0,12}?(?:nas[ıi]l(?!\s+(?:iste|ol|bir\s+g[uü]zel))|nerede|nereye|nereden|ne\s+zaman|hangi|
        ka[cç]|ni[cç]in|ne\s+kadar(?!\s+g[uü]zel)|kimler)\s
  | kim\s+(?!bilir)\w+ | neden\s+\w+
"""
_GREEK = r"""
    (?:πώς|πού|πότε|γιατ[ιί]|π[οό]σ\w+|ποι(?:[οό]ς|[αά]|[οό]|[εέ]ς|οι|ους))\s+(?!χαίρομαι|ωραί)\w+
  | τι\s+(?!ωραί|όμορφ|χαρά|κρίμα|καλά)\w+
  | (?:έχει|εχει|ξέρει|ξερει|γνωρίζει|μπορεί|μπορει|θέλει)\s+(?:κανείς|κανεις|κανένας|κάποιος|καποιος)\b
  | (?:υπάρχει|υπαρχει|μπορούμε|μπορείτε|ξέρετε|έχετε)\s+\w+
"""
_NORTHERN = r"""
    (?:onko(?:han)?|ovatko|voi(?:si)?ko|saako|tiet[aä][aä]k[oö]|osaako|pit[aä][aä]k[oö]|tuleeko|
        l[oö]ytyyk[oö]|k[aä]yk[oö]|olet(?:te)?ko|
        kannattaako|t[aä]ytyyk[oö]|haluaako|tied[aä]tk[oö]|\w+(?:tte|mme|vat|v[aä]t)k[oö])\b
  | (?:miss[aä]|mist[aä]|mihin|milloin|kuka|kenell[aä]|miten|miksi|kuinka|paljonko|montako|mitk[aä]|
        millainen|mit[aä])\s+(?!ihana|hienoa?|kaunis)\w+
  | mik[aä]\s+(?:on|olisi)\b
  | kas\s+\w+ | (?:kuhu|millal|kes|miks|milline|kui\s+palju)\s+\w+ | kus\s+\w+ | mis\s+(?:on|kell|te|
        juhtub)\b
  | kuidas\s+(?!kunagi|soovi|alati|öelda)\w+
  | (?:heeft|kan|weet|kent|wil|gaat|gebruikt)\s+(?:er\s+|hier\s+)?iemand\b | hoe\s+(?!dan\s+ook|leuk|fijn|
        mooi|eerder|meer)\w+
  | waar\s+(?:vind|kan|is|zijn|moet|staat|komt|vinden|kunnen|doe|haal)\b | wanneer\s+(?:is|zijn|begint|
        moet|krijgen|komt)\b
  | wie\s+(?:heeft|gaat|kan|weet|kent|wil|doet|komt)\b | waarom\b | welke?\s+\w+ | hoeveel\b |
        is\s+er\s+(?:een|iemand|al)\b
  | (?:kunnen|weten|hebben|gebruiken|zijn|willen)\s+jullie\b | (?:kun|heb|weet|ken)\s+(?:je|jij)\b
  | (?:har|vet|kan|k[aä]nner)\s+n[aå]gon\b | finns\s+det\b | (?:hur|vem|varf[oö]r|vilke[nt]|
        vilka)\s+(?!kul|roligt|fint|h[aä]rligt)\w+
  | (?:har|ved|kan|kender|er\s+der)\s+nogen\b | (?:hvordan|hvem|hvorn[aå]r|hvorfor|hvilke[nt]?)\s+\w+
  | (?:m[aá]|v[ií]|zn[aá]|nem[aá])\s+n[eě]kdo\b | (?:pro[cč]|kdo|kde|kolik|kter[yýaáeé])\s+\w+
"""

BEGINS_A_QUESTION = re.compile(
    "^(?:"
    + "|".join(
        (_SPANISH, _GERMAN, _FRENCH, _ITALIAN, _PORTUGUESE, _ROMANIAN, _POLISH, _TURKISH, _GREEK, _NORTHERN)
    )
    + ")",
    re.VERBOSE | re.IGNORECASE,
)
"""Matches a sentence that is built as a question in one of these languages."""

GREETINGS = (
    r"hola|buenas|buenos\s+d[ií]as|hallo|moin|servus|guten\s+(?:morgen|tag)|bonjour|salut|ciao|buongiorno|"
    r"ol[aá]|bom\s+dia|bun[aă]|cze[sś][cć]|dzie[nń]\s+dobry|witam|merhaba|selam|herkese\s+merhaba|"
    r"γεια\s+σας|γεια|καλημέρα|hei|moi|tere|hej|ahoj|und|y|et|oraz|perd[oó]n|scusate|tschuldigung"
)
"""What may stand before such a question."""
