"""Weather in words, in five languages; the conditions are those of Home Assistant."""

from __future__ import annotations

from collections.abc import Mapping

from jarvis.messages import JsonValue

CONDITIONS: Mapping[str, tuple[str, str, str, str, str]] = {
    "clear-night": ("clear", "klar", "dégagé", "despejado", "晴"),
    "cloudy": ("cloudy", "bewölkt", "nuageux", "nublado", "多云"),
    "exceptional": ("exceptional", "außergewöhnlich", "exceptionnel", "excepcional", "异常天气"),
    "fog": ("fog", "Nebel", "brouillard", "niebla", "有雾"),
    "hail": ("hail", "Hagel", "grêle", "granizo", "冰雹"),
    "lightning": ("thunderstorms", "Gewitter", "orages", "tormenta", "雷暴"),
    "lightning-rainy": (
        "thunderstorms with rain", "Gewitter mit Regen", "orages et pluie", "tormenta con lluvia", "雷阵雨",
    ),
    "partlycloudy": ("partly cloudy", "teilweise bewölkt", "partiellement nuageux", "parcialmente nublado", "局部多云"),
    "pouring": ("heavy rain", "starker Regen", "forte pluie", "lluvia intensa", "大雨"),
    "rainy": ("rain", "Regen", "pluie", "lluvia", "有雨"),
    "snowy": ("snow", "Schnee", "neige", "nieve", "有雪"),
    "snowy-rainy": ("sleet", "Schneeregen", "pluie et neige", "aguanieve", "雨夹雪"),
    "sunny": ("sunny", "sonnig", "ensoleillé", "soleado", "晴"),
    "windy": ("windy", "windig", "venteux", "ventoso", "大风"),
    "windy-variant": (
        "windy and cloudy", "windig und bewölkt", "venteux et nuageux", "ventoso y nublado", "大风多云",
    ),
}  # fmt: skip
_LANGUAGES = ("en", "de", "fr", "es", "zh")
_PARTS: Mapping[str, tuple[str, str, str, str, str]] = {
    "range": (
        "{low} to {high} {unit}", "{low} bis {high} {unit}", "{low} à {high} {unit}", "de {low} a {high} {unit}",
        "{low} 到 {high} {unit}",
    ),
    "temperature": (
        "{temperature} {unit}", "{temperature} {unit}", "{temperature} {unit}", "{temperature} {unit}",
        "{temperature} {unit}",
    ),
    "humidity": (
        "humidity {humidity} %", "Luftfeuchtigkeit {humidity} %", "humidité {humidity} %", "humedad {humidity} %",
        "湿度 {humidity} %",
    ),
    "wind": (
        "wind {wind} {wind_unit}", "Wind {wind} {wind_unit}", "vent {wind} {wind_unit}", "viento {wind} {wind_unit}",
        "风速 {wind} {wind_unit}",
    ),
}  # fmt: skip


def in_words(row: Mapping[str, JsonValue], language: str = "en") -> str:
    """Like "partly cloudy, 14 °C, humidity 71 %, wind 12 km/h" for the row of `Home.weather`; English if need be."""
    place = _LANGUAGES.index(language) if language in _LANGUAGES else 0
    comma, sign = ("，" if language == "zh" else ", "), ("," if language in ("de", "fr", "es") else ".")
    said = {key: _plain(value, sign) for key, value in row.items()}
    condition = str(row.get("condition") or "")
    parts = [CONDITIONS[condition][place] if condition in CONDITIONS else condition.replace("-", " ")]
    if "low" in row and "high" in row:
        parts.append(_PARTS["range"][place].format(**{"unit": ""} | said))
    elif "temperature" in row or "high" in row:
        parts.append(_PARTS["temperature"][place].format(**{"unit": "", "temperature": said.get("high", "")} | said))
    parts += [_PARTS[key][place].format(**{"wind_unit": ""} | said) for key in ("humidity", "wind") if key in row]
    return comma.join(part.strip() for part in parts if part.strip())


def _plain(value: JsonValue, sign: str) -> str:
    return f"{round(value, 1):g}".replace(".", sign) if isinstance(value, float) else str(value)
