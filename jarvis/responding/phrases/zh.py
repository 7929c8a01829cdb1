"""Chinese (simplified)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from jarvis.responding.phrases.base import Phrases
from jarvis.responding.phrases.objects import object_names

_HAN_END = re.compile(r"[\u4e00-\u9fff]$")
_HAN_START = re.compile(r"^[\u4e00-\u9fff]")
_ASCII_START = re.compile(r"^[A-Za-z0-9/~$<>]")
_ASCII_END = re.compile(r"[A-Za-z0-9/~%]$")

_TEXTS = {
    "of": "{src}的",
    "within": "在{src}中",
    "out_of": "（根据{src}）",
    "stop": "。",
    "between": "",
    # texts
    "text.optical-character-recognition": "{of}文字{note}：{text}",
    "text.automatic-speech-recognition": "{of}转写文本{note}：{text}",
    "text.image-to-text": "{of}描述{note}：{text}",
    "text.video-to-text": "{of}描述{note}：{text}",
    "text.translation": "{language}译文{note}：{text}",
    "text.summarization": "{of}摘要{note}：{text}",
    "text.answer": "回答{out_of}{note}：{text}",
    "text.answer.asked": "对{question}的回答{out_of}{note}：{text}",
    "text.text2text-generation": "改写后的文本{note}：{text}",
    "text.text2text-generation.asked": "按{question}处理后的文本{note}：{text}",
    "text.web-search": "网上查到{note}：{text}",
    "text.web-search.asked": "网上查到的{question}结果{note}：{text}",
    "text.weather": "天气{note}：{text}",
    "text.weather.place": "{place}的天气{note}：{text}",
    "text.*": "{subject}{note}：{text}",
    "empty": "{subject}是空的。",
    "empty.optical-character-recognition": "{within}没有找到文字。",
    "empty.automatic-speech-recognition": "{within}没有听出任何词语。",
    # things in pictures
    "found.one": "{within}找到{things}{scores}{note}。",
    "found.many": "{within}找到{count}个物体：{things}{note}。",
    "found.none": "{within}没有找到任何物体{note}。",
    "found.none.named": "{within}没有找到{labels}{note}。",
    "more": "另外{count}个",
    "range": "{high} 到 {low}",
    "pose.one": "{within}找到{people}，有{points}{note}。",
    "pose.many": "{within}找到{people}，可见关键点分别有{counts}个{note}。",
    "pose.none": "{within}没有找到人{note}。",
    "keypoint": "1 个可见关键点",
    "keypoints": "{count}个可见关键点",
    # labels
    "shows": "{src}里最可能是{best}{rest}{note}。",
    "shows.unsure": "不确定{src}里是什么，最接近的是{best}{rest}{note}。",
    "label": "{src}：最可能是{best}{rest}{note}。",
    "label.unsure": "{src}：不确定，最接近的是{best}{rest}{note}。",
    "label.alone": "最可能是{best}{rest}{note}。",
    "label.alone.unsure": "不确定，最接近的是{best}{rest}{note}。",
    "rest": "，其次是{labels}",
    "fits": "在给出的标签中，最符合{src}的是{best}{rest}{note}。",
    "fits.unsure": "给出的标签都不太符合{src}，最接近的是{best}{rest}{note}。",
    "labels": "{start}：{labels}{note}。",
    "label.none": "没有得到{src}的标签{note}。",
    "sentiment": "{of}情感倾向：{best}{note}。",
    "language": "{of}语言是{best}{note}。",
    "language.unsure": "{of}语言不确定，最接近的是{best}{note}。",
    "entities": "{src}中有：{groups}{note}。",
    "entities.alone": "找到：{groups}{note}。",
    "entities.none": "{within}没有找到名称{note}。",
    "group": "{kind}：{items}",
    "groups": "；",
    "similar.same": "两段文字的意思几乎相同（相似度 {score}）{note}。",
    "similar.close": "两段文字的意思相近（相似度 {score}）{note}。",
    "similar.some": "两段文字有一定关联（相似度 {score}）{note}。",
    "similar.none": "两段文字关系不大（相似度 {score}）{note}。",
    "rows": "{of}各行：{rows}{note}。",
    # sound
    "voice": "{within}有语音的时段：{spans}{note}。",
    "voice.many": "{within}有{count}段语音，共{total}，{spans}{note}。",
    "voice.none": "{within}没有语音{note}。",
    "span": "{start}到{end}",
    "seconds": "{number} 秒",
    "minutes": "{minutes} 分钟",
    "minutes.seconds": "{minutes} 分 {seconds} 秒",
    "hours": "{hours} 小时",
    "hours.minutes": "{hours} 小时 {minutes} 分钟",
    # files
    "made": "{subject}{note}已写入 {path}。",
    "made.sound": "{subject}{note}已写入 {path}（{length}）。",
    "beginning": "{text}……（其余部分在 {path}）",
    # home
    "home.simulated": "在模拟的家中，{statement}。",
    "home.real": "{statement}。",
    "home.now": "{device}现在{state}",
    "home.is": "{device}{state}",
    "home.unconfirmed": "已向{device}发出指令（{wanted}），但没有得到确认，目前状态{state}",
    "home.pending": "{device}目前{state}，尚未达到：{wanted}",
    "home.problem": "{device}没有执行（{problem}）",
    "home.unread": "{device}没有读数（{problem}）",
    "home.set": "设为 {value}",
    "home.present": "现为 {value}",
    "home.volume": "音量 {value}",
    "home.plays": "正在播放 {value}",
    "home.pauses": "暂停于 {value}",
    "home.position": "打开 {value}",
    "timer.label": "{label}",
    "timer.start": "计时器{label}已设定{details}。",
    "timer.cancel": "计时器{label}已取消。",
    "timer.status": "计时器{label}{details}。",
    "timer.none": "没有正在运行的计时器。",
    "list.add": "{item}已加入{list}清单。",
    "list.remove": "{item}已从{list}清单中移除。",
    "list.read": "{list}清单上有：{items}。",
    "list.empty": "{list}清单是空的。",
    "list.now": "现在有：{items}。",
    "list.unconfirmed": "{list}清单上还看不到，因此尚未确认。",
    # anything
    "value": "{subject}：{value}",
    "value.none": "{subject}：没有值。",
    "yes": "是",
    "no": "否",
    "nothing": "无",
    # what did not work
    "failed": "未能得到{object}：{message}",
    "failed.home-control": "未能执行{object}：{message}",
    "failed.timer": "未能设置{object}：{message}",
    "failed.list-item": "未能使用{object}：{message}",
    "failed.standing-plan": "未能更改{object}：{message}",
    "skipped": "因缺少{cause}，跳过了{things}。",
    "skipped.unknown": "因所需的步骤失败，跳过了{things}。",
    "not_run": "没有运行：{things}。",
    "nothing_planned": "这个请求里没有这里的任务能做的事。",
    # notes on how a result was made
    "note.extractive": "从原文摘取的句子",
    "note.passage": "意思最接近的段落",
    "note.embeddings": "按意思的接近程度判断",
    "note.composed": "由几个模型的结果拼成",
    "note.rules": "按固定规则",
    "note.simulated": "模拟",
    # what the user speaks of
    "your.text": "您的文字",
    "your.image": "您的图片",
    "your.audio": "您的录音",
    "your.video": "您的视频",
    "your.table": "您的表格",
    "earlier": "之前的结果",
}

_NOUNS = {
    "text-classification": "{of}标签",
    "zero-shot-classification": "{of}标签",
    "token-classification": "{of}名称",
    "question-answering": "回答{out_of}",
    "summarization": "{of}摘要",
    "translation": "{of}译文",
    "text-generation": "生成的文本",
    "text2text-generation": "改写后的文本",
    "conversational": "回复",
    "sentence-similarity": "两段文字的相似度",
    "language-identification": "{of}语言",
    "table-question-answering": "回答{out_of}",
    "tabular-classification": "{of}各行类别",
    "image-classification": "{of}标签",
    "zero-shot-image-classification": "{of}标签",
    "object-detection": "{of}物体",
    "zero-shot-object-detection": "{of}物体",
    "face-detection": "{of}人脸",
    "keypoint-detection": "{of}人体关键点",
    "image-segmentation": "{of}分割图",
    "mask-generation": "{of}掩膜",
    "background-removal": "{of}抠图",
    "depth-estimation": "{of}深度图",
    "image-to-text": "{of}描述",
    "optical-character-recognition": "{of}文字",
    "visual-question-answering": "回答{out_of}",
    "document-question-answering": "回答{out_of}",
    "image-to-image": "{of}修改版",
    "text-to-image": "新图片",
    "canny-control": "{of}边缘图",
    "openpose-control": "{of}姿态图",
    "depth-control": "{of}深度图",
    "controlled-text-to-image": "新图片",
    "automatic-speech-recognition": "{of}转写文本",
    "text-to-speech": "语音",
    "text-to-audio": "新声音",
    "audio-classification": "{of}标签",
    "audio-to-audio": "{of}修改版",
    "voice-activity-detection": "{of}语音时段",
    "text-to-video": "新视频",
    "image-to-video": "新视频",
    "video-classification": "{of}标签",
    "video-to-text": "{of}描述",
    "video-to-audio": "{of}音轨",
    "video-to-image": "{of}画面",
    "video-editing": "{of}剪辑版",
    "web-search": "网络搜索结果",
    "download": "{url}的下载",
    "weather": "天气",
    "home-control": "对{target}的指令",
    "home-state": "{target}的状态",
    "camera-snapshot": "{target}的画面",
    "timer": "计时器",
    "list-item": "{list}清单",
    "standing-plan": "定时计划",
    "*": "{tool}的结果",
}

_LANGUAGES = {
    "en": "英语", "zh": "中文", "de": "德语", "es": "西班牙语", "fr": "法语", "it": "意大利语", "pt": "葡萄牙语",
    "nl": "荷兰语", "ru": "俄语", "ja": "日语", "ko": "韩语", "ar": "阿拉伯语", "hi": "印地语", "tr": "土耳其语",
    "pl": "波兰语", "sv": "瑞典语", "da": "丹麦语", "no": "挪威语", "fi": "芬兰语", "el": "希腊语", "cs": "捷克语",
    "uk": "乌克兰语", "he": "希伯来语", "vi": "越南语", "th": "泰语", "id": "印尼语", "la": "拉丁语",
    "hu": "匈牙利语", "ro": "罗马尼亚语",
}  # fmt: skip

_WORDS = {
    "positive": "正面", "negative": "负面", "neutral": "中性", "mixed": "混合",
    "pos": "正面", "neg": "负面", "neu": "中性",
    "joy": "喜悦", "sadness": "悲伤", "anger": "愤怒", "fear": "恐惧", "surprise": "惊讶", "love": "喜爱",
    "disgust": "厌恶", "spam": "垃圾信息", "ham": "正常信息", "speech": "说话声", "music": "音乐", "silence": "寂静",
    "on": "已打开", "off": "已关闭", "open": "已打开", "closed": "已关闭", "locked": "已上锁", "unlocked": "未上锁",
    "playing": "正在播放", "paused": "已暂停", "stopped": "已停止", "idle": "处于空闲", "running": "正在运行",
    "started": "已启动", "active": "已启用", "unavailable": "不可用", "unknown": "状态未知",
    "opening": "正在打开", "closing": "正在关闭", "locking": "正在上锁", "unlocking": "正在解锁", "jammed": "已卡住",
    "docked": "在充电座上", "cleaning": "正在清扫", "returning": "正在返回", "finished": "已完成", "disarmed": "已撤防",
    "arming": "正在布防", "armed away": "已离家布防", "armed home": "已在家布防", "armed night": "已夜间布防",
    "pressed": "已按下", "inactive": "未启用", "motion": "有人移动", "no motion": "无人移动", "standing still": "静止",
    "run": "已执行",
}  # fmt: skip

_KINDS = {
    "person": "人物", "per": "人物", "org": "机构", "norp": "群体", "fac": "设施", "gpe": "地点", "loc": "地点",
    "product": "产品", "event": "事件", "work_of_art": "作品", "law": "法律", "date": "日期", "time": "时间",
    "money": "金额", "percent": "百分比", "quantity": "数量", "ordinal": "序数", "cardinal": "数字",
    "misc": "其他名称", "language": "语言", "email": "电子邮箱", "url": "网址", "phone": "电话号码",
    "keyword": "关键词", "key_phrase": "关键短语",
    "noun": "名词", "propn": "专有名词", "verb": "动词", "aux": "助动词", "adj": "形容词",
    "adv": "副词", "pron": "代词", "det": "限定词", "adp": "介词", "num": "数词", "cconj": "连词", "sconj": "连词",
    "part": "助词", "intj": "感叹词", "punct": "标点", "sym": "符号",
}  # fmt: skip


class Chinese(Phrases):
    """Chinese; Latin words and numbers stand apart from characters."""

    code: ClassVar[str] = "zh"
    texts: ClassVar[Mapping[str, str]] = _TEXTS
    nouns: ClassVar[Mapping[str, str]] = _NOUNS
    languages: ClassVar[Mapping[str, str]] = _LANGUAGES
    words: ClassVar[Mapping[str, str]] = _WORDS
    kinds: ClassVar[Mapping[str, str]] = _KINDS
    comma: ClassVar[str] = "、"
    conjunction: ClassVar[str] = "和"
    score_comma: ClassVar[str] = "、"
    percent_sign: ClassVar[str] = "%"
    brackets: ClassVar[tuple[str, str]] = ("（", "）")

    def glue(self, left: str, right: str) -> str:
        """The pieces with a space where a character meets a Latin letter or a digit."""
        if _HAN_END.search(left) and _ASCII_START.match(right):
            return f"{left} {right}"
        if _ASCII_END.search(left) and _HAN_START.match(right):
            return f"{left} {right}"
        return left + right

    def capital(self, text: str) -> str:
        """The text as it is: characters have no capitals, and names keep theirs."""
        return text

    def join(self, items: Sequence[str]) -> str:
        """Like "a、b 和 c"."""
        if len(items) < 2:
            return "".join(items)
        return self.glue(self.glue(self.comma.join(items[:-1]), self.conjunction), items[-1])

    def counted(self, label: str, count: int) -> str:
        """Like "一把勺子", "2 把勺子"; a label without a Chinese name keeps its own."""
        known = object_names(self.code).get(label.lower())
        if known is None:
            return self.quoted(label) if count == 1 else f"{count} 个{self.quoted(label)}"
        name, measure = known
        return f"一{measure}{name}" if count == 1 else f"{count} {measure}{name}"

    def word(self, label: str) -> str:
        """The Chinese word for a label; of an object without its measure word."""
        known = object_names(self.code).get(label.lower())
        return known[0] if known else super().word(label)

    def state(self, state: str) -> str:
        """What a device is or does, as the predicate of a sentence."""
        return self.words.get(state.lower()) or self.glue("为", state)
