"""Photos to faces, faces to embeddings, embeddings to the nearest face."""

from engine.faces.age import AgeRange, age_range
from engine.faces.detector import Detection, FaceDetector, default_face
from engine.faces.embedder import EmbedderName, embedder_sha256, is_prepared, load_embedder, prepare_vggface2
from engine.faces.facenet import facenet_onnx, facenet_sha256
from engine.faces.framing import Frame, Framed, Subject, eye_frame
from engine.faces.frontal import frontal_view
from engine.faces.gallery import Gallery, GalleryPhoto, Keep, Match, RefusedPhoto, photo_paths
from engine.faces.hair import hair_top
from engine.faces.hair_lab import HairColour, hair_colour, hair_difference
from engine.faces.likeness import LikenessScale, is_close, likeness, likeness_words, may_be_the_customer, pair_cosines
from engine.faces.mesh import Landmarks, landmarks
from engine.faces.photo import decode_photo, encode_photo
from engine.faces.quality import PhotoQuality, Problem, photo_quality
from engine.faces.reader import (
    Face,
    FaceReader,
    Portrait,
    customer_portrait,
    one_face,
    read_faces,
)
from engine.faces.reembedding import KeptFace, NewEmbedding, reembed

__all__ = [
    "AgeRange",
    "Detection",
    "EmbedderName",
    "Face",
    "FaceDetector",
    "FaceReader",
    "Frame",
    "Framed",
    "Gallery",
    "GalleryPhoto",
    "HairColour",
    "Keep",
    "KeptFace",
    "Landmarks",
    "LikenessScale",
    "Match",
    "NewEmbedding",
    "PhotoQuality",
    "Portrait",
    "Problem",
    "RefusedPhoto",
    "Subject",
    "age_range",
    "customer_portrait",
    "decode_photo",
    "default_face",
    "embedder_sha256",
    "encode_photo",
    "eye_frame",
    "facenet_onnx",
    "facenet_sha256",
    "frontal_view",
    "hair_colour",
    "hair_difference",
    "hair_top",
    "is_close",
    "is_prepared",
    "landmarks",
    "likeness",
    "likeness_words",
    "load_embedder",
    "may_be_the_customer",
    "one_face",
    "pair_cosines",
    "photo_paths",
    "photo_quality",
    "prepare_vggface2",
    "read_faces",
    "reembed",
]
