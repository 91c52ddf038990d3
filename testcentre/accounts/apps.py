"""Accounts as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Organisations, people, memberships and API keys."""

    name = "testcentre.accounts"
    label = "accounts"
