"""Questions with other people's wordings in six languages, to search with accents and without them."""

import unicodedata

from tests.bench.sets import Asked

# Own sentences about what clusters ask. Each line: the question as logged | the same asked in other words.
_SENTENCES = {
    "Spanish": """
¿Cómo presentamos la solicitud de financiación europea?|presentación de una solicitud para financiación
¿Quién organiza la próxima visita de estudio en Málaga?|próxima visita en Málaga
¿Dónde está el formulario de inscripción?|formulario para la inscripción
¿Qué compañías pequeñas buscan socios en Bogotá?|compañías de Bogotá
¿Cuándo termina el período de evaluación?|período de evaluación
¿Hay una guía para la gestión del clúster?|guía de gestión
¿Hay una guía para la inscripción de compañías en el clúster?|guía para inscribir una compañía
¿Quién revisa la solicitud antes de la evaluación?|quién revisa la solicitud
¿Dónde se publicó el último informe de gestión económica?|último informe de gestión económica""",
    "German": """
Wie beantragen wir Fördermittel für kleine Übernahmen?|Fördermittel für Übernahmen beantragen
Wer führt nächstes Jahr durch die Räume in München?|Räume in München
Welche Behörde prüft die Anträge für Außenhandel?|Behörde für Außenhandel
Gibt es eine Übersicht über fähige Büros in Köln?|Übersicht der Büros in Köln
Wann läuft die Frist für Änderungen am Gebäude ab?|Frist für Änderungen
Können Mitglieder später zusätzliche Beiträge zahlen?|zusätzliche Beiträge der Mitglieder
Können Behörden zusätzliche Büros im Gebäude nutzen?|Behörden nutzen Büros im Gebäude
Wer prüft die Übersicht der Beiträge im nächsten Jahr?|Übersicht der Beiträge prüfen
Welche Gebühren fallen für Übersetzungen der Anträge an?|Gebühren für Übersetzungen""",
    "Romanian": """
Cum obținem finanțare pentru întreprinderi mici?|finanțare pentru întreprinderi
Cine găzduiește următoarea vizită la București?|vizită la București
Unde găsim fișa de înscriere pentru școală?|fișa de înscriere
Ce societăți din Iași caută parteneri străini?|parteneri pentru societăți din Iași
Când se încheie perioada de evaluare națională?|perioada de evaluare națională
Există un ghid despre conducerea rețelei și a clusterului?|ghid pentru conducerea rețelei
Există o școală pentru evaluarea întreprinderilor mici?|școală pentru evaluarea întreprinderilor
Cine plătește înscrierea la următoarea școală de vară?|plătește înscrierea la școală
Ce finanțare națională primesc rețelele din București?|finanțare națională pentru rețele""",
    "Turkish": """
Küçük işletmeler için hibe başvurusu nasıl yapılır?|işletmeler hibe başvurusu
Bir sonraki çalışma ziyaretini İzmir'de kim düzenliyor?|İzmir çalışma ziyaretini kim düzenliyor
Kayıt formunu nereden bulabilirim, ışıklı salonda mı?|kayıt formunu ışıklı salonda
İhracat yapan şirketler Eskişehir'de ortak arıyor mu?|Eskişehir ihracat şirketler ortak
Değerlendirme süresi ne zaman bitiyor?|değerlendirme süresi bitiyor
Küme yönetimi için güncel bir kılavuz var mı?|küme yönetimi kılavuz
Küçük şirketler için güncel bir başvuru formu var mı?|küçük şirketler başvuru formu
İhracat değerlendirmesi için çalışma süresi ne kadar?|ihracat değerlendirmesi süresi
Küme üyelerinin kaydı Eskişehir'de mi yapılıyor?|küme üyelerinin kaydı Eskişehir""",
    "Greek": """
Πώς υποβάλλουμε αίτηση για ευρωπαϊκή χρηματοδότηση;|αίτηση χρηματοδότηση
Ποιος οργανώνει την επόμενη επίσκεψη στη Θεσσαλονίκη;|επίσκεψη στη Θεσσαλονίκη
Πού βρίσκεται το έντυπο εγγραφής για μέλη;|έντυπο εγγραφής
Ποιες μικρές εταιρείες αναζητούν συνεργάτες στην Πάτρα;|εταιρείες στην Πάτρα
Πότε λήγει η περίοδος αξιολόγησης των σχεδίων;|περίοδος αξιολόγησης
Υπάρχει οδηγός για τη διοίκηση του συνεργατικού σχηματισμού;|οδηγός διοίκηση σχηματισμού
Υπάρχει έντυπο για τη χρηματοδότηση μικρών εταιρειών;|έντυπο χρηματοδότηση εταιρειών
Ποιος πληρώνει την εγγραφή των μελών στην επόμενη επίσκεψη;|πληρώνει την εγγραφή
Πού δημοσιεύεται η αξιολόγηση των ευρωπαϊκών σχεδίων;|αξιολόγηση ευρωπαϊκών σχεδίων""",
    "Polish": """
Jak złożyć wniosek o środki na współpracę międzynarodową?|wniosek o środki na współpracę
Kto organizuje następną wizytę studyjną w Łodzi?|wizytę w Łodzi
Gdzie znajdę formularz zgłoszeniowy dla członków?|formularz zgłoszeniowy
Które małe spółki szukają partnerów we Wrocławiu?|spółki we Wrocławiu
Kiedy kończy się okres oceny wniosków?|okres oceny się kończy
Czy jest podręcznik zarządzania klastrem na Śląsku?|podręcznik zarządzania na Śląsku
Czy jest formularz oceny dla małych spółek na Śląsku?|formularz oceny małych spółek
Kto płaci za zgłoszenie członków na wizytę międzynarodową?|zgłoszenie członków na wizytę
Gdzie ogłoszono środki na następny okres współpracy?|środki na następny okres współpracy""",
}

_PLAIN = str.maketrans("łŁıİøßąćęńóśźż", "lLiIosacenoszz")


def documents() -> list[tuple[str, str, str]]:
    """One log of the questions in all languages: id, question, no answer."""
    return [(f"{name}-{place}", question, "") for name, place, question, _ in _pairs()]


def queries() -> dict[str, list[Asked]]:
    """For each language the other wordings, each with the question that it asks."""
    found: dict[str, list[Asked]] = {name: [] for name in _SENTENCES}
    for name, place, _, asked in _pairs():
        found[name].append(Asked(f"asked {name}-{place}", asked, frozenset({f"{name}-{place}"})))
    return found


def _pairs() -> list[tuple[str, int, str, str]]:
    found = []
    for name, lines in _SENTENCES.items():
        for place, line in enumerate(lines.strip().splitlines()):
            question, asked = line.split("|")
            found.append((name, place, question, asked))
    return found


def without_accents(text: str) -> str:
    """`text` as somebody types it on another keyboard."""
    decomposed = unicodedata.normalize("NFD", text.translate(_PLAIN))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
