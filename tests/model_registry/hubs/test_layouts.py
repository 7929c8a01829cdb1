"""The layouts of the hubs become variants: all parts of one precision, and nothing that could run code."""

from __future__ import annotations

import pytest

from jarvis.model_registry.card import RepositoryFile, Variant
from jarvis.model_registry.hubs.layouts import (
    ADAPTER,
    NO_WEIGHTS,
    PICKLED,
    REMOTE_CODE,
    UNSAFE_NAME,
    Layout,
    default_variant,
    layout_of,
)


def files(*paths: str, size: int = 100) -> list[RepositoryFile]:
    return [RepositoryFile(path=path, bytes=size + number) for number, path in enumerate(paths)]


def variants(layout: Layout) -> dict[str, list[str]]:
    return {variant.name: [file.path for file in variant.files] for variant in layout.variants}


BESIDE = ("config.json", "tokenizer.json")


def test_an_export_of_transformers_js_has_a_variant_for_each_precision() -> None:
    names = [
        "model",
        "model_fp16",
        "model_quantized",
        "model_int8",
        "model_uint8",
        "model_q4",
        "model_q4f16",
        "model_bnb4",
    ]
    found = layout_of(files(*BESIDE, "README.md", ".gitattributes", *(f"onnx/{name}.onnx" for name in names)), {})

    assert {name: paths[2:] for name, paths in variants(found).items()} == {
        "fp32": ["onnx/model.onnx"],
        "fp16": ["onnx/model_fp16.onnx"],
        "int8": ["onnx/model_quantized.onnx"],
        "int8-signed": ["onnx/model_int8.onnx"],
        "uint8": ["onnx/model_uint8.onnx"],
        "int4": ["onnx/model_q4.onnx"],
        "q4f16": ["onnx/model_q4f16.onnx"],
        "bnb4": ["onnx/model_bnb4.onnx"],
    }
    assert all(paths[:2] == list(BESIDE) for paths in variants(found).values())
    assert found.warnings == ()


def test_an_encoder_and_a_merged_decoder_belong_together() -> None:
    paths = [
        f"onnx/{part}{suffix}.onnx"
        for part in ("encoder_model", "decoder_model", "decoder_with_past_model", "decoder_model_merged")
        for suffix in ("", "_quantized")
    ]
    found = variants(layout_of(files("config.json", *paths), {}))

    assert found["int8"] == [
        "config.json", "onnx/decoder_model_merged_quantized.onnx", "onnx/encoder_model_quantized.onnx",
    ]  # fmt: skip
    assert found["fp32"] == ["config.json", "onnx/decoder_model_merged.onnx", "onnx/encoder_model.onnx"]


def test_without_a_merged_decoder_both_are_taken() -> None:
    paths = ["encoder_model.onnx", "decoder_model.onnx", "decoder_with_past_model.onnx"]
    assert variants(layout_of(files(*paths), {}))["fp32"] == sorted(paths)


def test_a_part_that_was_not_quantized_is_taken_in_full() -> None:
    paths = ["onnx/vision_encoder.onnx", "onnx/vision_encoder_quantized.onnx", "onnx/mask_decoder.onnx"]
    assert variants(layout_of(files(*paths), {}))["int8"] == [
        "onnx/mask_decoder.onnx", "onnx/vision_encoder_quantized.onnx",
    ]  # fmt: skip


def test_weights_beside_the_graph_come_along() -> None:
    paths = [
        "onnx/model.onnx",
        "onnx/model.onnx_data",
        "onnx/model.onnx_data_1",
        "onnx/model_q4.onnx",
        "onnx/model_q4.onnx_data",
    ]
    found = variants(layout_of(files(*paths), {}))
    assert found["fp32"] == paths[:3]
    assert found["int4"] == paths[3:]


def test_quantizations_for_processors_keep_their_names_and_those_for_cuda_are_left_out() -> None:
    paths = [
        "onnx/model.onnx",
        "onnx/model_O4.onnx",
        "onnx/model_qint8_avx512_vnni.onnx",
        "onnx/model_quint8_avx2.onnx",
    ]
    assert list(variants(layout_of(files(*paths), {}))) == ["fp32", "int8-avx512-vnni", "uint8-avx2"]


def test_shards_come_with_their_index_and_tokenizers_with_both() -> None:
    shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    found = layout_of(
        files(
            *BESIDE,
            "model.safetensors.index.json",
            *shards,
            "pytorch_model.bin",
            "modeling_x.py",
            "original/a.safetensors",
        ),
        {"torch_dtype": "bfloat16"},
    )
    assert variants(found) == {"bf16": [*BESIDE, "model.safetensors.index.json", *shards]}


def test_the_precision_of_safetensors_is_that_of_most_parameters() -> None:
    found = layout_of(files("model.safetensors"), {}, dtypes={"F32": 10, "F16": 1000})
    assert [(v.name, v.precision) for v in found.variants] == [("fp16", "fp16")]


def test_two_formats_of_one_precision_are_told_apart() -> None:
    found = layout_of(files("onnx/model.onnx", "model.safetensors"), {})
    assert {(v.name, v.format) for v in found.variants} == {("fp32", "onnx"), ("fp32-safetensors", "safetensors")}


def test_a_diffusers_pipeline_is_taken_with_all_its_folders() -> None:
    paths = [
        "model_index.json", "scheduler/scheduler_config.json", "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors", "unet/diffusion_pytorch_model.fp16.safetensors",
        "vae/config.json", "vae/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model.fp16.safetensors", "v1-5-pruned.safetensors", "vae/diffusion_pytorch_model.bin",
    ]  # fmt: skip
    found = variants(layout_of(files(*paths), {}))
    assert found["fp32"] == [
        "model_index.json", "scheduler/scheduler_config.json", "unet/config.json", "vae/config.json",
        "unet/diffusion_pytorch_model.safetensors", "vae/diffusion_pytorch_model.safetensors",
    ]  # fmt: skip
    assert found["fp16"][-2:] == [
        "unet/diffusion_pytorch_model.fp16.safetensors",
        "vae/diffusion_pytorch_model.fp16.safetensors",
    ]


def test_gguf_files_are_variants_by_their_quantization() -> None:
    paths = [
        "tiny-Q4_K_M.gguf",
        "tiny.Q8_0.gguf",
        "tiny-f16-00001-of-00002.gguf",
        "tiny-f16-00002-of-00002.gguf",
        "mmproj-f16.gguf",
    ]
    found = layout_of(files(*paths), {})
    assert {v.name: (v.precision, len(v.files)) for v in found.variants} == {
        "q4_k_m": ("int4", 1), "q8_0": ("int8", 1), "f16": ("fp16", 2),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("paths", "config", "tags", "warning"),
    [
        (["config.json", "pytorch_model.bin"], {}, [], PICKLED),
        (["config.json", "tf_model.h5", "model.ckpt"], {}, [], PICKLED),
        (
            ["config.json", "model.safetensors", "modeling.py"],
            {"auto_map": {"AutoModel": "modeling.X"}},
            [],
            REMOTE_CODE,
        ),
        (["config.json", "model.safetensors"], {}, ["custom_code"], REMOTE_CODE),
        (["adapter_config.json", "adapter_model.safetensors"], {}, [], ADAPTER),
        (["README.md"], {}, [], NO_WEIGHTS),
    ],
)
def test_what_cannot_be_pulled_has_no_variants_and_says_why(
    paths: list[str], config: dict[str, object], tags: list[str], warning: str
) -> None:
    assert layout_of(files(*paths), config, tags=tags) == Layout((), (warning,))


def test_code_of_a_repository_does_not_matter_to_its_onnx_files() -> None:
    found = layout_of(files("onnx/model.onnx", "model.safetensors"), {"auto_map": {"AutoModel": "x.Y"}})
    assert [v.format for v in found.variants] == ["onnx"]
    assert found.warnings == (REMOTE_CODE,)


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/x.json", "C:\\x", "nul", "a\x00b"])
def test_one_name_that_leads_elsewhere_spoils_the_repository(name: str) -> None:
    found = layout_of(files("config.json", "model.safetensors", name), {})
    assert found.variants == ()
    assert found.warnings[0].startswith(UNSAFE_NAME) and found.warnings[0].isascii() and found.warnings[0].isprintable()


def test_files_that_one_system_cannot_tell_apart_spoil_the_repository() -> None:
    assert layout_of(files("model.safetensors", "Model.safetensors"), {}).variants == ()


def test_the_default_is_onnx_in_eight_bits_then_safetensors_then_gguf() -> None:
    def named(*paths: str) -> Variant | None:
        return default_variant(layout_of(files(*paths), {}).variants)

    both = named("onnx/model.onnx", "onnx/model_quantized.onnx", "model.safetensors", "x-Q4_K_M.gguf")
    assert both is not None and (both.name, both.format) == ("int8", "onnx")
    torch = named("model.safetensors", "x-Q4_K_M.gguf")
    assert torch is not None and torch.format == "safetensors"
    gguf = named("x-Q8_0.gguf", "x-Q4_K_M.gguf", "x-Q2_K.gguf")
    assert gguf is not None and gguf.name == "q4_k_m"
    assert named("README.md") is None
