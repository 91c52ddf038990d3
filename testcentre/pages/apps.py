"""The pages as a Django app: templates, translations, one template tag."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Pages of the console; no tables."""

    name = "testcentre.pages"
    label = "pages"
