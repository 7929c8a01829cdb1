"""Licence classes, from SPDX identifiers and from what the hubs call licences."""

from __future__ import annotations

import pytest

from jarvis.model_registry.terms import (
    CLASSES,
    is_known,
    license_class,
    matches,
    names_of,
    obligations,
    spdx_of,
    text_of,
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Apache-2.0", "permissive"),
        ("apache-2.0", "permissive"),
        ("Apache License 2.0", "permissive"),
        ("MIT AND Apache-2.0", "permissive"),
        ("MIT OR GPL-3.0-only", "permissive"),
        ("MIT AND GPL-3.0-or-later", "copyleft"),
        ("(MIT OR Apache-2.0) AND CC-BY-NC-4.0", "non-commercial"),
        ("MIT OR Apache-2.0 AND CC-BY-NC-4.0", "permissive"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "copyleft"),
        ("cc-by-sa-4.0", "copyleft"),
        ("cc-by-nd-4.0", "own-terms"),
        ("cc-by-nc-sa-4.0", "non-commercial"),
        ("creativeml-openrail-m", "responsible-use"),
        ("openrail++", "responsible-use"),
        ("LicenseRef-llama3.1", "own-terms"),
        ("gemma", "own-terms"),
        ("qwen-research", "non-commercial"),
        ("some-noncommercial-license", "non-commercial"),
        ("MIT AND something-odd", "unknown"),
        ("", "unknown"),
        ("other", "unknown"),
        ("cc", "unknown"),
        ("((", "unknown"),
    ],
)
def test_the_class_of_a_licence(name: str, kind: str) -> None:
    assert license_class(name) == kind


@pytest.mark.parametrize(
    ("tag", "spdx"),
    [
        ("apache-2.0", "Apache-2.0"),
        ("mit", "MIT"),
        ("gpl-3.0", "GPL-3.0"),
        ("GPL-3.0-or-later", "GPL-3.0-or-later"),
        ("mit and apache-2.0", "MIT AND Apache-2.0"),
        ("(mit or gpl-2.0) and cc0-1.0", "(MIT OR GPL-2.0) AND CC0-1.0"),
        ("llama3.1", "LicenseRef-llama3.1"),
        ("openrail++", "LicenseRef-openrail++"),
        ("My Own License!", "LicenseRef-my-own-license"),
        ("other", ""),
        ("unknown", ""),
    ],
)
def test_what_hubs_say_becomes_spdx(tag: str, spdx: str) -> None:
    assert spdx_of(tag) == spdx
    assert license_class(spdx_of(tag)) == license_class(tag)


def test_a_licence_is_wanted_by_class_or_by_name() -> None:
    assert matches("permissive", "MIT")
    assert matches("gpl-3.0", "GPL-3.0-or-later")
    assert matches("MIT", "MIT AND Apache-2.0")
    assert not matches("MIT", "Apache-2.0")
    assert not matches("permissive", "")
    assert names_of("MIT AND (Apache-2.0 OR GPL-3.0-only)") == ["mit", "apache-2.0", "gpl-3.0"]


def test_every_class_tells_what_it_obliges_to() -> None:
    samples = dict(zip(CLASSES, ("MIT", "GPL-3.0", "openrail", "gemma", "cc-by-nc-4.0", ""), strict=True))

    assert len({obligations(name) for name in samples.values()}) == len(CLASSES)
    assert [license_class(name) for name in samples.values()] == list(CLASSES)
    assert text_of("MIT AND llama2") == "https://spdx.org/licenses/MIT.html https://www.llama.com/llama2/license/"
    assert [is_known(name) for name in ("permissive", "MIT", "gemma", "foo-bar")] == [True, True, True, False]
