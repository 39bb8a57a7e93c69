from __future__ import annotations

from engine.resources import checked_model, resource


def test_every_model_that_comes_along_is_whole_licensed_and_described():
    folder = resource("models")
    listed = [line.split()[1] for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()]
    assert listed == [
        "age-v1.onnx",
        "face_detection_yunet_2023mar.onnx",
        "face_landmark.tflite",
        "selfie_segmentation.onnx",
    ]
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for name in listed:
        assert checked_model(name).is_file()
        licence = (folder / name).with_suffix(".LICENSE").read_text(encoding="utf-8")
        assert "Copyright" in licence and len(licence) > 1000
        assert f"`{name}`" in readme
