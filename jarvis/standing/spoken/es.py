"""Spanish: when, on which condition, and what is told."""

from __future__ import annotations

from jarvis.standing.spoken.base import Tongue

_ONES = (
    "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco"
)
_NUMBERS = {word: n for n, word in enumerate(_ONES.split(), 1)} | {
    "una": 1, "un": 1, "dieciseis": 16, "veintidos": 22, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60,
    "treinta y cinco": 35, "cuarenta y cinco": 45, "cincuenta y cinco": 55,
}  # fmt: skip
_PART = r"(?: (?P<part>de la mañana|de la tarde|de la noche|de la madrugada))?"
_PLANS = r"(?:rutinas?|automatizaci(?:ón|ones)|planes? (?:fijos?|permanentes?)|plan (?:fijo|permanente)|tareas? (?:recurrentes?|programadas?|fijas?))"

SPANISH = Tongue(
    code="es",
    hints=r"cada|de (?:martes|miércoles|jueves|viernes|sábado|domingo) a|todos los|todas las|diari|laborable|semana|lunes|los \w+|un día sí|cuando|en cuanto|tan pronto|\bsi\b|siempre que|"
    r"próxima vez|rutina|automati|tarea|plan|deja de",
    numbers=_NUMBERS,
    fractions={"y media": 30, "y cuarto": 15, "menos cuarto": -15, "menos diez": -10, "menos cinco": -5,
               "menos veinte": -20, "y cinco": 5, "y diez": 10, "y veinte": 20, "y veinticinco": 25, "y quince": 15,
               "y treinta": 30, "y cuarenta": 40, "y cuarenta y cinco": 45},
    before=frozenset(),
    parts={
        "de la mañana": "morning", "mañana": "morning", "mañanas": "morning", "de la tarde": "afternoon",
        "tarde": "afternoon", "tardes": "afternoon", "de la noche": "night", "noche": "night", "noches": "night",
        "de la madrugada": "morning", "mediodía": "noon", "medianoche": "midnight", "por la noche": "night",
        "por la mañana": "morning", "por la tarde": "afternoon",
    },
    clocks=(
        r"(?:al|a) (?P<noon>mediodía|medianoche)",
        rf"(?:a|sobre|desde) las? (?P<h>{{N}})[:.](?P<m>\d\d)(?: horas| h)?{_PART}",
        rf"(?:a|sobre|desde) las? (?P<h>{{N}})(?: (?P<m>y media|y cuarto|menos cuarto|menos diez|menos cinco|menos veinte|y cuarenta y cinco|y cuarenta|y treinta|y veinticinco|y veinte|y quince|y diez|y cinco))?(?: en punto| horas)?{_PART}",
        rf"(?P<h>\d{{1,2}})[:.](?P<m>\d\d)(?: horas| h)?{_PART}",
        rf"las? (?P<h>{{N}}){_PART}",
    ),
    days=("lunes", "martes", "miércoles|miercoles", "jueves", "viernes", "sábados?|sabados?", "domingos?"),
    units={"minuto": 1, "minutos": 1, "hora": 60, "horas": 60, "media hora": 30, "cuarto de hora": 15},
    ordinals={"primero": 1, "primer día": 1, "uno": 1, "último": -1, "último día": -1, "quince": 15, "diez": 10},
    comes_again=(
        ("range", r"(?:cada día )?de (?P<first>{D}) a (?P<last>{D})"),
        ("month", r"el (?:día )?(?P<nth>primer día|último día|primero|último|uno|quince|diez|\d{1,2}) de cada mes|cada mes,? el (?:día )?(?P<nth2>primero|último|\d{1,2})"),
        ("other", r"cada (?P<n>{N}) días|un día sí y otro no"),
        ("weekday", r"(?:cada|todos los|los) días? (?:laborables?|de (?:la )?semana|hábil(?:es)?)|entre semana"),
        ("weekend", r"(?:cada|todos los|los) fin(?:es)? de semana"),
        ("names", r"(?:cada|todos los|los) (?P<names>{D}(?:(?:,| y|, y) (?:cada |los |todos los )?{D})*)(?: por la (?P<part>mañana|tarde|noche))?"),
        ("interval", r"cada (?P<n>{N}) (?P<unit>minutos|horas)"),
        ("interval", r"cada (?P<unit>media hora|cuarto de hora|hora|minuto)"),
        ("part", r"(?:cada|todas las|todos los) (?P<part>mañanas?|tardes?|noches?|mediodía)"),
        ("day", r"cada día|todos los días|a diario|diariamente"),
    ),
    joins=r"(?:,? y |,? |, )",
    also=r",? y (?:luego |después )?|, ",
    spaced=True,
    hold=r"(?: (?:durante|por|desde hace) (?:más de |al menos )?(?P<hold>{N}) (?P<unit>minutos?|horas?|segundos?))",
    ifs=r"si",
    static=r"está[n]? .*",
    always=r"cada vez que|siempre que",
    next_time=r"la próxima vez que",
    when=(r"(?P<how>cada vez que|siempre que|la próxima vez que|en cuanto|tan pronto como|cuando|si) (?:(?:se) )?(?P<thing>.{2,60}?) {BECOMES}{HOLD}{WINDOW}",
          r"(?P<how>cada vez que|siempre que|la próxima vez que|en cuanto|cuando|si) {BECOMES} (?P<thing>(?:el|la|los|las|mi) [\wáéíóúñ]+(?: (?:de|del|de la) [\wáéíóúñ]+)?){HOLD}{WINDOW}"),
    becomes={
        "done": r"(?:termine|termina|acabe|acaba|haya (?:terminado|acabado)|ha (?:terminado|acabado)|esté list[oa]|está list[oa]|finalice|finaliza)",
        "open": r"se (?:abra|abre)|(?:esté|está|quede|queda) abiert[oa]",
        "closed": r"se (?:cierre|cierra)|(?:esté|está) cerrad[oa]",
        "on": r"se (?:encienda|enciende)|(?:esté|está) encendid[oa]",
        "off": r"se (?:apague|apaga)|(?:esté|está) apagad[oa]",
        "running": r"empiece|empieza|arranque|arranca|se ponga en marcha",
        "locked": r"se (?:bloquee|bloquea)|esté bloquead[oa]",
        "unlocked": r"se (?:desbloquee|desbloquea)|esté desbloquead[oa]",
        "motion": r"(?:detecte|detecta|vea|ve) (?:algún )?(?:movimiento|a alguien|una persona)",
        "rings": r"suene|suena",
        "above": r"(?:supere|supera|pase de|pasa de|suba de|sube de|esté por encima de|está por encima de) (?P<value>-?\d+(?:,\d+)?|{N})(?: ?(?:grados|por ciento|%|°c?|vatios))?",
        "below": r"(?:baje de|baja de|caiga por debajo de|cae por debajo de|esté por debajo de|está por debajo de) (?P<value>-?\d+(?:,\d+)?|{N})(?: ?(?:grados|por ciento|%|°c?|vatios))?",
    },
    between=(
        r"(?: entre (?P<after>{T}) y (?P<before>{T})| de (?P<after2>{T}) a (?P<before2>{T}))",
        r"(?: después de (?P<after>{T})| antes de (?P<before>{T}))",
        r"(?: (?P<part>por la noche|por la mañana|por la tarde))",
    ),
    no_thing=r"(?:él|ella|yo|tú|nosotros|ellos|ellas|eso|esto|alguien|nadie|quien|quién|mi jefe|lo|te|me)\b",
    tells=r"(?:dímelo|dinoslo|dínoslo|dilo|avísame|avísanos|avisa|anúncialo|anuncia(?:lo)?|notifícame|notifícamelo|infórmame|házmelo saber|adviérteme)"
    r"(?: (?:en|por) (?:el |la )?(?P<room>[\wáéíóúñ' -]{2,40}))?",
    reminds=r"(?:despiérta(?:me|nos)|pon(?:me)? (?:una|la|mi|un|el) (?:alarma|despertador)(?: a)?|"
    r"recuérda(?:me|nos)(?: (?:de |que )?(?P<label>.+))?)",
    weather=r"(?:lee|léeme|léenos|dime|dinos|dame|di|anuncia)(?: me)? (?:el tiempo|el pronóstico(?: del tiempo)?|la previsión del tiempo)(?: en voz alta)?",
    polite=r"(?:(?:por favor|jarvis|desde ahora|a partir de (?:ahora|hoy|mañana)|entonces|y|luego),? )*(?:(?:puedes|podrías) )?",
    plain=r"(?:yo|nosotros|él|ella|ellos|ellas|tú|usted|el|la|los|las|un|una|unos|mi|mis|su|qué|que|cómo|quién|por qué|dónde|"
    r"cuándo|cuál|es|son|hay|está|están|me (?:levanto|despierto|ducho|voy)|voy|sale|en|sobre|muchos|muchas|todos|a|de|con)\b",
    doing=r"(?:enciende|encienda|apaga|abre|cierra|pon|ponme|sube|baja|bloquea|desbloquea|inicia|arranca|para|detén|reproduce|lee|"
    r"léeme|di|dime|anuncia|dame|muestra|muéstrame|comprueba|riega|aspira|limpia|activa|desactiva|envía|toma|despiértame|"
    r"recuérdame|recuérdanos|calienta|avísame|avisa|dímelo|notifícame|resume|mira|añade|haz|cuéntame|ajusta|regula|anúncialo)\b",
    about=r"\b(?:cuándo|cuando|si|sobre|acerca|quien|quién|por qué|cómo|dónde|porque|mientras|llamad[oa]|diciendo|cuyo)\b|[:\"“«]",
    manages=(
        ("list", rf"(?:(?:lista|enumera|muestra|muéstrame|lee|dime|dame)|cuáles son|qué)(?: todas)?(?: mis| las| los)? ?{_PLANS}(?: (?:tengo|hay|están activas|tienes))?"),
        ("remove", rf"(?:borra|elimina|cancela|quita|olvida) (?:todas )?(?:la |el |las |los |mi |mis )?(?P<what>.*?) ?{_PLANS}(?: (?:de la|del|de|para|sobre|con|que) ?(?P<what2>.+))?"),
        ("remove", r"deja de (?P<what>.*(?:cada|todos los|todas las|a diario).*)"),
        ("remove", r"(?:ya )?no (?P<what>.*(?:cada|todos los|todas las|a diario).*?)(?: más)?"),
        ("pause", rf"(?:pausa|suspende|desactiva) (?:la |el |las |mi |mis )?(?P<what>.*?) ?{_PLANS}(?: (?:de la|del|de|para|sobre|con) ?(?P<what2>.+))?"),
        ("resume", rf"(?:reanuda|reactiva|continúa|activa) (?:la |el |las |mi |mis )?(?P<what>.*?) ?{_PLANS}(?: (?:de la|del|de|para|sobre|con) ?(?P<what2>.+))?"),
        ("change", rf"(?:cambia|mueve|pasa|pon) (?:la |el |mi )?(?P<what>.*?) ?{_PLANS}(?: (?:de la|del|de|para|sobre|con) ?(?P<what2>.+?))? (?P<when>a las? .+|para .+)"),
    ),
    yes=r"(?:sí|si|claro|vale|de acuerdo|ok|okay|hazlo|guárdalo|guárdala|por supuesto|correcto|perfecto|bueno|por favor)",
    no=r"(?:no|mejor no|olvídalo|déjalo|cancela|para|ahora no|nunca)",
    texts={
        "every day": "cada día", "every weekday": "de lunes a viernes", "every weekend": "cada sábado y domingo",
        "every names": "cada {days}", "and": " y ", "comma": ", ", "other day": "cada {n} días",
        "month": "el {nth} de cada mes", "month.last": "el último día de cada mes",
        "interval": "cada {n} min", "interval.hours": "cada {n} h", "interval.hour": "cada hora",
        "at": " a las {times}", "window": " de {first} a {last}", "after": " después de las {first}", "before": " antes de las {last}",
        "day.0": "lunes", "day.1": "martes", "day.2": "miércoles", "day.3": "jueves", "day.4": "viernes",
        "day.5": "sábado", "day.6": "domingo",
        "when": "cada vez que {thing} {said}", "when.once": "la próxima vez que {thing} {said}", "hold": " durante {length}",
        "then": ", luego ", "tell": "avisarte", "tell.room": "anunciarlo ({room})",
        "several": "Solo una rutina a la vez, por favor.", "ask": "{when}: {plan}. ¿Lo guardo?",
        "ask.allow": "{when}: {plan}. No se puede deshacer: {deeds}; se haría cada vez sin preguntar. ¿Lo guardo?",
        "timer.due": "El temporizador «{label}» ha terminado.", "timer.due.plain": "El temporizador ha terminado.",
        "timer.late": "El temporizador «{label}» terminó hace {ago}.", "timer.late.plain": "El temporizador terminó hace {ago}.",
        "alarm.due": "Son las {time}.", "alarm.late": "La alarma era para las {time}, hace {ago}.",
        "reminder.due": "Recordatorio: {label}.", "reminder.late": "Recordatorio: {label}. Era para las {time}, hace {ago}.",
        "became": "Ya: {thing} {said}.", "missed": "«{plan}» no se hizo a las {time}, porque yo no estaba en marcha.",
        "missed.many": "«{plan}» no se hizo {count} veces, la última a las {time}, porque yo no estaba en marcha.",
        "late": "Con {ago} de retraso: {answer}",
        "failed": "«{plan}» falló: {problem}", "paused": "«{plan}» falló tres veces seguidas y queda en pausa: {problem}",
        "days": "{n} días", "hours": "{n} horas", "minutes": "{n} minutos", "seconds": "{n} segundos",
        "day": "1 día", "hour": "1 hora", "minute": "1 minuto", "second": "1 segundo",
        "added": "Guardado: {when}: {plan}.", "added.idle": " Ahora no hay nada en marcha que lo haga: inicia `jarvis keep`.",
        "declined": "No se guardó nada.", "removed": "Borrado: {when}: {plan}.", "paused.told": "En pausa: {when}: {plan}.",
        "resumed": "Sigue: {when}: {plan}.", "changed": "Cambiado: {when}: {plan}.", "none": "No hay ninguna rutina.",
        "list": "{count} rutinas. {plans}", "list.one": "Una rutina. {plans}", "listed": "{when}: {plan}{state}.",
        "state.paused": " (en pausa)", "next": " (la próxima vez {next})",
        "set.timer": "El temporizador{label} está puesto ({left}).", "set.alarm": "La alarma está puesta ({at}).",
        "set.reminder": "El recordatorio{label} está puesto ({at}).", "set.idle": " Ahora no hay nada en marcha que suene: inicia `jarvis keep`.",
        "left.timer": "Temporizador{label}: quedan {left}.", "left.alarm": "Alarma: {at}.", "left.reminder": "Recordatorio{label}: {at}.",
        "ended": "Cancelado:{label} {at}.", "timer.none": "No hay ningún temporizador en marcha.",
        "quote": " «{label}»",
    },
    deeds={
        "weather": "el tiempo", "text-to-speech": "decirlo", "home-state": "estado de {target}",
        "camera-snapshot": "imagen de {target}", "list-item": "{action} {item} ({list})", "timer": "temporizador",
        "turn_on": "encender {target}", "turn_off": "apagar {target}", "open": "abrir {target}", "close": "cerrar {target}",
        "lock": "bloquear {target}", "unlock": "desbloquear {target}", "play": "reproducir {value} ({target})",
        "pause": "pausar {target}", "start": "iniciar {target}", "stop": "parar {target}", "activate": "activar {target}",
        "set_brightness": "poner {target} a {value}", "set_temperature": "poner {target} a {value}",
        "set_color": "poner {target} a {value}", "set_volume": "poner {target} a {value}",
    },
)  # fmt: skip
