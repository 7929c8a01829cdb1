"""Spanish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from jarvis.responding.phrases.base import Named
from jarvis.responding.phrases.european import European

_TEXTS = {
    "of": " de {src}",
    "within": " en {src}",
    "out_of": " según {src}",
    "stop": ".",
    "between": " ",
    # texts
    "text.optical-character-recognition": "Texto{within}{note}: {text}",
    "text.automatic-speech-recognition": "Transcripción{of}{note}: {text}",
    "text.image-to-text": "Descripción{of}{note}: {text}",
    "text.video-to-text": "Descripción{of}{note}: {text}",
    "text.translation": "En {language}{note}: {text}",
    "text.summarization": "Resumen{of}{note}: {text}",
    "text.answer": "Respuesta{out_of}{note}: {text}",
    "text.answer.asked": "Respuesta a {question}{out_of}{note}: {text}",
    "text.text2text-generation": "Texto reescrito{note}: {text}",
    "text.text2text-generation.asked": "Texto según la instrucción {question}{note}: {text}",
    "text.web-search": "Encontrado en la web{note}: {text}",
    "text.web-search.asked": "Encontrado en la web sobre {question}{note}: {text}",
    "text.weather": "El tiempo{note}: {text}",
    "text.weather.place": "El tiempo en {place}{note}: {text}",
    "text.*": "{subject}{note}: {text}",
    "empty": "{subject}: sin contenido.",
    "empty.optical-character-recognition": "No se encontró texto{within}.",
    "empty.automatic-speech-recognition": "No se reconocieron palabras{within}.",
    # things in pictures
    "found.one": "Encontrado{within}: {things}{scores}{note}.",
    "found.many": "{count} cosas encontradas{within}: {things}{note}.",
    "found.none": "No se encontró nada{within}{note}.",
    "found.none.named": "No se encontró nada como {labels}{within}{note}.",
    "more": "{count} más",
    "range": "de {high} a {low}",
    "pose.one": "Encontrado{within}: {people} con {points}{note}.",
    "pose.many": "Encontrado{within}: {people} con {counts} puntos visibles{note}.",
    "pose.none": "No se encontró a nadie{within}{note}.",
    "keypoint": "1 punto visible",
    "keypoints": "{count} puntos visibles",
    # labels
    "shows": "Lo más probable en {src}: {best}{rest}{note}.",
    "shows.unsure": "No está claro qué muestra {src}; lo más cercano: {best}{rest}{note}.",
    "label": "{start}: lo más probable es {best}{rest}{note}.",
    "label.unsure": "{start}: no está claro, lo más cercano es {best}{rest}{note}.",
    "label.alone": "Lo más probable: {best}{rest}{note}.",
    "label.alone.unsure": "No está claro; lo más cercano: {best}{rest}{note}.",
    "rest": ", después {labels}",
    "fits": "De las etiquetas dadas, la más adecuada para {src} es {best}{rest}{note}.",
    "fits.unsure": "Ninguna de las etiquetas dadas encaja claramente con {src}; la más cercana es {best}{rest}{note}.",
    "labels": "{start}: {labels}{note}.",
    "label.none": "No se encontró etiqueta para {src}{note}.",
    "sentiment": "Sentimiento{of}: {best}{note}.",
    "language": "Idioma{of}: {best}{note}.",
    "language.unsure": "El idioma{of} no está claro; lo más cercano: {best}{note}.",
    "entities": "En {src}: {groups}{note}.",
    "entities.alone": "Encontrado: {groups}{note}.",
    "entities.none": "No se encontraron nombres{within}{note}.",
    "group": "{kind}: {items}",
    "groups": "; ",
    "similar.same": "Los dos textos dicen casi lo mismo (similitud {score}){note}.",
    "similar.close": "Los dos textos tienen un significado cercano (similitud {score}){note}.",
    "similar.some": "Los dos textos tienen cierta relación (similitud {score}){note}.",
    "similar.none": "Los dos textos tienen poco que ver (similitud {score}){note}.",
    "rows": "Filas{of}: {rows}{note}.",
    # sound
    "voice": "Voz{within} {spans}{note}.",
    "voice.many": "Voz{within} en {count} tramos, {total} en total, {spans}{note}.",
    "voice.none": "No se encontró voz{within}{note}.",
    "span": "de {start} a {end}",
    "seconds": "{number} s",
    "minutes": "{minutes} min",
    "minutes.seconds": "{minutes} min {seconds} s",
    "hours": "{hours} h",
    "hours.minutes": "{hours} h {minutes} min",
    # files
    "made": "{subject}{note} está en {path}.",
    "made.sound": "{subject}{note} está en {path} ({length}).",
    "beginning": "{text}… (el resto está en {path})",
    # home
    "home.simulated": "En la casa simulada, {statement}.",
    "home.real": "{statement}.",
    "home.now": "el estado de {device} es ahora: {state}",
    "home.is": "el estado de {device} es: {state}",
    "home.unconfirmed": "se envió la orden «{wanted}» a {device}, pero nada la confirma (estado: {state})",
    "home.pending": "el estado de {device} es: {state}, todavía no: {wanted}",
    "home.problem": "{device} no lo hizo ({problem})",
    "home.unread": "{device} no dice nada ({problem})",
    "home.set": "ajustado a {value}",
    "home.present": "ahora {value}",
    "home.volume": "volumen {value}",
    "home.plays": "reproduciendo {value}",
    "home.pauses": "en pausa en {value}",
    "home.position": "abierto al {value}",
    "timer.label": " {label}",
    "timer.start": "Temporizador{label} puesto{details}.",
    "timer.cancel": "Temporizador{label} cancelado.",
    "timer.status": "Temporizador{label}{details}.",
    "timer.none": "No hay ningún temporizador en marcha.",
    "list.add": "{item} se añadió a la lista «{list}».",
    "list.remove": "{item} se quitó de la lista «{list}».",
    "list.read": "En la lista «{list}»: {items}.",
    "list.empty": "La lista «{list}» está vacía.",
    "list.now": "Ahora contiene: {items}.",
    "list.unconfirmed": "La lista «{list}» aún no lo muestra: no está confirmado.",
    # anything
    "value": "{subject}: {value}",
    "value.none": "{subject}: sin valor.",
    "yes": "sí",
    "no": "no",
    "nothing": "nada",
    # what did not work
    "failed": "No se pudo obtener {object}: {message}",
    "failed.home-control": "No se pudo ejecutar {object}: {message}",
    "failed.timer": "No se pudo cambiar {object}: {message}",
    "failed.list-item": "No se pudo usar {object}: {message}",
    "failed.standing-plan": "No se pudo cambiar {object}: {message}",
    "skipped": "Sin {cause} no se pudo hacer: {things}.",
    "skipped.unknown": "No se pudo hacer, porque falló algo necesario: {things}.",
    "not_run": "Sin ejecutar: {things}.",
    "nothing_planned": "En esta petición no había nada que una tarea de aquí pudiera hacer.",
    # notes on how a result was made
    "note.extractive": "frases tomadas del texto",
    "note.passage": "el pasaje más cercano en significado",
    "note.embeddings": "según la cercanía de significado",
    "note.composed": "compuesto a partir de varios modelos",
    "note.rules": "según reglas fijas",
    "note.simulated": "simulación",
    # what the user speaks of
    "your.text": "su texto",
    "your.image": "su imagen",
    "your.audio": "su grabación",
    "your.video": "su vídeo",
    "your.table": "su tabla",
    "earlier": "el resultado anterior",
}

_NOUNS = {
    "text-classification": "la etiqueta{of}",
    "zero-shot-classification": "la etiqueta{of}",
    "token-classification": "los nombres{within}",
    "question-answering": "la respuesta{out_of}",
    "summarization": "el resumen{of}",
    "translation": "la traducción{of}",
    "text-generation": "el texto generado",
    "text2text-generation": "el texto reescrito",
    "conversational": "la réplica",
    "sentence-similarity": "la similitud de los dos textos",
    "language-identification": "el idioma{of}",
    "table-question-answering": "la respuesta{out_of}",
    "tabular-classification": "las clases de las filas{within}",
    "image-classification": "la etiqueta{of}",
    "zero-shot-image-classification": "la etiqueta{of}",
    "object-detection": "los objetos{within}",
    "zero-shot-object-detection": "los objetos{within}",
    "face-detection": "las caras{within}",
    "keypoint-detection": "los puntos del cuerpo{within}",
    "image-segmentation": "la segmentación{of}",
    "mask-generation": "la máscara{of}",
    "background-removal": "el recorte{of}",
    "depth-estimation": "el mapa de profundidad{of}",
    "image-to-text": "la descripción{of}",
    "optical-character-recognition": "el texto{within}",
    "visual-question-answering": "la respuesta{out_of}",
    "document-question-answering": "la respuesta{out_of}",
    "image-to-image": "la versión modificada{of}",
    "text-to-image": "la nueva imagen",
    "canny-control": "el mapa de bordes{of}",
    "openpose-control": "el mapa de poses{of}",
    "depth-control": "el mapa de profundidad{of}",
    "controlled-text-to-image": "la nueva imagen",
    "automatic-speech-recognition": "la transcripción{of}",
    "text-to-speech": "la lectura en voz alta",
    "text-to-audio": "el nuevo sonido",
    "audio-classification": "la etiqueta{of}",
    "audio-to-audio": "la versión modificada{of}",
    "voice-activity-detection": "los tramos de voz{within}",
    "text-to-video": "el nuevo vídeo",
    "image-to-video": "el nuevo vídeo",
    "video-classification": "la etiqueta{of}",
    "video-to-text": "la descripción{of}",
    "video-to-audio": "la pista de sonido{of}",
    "video-to-image": "el fotograma{of}",
    "video-editing": "la versión editada{of}",
    "web-search": "la búsqueda en la web",
    "download": "la descarga de {url}",
    "weather": "el tiempo",
    "home-control": "la orden para {target}",
    "home-state": "el estado de {target}",
    "camera-snapshot": "la imagen de {target}",
    "timer": "el temporizador",
    "list-item": "la lista «{list}»",
    "standing-plan": "la rutina",
    "*": "el resultado de {tool}",
}

_LANGUAGES = {
    "en": "inglés", "zh": "chino", "de": "alemán", "es": "español", "fr": "francés", "it": "italiano",
    "pt": "portugués", "nl": "neerlandés", "ru": "ruso", "ja": "japonés", "ko": "coreano", "ar": "árabe",
    "hi": "hindi", "tr": "turco", "pl": "polaco", "sv": "sueco", "da": "danés", "no": "noruego", "fi": "finés",
    "el": "griego", "cs": "checo", "uk": "ucraniano", "he": "hebreo", "vi": "vietnamita", "th": "tailandés",
    "id": "indonesio", "la": "latín", "hu": "húngaro", "ro": "rumano",
}  # fmt: skip

_WORDS = {
    "positive": "positivo", "negative": "negativo", "neutral": "neutro", "mixed": "mixto",
    "pos": "positivo", "neg": "negativo", "neu": "neutro",
    "joy": "alegría", "sadness": "tristeza", "anger": "enfado", "fear": "miedo", "surprise": "sorpresa",
    "love": "amor", "disgust": "asco", "spam": "spam", "speech": "habla", "music": "música", "silence": "silencio",
    "on": "encendido", "off": "apagado", "open": "abierto", "closed": "cerrado", "locked": "cerrado con llave",
    "unlocked": "sin llave", "playing": "en reproducción", "paused": "en pausa", "stopped": "parado",
    "idle": "inactivo", "running": "en marcha", "started": "en marcha", "active": "activo",
    "unavailable": "no disponible", "unknown": "desconocido",
    "opening": "abriéndose", "closing": "cerrándose", "locking": "cerrándose con llave",
    "unlocking": "abriéndose con llave", "jammed": "atascado", "docked": "en su base", "cleaning": "limpiando",
    "returning": "volviendo a su base", "finished": "terminado", "disarmed": "desactivado", "arming": "activándose",
    "armed away": "activado (fuera)", "armed home": "activado (en casa)", "armed night": "activado (noche)",
    "pressed": "pulsado", "inactive": "inactivo", "motion": "movimiento", "no motion": "sin movimiento",
    "standing still": "quieto", "run": "ejecutado",
}  # fmt: skip

_KINDS = {
    "person": "personas", "per": "personas", "org": "organizaciones", "norp": "grupos", "fac": "edificios",
    "gpe": "lugares", "loc": "lugares", "product": "productos", "event": "acontecimientos", "work_of_art": "obras",
    "law": "leyes", "date": "fechas", "time": "horas", "money": "importes", "percent": "porcentajes",
    "quantity": "cantidades", "ordinal": "ordinales", "cardinal": "números", "misc": "otros nombres",
    "language": "idiomas", "email": "correos electrónicos", "url": "direcciones", "phone": "teléfonos",
    "keyword": "palabras clave", "key_phrase": "expresiones clave",
    "noun": "sustantivos", "propn": "nombres propios", "verb": "verbos",
    "adj": "adjetivos", "adv": "adverbios", "pron": "pronombres", "num": "numerales",
}  # fmt: skip


class Spanish(European):
    """Spanish."""

    code: ClassVar[str] = "es"
    texts: ClassVar[Mapping[str, str]] = _TEXTS
    nouns: ClassVar[Mapping[str, str]] = _NOUNS
    languages: ClassVar[Mapping[str, str]] = _LANGUAGES
    words: ClassVar[Mapping[str, str]] = _WORDS
    kinds: ClassVar[Mapping[str, str]] = _KINDS
    quotes: ClassVar[tuple[str, str]] = ("«", "»")
    conjunction: ClassVar[str] = " y "
    articles: ClassVar[Mapping[str, str]] = {"m": "un", "f": "una"}

    def of(self, source: Named) -> str:
        """Like " de la página"; "de el" becomes "del"."""
        if not source.fixed and source.object.startswith("el "):
            return f" del {source.object[3:]}"
        return super().of(source)

    def conjunction_before(self, item: str) -> str:
        """Like "y", but "e" before the sound i."""
        low = item.lower()
        return " e " if low.startswith(("i", "hi")) and not low.startswith(("hie", "io", "ia")) else self.conjunction
