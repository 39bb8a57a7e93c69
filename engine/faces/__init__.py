"""Photos to faces, faces to embeddings, embeddings to the nearest face."""

from engine.faces.facenet import facenet_onnx, facenet_sha256
from engine.faces.gallery import Gallery, GalleryPhoto, Match, RefusedPhoto
from engine.faces.photo import decode_photo, encode_photo
from engine.faces.reader import Face, FaceReader, embed_customer, one_face, read_faces

__all__ = [
    "Face",
    "FaceReader",
    "Gallery",
    "GalleryPhoto",
    "Match",
    "RefusedPhoto",
    "decode_photo",
    "embed_customer",
    "encode_photo",
    "facenet_onnx",
    "facenet_sha256",
    "one_face",
    "read_faces",
]
