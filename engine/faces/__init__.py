"""Photos to faces, faces to embeddings, embeddings to the nearest face."""

from engine.faces.detector import Detection, FaceDetector
from engine.faces.facenet import facenet_onnx, facenet_sha256
from engine.faces.framing import Frame, Framed, Subject, eye_frame
from engine.faces.gallery import Gallery, GalleryPhoto, Keep, Match, RefusedPhoto, photo_paths
from engine.faces.hair import hair_top
from engine.faces.likeness import LikenessScale, is_close, likeness, likeness_words, may_be_the_customer, pair_cosines
from engine.faces.photo import decode_photo, encode_photo
from engine.faces.reader import (
    Face,
    FaceReader,
    Portrait,
    customer_portrait,
    embed_customer,
    one_face,
    read_faces,
)

__all__ = [
    "Detection",
    "Face",
    "FaceDetector",
    "FaceReader",
    "Frame",
    "Framed",
    "Gallery",
    "GalleryPhoto",
    "Keep",
    "LikenessScale",
    "Match",
    "Portrait",
    "RefusedPhoto",
    "Subject",
    "customer_portrait",
    "decode_photo",
    "embed_customer",
    "encode_photo",
    "eye_frame",
    "facenet_onnx",
    "facenet_sha256",
    "hair_top",
    "is_close",
    "likeness",
    "likeness_words",
    "may_be_the_customer",
    "one_face",
    "pair_cosines",
    "photo_paths",
    "read_faces",
]
