"""Demo people as a camera at their side would see them, and tilted: for tests of what a turned face does."""

from __future__ import annotations

import cv2
import numpy as np
from scipy.interpolate import LinearNDInterpolator

from engine.faces import Landmarks


def turned(rgb: np.ndarray, mesh: Landmarks, degrees: float) -> np.ndarray:
    """Turn a face to the picture's right by so many degrees: its mesh is turned, what lies around it stays."""
    points = mesh.points.astype(float)
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]])
    seen = ((points - points.mean(0)) @ turn.T + points.mean(0))[:, :2]
    flat = points[:, :2]
    middle, half = (flat.min(0) + flat.max(0)) / 2, np.ptp(flat, axis=0) / 2
    angles = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    height, width = rgb.shape[:2]
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], float)
    still = np.vstack([middle + circle * half * 1.7, corners])
    step = 8
    grid = np.stack(np.meshgrid(np.arange(0, width, step), np.arange(0, height, step)), -1).astype(float)
    places = LinearNDInterpolator(np.vstack([seen, still]), np.vstack([flat, still]))(grid.reshape(-1, 2))
    fine = cv2.resize((places.reshape(grid.shape) - grid).astype(np.float32), (width, height))
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(rgb, fine[..., 0] + columns, fine[..., 1] + rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def tilted(rgb: np.ndarray, degrees: float) -> np.ndarray:
    """Tilt a picture clockwise."""
    height, width = rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    return cv2.warpAffine(rgb, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
