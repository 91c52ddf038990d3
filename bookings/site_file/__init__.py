"""Site files: TOML that says where and when an installation may be used."""

from bookings.site_file.read import LoadedFile, read_site_file
from bookings.site_file.shapes import SiteFile

__all__ = ["LoadedFile", "SiteFile", "read_site_file"]
