"""The trail's table; a trigger in its migration refuses to change, delete or truncate it."""

from django.db import models
from django.db.models.functions import Now


class Entry(models.Model):
    """One change: who, what, to which thing, when, why."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    organisation_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    key_id = models.UUIDField(null=True)
    role = models.CharField(max_length=20, blank=True)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    reason = models.TextField(blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["subject", "id"], name="audit_by_subject")]

    def __str__(self) -> str:
        return f"{self.id} {self.action} {self.subject}"
