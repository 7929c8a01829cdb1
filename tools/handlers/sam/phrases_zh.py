"""The words of changes of a mask in Chinese, which has no spaces between them; marks are taken out before."""

from __future__ import annotations

import re

PLACES = {"左": "left", "右": "right", "上": "top", "下": "bottom", "中": "middle"}
"""By the sign that stands for it, the side of the image or the thing."""

NUMBERS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}

_NO = r"(?:不对|不是这个|不是|错了|不)?(?:是|我是说|我要的是|应该是|我要)?"
_WHERE = r"(?P<where>[左右上下中])(?:边|面|侧|方|间)?"
_COUNTED = r"(?:个|只|把|张|块|条|件)"
_ONE = rf"(?:(?:那|这)一?{_COUNTED}?|一?个)?"
_THING = r"(?P<thing>[^\W\d_]{0,10}?)"
_END = r"(?:吧|呢|啊|谢谢)?"

OTHER = (
    re.compile(rf"{_NO}(?:另外?一{_COUNTED}?|别的|其他的?|另外的?|换一?{_COUNTED}?)的?{_THING}{_END}"),
    re.compile(rf"{_NO}第(?P<number>[一二两三四1-4]){_COUNTED}的?{_THING}{_END}"),
    re.compile(rf"{_NO}(?:最)?{_WHERE}(?:的{_ONE}|(?:那|这)一?{_COUNTED}){_THING}{_END}"),
)
ADD = (
    re.compile(rf"(?:还有|还要|也要|再加上?|加上|包括|以及|和){_WHERE}的?(?:那|这)?一?部分{_END}"),
    re.compile(
        rf"(?:还有|还要|也要|再加上?|加上|包括|以及|和)(?:那|这)?{_ONE}(?P<thing>[^\W\d_]{{1,10}}?)(?:也要)?{_END}"
    ),
    re.compile(rf"(?:把|连)?(?P<thing>[^\W\d_]{{1,10}}?)也(?:要|加上|加进来|算上|包括){_END}"),
)
REMOVE = (
    re.compile(rf"(?:但是?)?(?:不要|去掉|除去|不包括|去除|减去|排除|不带){_WHERE}的?(?:那|这)?一?部分{_END}"),
    re.compile(
        rf"(?:但是?)?(?:不要|去掉|除去|不包括|去除|减去|排除|不带)(?:那|这)?{_ONE}(?P<thing>[^\W\d_]{{1,10}}?){_END}"
    ),
    re.compile(rf"把(?P<thing>[^\W\d_]{{1,10}}?)(?:去掉|去除|拿掉|排除){_END}"),
)
MOVE = (re.compile(rf"{_NO}(?:再|稍微|还要)?(?:往|向|朝){_WHERE}(?:再)?(?:移|移动|挪|偏)?(?:一?点儿?|一些)?{_END}"),)
BIGGER = (
    re.compile(
        rf"{_NO}(?:再|稍微|更|要)?(?:大|完整)(?:一?点儿?|一些|的)?{_END}|{_NO}(?:整个|全部|整体)(?:都要)?{_END}"
    ),
)
SMALLER = (re.compile(rf"{_NO}(?:再|稍微|更|要)?小(?:一?点儿?|一些|的)?{_END}|只要一?(?:小)?部分{_END}"),)
