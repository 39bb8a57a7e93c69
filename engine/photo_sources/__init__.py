"""Where a customer's photo comes from beyond a file: their own Facebook download, or a webcam."""

from engine.photo_sources.facebook import ProfilePhoto, ProfilePhotos, facebook_profile_photos
from engine.photo_sources.webcam import Webcam, WebcamFrame

__all__ = ["ProfilePhoto", "ProfilePhotos", "Webcam", "WebcamFrame", "facebook_profile_photos"]
