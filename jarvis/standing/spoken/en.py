"""English: when, on which condition, and what is told."""

from __future__ import annotations

from jarvis.standing.spoken.base import Tongue

_ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_NUMBERS = {word: n for n, word in enumerate(_ONES.split(), 1)} | {
    "twenty-one": 21, "twenty one": 21, "twenty-two": 22, "twenty two": 22, "twenty-three": 23, "twenty three": 23,
    "twenty-five": 25, "twenty five": 25, "thirty": 30, "thirty-five": 35, "thirty five": 35, "forty": 40,
    "forty-five": 45, "forty five": 45, "fifty": 50, "fifty-five": 55, "fifty five": 55, "oh five": 5, "sixty": 60,
    "ninety": 90,
}  # fmt: skip
_PART = r"(?: ?(?P<part>a\.?m\.?|p\.?m\.?|in the morning|in the afternoon|in the evening|at night)(?!\w))"
_AT = r"(?:at|around|by|for) "

ENGLISH = Tongue(
    code="en",
    hints=r"every|day (?:to|through|till|until)|each|daily|hourly|weekday|weekend|\w+days|monday|when|\bif\b|as soon as|once|moment|next time|plan|routine|"
    r"automation|standing|recurring|scheduled",
    numbers=_NUMBERS,
    fractions={"half": 30, "quarter": 15, "a quarter": 15},
    before=frozenset({"to", "before"}),
    parts={
        "am": "morning", "a.m.": "morning", "a.m": "morning", "pm": "afternoon", "p.m.": "afternoon",
        "p.m": "afternoon", "morning": "morning", "in the morning": "morning", "afternoon": "afternoon",
        "in the afternoon": "afternoon", "evening": "evening", "in the evening": "evening", "night": "night",
        "at night": "night", "noon": "noon", "midday": "noon", "midnight": "midnight",
        "during the night": "night",
    },
    clocks=(
        rf"(?:{_AT})?(?P<noon>noon|midday|midnight)",
        rf"(?:{_AT})?(?P<m>half|a quarter|quarter|{{N}})(?: minutes)? (?P<dir>past|after|to|before) (?P<h>{{N}}){_PART}?",
        rf"(?:{_AT})?(?P<h>\d{{1,2}})[:.](?P<m>\d\d){_PART}?(?: o'?clock)?",
        rf"{_AT}(?P<h>{{N}})(?:[ :](?P<m>{{N}}))?(?: o'? ?clock)?{_PART}?",
        rf"(?P<h>{{N}})(?:[ :](?P<m>{{N}}))?(?: o'? ?clock{_PART.replace('part', 'part2')}?|{_PART})",
    ),
    days=(
        "monday|mondays|mon", "tuesday|tuesdays|tue", "wednesday|wednesdays|wed", "thursday|thursdays|thu",
        "friday|fridays|fri", "saturday|saturdays|sat", "sunday|sundays|sun",
    ),
    units={"minute": 1, "minutes": 1, "hour": 60, "hours": 60, "half hour": 30, "half an hour": 30, "hourly": 60,
           "quarter of an hour": 15, "quarter hour": 15},
    ordinals={"first": 1, "second": 2, "third": 3, "fifth": 5, "tenth": 10, "fifteenth": 15, "twentieth": 20,
              "last": -1, "last day": -1, "first day": 1},
    comes_again=(
        ("range", r"(?:every day,? )?(?:from )?(?P<first>{D}) (?:to|through|till|until) (?P<last>{D})"),
        ("month", r"(?:on )?(?:the )?(?P<nth>first day|last day|first|last|\d{1,2}(?:st|nd|rd|th)) of (?:every|each) month"),
        ("month", r"(?:every|each) month on the (?P<nth>first day|last day|first|last|\d{1,2}(?:st|nd|rd|th))"),
        ("other", r"every (?P<n>other|second|third|{N}) days?"),
        ("weekday", r"(?:every|each|on)(?: single)? (?:weekdays?|work ?days?|working days?)|weekdays"),
        ("weekend", r"(?:every|each) weekend|on weekends"),
        ("names", r"(?:every|each)(?: single| week on)? (?P<names>{D}(?:(?:,| and|, and|,? or) (?:every )?{D})*)(?: (?P<part>morning|afternoon|evening|night))?"),
        ("names", r"on (?P<names>\w+days(?:(?:,| and|, and|,? or) (?:on )?\w+days)*)"),
        ("interval", r"every (?P<unit>half hour|half an hour|quarter of an hour|quarter hour|hour|minute)|(?P<hourly>hourly)"),
        ("interval", r"every (?P<n>{N}) (?P<unit>minutes?|hours?)"),
        ("part", r"(?:every|each)(?: single)? (?P<part>morning|noon|midday|afternoon|evening|night|midnight)"),
        ("day", r"(?:every|each)(?: single)? day|daily|everyday"),
    ),
    joins=r"(?:,? and |,? |, )",
    also=r",? and (?:then |also )?|, ",
    spaced=True,
    hold=r"(?: for (?:more than |over |at least |longer than )?(?P<hold>{N}|an?) (?P<unit>minutes?|hours?|seconds?))",
    ifs=r"if",
    static=r"(?:is|are) .*|open",
    always=r"whenever|every time|each time",
    next_time=r"the next time",
    when=(
        r"(?P<how>whenever|every time|each time|as soon as|the moment|the next time|once|when|if) (?P<thing>.{2,60}?) "
        r"{BECOMES}{HOLD}{WINDOW}",
    ),
    becomes={
        "done": r"(?:is|are) (?:done|finished|ready|complete|completed|through)|(?:has|have) (?:finished|ended)|finishes|"
        r"has stopped running|ends",
        "open": r"opens|open|(?:is|are|gets|has been) (?:opened|open)",
        "closed": r"closes|(?:is|are|gets|has been) (?:closed|shut)|shuts",
        "on": r"(?:turns|goes|comes|switches) on|(?:is|gets) (?:turned|switched) on|is on",
        "off": r"(?:turns|goes|switches) off|(?:is|gets) (?:turned|switched) off|is off",
        "running": r"starts(?: running)?|begins(?: to run)?",
        "locked": r"(?:is|gets) locked|locks",
        "unlocked": r"(?:is|gets) unlocked|unlocks",
        "motion": r"(?:detects|sees|notices|senses) (?:any )?(?:motion|movement|someone|somebody|a person)",
        "rings": r"rings",
        "above": r"(?:goes|rises|gets|climbs|is) (?:above|over|higher than|hotter than|warmer than) (?P<value>-?\d+(?:\.\d+)?)"
        r"(?: ?(?:degrees?(?: celsius)?|percent|°c?|%|watts?))?|exceeds (?P<value2>-?\d+(?:\.\d+)?)(?: ?(?:degrees?|percent|°c?|%))?",
        "below": r"(?:goes|falls|drops|gets|sinks|is) (?:below|under|lower than|colder than) (?P<value>-?\d+(?:\.\d+)?)"
        r"(?: ?(?:degrees?(?: celsius)?|percent|°c?|%|watts?))?",
    },
    between=(
        r"(?: between (?P<after>{T}) and (?P<before>{T}))",
        r"(?: after (?P<after>{T})| before (?P<before>{T}))",
        r"(?: (?P<part>at night|during the night|in the morning|in the evening|in the afternoon))",
    ),
    no_thing=r"(?:it|you|i|we|he|she|they|that$|this$|someone|somebody|anyone|anybody|people|nobody|there|what|who|my boss)\b",
    tells=r"(?:please )?(?:(?:tell|inform|notify|alert|warn)(?: (?:me|us|everyone|everybody))?(?: (?:about it|so|that))?"
    r"|let (?:me|us|everyone) know(?: about it)?|say so|say it|announce(?: (?:it|that|this|so))?|give me a (?:notice|heads-?up))"
    r"(?: (?:in|on|over|at) (?:the )?(?P<room>[\w' -]{2,40}?)(?: speakers?)?)?",
    reminds=r"(?:wake (?:me|us)(?: up)?|(?:set|make|create) (?:an|the|my) (?:alarm(?: clock)?|reminder)(?: for)?(?: (?:to|about|called) (?P<label2>.+))?|"
    r"remind (?:me|us)(?: (?:to|that|about|of) (?P<label>.+))?)",
    weather=r"(?:(?:read|tell|give)(?: me| us)?|say|announce)(?: out| aloud)? (?:the |today'?s )?weather(?: forecast| report)?(?: out loud| aloud| for today)?",
    polite=r"(?:(?:please|jarvis|hey jarvis|ok jarvis|now|from now on|and|then),? )*(?:(?:can|could|will|would) you (?:please )?|"
    r"i want you to |i'?d like you to |i would like you to )?(?:please )?",
    plain=r"(?:i|i'm|we|he|she|they|it|it's|you|there|the|a|an|my|our|his|her|their|this|that|these|those|what|what's|how|who|"
    r"why|where|which|when|is|are|was|were|do|does|did|has|have|had|will|would|should|can|could|in|on|at|some|many|most|"
    r"people|everyone|someone|counts|matters|to|of|for|with|without)\b",
    doing=r"(?:turn|switch|put|set|dim|open|close|shut|lower|raise|lock|unlock|start|stop|run|play|pause|read|tell|say|"
    r"announce|give|show|check|water|feed|clean|vacuum|activate|report|send|take|wake|remind|warm|heat|cool|lights?|ring|"
    r"summari[sz]e|look|let|notify|make|arm|disarm|charge|empty|add|list|fetch|download|record|snap|photograph)\b",
    about=r"\b(?:when|if|whether|about|who|whose|which|that|why|how|where|because|while|named|called|titled|saying|says|said|like)\b|[:\"“]",
    manages=(
        ("list", r"(?:(?:list|show|read|tell|give)(?: me)?|what(?:'s| is| are)|which(?: are)?|what|do i have(?: any)?)(?: all)?(?: of)?(?: the| my)? ?"
         r"(?:standing plans?|standing orders?|routines?|automations?|recurring (?:plans|tasks|requests)|scheduled (?:plans|tasks))"
         r"(?: (?:do i have|are there|are active|exist|i have|you have|do you have|have i))?"),
        ("remove", r"(?:delete|remove|cancel|forget|drop|end|stop|discard) (?:all (?:of )?)?(?:the |my )?(?P<what>.*?) ?"
         r"(?:standing plans?|standing orders?|routines?|automations?|recurring (?:plan|task|request)s?)"
         r"(?: (?:about|for|of|with|that|to|on|called) (?P<what2>.+))?"),
        ("remove", r"(?:stop|quit) (?P<what>\w+ing .*?(?:every|each|daily|hourly|on \w+days).*|\w+ing .*(?:whenever|when|every time|if) .*)"),
        ("remove", r"(?:do not|don't|never|no longer) (?P<what>.*?(?:every|each|daily|hourly|on \w+days).*?)(?: any ?more| any longer| again)?"),
        ("pause", r"(?:pause|suspend|disable|deactivate) (?:the |my )?(?P<what>.*?) ?(?:standing plans?|routines?|automations?)(?: (?:about|for|of|with|called) (?P<what2>.+))?"),
        ("resume", r"(?:resume|continue|enable|reactivate|unpause|activate) (?:the |my )?(?P<what>.*?) ?(?:standing plans?|routines?|automations?)(?: (?:about|for|of|with|called) (?P<what2>.+))?"),
        ("change", r"(?:change|move|shift|reschedule|set) (?:the |my )?(?P<what>.*?) ?(?:standing plan|routine|automation)(?: (?:about|for|of|with|called) (?P<what2>.+?))? to (?P<when>.+)"),
    ),
    yes=r"(?:yes|yeah|yep|yup|sure|ok|okay|please do|do it|do that|keep it|go ahead|of course|right|correct|that's right|sounds good|please)",
    no=r"(?:no|nope|nah|don't|do not|never ?mind|cancel|forget it|stop|leave it|better not|not now)",
    texts={
        "every day": "every day", "every weekday": "every weekday", "every weekend": "every Saturday and Sunday",
        "every names": "every {days}", "and": " and ", "comma": ", ", "other day": "every {n} days",
        "month": "on the {nth} of every month", "month.last": "on the last day of every month",
        "interval": "every {n} min", "interval.hours": "every {n} h", "interval.hour": "every hour",
        "at": " at {times}", "window": " from {first} to {last}", "after": " after {first}", "before": " before {last}",
        "day.0": "Monday", "day.1": "Tuesday", "day.2": "Wednesday", "day.3": "Thursday", "day.4": "Friday",
        "day.5": "Saturday", "day.6": "Sunday",
        "when": "each time {thing} {said}", "when.once": "the next time {thing} {said}", "hold": " for {length}",
        "then": ", then ", "tell": "tell you", "tell.room": "announce it ({room})",
        "several": "One standing plan at a time, please.", "ask": "{when}: {plan}. Shall I keep it?",
        "ask.allow": "{when}: {plan}. {deeds} cannot be taken back, and would be done without asking each time. Shall I keep it?",
        "timer.due": "Your {label} timer has ended.", "timer.due.plain": "Your timer has ended.",
        "timer.late": "Your {label} timer ended {ago} ago.", "timer.late.plain": "Your timer ended {ago} ago.",
        "alarm.due": "It is {time}.", "alarm.late": "Your alarm was for {time}, {ago} ago.",
        "reminder.due": "Reminder: {label}.", "reminder.late": "Reminder: {label}. It was for {time}, {ago} ago.",
        "became": "{thing} {said}.", "missed": "“{plan}” was missed at {time}, because I was not running.",
        "missed.many": "“{plan}” was missed {count} times, last at {time}, because I was not running.",
        "late": "{ago} late: {answer}",
        "failed": "“{plan}” failed: {problem}", "paused": "“{plan}” failed three times in a row and is paused now: {problem}",
        "days": "{n} days", "hours": "{n} hours", "minutes": "{n} minutes", "seconds": "{n} seconds",
        "day": "1 day", "hour": "1 hour", "minute": "1 minute", "second": "1 second",
        "added": "Kept: {when}: {plan}.", "added.idle": " Nothing is running now that would do it: start `jarvis keep`.",
        "declined": "Nothing was kept.", "removed": "Deleted: {when}: {plan}.", "paused.told": "Paused: {when}: {plan}.",
        "resumed": "Goes on: {when}: {plan}.", "changed": "Changed: {when}: {plan}.", "none": "There are no standing plans.",
        "list": "{count} standing plans. {plans}", "list.one": "One standing plan. {plans}", "listed": "{when}: {plan}{state}.",
        "state.paused": " (paused)", "next": " (next {next})",
        "set.timer": "Timer{label} was set ({left}).", "set.alarm": "Alarm was set ({at}).",
        "set.reminder": "Reminder{label} was set ({at}).", "set.idle": " Nothing is running now that would ring: start `jarvis keep`.",
        "left.timer": "Timer{label}: {left} left.", "left.alarm": "Alarm: {at}.", "left.reminder": "Reminder{label}: {at}.",
        "ended": "Cancelled:{label} {at}.", "timer.none": "No timer is running.",
        "quote": " “{label}”",
    },
    deeds={
        "weather": "the weather", "text-to-speech": "say it", "home-state": "state of {target}",
        "camera-snapshot": "picture of {target}", "list-item": "{action} {item} ({list})", "timer": "timer",
        "turn_on": "turn on {target}", "turn_off": "turn off {target}", "open": "open {target}", "close": "close {target}",
        "lock": "lock {target}", "unlock": "unlock {target}", "play": "play {value} ({target})", "pause": "pause {target}",
        "start": "start {target}", "stop": "stop {target}", "activate": "activate {target}",
        "set_brightness": "set {target} to {value}", "set_temperature": "set {target} to {value}",
        "set_color": "set {target} to {value}", "set_volume": "set {target} to {value}",
    },
)  # fmt: skip
