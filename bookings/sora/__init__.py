"""SORA 2.5 (ED Decision 2025/018/R): from speed, size and height to volumes and the intrinsic ground risk class."""
