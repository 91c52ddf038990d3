"""The audit trail as a Django app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """One table, to which rows are only ever added."""

    name = "testcentre.audit"
    label = "audit"
