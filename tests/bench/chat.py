"""Lines as people write them in a community's channels, each marked by hand: does it ask something?

Own sentences, no one's messages. `?` before a line: it asks for something to be known or done for whoever
writes; `-`: it does not. Lines in turn belong to the half that the rule was made with, and to the one that
was held out: see `halves`. They are hard on purpose: each that asks stands beside one that only sounds so.
"""

import re
from collections.abc import Callable, Sequence

_BEGINS_LIKE_A_QUESTION = re.compile(
    r"\W*(?:what|who|whom|whose|which|when|where|why|how|is|are|am|was|were|do|does|did|have|has|had|"
    r"can|could|will|would|shall|should|may|might|must)\b",
    re.IGNORECASE,
)

_LINES = """
? does anyone have a template for a consortium agreement
- thanks a lot everyone, see you on thursday
? how do you split membership fees between small and large companies
- what a fantastic visit, well done Tartu!
? any tips for a first cluster strategy
- when we did this in Porto nobody read the minutes either
? Can somebody share the slides from yesterday?
- who would have thought that a spreadsheet could be fun
? where did you book the venue for the gala dinner
- I can share mine tomorrow
? I'm looking for a speaker on circular economy, preferably from the textile field
- did it, thank you
? is there a deadline for the second homework
- is fine for me
? Hi all! what's the best CRM for a team of three
- How nice to read that, congratulations
? we were wondering how others measure the impact of matchmaking events
- we were happy with the result in the end
? which of the two calls fits an SME better
- which is why we stopped doing it
? are you all coming to the study visit in Bilbao
- are we good, then
? could someone explain lump sums to me
- could be worse
? who is going to Brussels next week
- who cares about logos, the content matters
? has anybody worked with the chamber of commerce in Izmir
- has been a long week
? do I need a signed letter from every partner
- do not forget to sign the list
? What does a cluster manager earn in your country
- What we learned: start with five companies, not fifty.
? why is the form asking for a PIC number
- why not
? when is the next call with the mentors
- when in doubt, ask Helena
? Does it make sense to apply for silver before we have fifty members?
- does the trick for us
? need help with the state aid paragraph, ours got rejected
- need coffee
? would it be ok to hand in on monday
- would love to join
? quick question: how long is the certificate valid
- quick update: the certificate came today
? how much does the label audit cost
- how time flies
? anyone here from Romania
- anyone can edit the sheet, go ahead
? please could you send me the link again
- please fill in the form by friday
? what time do we start tomorrow
- What time we had in Krakow!
? should we invite competitors to the same working group
- should be online by noon
? have you ever lost a founding member, and what did you do
- have a great weekend everybody
? is it true that the budget can be shifted between work packages without asking
- it is true, we did it twice
? who knows a good trainer for pitching
- who knows, maybe next year
? My members keep skipping meetings. What can I do about it
- My members keep skipping meetings. It is what it is.
? any recommendations for accounting software in Estonia
- in any case we will publish it
? so how did the audit go
- so that went well
? ok but where do I upload it
- ok will upload it there
? I don't understand how to fill in table 3
- I finally understand table 3
? Can I use the academy's logo on our website
- Can't wait to meet you all
? was the recording published somewhere
- was a pleasure
? could we do the peer session on friday instead
- we could do friday too, both work for me
? Which indicators do you report to your region
- The indicators that we report are in the annex.
? what happens if a partner leaves halfway
- what happens in Malaga stays in Malaga
? Hey folks, do you pay your board members
- Hey folks, minutes are in the drive
? does somebody speak finnish and could read one page for me
- somebody left a scarf in room 2
? how to write the sustainability section
- how to write the sustainability section: see page 14 of the guide
? interested to hear how other clusters handle GDPR for newsletters
- not interested in newsletters any more
? is anyone else having trouble with the portal
- everyone else is having lunch already
? what's a realistic number of members after year one
- what's done is done
? will there be lunch
- will do
? did anyone get the confirmation mail
- did not get it either
? any news from the jury
- good news from the jury!!
? whom should I contact for the visa letter
- I was told whom to contact, all solved
? am I the only one who cannot open the file
- am on the train, back at 5
? how many people came to your kickoff
- however many people come, there is cake
? can you recommend a facilitator in Lisbon
- can recommend, great facilitator
? do we have to translate the annexes
- we do have to translate the annexes, sorry
? Where can I find the evaluation grid
- Where there is a will there is a way :)
? what is the difference between a cluster and a hub
- what matters is trust
? I would like to know whether associates may vote in your general assembly
- I would like to thank our hosts
? Is the workshop in person or online
- The workshop is in person.
? hello, who is responsible for the mentor matching
- hello from rainy Gdansk
? seeking advice on merging two associations
- thanks for the advice
? may I bring a colleague
- may the best pitch win
? thoughts on charging for events
- lots of thoughts after today, will write them down
? shall we meet at the station
- we shall meet at the station at nine
? u going to the dinner
- u are the best
? what about a joint booth at the fair
- how about that, we won
? Do you know if travel insurance is included
- You know that travel insurance is included.
? I have a question about eligible costs: does depreciation count
- I have no more questions, thank you
? had anyone success with crowdfunding for equipment
- had a great time
? where is everybody
- everybody is where they should be
? what do you use for surveys these days
- that is what I use for surveys these days
? are there examples of good bylaws
- there are examples of good bylaws in the folder
? could anyone proofread two pages by tonight
- anyone could have written that
? isn't the portal closed on sunday
- it isn't closed on sunday
? please advise which annex is the right one
- as advised, annex B is the right one
? tell me how you got the ministry on board
- tell them I said hi
? looking for partners for a proposal on green hydrogen
- found partners for the proposal, thanks to this channel
? when will we get the feedback on the action plan
- you will get the feedback when I am back
? how's it going with the label
- it's going well with the label
? who wrote the guide on clusters and skills
- the one who wrote the guide left in may
? What would you do with 10k euro left at the end of a project
- I know what I would do
? why do half of the companies never answer a survey
- that's why half of the companies never answer
? does anybody remember the name of the restaurant
- remember the name of the restaurant: Kolm Sibulat
? can a public body be a member
- a public body can be a member
? and the deadline is when
- and the deadline is friday
? you mean the old form or the new one
- I mean the new form
? Sorry for the basic question, but what is a work package
- Sorry, wrong channel
? @Ana did you hear back from the region
- @Ana I heard back from the region
? is 15 % overhead normal
- 15 % overhead is normal
? wondering if a cluster can own a company
- wonderful, a cluster that owns a company
? hi everyone, has someone run a hackathon with less than 5k
- hi everyone, someone ran off with my charger
? I'd appreciate suggestions for ice breakers that are not embarrassing
- I appreciate all your suggestions
? Any experience with Erasmus for entrepreneurs?
- Any experience is welcome
? can we get an extension
- we got an extension
? lol what is that
- lol that is what I said
? what next
- next please
? really
- really nice
? who's taking notes
- Nora's taking notes
? do companies here pay in advance or after the event
- companies here pay in advance
? how does one become a mentor
- one becomes a mentor by asking
? is this the right channel for job offers
- this is the right channel for job offers
? https://example.org/call?id=4 has anyone applied for this one
- https://example.org/call?id=4
? where from
- from where I sit it looks good
? Could you please confirm that you received my homework
- I please to confirm, received
? can't we just use the old logo
- we just can't use the old logo
? anybody up for a coffee before the session
- coffee before the session was great
? does the fee include VAT
- the fee does include VAT
? I wonder whether it is worth going to the expo
- it is worth going to the expo, no wonder it sells out
? how often do you meet your steering committee
- we meet our steering committee as often as needed
? alguien tiene una plantilla para el plan de acción
- gracias a todos, nos vemos el jueves
? ¿Cuándo es la próxima sesión?
- cuando llegamos ya no quedaba café
? cómo calculáis las cuotas de los socios
- como siempre, muy bien organizado
? quién va a Bruselas la semana que viene
- el que va a Bruselas es Pablo
? dónde se sube la tarea
- la tarea ya está subida
? qué programa usáis para las encuestas
- qué bien, enhorabuena
? podéis recomendar un hotel en Málaga
- puedo recomendar el hotel del año pasado
? hat jemand eine Vorlage für die Satzung
- hat gut geklappt, danke
? wie hoch ist euer Mitgliedsbeitrag
- wie immer sehr gut vorbereitet
? wann ist die nächste Sitzung
- wenn ich Zeit habe, schicke ich es heute
? wo finde ich das Formular
- das Formular liegt im Ordner
? kann mir jemand die Folien schicken
- kann ich machen
? gibt es eine Frist für die Hausaufgabe
- es gibt keine Frist
? est-ce que quelqu'un a un modèle de convention
- merci beaucoup, à jeudi
? comment vous calculez les cotisations
- comme prévu, tout est dans le dossier
? où est-ce qu'on dépose le devoir
- où que vous soyez, bon courage
? quel logiciel utilisez-vous pour les enquêtes
- quel plaisir de vous revoir
? quelqu'un connaît un bon formateur
- quelqu'un a oublié son écharpe
? pouvez-vous partager le lien
- vous pouvez partager le lien
? qualcuno ha un modello di statuto
- grazie mille a tutti
? come si calcola la quota associativa
- come sempre ottimo lavoro
? quando è la prossima riunione
- quando siamo arrivati era chiuso
? dove trovo il modulo
- il modulo è nella cartella
? alguém tem um modelo de plano de ação
- obrigada a todos, até quinta
? como é que calculam as quotas
- como combinado, envio amanhã
? quando é a próxima sessão
- quando cheguei já estava cheio
? onde posso encontrar o formulário
- o formulário está na pasta
? are cineva un model de plan de acțiune
- mulțumesc tuturor, ne vedem joi
? cum calculați cotizația
- cum am spus, trimit mâine
? unde găsesc formularul
- formularul este în dosar
? czy ktoś ma wzór umowy konsorcjum
- dzięki wszystkim, do czwartku
? jak liczycie składki członkowskie
- jak zawsze świetna robota
? gdzie znajdę formularz
- formularz jest w folderze
? kiedy jest następne spotkanie
- kiedy przyjechaliśmy, było zamknięte
? eylem planı için şablonu olan var mı
- herkese teşekkürler, perşembe görüşürüz
? aidatları nasıl hesaplıyorsunuz
- nasıl istersen
? formu nerede bulabilirim
- form klasörde duruyor
? έχει κανείς υπόδειγμα για το καταστατικό;
- ευχαριστώ όλους, τα λέμε την Πέμπτη
? πού βρίσκω τη φόρμα
- η φόρμα είναι στον φάκελο
? onko jollakulla mallia toimintasuunnitelmasta
- kiitos kaikille, nähdään torstaina
? missä lomake on
- lomake on kansiossa
? kas kellelgi on konsortsiumilepingu põhi
- aitäh kõigile, neljapäeval näeme
? kuidas te liikmemaksu arvutate
- kuidas kunagi, vahel kümme, vahel kakskümmend
? heeft iemand een sjabloon voor de statuten
- bedankt allemaal, tot donderdag
? hoe berekenen jullie de contributie
- hoe dan ook, het is gelukt
? waar vind ik het formulier
- het formulier staat in de map
"""


def halves() -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """The lines with whether they ask: those that the rule was made with, and those held out from it.

    Lines follow in pairs of one that asks and one that does not; every second pair is held out.
    """
    lines = [(line[2:], line[0] == "?") for line in _LINES.strip().splitlines()]
    made = [one for at, one in enumerate(lines) if at // 2 % 2 == 0]
    held_out = [one for at, one in enumerate(lines) if at // 2 % 2 == 1]
    return made, held_out


def sounds_like_a_question(line: str) -> bool:
    """The rule to beat: has a question mark, or starts with a question word or an auxiliary."""
    return "?" in line or _BEGINS_LIKE_A_QUESTION.match(line) is not None


def f1(rule: Callable[[str], bool], lines: Sequence[tuple[str, bool]]) -> float:
    """How well a rule tells which of the lines ask: the harmonic mean of precision and recall, 0 to 1."""
    told = [(rule(line), does_ask) for line, does_ask in lines]
    both = sum(one and does_ask for one, does_ask in told)
    return 2 * both / sum(one + does_ask for one, does_ask in told)
