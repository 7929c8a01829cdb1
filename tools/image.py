"""Task types over images."""

from __future__ import annotations

from jarvis.spec import ToolSpec, spec

SPECS: tuple[ToolSpec, ...] = (
    spec(
        "image-classification",
        ["image: image"],
        "data",
        "Say what an image shows as class labels.",
    ),
    spec(
        "zero-shot-image-classification",
        ["image: image", "labels: labels"],
        "data",
        "Score an image against labels that the user names.",
    ),
    spec(
        "object-detection",
        ["image: image"],
        "data",
        "Find and label objects with boxes (also to count or locate them).",
    ),
    spec(
        "zero-shot-object-detection",
        ["image: image", "labels: labels"],
        "data",
        "Find only the things that the user names, with boxes.",
    ),
    spec(
        "face-detection",
        ["image: image"],
        "data",
        "Find faces.",
    ),
    spec(
        "keypoint-detection",
        ["image: image"],
        "data",
        "Find body pose or hand keypoints.",
    ),
    spec(
        "image-segmentation",
        ["image: image"],
        "mask",
        "Split a whole image into labelled regions.",
    ),
    spec(
        "mask-generation",
        ["image: image", "point?: data", "box?: data", "mask?: mask", "change?~: text"],
        "mask",
        "Segment Anything: cut out the thing at a point or in a box (or everything, with neither).",
    ),
    spec(
        "background-removal",
        ["image: image"],
        "image",
        "Cut the foreground out of its background.",
    ),
    spec(
        "depth-estimation",
        ["image: image"],
        "image",
        "Estimate how far each pixel is.",
    ),
    spec(
        "image-to-text",
        ["image: image"],
        "text",
        "Describe an image in words (caption).",
    ),
    spec(
        "optical-character-recognition",
        ["image: image"],
        "text",
        "Read the text in an image or scan.",
    ),
    spec(
        "visual-question-answering",
        ["image: image", "question~: text"],
        "text",
        "Answer a question about a photo.",
    ),
    spec(
        "document-question-answering",
        ["image: image", "question~: text"],
        "text",
        "Answer a question about a scanned document, form, receipt or chart.",
    ),
    spec(
        "image-to-image",
        ["image: image", "prompt?~: text"],
        "image",
        "Change an image: edit it by instruction, restyle, colorize, enhance, upscale.",
    ),
    spec(
        "text-to-image",
        ["prompt~: text"],
        "image",
        "Make an image from words.",
    ),
    spec(
        "canny-control",
        ["image: image"],
        "image",
        "Edge map.",
    ),
    spec(
        "openpose-control",
        ["image: image"],
        "image",
        "Pose map.",
    ),
    spec(
        "depth-control",
        ["image: image"],
        "image",
        "Depth map made to steer image generation.",
    ),
    spec(
        "controlled-text-to-image",
        ["image: image", "prompt~: text"],
        "image",
        "Make an image from words that follows an edge, pose, depth or segmentation map.",
    ),
)
