"""English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from jarvis.responding.phrases import english_words
from jarvis.responding.phrases.base import Phrases

_TEXTS = {
    "of": " of {src}",
    "within": " in {src}",
    "out_of": " from {src}",
    "stop": ".",
    "between": " ",
    # texts
    "text.optical-character-recognition": "Text{within}{note}: {text}",
    "text.automatic-speech-recognition": "Transcript{of}{note}: {text}",
    "text.image-to-text": "Description{of}{note}: {text}",
    "text.video-to-text": "Description{of}{note}: {text}",
    "text.translation": "Translation into {language}{note}: {text}",
    "text.summarization": "Summary{of}{note}: {text}",
    "text.answer": "Answer{out_of}{note}: {text}",
    "text.answer.asked": "Answer to {question}{out_of}{note}: {text}",
    "text.text2text-generation": "Rewritten text{note}: {text}",
    "text.text2text-generation.asked": "Text after {question}{note}: {text}",
    "text.web-search": "Found on the web{note}: {text}",
    "text.web-search.asked": "Found on the web for {question}{note}: {text}",
    "text.weather": "Weather{note}: {text}",
    "text.weather.place": "Weather in {place}{note}: {text}",
    "text.*": "{subject}{note}: {text}",
    "empty": "{subject} is empty.",
    "empty.optical-character-recognition": "No text was found{within}.",
    "empty.automatic-speech-recognition": "No words were recognized{within}.",
    # things in pictures
    "found.one": "Found {things}{within}{scores}{note}.",
    "found.many": "Found {count} things{within}: {things}{note}.",
    "found.none": "Nothing was found{within}{note}.",
    "found.none.named": "Nothing like {labels} was found{within}{note}.",
    "more": "{count} more",
    "range": "{high} to {low}",
    "pose.one": "Found {people}{within} with {points}{note}.",
    "pose.many": "Found {people}{within}, with {counts} visible keypoints{note}.",
    "pose.none": "Nobody was found{within}{note}.",
    "keypoint": "1 visible keypoint",
    "keypoints": "{count} visible keypoints",
    # labels
    "shows": "{start} most likely shows {best}{rest}{note}.",
    "shows.unsure": "Unsure what {src} shows; the best guess is {best}{rest}{note}.",
    "label": "{start}: most likely {best}{rest}{note}.",
    "label.unsure": "{start}: unsure, the best guess is {best}{rest}{note}.",
    "label.alone": "Most likely {best}{rest}{note}.",
    "label.alone.unsure": "Unsure; the best guess is {best}{rest}{note}.",
    "rest": ", then {labels}",
    "fits": "Of the labels given, {best} fits {src} best{rest}{note}.",
    "fits.unsure": "None of the labels given clearly fits {src}; the closest is {best}{rest}{note}.",
    "labels": "{start}: {labels}{note}.",
    "label.none": "No label was found for {src}{note}.",
    "sentiment": "The sentiment{of} is {best}{note}.",
    "language": "The language{of} is {best}{note}.",
    "language.unsure": "The language{of} is unclear; the best guess is {best}{note}.",
    "entities": "In {src}: {groups}{note}.",
    "entities.alone": "Found {groups}{note}.",
    "entities.none": "No names were found{within}{note}.",
    "group": "{kind}: {items}",
    "groups": "; ",
    "similar.same": "The two texts mean nearly the same (similarity {score}){note}.",
    "similar.close": "The two texts are close in meaning (similarity {score}){note}.",
    "similar.some": "The two texts are somewhat related (similarity {score}){note}.",
    "similar.none": "The two texts have little to do with each other (similarity {score}){note}.",
    "rows": "Rows{of}: {rows}{note}.",
    # sound
    "voice": "Speech{within} {spans}{note}.",
    "voice.many": "Speech{within} in {count} places, {total} in all, {spans}{note}.",
    "voice.none": "No speech was found{within}{note}.",
    "span": "from {start} to {end}",
    "seconds": "{number} s",
    "minutes": "{minutes} min",
    "minutes.seconds": "{minutes} min {seconds} s",
    "hours": "{hours} h",
    "hours.minutes": "{hours} h {minutes} min",
    # files
    "made": "{subject}{note} was written to {path}.",
    "made.sound": "{subject}{note} was written to {path} ({length}).",
    "beginning": "{text}… (the rest is in {path})",
    # home
    "home.simulated": "In the simulated home, {statement}.",
    "home.real": "{statement}.",
    "home.now": "{device} is now {state}",
    "home.is": "{device} is {state}",
    "home.unconfirmed": "{device} was told to become {wanted}, but nothing confirms it: its state is {state}",
    "home.pending": "{device} is {state} and not yet {wanted}",
    "home.problem": "{device} did not do it ({problem})",
    "home.unread": "{device} tells nothing ({problem})",
    "home.set": "set to {value}",
    "home.present": "now {value}",
    "home.volume": "volume {value}",
    "home.plays": "playing {value}",
    "home.pauses": "paused at {value}",
    "home.position": "{value} open",
    "timer.label": " {label}",
    "timer.start": "Timer{label} was set{details}.",
    "timer.cancel": "Timer{label} was cancelled.",
    "timer.status": "Timer{label}{details}.",
    "timer.none": "No timer is running.",
    "list.add": "{item} was put on the {list} list.",
    "list.remove": "{item} was taken off the {list} list.",
    "list.read": "On the {list} list: {items}.",
    "list.empty": "The {list} list is empty.",
    "list.now": "It now has {items}.",
    "list.unconfirmed": "The {list} list does not show it yet, so it is not confirmed.",
    # anything
    "value": "{subject}: {value}",
    "value.none": "{subject}: no value.",
    "yes": "yes",
    "no": "no",
    "nothing": "none",
    # what did not work
    "failed": "Could not get {object}: {message}",
    "failed.home-control": "Could not carry out {object}: {message}",
    "failed.timer": "Could not change {object}: {message}",
    "failed.list-item": "Could not use {object}: {message}",
    "failed.standing-plan": "Could not change {object}: {message}",
    "skipped": "Skipped {things}, for lack of {cause}.",
    "skipped.unknown": "Skipped {things}, because something needed for it failed.",
    "not_run": "Not run: {things}.",
    "nothing_planned": "There was nothing in this request that a task here could do.",
    # notes on how a result was made
    "note.extractive": "sentences taken from the text",
    "note.passage": "the passage closest in meaning",
    "note.embeddings": "judged by closeness in meaning",
    "note.composed": "put together from several models",
    "note.rules": "by fixed rules",
    "note.simulated": "simulated",
    # what the user speaks of
    "your.text": "your text",
    "your.image": "your picture",
    "your.audio": "your recording",
    "your.video": "your video",
    "your.table": "your table",
    "earlier": "the earlier result",
}

_NOUNS = {
    "text-classification": "the label{of}",
    "zero-shot-classification": "the label{of}",
    "token-classification": "the names{within}",
    "question-answering": "the answer{out_of}",
    "summarization": "the summary{of}",
    "translation": "the translation{of}",
    "text-generation": "the generated text",
    "text2text-generation": "the rewritten text",
    "conversational": "the reply",
    "sentence-similarity": "the similarity of the two texts",
    "language-identification": "the language{of}",
    "table-question-answering": "the answer{out_of}",
    "tabular-classification": "the classes of the rows{within}",
    "image-classification": "the label{of}",
    "zero-shot-image-classification": "the label{of}",
    "object-detection": "the objects{within}",
    "zero-shot-object-detection": "the objects{within}",
    "face-detection": "the faces{within}",
    "keypoint-detection": "the body keypoints{within}",
    "image-segmentation": "the segmentation{of}",
    "mask-generation": "the mask{of}",
    "background-removal": "the cut-out{of}",
    "depth-estimation": "the depth map{of}",
    "image-to-text": "the description{of}",
    "optical-character-recognition": "the text{within}",
    "visual-question-answering": "the answer{out_of}",
    "document-question-answering": "the answer{out_of}",
    "image-to-image": "the changed version{of}",
    "text-to-image": "the new image",
    "canny-control": "the edge map{of}",
    "openpose-control": "the pose map{of}",
    "depth-control": "the depth map{of}",
    "controlled-text-to-image": "the new image",
    "automatic-speech-recognition": "the transcript{of}",
    "text-to-speech": "the speech",
    "text-to-audio": "the new sound",
    "audio-classification": "the label{of}",
    "audio-to-audio": "the changed version{of}",
    "voice-activity-detection": "the times of speech{within}",
    "text-to-video": "the new video",
    "image-to-video": "the new video",
    "video-classification": "the label{of}",
    "video-to-text": "the description{of}",
    "video-to-audio": "the sound track{of}",
    "video-to-image": "the still picture{out_of}",
    "video-editing": "the edited version{of}",
    "web-search": "the web search",
    "download": "the download of {url}",
    "weather": "the weather",
    "home-control": "the command to {target}",
    "home-state": "the state of {target}",
    "camera-snapshot": "the picture of {target}",
    "timer": "the timer",
    "list-item": "the {list} list",
    "standing-plan": "the standing plan",
    "*": "the result of {tool}",
}

_LANGUAGES = {
    "en": "English", "zh": "Chinese", "de": "German", "es": "Spanish", "fr": "French", "it": "Italian",
    "pt": "Portuguese", "nl": "Dutch", "ru": "Russian", "ja": "Japanese", "ko": "Korean", "ar": "Arabic",
    "hi": "Hindi", "tr": "Turkish", "pl": "Polish", "sv": "Swedish", "da": "Danish", "no": "Norwegian",
    "fi": "Finnish", "el": "Greek", "cs": "Czech", "uk": "Ukrainian", "he": "Hebrew", "vi": "Vietnamese",
    "th": "Thai", "id": "Indonesian", "la": "Latin", "hu": "Hungarian", "ro": "Romanian",
}  # fmt: skip

_WORDS = {
    "pos": "positive", "neg": "negative", "neu": "neutral",
    "positive": "positive", "negative": "negative", "neutral": "neutral", "mixed": "mixed",
}  # fmt: skip

_KINDS = {
    "person": "people", "per": "people", "org": "organizations", "norp": "groups", "fac": "buildings",
    "gpe": "places", "loc": "places", "product": "products", "event": "events", "work_of_art": "works",
    "law": "laws", "date": "dates", "time": "times", "money": "sums of money", "percent": "percentages",
    "quantity": "quantities", "ordinal": "ordinals", "cardinal": "numbers", "misc": "other names",
    "email": "e-mail addresses", "url": "addresses", "phone": "phone numbers", "keyword": "key phrases",
    "key_phrase": "key phrases",
    "noun": "nouns", "propn": "proper nouns", "verb": "verbs", "aux": "auxiliary verbs", "adj": "adjectives",
    "adv": "adverbs", "pron": "pronouns", "det": "determiners", "adp": "prepositions", "num": "numerals",
    "cconj": "conjunctions", "sconj": "conjunctions", "part": "particles", "intj": "interjections",
    "punct": "punctuation", "sym": "symbols",
}  # fmt: skip


class English(Phrases):
    """English."""

    code: ClassVar[str] = "en"
    texts: ClassVar[Mapping[str, str]] = _TEXTS
    nouns: ClassVar[Mapping[str, str]] = _NOUNS
    languages: ClassVar[Mapping[str, str]] = _LANGUAGES
    words: ClassVar[Mapping[str, str]] = _WORDS
    kinds: ClassVar[Mapping[str, str]] = _KINDS

    def own_name(self, label: str, seen_as: str) -> str:
        """The model's or the user's name for one of it: "cup" for "cups", "mug" for "my mugs"."""
        name = super().own_name(label, seen_as)
        return name if name == seen_as else english_words.one(label)

    def counted(self, label: str, count: int) -> str:
        """Like "a cup", "2 cups"."""
        return english_words.counted(label.replace("_", " "), count)

    def foreign(self, label: str) -> str:
        """The label itself: models label in English."""
        return label
