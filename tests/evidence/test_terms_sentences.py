"""Sentences of published notices, shortened, without names: what must be found in them, and what must not.

From TED and Doffin notices of 2016 to 2024 (EU publications, reuse allowed with acknowledgement). Sentences marked ``ours`` are written
for the test in the words of public tenders: Russian and Portuguese have few notices in the test data.
"""

import pytest

from tenderloop.evidence.terms import find_concepts, measured

MUST: list[tuple[str, str, set[str]]] = [
    ("en", "to reduce greenhouse gas emissions and create a more circular economy", {"carbon_footprint", "circular_economy"}),
    ("en", "how all used components are returned to the supplier in order to be recycled/reused", {"take_back", "recycling", "reuse"}),
    ("en", "a minimum requirement for a percentage of refurbished components that the tenderer shall offer", {"refurbish"}),
    ("en", "the procurement of complete systems, spare parts, courses and services", {"spare_parts"}),
    ("en", "Ability to provide renewable electricity at the same or marginal cost", {"renewable_energy"}),
    ("en", "the stated quality assurance standards, including universal design requirements", {"accessibility"}),
    ("en", "Environmental management measures", {"environmental_management"}),
    ("en", "increasing biodiversity and to provide a narrative", {"biodiversity"}),
    ("en", "2 fully electric vehicles that are loaned by the contracting authority", {"clean_vehicles"}),
    ("en", "performance monitoring system in place based on a number of key performance indicators", {"monitoring_reporting"}),
    ("en", "Life-cycle costing over 15 years, residual value included (ours)", {"life_cycle_cost", "residual_value"}),
    ("en", "At least 30 % recycled content; easy to disassemble (ours)", {"recycled_content", "design_for_disassembly"}),
    ("de", "Die Ersatzteilversorgung ist für mindestens 5 Jahre sicherzustellen", {"spare_parts"}),
    (
        "de",
        "leicht voneinander zu trennen, möglichst sortenrein verarbeitet und recyclingfähig",
        {"design_for_disassembly", "recyclability"},
    ),
    ("de", "Kanten und andere Kunststoffteile müssen PVC-frei sein", {"hazardous_substances"}),
    ("de", "Alle angebotenen Produkte müssen mit dem Blauen Engel oder gleichwertig sowie PEFC", {"ecolabel", "renewable_materials"}),
    ("de", "in den Themenbereichen Energie, Kreislaufwirtschaft und Mobilität", {"circular_economy"}),
    ("de", "Verlängerung der Gewährleistungsfrist", {"warranty"}),
    ("de", "soll der Stromverbrauch der Beleuchtungsanlagen reduziert werden", {"energy_efficiency"}),
    ("de", "Die BSAG beschafft für den Standort fünfzig Elektrobusse.", {"clean_vehicles"}),
    ("de", "Wartung und Instandhaltung der Gebäudeleittechnik", {"maintenance"}),
    ("de", "zum Mindeststundenentgelt (Mindestlohn), zur Frauenförderung", {"working_conditions", "gender_equality"}),
    ("de", "Verwendung nachhaltiger Baustoffe", {"green_general"}),
    ("de", "nach Bereichen der WIEDERVERWENDUNG und Ruecknahme (ours)", {"reuse", "take_back"}),
    ("fr", "Performance en matière d'insertion professionnelle 10.0 %", {"disadvantaged_employment"}),
    ("fr", "gestion des pièces de rechange, mise à disposition aux utilisateurs", {"spare_parts"}),
    ("fr", "Traitement et valorisation des gravats", {"recycling"}),
    ("fr", "Performances en matière de protection de l'environnement", {"green_general"}),
    ("fr", "Maintenance préventive et corrective des équipements sécurité incendie", {"maintenance"}),
    ("fr", "Coût global", {"life_cycle_cost"}),
    ("fr", "mise en place d’une borne de recharge pour véhicules électriques", {"clean_vehicles"}),
    ("fr", "Garantie de parfait achèvement", {"warranty"}),
    ("fr", "Produits issus d'une pêche durable.", {"green_general"}),
    ("fr", "Mobilier issu du REEMPLOI, loi AGEC, indice de réparabilité 8/10 (ours)", {"reuse", "circular_economy", "repair"}),
    ("es", "Criterios sociales y medioambientales. Hasta 3 puntos", {"green_general"}),
    ("es", "Adopción de medidas de promoción de la igualdad de género.", {"gender_equality"}),
    ("es", "Plazo de garantía (15%).", {"warranty"}),
    ("es", "La consulta al mercado puede incluir uno o más eventos", {"market_consultation"}),
    ("es", "Mantenimiento y reparacion.", {"maintenance", "repair"}),
    ("es", "Suministro de repuestos y reutilización de envases; economía circular (ours)", {"spare_parts", "reuse", "circular_economy"}),
    ("it", "Servizio di manutenzione/riparazione e revisione veicolare", {"maintenance", "repair"}),
    ("it", "sistema completo di raccolta differenziata quinquennio 2022/2026", {"separate_collection"}),
    ("it", "valutazione della estensione della garanzia", {"warranty"}),
    ("it", "AVVISO DI CONSULTAZIONE PRELIMINARE DI MERCATO", {"market_consultation"}),
    ("it", "iscrizione nella sezione «A» all’albo delle cooperative sociali", {"disadvantaged_employment"}),
    (
        "it",
        "ricambi originali, materiali riciclati e costo del ciclo di vita (ours)",
        {"spare_parts", "recycled_content", "life_cycle_cost"},
    ),
    ("pt", "Aquisição de 17 autocarros elétricos, por lotes", {"clean_vehicles"}),
    ("pt", "Assistência Técnica", {"maintenance"}),
    ("pt", "formação sobre saúde e segurança no trabalho", {"health_safety"}),
    ("pt", "peças sobressalentes durante 10 anos, retoma dos equipamentos usados (ours)", {"spare_parts", "take_back"}),
    ("pt", "rotulo ecologico da UE, papel reciclado e economia circular (ours)", {"ecolabel", "recycled_content", "circular_economy"}),
    ("pl", "Sukcesywne dostawy części zamiennych układu hamulcowego", {"spare_parts"}),
    ("pl", "Oferowany okres gwarancji na zaoferowane oprawy 120 miesięcy", {"warranty"}),
    ("pl", "odpadów zbieranych selektywnie", {"separate_collection"}),
    ("pl", "spełnienie normy EURO 6 dla emisji spalin", {"clean_vehicles"}),
    ("pl", "były zatrudnione na podstawie umowy o pracę", {"working_conditions"}),
    ("pl", "WYSOKOŚĆ KAR UMOWNYCH", {"penalties_bonus"}),
    ("pl", "rozwiązań proekologicznych i energooszczędnych", {"green_general", "energy_efficiency"}),
    ("pl", "gospodarka o obiegu zamkniętym, ponowne użycie i recykling (ours)", {"circular_economy", "reuse", "recycling"}),
    ("nl", "Alle benodigde reserveonderdelen voor de werking", {"spare_parts"}),
    ("nl", "een bewijs van milieubeheer in het kader van het voorwerp", {"environmental_management"}),
    ("nl", "Terugkoop en terugname van de huidige voorraad", {"take_back"}),
    ("nl", "om de ecologische impact van gebouwen te verminderen", {"green_general"}),
    ("nl", "circulaire economie en hergebruik (ours)", {"circular_economy", "reuse"}),
    ("nb", "redusere klimagassutslipp og skape en mer sirkulær økonomi", {"carbon_footprint", "circular_economy"}),
    ("nb", "oppfyller kvalitetssikringsstandardene, inkludert krav til universell utforming", {"accessibility"}),
    ("nb", "Markedsdialog Nettverksutstyr", {"market_consultation"}),
    ("nb", "reservedeler, kurs og tjenester", {"spare_parts"}),
    ("nb", "ISO 14001-sertifisert miljøstyringssystem er godkjent", {"environmental_management"}),
    ("ru", "Гарантийный срок на мебель не менее 36 месяцев (ours)", {"warranty"}),
    ("ru", "Поставка запасных частей и ремонт оборудования (ours)", {"spare_parts", "repair"}),
    ("ru", "Раздельный сбор отходов и повторное использование тары (ours)", {"separate_collection", "reuse"}),
    ("ru", "Переход к циркулярной экономике, экологическая маркировка (ours)", {"circular_economy", "ecolabel"}),
    ("ru", "стоимость жизненного цикла и класс энергоэффективности А (ours)", {"life_cycle_cost", "energy_efficiency"}),
]

MUST_NOT: list[tuple[str, str, set[str]]] = [
    ("en", "Circular letter No 4 of the ministry (ours)", {"circular_economy"}),
    ("en", "The terms of reuse of this document and the reuse of these terms (ours)", {"reuse"}),
    ("en", "recycling of applications is not allowed (ours)", {"recycling"}),
    ("en", "spare capacity of the network (ours)", {"spare_parts"}),
    ("en", "a sustainable deficit (ours)", {"green_general"}),
    ("en", "Lot 3: repair of roads, road repairs (ours)", {"repair"}),
    ("en", "ten years of service life of staff (ours)", {"durability"}),
    ("en", "EPPO CMS ECOSYSTEM under European Commission DPS 2", {"biodiversity"}),
    ("en", "convicted of child labour and other forms of human trafficking", {"human_rights"}),
    ("en", "breached its obligations in the field of labour law", {"working_conditions"}),
    ("en", "at the same cost of non-renewable electricity", {"renewable_energy"}),
    ("en", "Bids are rated by points. 3 lots.", {"warranty", "variants"}),
    ("de", "Entstehung von z.B. Diabetes, Herz-Kreislauferkrankungen oder Gelenkbeschwerden", {"circular_economy"}),
    ("de", "Rundschreiben 5/2024 (ours)", {"circular_economy"}),
    ("de", "gem. § 21 Abs. 1 Arbeitnehmerentsendegesetz oder gem. § 19 Abs. 1 Mindestlohngesetz", {"working_conditions"}),
    ("de", "(Menschenhandel, Zwangsprostitution, Zwangsarbeit, Ausbeutung der Arbeitskraft", {"human_rights"}),
    ("de", "keine Geldbußen nach dem LkSG", {"human_rights"}),
    ("de", "Mängelansprüche in Höhe von 3% der Abrechnungssumme", {"warranty"}),
    ("de", "Verwaltungsentscheidungen (Gewerbeuntersagungen, Rücknahme von Erlaubnissen", {"take_back"}),
    ("de", "Es handelt sich vorliegend um die Anmietung einer Stadtbibliothek", {"sharing_or_rental"}),
    ("de", "motormanuelle Aufarbeitung von Holz (ours)", {"refurbish"}),
    ("fr", "la formation et le recyclage des agents à l'utilisation des véhicules", {"recycling"}),
    ("fr", "de réaliser le recyclage quinquennal prévu pour les titulaires", {"recycling"}),
    ("fr", "circulaire du 12 mai, lettre circulaire (ours)", {"circular_economy"}),
    ("fr", "la reprise du personnel (ours)", {"take_back"}),
    ("fr", "Garantie responsabilité civile et risques annexes", {"warranty"}),
    ("fr", "l’écosystème web sur Typo3", {"biodiversity"}),
    ("fr", "https://melanissimo-ng.din.developpement-durable.gouv.fr/", {"green_general"}),
    ("fr", "Astreinte avec intervention sous 04h00", {"penalties_bonus"}),
    ("es", "carta circular de la entidad (ours)", {"circular_economy"}),
    ("es", "MEJORA DE LA ACCESIBILIDAD DE LOS MONTES MEDIANTE EL ARREGLO DE CAMINOS", {"repair", "accessibility"}),
    ("es", "normativa medioambiental da lugar a la exclusión del licitador", {"green_general"}),
    ("es", "curso de reciclaje profesional (ours)", {"recycling"}),
    ("it", "CERNITA DELL’UVA COMANDATO DA SENSORI OTTICI", {"separate_collection"}),
    ("it", "reati di riciclaggio di denaro (ours)", {"recycling"}),
    ("it", "è garantita la tracciabilità di tutte le fasi", {"traceability"}),
    ("it", "conveniente, congrua e sostenibile economicamente e finanziariamente", {"green_general"}),
    ("it", "tracciabilità dei flussi finanziari (ours)", {"traceability"}),
    ("pt", "ofício circular n.º 3; lote composto por duas peças (ours)", {"circular_economy", "composting"}),
    ("pt", "curso de reciclagem profissional (ours)", {"recycling"}),
    ("pl", "handlu ludźmi, o którym mowa w art. 189a Kodeksu karnego", {"human_rights"}),
    ("pl", "produkcji paliwa alternatywnego RDF pochodzących z Zakładu", {"clean_vehicles"}),
    ("pl", "naprawienie wyrządzonej szkody (ours)", {"repair"}),
    ("pl", "oraz monitorowania NIBP, SpO2, EKG", {"monitoring_reporting"}),
    ("pl", "odnawianie pasów pożarowych", {"refurbish"}),
    ("pl", "trwałe zapisywanie oraz weryfikację danych", {"durability"}),
    ("nl", "Geen schending milieu-, sociaal en arbeidsrecht", {"green_general"}),
    ("nl", "ministeriële circulaire van 5 mei (ours)", {"circular_economy"}),
    ("nb", "Av opprinnelig kontraktsverdi, etter avtalefestet KPI-justering", {"monitoring_reporting"}),
    ("nb", "medvirkning til eller forsøk på å begå slike handlinger", {"local_community"}),
    ("nb", "rundskriv fra departementet (ours)", {"circular_economy"}),
    ("ru", "циркулярное письмо министерства; циркуляр (ours)", {"circular_economy"}),
    ("ru", "капитальный ремонт дороги (ours)", {"repair"}),
    ("ru", "повторное использование данных (ours)", {"reuse"}),
    ("ru", "листовой прокат стальной (ours)", {"sharing_or_rental"}),
]


@pytest.mark.parametrize(("language", "sentence", "concepts"), MUST)
def test_found(language: str, sentence: str, concepts: set[str]) -> None:
    hits = find_concepts(sentence, language)
    assert concepts <= {hit.concept for hit in hits}
    assert all(hit.language == language for hit in hits)


@pytest.mark.parametrize(("language", "sentence", "concepts"), MUST_NOT)
def test_passed_over(language: str, sentence: str, concepts: set[str]) -> None:
    assert not concepts & {hit.concept for hit in find_concepts(sentence, language)}


@pytest.mark.parametrize(("language", "sentence", "concepts"), MUST)
def test_capitals_without_accents_are_found_too(language: str, sentence: str, concepts: set[str]) -> None:
    assert concepts <= {hit.concept for hit in find_concepts(sentence.upper(), language)}


@pytest.mark.parametrize(
    ("language", "sentence", "concept"),
    [
        ("en", "matter without reuse potential", "reuse"),
        ("en", "Refurbished goods are not accepted", "refurbish"),
        ("de", "Nebenangebote sind nicht zugelassen", "variants"),
        ("de", "keine Wartung", "maintenance"),
        ("fr", "Pas d'heures d'insertion sur ce lot.", "disadvantaged_employment"),
        ("es", "no se admiten: variantes; sin variantes", "variants"),
        ("it", "non sono previste varianti", "variants"),
        ("pt", "sem reutilização", "reuse"),
        ("pl", "nie dopuszcza składania ofert wariantowych", "variants"),
        ("nl", "Varianten zijn niet toegestaan", "variants"),
        ("nb", "utsorterte masser uten gjenbrukspotensiale", "reuse"),
        ("ru", "без гарантийного срока", "warranty"),
    ],
)
def test_a_refusal_is_reported_as_negated(language: str, sentence: str, concept: str) -> None:
    hits = [hit for hit in find_concepts(sentence, language) if hit.concept == concept]
    assert hits
    assert hits[-1].negated


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "not only repair but"),
        ("de", "nicht nur Wartung, sondern"),
        ("fr", "non seulement la réparation"),
        ("es", "no solo la reparación"),
        ("it", "non solo la riparazione"),
        ("pt", "não só a reparação"),
        ("nl", "niet alleen reparatie"),
        ("pl", "nie tylko naprawy"),
        ("ru", "не только ремонт"),
    ],
)
def test_not_only_is_no_refusal(language: str, sentence: str) -> None:
    [hit] = find_concepts(sentence, language)
    assert not hit.negated


def test_a_real_clause_is_said_in_words_and_measured() -> None:
    text = "Anforderungen: -Die Ersatzteilversorgung für das angebotene Mobiliar ist für mindestens 5 Jahre zu sichern. Wartung."
    parts, care = find_concepts(text, "de")
    assert (parts.concept, measured(text, parts.start, parts.end)) == ("spare_parts", True)
    assert (care.concept, measured(text, care.start, care.end)) == ("maintenance", False)
