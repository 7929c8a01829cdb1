"""Chinese: when, on which condition, and what is told."""

from __future__ import annotations

from jarvis.standing.spoken.base import Tongue

_DIGITS = "一二三四五六七八九"


def _numbers() -> dict[str, int]:
    """一 to 九十九; 两 is two of something."""
    found = {"零": 0, "两": 2, "十": 10} | {digit: n for n, digit in enumerate(_DIGITS, 1)}
    for tens in range(1, 10):
        head = "十" if tens == 1 else f"{_DIGITS[tens - 1]}十"
        found |= {head: 10 * tens} | {f"{head}{digit}": 10 * tens + n for n, digit in enumerate(_DIGITS, 1)}
    return found


_PART = r"(?P<part>清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|凌晨|半夜)?"
_PLANS = r"(?:定时(?:计划|任务)|固定(?:计划|任务)|常规(?:计划|任务)|自动化(?:任务)?|例行(?:计划|任务)|日常安排)"

CHINESE = Tongue(
    code="zh",
    hints=r"每|天天|工作日|周|星期|礼拜|当|如果|要是|一旦|下次|等|只要|时|后|计划|任务|自动|安排|不要再|别再",
    numbers=_numbers(),
    fractions={"半": 30, "一刻": 15, "三刻": 45, "钟": 0, "整": 0},
    before=frozenset(),
    parts={
        "清晨": "morning", "早上": "morning", "早晨": "morning", "早": "morning", "上午": "morning", "凌晨": "morning",
        "中午": "noon", "正午": "noon", "下午": "afternoon", "傍晚": "evening", "晚上": "night", "晚": "night",
        "夜里": "night", "半夜": "midnight", "午夜": "midnight", "夜间": "night", "天早上": "morning", "天晚上": "night",
    },
    clocks=(
        rf"{_PART}(?P<h>{{N}})(?:点钟?|[:：]|时)(?P<m>半|一刻|三刻|钟|整|{{N}})?分?",
        r"(?P<noon>正午|午夜|中午)",
    ),
    days=("一", "二", "三", "四", "五", "六", "日|天"),
    units={"分钟": 1, "小时": 60, "钟头": 60, "个小时": 60, "个钟头": 60, "半小时": 30, "半个小时": 30, "刻钟": 15},
    ordinals={"一号": 1, "最后一天": -1, "第一天": 1},
    comes_again=(
        ("range", r"(?:每)?(?:周|星期|礼拜)(?P<first>{D})到(?:周|星期|礼拜)?(?P<last>{D})"),
        ("month", r"每个?月的?(?P<nth>最后一天|第一天|{N}[号日])"),
        ("other", r"每(?P<n>{N})天|每隔一天"),
        ("weekday", r"每个?工作日|工作日"),
        ("weekend", r"每个?周末"),
        ("names", r"每个?(?:周|星期|礼拜)(?P<names>{D}(?:[和、及]?(?:每?周|星期|礼拜)?{D})*)(?P<part>早上|上午|下午|晚上)?"),
        ("interval", r"每(?:隔)?(?P<n>{N})?(?P<unit>半个小时|半小时|分钟|个小时|小时|个钟头|钟头|刻钟)"),
        ("part", r"每天?(?P<part>早上|早晨|清晨|上午|中午|下午|傍晚|晚上|晚|早)(?!\d)"),
        ("day", r"每天|每日|天天"),
    ),
    joins=r"(?:的|和|，|,|、| )?",
    also=r"[，,]?(?:并且|并|然后|再|同时)|[，,]",
    spaced=False,
    hold=r"(?:超过|持续|满)?(?:了)?(?P<hold>{N})个?(?P<unit>分钟|小时|秒钟?)",
    ifs=r"如果|要是",
    static=r"开着|关着|是.*",
    always=r"每当|每次",
    next_time=r"下次",
    when=(
        r"(?P<how>当|如果|要是|一旦|每当|每次|下次|等|只要){WINDOW}(?P<thing>[^，,。]{2,20}?){BECOMES}{HOLD}(?:的时候|以后|之后|时|后|了|就)*",
        r"(?P<how>当|如果|要是|一旦|每当|每次|下次|等|只要)(?P<thing>[^，,。]{2,20}?){WINDOW}{BECOMES}{HOLD}(?:的时候|以后|之后|时|后|了|就)*",
        r"(?P<thing>[^，,。]{2,14}?){WINDOW}{BECOMES}(?:的时候|以后|之后|时|后)(?P<how>)",
    ),
    becomes={
        "done": r"(?:洗完|完成|好|结束|洗好|停|做完|烘干完)了?",
        "open": r"(?:被)?(?:打开|开着|开)了?",
        "closed": r"(?:被)?(?:关上|关闭|关着|关)了?",
        "on": r"(?:亮|开启)了?",
        "off": r"(?:灭|熄灭)了?",
        "running": r"(?:启动|开始(?:运行)?)了?",
        "locked": r"(?:被)?(?:锁上|上锁)了?",
        "unlocked": r"(?:被)?(?:解锁|开锁)了?",
        "motion": r"(?:检测到|发现|看到)(?:有)?(?:动静|移动|有?人)",
        "rings": r"响了?",
        "above": r"(?:超过|高于|大于|升到)(?P<value>-?\d+(?:\.\d+)?|{N})(?:度|%|瓦)?",
        "below": r"(?:低于|小于|降到)(?P<value>-?\d+(?:\.\d+)?|{N})(?:度|%|瓦)?",
    },
    between=(
        r"(?:在)?(?P<after>{T})到(?P<before>{T})之?间?",
        r"(?:在)?(?:(?P<after>{T})(?:以后|之后|后)|(?P<before>{T})(?:以前|之前|前))",
        r"(?:在)?(?P<part>晚上|夜里|夜间|早上|下午|傍晚)",
    ),
    no_thing=r"(?:我|你|他|她|它|我们|你们|他们|有人|谁|什么|大家|这|那)",
    tells=r"(?:就)?(?:请)?(?:在(?P<room>[^，,告通提说播叫]{1,10}?)(?:里|中)?)?(?:告诉|通知|提醒|告知)(?:我|我们|大家)?(?:一声|一下)?|(?:就)?(?:请)?(?:在(?P<room2>[^，,告通提说播叫]{1,10}?)(?:里|中)?)?(?:说一声|播报(?:一下|一声)?|叫我(?:一声)?|广播(?:一下)?)",
    reminds=r"(?:叫醒我|叫我起床|叫我(?:们)?起来|(?:设|定|设置|设定)(?:一?个)?(?:的)?闹钟|提醒(?:我|我们)(?P<label>.+)?)",
    weather=r"(?:给我|帮我|为我|跟我|向我)?(?:读|念|播报?|报|说)(?:一下|出)?(?:今天的?)?天气(?:预报)?(?:给我听)?",
    polite=r"(?:请|麻烦你?|帮我|帮忙|从(?:现在|今天|明天)(?:起|开始)|贾维斯|以后|就|然后|给我)*[，, ]*(?:请|帮我)?",
    plain=r"(?:我|你(?!给)|他|她|它|我们|有|是|太阳|都|什么|怎么|为什么|谁|哪|在(?!.{1,8}(?:说|播|告|通))|早起|起床|上班|吃)",
    doing=r"(?:把|打开|关闭|关掉|开|关|读|念|播|告诉|报|说|给|提醒|叫|设|定|启动|停止|暂停|调|拉|锁|检查|看|拍|浇|扫|吸|发|总结|列|加|通知|帮|请|在)",
    about=r"什么时候|几点钟?(?:开|关|结)|关于|谁|为什么|怎么|哪里|因为|名叫|叫做|[：:“「]",
    manages=(
        ("list", rf"(?:列出|显示|告诉我|读一下|看看|有哪些|我有哪些|有什么|我有什么)(?:我的|所有的?|全部的?)*{_PLANS}(?:有哪些|列表)?|(?:我的)?{_PLANS}有(?:哪些|什么)"),
        ("remove", rf"(?:删除|取消|去掉|删掉|停止|移除)(?:所有的?|全部的?)?(?P<what>.*?)的?{_PLANS}"),
        ("remove", r"(?:不要再|别再|不用再|停止|不再|取消)(?P<what>每.*)"),
        ("pause", rf"(?:暂停|停用)(?P<what>.*?)的?{_PLANS}"),
        ("resume", rf"(?:恢复|继续|启用)(?P<what>.*?)的?{_PLANS}"),
        ("change", rf"(?:把)?(?P<what>.*?)的?{_PLANS}(?:改到|改成|改为|换到|调到)(?P<when>.+)"),
    ),
    yes=r"(?:是的?|好的?|好啊|可以|行|对|没错|嗯|要|保留|确定|当然)",
    no=r"(?:不用了?|不要了?|不行|不|算了|取消|别|没有|不是)",
    texts={
        "every day": "每天", "every weekday": "每个工作日", "every weekend": "每周六和周日",
        "every names": "每{days}", "and": "和", "comma": "、", "other day": "每{n}天",
        "month": "每月{nth}号", "month.last": "每月最后一天",
        "interval": "每{n}分钟", "interval.hours": "每{n}小时", "interval.hour": "每小时",
        "at": "{times}", "window": "（{first}到{last}）", "after": "（{first}以后）", "before": "（{last}以前）",
        "day.0": "周一", "day.1": "周二", "day.2": "周三", "day.3": "周四", "day.4": "周五", "day.5": "周六", "day.6": "周日",
        "when": "每当{thing}{said}", "when.once": "下次{thing}{said}时", "hold": "满{length}",
        "then": "，然后", "tell": "告诉你", "tell.room": "播报（{room}）",
        "several": "请一次只说一个定时计划。", "ask": "{when}：{plan}。要保留吗？",
        "ask.allow": "{when}：{plan}。{deeds}无法撤销，以后每次都不再询问。要保留吗？",
        "timer.due": "“{label}”计时结束了。", "timer.due.plain": "计时结束了。",
        "timer.late": "“{label}”计时在{ago}前结束了。", "timer.late.plain": "计时在{ago}前结束了。",
        "alarm.due": "现在是{time}。", "alarm.late": "闹钟定在{time}，已经过了{ago}。",
        "reminder.due": "提醒：{label}。", "reminder.late": "提醒：{label}。原定{time}，已经过了{ago}。",
        "became": "{thing}{said}。", "missed": "“{plan}”在{time}没有执行，因为当时我没有运行。",
        "missed.many": "“{plan}”有{count}次没有执行，最近一次是{time}，因为当时我没有运行。",
        "late": "晚了{ago}：{answer}",
        "failed": "“{plan}”失败了：{problem}", "paused": "“{plan}”连续三次失败，现已暂停：{problem}",
        "days": "{n}天", "hours": "{n}小时", "minutes": "{n}分钟", "seconds": "{n}秒",
        "day": "1天", "hour": "1小时", "minute": "1分钟", "second": "1秒",
        "added": "已保留：{when}：{plan}。", "added.idle": "现在没有程序在运行来执行它：请启动 `jarvis keep`。",
        "declined": "没有保留任何计划。", "removed": "已删除：{when}：{plan}。", "paused.told": "已暂停：{when}：{plan}。",
        "resumed": "已恢复：{when}：{plan}。", "changed": "已更改：{when}：{plan}。", "none": "没有定时计划。",
        "list": "共有{count}个定时计划。{plans}", "list.one": "有一个定时计划。{plans}", "listed": "{when}：{plan}{state}。",
        "state.paused": "（已暂停）", "next": "（下一次{next}）",
        "set.timer": "已设定计时{label}（{left}）。", "set.alarm": "已设定闹钟（{at}）。",
        "set.reminder": "已设定提醒{label}（{at}）。", "set.idle": "现在没有程序在运行来响铃：请启动 `jarvis keep`。",
        "left.timer": "计时{label}：还剩{left}。", "left.alarm": "闹钟：{at}。", "left.reminder": "提醒{label}：{at}。",
        "ended": "已取消：{label}{at}。", "timer.none": "没有正在运行的计时。",
        "quote": "“{label}”",
    },
    deeds={
        "weather": "天气", "text-to-speech": "读出来", "home-state": "{target}的状态", "camera-snapshot": "{target}的画面",
        "list-item": "{action} {item}（{list}）", "timer": "计时", "turn_on": "打开{target}", "turn_off": "关闭{target}",
        "open": "打开{target}", "close": "关上{target}", "lock": "锁上{target}", "unlock": "解锁{target}",
        "play": "播放{value}（{target}）", "pause": "暂停{target}", "start": "启动{target}", "stop": "停止{target}",
        "activate": "启用{target}", "set_brightness": "把{target}调到{value}", "set_temperature": "把{target}调到{value}",
        "set_color": "把{target}调到{value}", "set_volume": "把{target}调到{value}",
    },
)  # fmt: skip
