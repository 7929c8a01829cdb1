"""French: when, on which condition, and what is told."""

from __future__ import annotations

from jarvis.standing.spoken.base import Tongue

_ONES = (
    "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf vingt"
)
_NUMBERS = {word: n for n, word in enumerate(_ONES.split(), 1)} | {
    "une": 1, "vingt et une": 21, "vingt et un": 21, "vingt-et-une": 21, "vingt-deux": 22, "vingt deux": 22,
    "vingt-trois": 23, "vingt trois": 23, "vingt-cinq": 25, "vingt cinq": 25, "trente": 30, "trente-cinq": 35,
    "quarante": 40, "quarante-cinq": 45, "cinquante": 50, "cinquante-cinq": 55, "soixante": 60,
}  # fmt: skip
_PART = r"(?: (?P<part>du matin|du soir|de l['’]après-midi|de la nuit))?"
_PLANS = r"(?:routines?|automatisations?|plans? permanents?|tâches? (?:récurrentes?|programmées?)|tâches? régulières?)"
_ROOM = r"(?: (?:dans (?:la |le |l['’])?|à la |au |sur la )(?P<{0}>[\w' -]{{2,40}}))?"

FRENCH = Tongue(
    code="fr",
    hints=r"chaque|di au |tous les|toutes les|quotidien|semaine|week|lundi|les \w+s\b|un jour sur|quand|lorsqu|dès qu|\bsi\b|prochaine|routine|"
    r"automati|tâche|plan|arrête|cesse",
    numbers=_NUMBERS,
    fractions={"et demie": 30, "et demi": 30, "et quart": 15, "moins le quart": -15, "moins quart": -15, "moins dix": -10,
               "moins cinq": -5, "moins vingt": -20},
    before=frozenset(),
    parts={
        "du matin": "morning", "matin": "morning", "matins": "morning", "du soir": "evening", "soir": "evening",
        "soirs": "evening", "de l'après-midi": "afternoon", "de l’après-midi": "afternoon", "après-midi": "afternoon",
        "midi": "noon", "midis": "noon", "minuit": "midnight", "nuit": "night", "nuits": "night", "de la nuit": "night",
        "la nuit": "night", "le matin": "morning", "le soir": "evening", "l'après-midi": "afternoon",
    },
    clocks=(
        r"à (?P<noon>midi|minuit)",
        rf"(?:à |vers )?(?P<h>{{N}}) ?(?:heures?|h)(?: ?(?P<m>et demie?|et quart|moins le quart|moins quart|moins dix|moins cinq|moins vingt|{{N}}))?{_PART}",
        rf"(?:à |vers )?(?P<h>\d{{1,2}})[:.](?P<m>\d\d){_PART}",
    ),
    days=("lundis?", "mardis?", "mercredis?", "jeudis?", "vendredis?", "samedis?", "dimanches?"),
    units={"minute": 1, "minutes": 1, "heure": 60, "heures": 60, "demi-heure": 30, "demi-heures": 30,
           "demie-heure": 30, "quart d'heure": 15, "quarts d'heure": 15},
    ordinals={"premier": 1, "premier jour": 1, "dernier": -1, "dernier jour": -1, "quinze": 15, "dix": 10, "cinq": 5},
    comes_again=(
        ("range", r"(?:chaque jour )?(?:du )?(?P<first>{D}) au (?P<last>{D})"),
        ("month", r"le (?P<nth>premier jour|dernier jour|premier|dernier|\d{1,2}) de chaque mois|chaque mois,? le (?P<nth2>premier|dernier|\d{1,2})"),
        ("other", r"tous les (?P<n>{N}) jours|un jour sur (?P<n2>deux|trois)"),
        ("weekday", r"(?:chaque|tous les) jours? (?:de (?:la )?semaine|ouvrables?|ouvrés?)|en semaine"),
        ("weekend", r"(?:chaque|tous les) week-?ends?|le week-?end"),
        ("names", r"(?:chaque|tous les) (?P<names>{D}(?:(?:,| et|, et) (?:chaque |tous les |les )?{D})*)(?: (?P<part>matins?|soirs?|après-midi))?"),
        ("names", r"les (?P<names>{D}(?:(?:,| et|, et) (?:les )?{D})*)"),
        ("interval", r"toutes les (?P<n>{N}) (?P<unit>minutes|heures)"),
        ("interval", r"(?:chaque|toutes les|tous les) (?P<unit>heures?|minutes?|demi-heures?|demie-heure|quarts? d'heure)"),
        ("part", r"(?:chaque|tous les|toutes les) (?P<part>matins?|soirs?|après-midi|midis?|nuits?)"),
        ("day", r"chaque jour|tous les jours|quotidiennement"),
    ),
    joins=r"(?:,? et |,? |, )",
    also=r",? et (?:puis |ensuite )?|, (?:puis )?",
    spaced=True,
    hold=r"(?: (?:pendant|depuis) (?:plus de |au moins )?(?P<hold>{N}) (?P<unit>minutes?|heures?|secondes?))",
    ifs=r"si",
    static=r"(?!est (?:termin|fini|prêt))(?:est|sont) .*",
    always=r"chaque fois que|à chaque fois que|chaque fois qu['’]",
    next_time=r"la prochaine fois que",
    when=(r"(?P<how>à chaque fois que|chaque fois que|la prochaine fois que|dès que|lorsque|quand|si) (?P<thing>.{2,60}?) {BECOMES}{HOLD}{WINDOW}",),
    becomes={
        "done": r"(?:est|sont|sera) (?:terminée?s?|finie?s?|prête?s?)|a (?:terminé|fini)|aura (?:terminé|fini)|se termine|termine|finit",
        "open": r"s['’]ouvre|(?:est|reste) ouverte?",
        "closed": r"se ferme|est fermée?",
        "on": r"s['’]allume|est allumée?",
        "off": r"s['’]éteint|est éteinte?",
        "running": r"démarre|commence|se met en marche",
        "locked": r"est verrouillée?|se verrouille",
        "unlocked": r"est déverrouillée?|se déverrouille",
        "motion": r"(?:détecte|voit|capte) (?:un |du |quelqu['’]un|une )?(?:mouvement|personne)?",
        "rings": r"sonne",
        "above": r"(?:dépasse|(?:monte|passe|est) (?:au-dessus|au dessus) de|est supérieure? à) (?P<value>-?\d+(?:,\d+)?|{N})(?: ?(?:degrés|pour cent|%|°c?|watts))?",
        "below": r"(?:descend|passe|tombe|est|baisse) (?:en dessous de|au-dessous de|en-dessous de|sous|inférieure? à) (?P<value>-?\d+(?:,\d+)?|{N})(?: ?(?:degrés|pour cent|%|°c?|watts))?",
    },
    between=(
        r"(?: entre (?P<after>{T}) et (?P<before>{T})| de (?P<after2>{T}) à (?P<before2>{T}))",
        r"(?: après (?P<after>{T})| avant (?P<before>{T}))",
        r"(?: (?P<part>la nuit|le matin|le soir|l'après-midi))",
    ),
    no_thing=r"(?:il|elle|je|tu|nous|vous|on|ils|elles|ce$|ça|cela|quelqu['’]un|personne|qui|mon chef)\b",
    tells=r"(?:dis[- ]?le(?:[- ]moi|[- ]nous)?|dis[- ]moi(?:[- ]le)?|(?:préviens|avertis|informe|alerte)[- ](?:moi|nous)|préviens|annonce[- ]?(?:le|la)?|"
    r"fais[- ]le[- ]moi savoir|fais[- ]moi signe)" + _ROOM.format("room"),
    reminds=r"(?:réveille[- ](?:moi|nous)|mets?(?:[- ]moi)? (?:une |un |mon |le )(?:alarme|réveil)|règle (?:une |un |mon |le |l['’])(?:alarme|réveil)|"
    r"rappelle[- ](?:moi|nous)(?: (?:de |d['’]|que )?(?P<label>.+))?)",
    weather=r"(?:lis|dis|donne|annonce)(?:[- ](?:moi|nous))? (?:la météo|le bulletin météo|le temps qu['’]il fait)(?: à (?:voix )?haute(?: voix)?)?",
    polite=r"(?:(?:s['’]il te plaît|s['’]il vous plaît|jarvis|désormais|à partir de (?:maintenant|demain)|alors|puis|et),? )*(?:(?:peux|pourrais)[- ]tu |(?:pouvez|pourriez)[- ]vous )?",
    plain=r"(?:je|j['’]|nous|il|elle|ils|elles|on|tu|vous|le|la|les|l['’]|un|une|des|mon|ma|mes|que|quoi|qui|comment|pourquoi|où|"
    r"quand|quelle?s?|est|sont|c['’]|ce|il y|y|dans|sur|beaucoup|tout|à|de|avec)\b",
    doing=r"(?:allume|éteins|ouvre|ferme|mets?|règle|baisse|monte|verrouille|déverrouille|lance|démarre|arrête|joue|lis|dis|annonce|"
    r"donne|montre|vérifie|arrose|aspire|nettoie|active|désactive|envoie|prends|réveille|rappelle|chauffe|préviens|avertis|"
    r"informe|résume|regarde|ajoute|fais|raconte|coupe|alerte)\b",
    about=r"\b(?:quand|si|à quelle heure|sur qui|au sujet|à propos|qui|pourquoi|comment|où|parce|pendant que|nommée?|appelée?|disant|dont)\b|[:\"«]",
    manages=(
        ("list", rf"(?:(?:liste|montre|lis|donne|dis)(?:[- ]moi)?|quelles sont|quels sont|quelles?)(?: toutes)?(?: mes| les)? ?{_PLANS}(?: (?:ai-je|y a-t-il|sont actives|j['’]ai|as-tu))?"),
        ("remove", rf"(?:supprime|efface|annule|enlève|oublie|arrête) (?:toutes )?(?:la |le |les |mes |ma |mon |l['’])?(?P<what>.*?) ?{_PLANS}(?: (?:du|de la|de l['’]|de|des|pour|sur|avec|qui) ?(?P<what2>.+))?"),
        ("remove", r"(?:arrête|cesse) (?:de |d['’])(?P<what>.*(?:chaque|tous les|toutes les|quotidiennement).*)"),
        ("remove", r"ne (?P<what>.*) plus (?P<what2>.*(?:chaque|tous les|toutes les|quotidiennement).*)"),
        ("pause", rf"(?:suspends?|mets en pause|désactive) (?:la |le |les |mes |ma |l['’])?(?P<what>.*?) ?{_PLANS}(?: (?:du|de la|de l['’]|de|des|pour|sur|avec) ?(?P<what2>.+))?"),
        ("resume", rf"(?:reprends?|réactive|continue) (?:la |le |les |mes |ma |l['’])?(?P<what>.*?) ?{_PLANS}(?: (?:du|de la|de l['’]|de|des|pour|sur|avec) ?(?P<what2>.+))?"),
        ("change", rf"(?:change|déplace|décale|mets|règle) (?:la |le |ma |mon |l['’])?(?P<what>.*?) ?{_PLANS}(?: (?:du|de la|de l['’]|de|des|pour|sur|avec) ?(?P<what2>.+?))? (?P<when>à .+|sur .+)"),
    ),
    yes=r"(?:oui|ouais|d['’]accord|ok|okay|bien sûr|vas-y|fais-le|garde-le|garde-la|parfait|c['’]est ça|volontiers|s['’]il te plaît)",
    no=r"(?:non|nan|surtout pas|laisse tomber|annule|oublie(?: ça)?|pas maintenant|arrête)",
    texts={
        "every day": "chaque jour", "every weekday": "du lundi au vendredi", "every weekend": "chaque samedi et dimanche",
        "every names": "chaque {days}", "and": " et ", "comma": ", ", "other day": "tous les {n} jours",
        "month": "le {nth} de chaque mois", "month.last": "le dernier jour de chaque mois",
        "interval": "toutes les {n} min", "interval.hours": "toutes les {n} h", "interval.hour": "toutes les heures",
        "at": " à {times}", "window": " de {first} à {last}", "after": " après {first}", "before": " avant {last}",
        "day.0": "lundi", "day.1": "mardi", "day.2": "mercredi", "day.3": "jeudi", "day.4": "vendredi",
        "day.5": "samedi", "day.6": "dimanche",
        "when": "chaque fois que {thing} {said}", "when.once": "la prochaine fois que {thing} {said}", "hold": " pendant {length}",
        "then": ", puis ", "tell": "te prévenir", "tell.room": "l’annoncer ({room})",
        "several": "Une seule routine à la fois, s’il te plaît.", "ask": "{when} : {plan}. Dois-je le garder ?",
        "ask.allow": "{when} : {plan}. Ne peut pas être annulé : {deeds} ; ce serait fait chaque fois sans demander. Dois-je le garder ?",
        "timer.due": "Le minuteur « {label} » est terminé.", "timer.due.plain": "Le minuteur est terminé.",
        "timer.late": "Le minuteur « {label} » s’est terminé il y a {ago}.", "timer.late.plain": "Le minuteur s’est terminé il y a {ago}.",
        "alarm.due": "Il est {time}.", "alarm.late": "Le réveil était réglé sur {time}, il y a {ago}.",
        "reminder.due": "Rappel : {label}.", "reminder.late": "Rappel : {label}. C’était pour {time}, il y a {ago}.",
        "became": "{thing} {said}.", "missed": "« {plan} » n’a pas été fait à {time}, car je ne tournais pas.",
        "missed.many": "« {plan} » n’a pas été fait {count} fois, la dernière à {time}, car je ne tournais pas.",
        "late": "Avec {ago} de retard : {answer}",
        "failed": "« {plan} » a échoué : {problem}", "paused": "« {plan} » a échoué trois fois de suite et est suspendu : {problem}",
        "days": "{n} jours", "hours": "{n} heures", "minutes": "{n} minutes", "seconds": "{n} secondes",
        "day": "1 jour", "hour": "1 heure", "minute": "1 minute", "second": "1 seconde",
        "added": "C’est gardé : {when} : {plan}.", "added.idle": " Rien ne tourne en ce moment qui le ferait : lance `jarvis keep`.",
        "declined": "Rien n’a été gardé.", "removed": "Supprimé : {when} : {plan}.", "paused.told": "Suspendu : {when} : {plan}.",
        "resumed": "Repris : {when} : {plan}.", "changed": "Changé : {when} : {plan}.", "none": "Il n’y a aucune routine.",
        "list": "{count} routines. {plans}", "list.one": "Une routine. {plans}", "listed": "{when} : {plan}{state}.",
        "state.paused": " (suspendu)", "next": " (prochaine fois {next})",
        "set.timer": "Le minuteur{label} est réglé ({left}).", "set.alarm": "Le réveil est réglé ({at}).",
        "set.reminder": "Le rappel{label} est réglé ({at}).", "set.idle": " Rien ne tourne en ce moment qui sonnerait : lance `jarvis keep`.",
        "left.timer": "Minuteur{label} : encore {left}.", "left.alarm": "Réveil : {at}.", "left.reminder": "Rappel{label} : {at}.",
        "ended": "Annulé :{label} {at}.", "timer.none": "Aucun minuteur ne tourne.",
        "quote": " « {label} »",
    },
    deeds={
        "weather": "la météo", "text-to-speech": "le dire", "home-state": "état de {target}",
        "camera-snapshot": "image de {target}", "list-item": "{action} {item} ({list})", "timer": "minuteur",
        "turn_on": "allumer {target}", "turn_off": "éteindre {target}", "open": "ouvrir {target}", "close": "fermer {target}",
        "lock": "verrouiller {target}", "unlock": "déverrouiller {target}", "play": "jouer {value} ({target})",
        "pause": "mettre {target} en pause", "start": "démarrer {target}", "stop": "arrêter {target}",
        "activate": "activer {target}", "set_brightness": "régler {target} sur {value}",
        "set_temperature": "régler {target} sur {value}", "set_color": "régler {target} sur {value}",
        "set_volume": "régler {target} sur {value}",
    },
)  # fmt: skip
