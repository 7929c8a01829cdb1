from __future__ import annotations

import pytest

from jarvis.errors import ModelError
from jarvis.tools.handlers.hub_onnx.chat import rendered

TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
HELLO = [{"role": "user", "content": "Hello {{ 7 * 7 }}"}]


def test_messages_are_written_as_the_template_says_and_never_run() -> None:
    wanted = "<|im_start|>user\nHello {{ 7 * 7 }}<|im_end|>\n<|im_start|>assistant\n"
    assert rendered(TEMPLATE, HELLO, {}) == wanted


@pytest.mark.parametrize(
    "template",
    [
        "{{ messages.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ messages.append(1) }}",
        "{{ range(10 ** 9) | list }}",
        "{{ raise_exception('no system message') }}",
        "{% for",
        "{{ 1 / 0 }}",
    ],
)
def test_a_template_that_reaches_out_or_breaks_is_refused(template: str) -> None:
    with pytest.raises(ModelError, match="chat template of this model cannot be used"):
        rendered(template, HELLO, {})
