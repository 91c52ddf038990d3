"""Answers kept for a day, so that a repeated request with the same Idempotency-Key does nothing twice."""

from typing import ClassVar

from django.db import models


class KeptAnswer(models.Model):
    """The answer to one request; `scope` is a hash of who, method, path and key, `request` one of the body."""

    scope = models.CharField(max_length=64, primary_key=True)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    etag = models.CharField(max_length=40, blank=True)
    kept_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["kept_at"], name="kept_answer_by_age")]

    def __str__(self) -> str:
        return f"{self.status} {self.scope[:12]}"
