"""Where the drain stands, what was lost before it, and what it set aside."""

from django.db import models
from django.db.models.functions import Now


class DrainOffset(models.Model):
    """How far a shard of the stream is in the database; each commit of data moves it in the same transaction.

    `token` fences: a holder whose token is no longer here can't commit. `busy` stays true when a holder died at work.
    """

    shard = models.PositiveSmallIntegerField(primary_key=True)
    generation = models.CharField(max_length=64, blank=True)
    entry_id = models.CharField(max_length=48, default="0-0")
    number = models.BigIntegerField(default=0)
    token = models.BigIntegerField(default=0)
    busy = models.BooleanField(default=False)
    updated_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.shard} {self.entry_id}"


class Loss(models.Model):
    """Entries that the stream had acknowledged and did not have any more when the drain came.

    `gap`: numbers are missing within a generation. `step_back`: numbers repeat, so an older state was restored.
    `generation`: the stream is another one than before; what it held beyond the offset is not known.
    """

    shard = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)
    generation = models.CharField(max_length=64)
    expected_number = models.BigIntegerField()
    found_number = models.BigIntegerField(null=True)
    detail = models.CharField(max_length=300)
    noticed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.shard} {self.kind} {self.expected_number}"


class Suspect(models.Model):
    """An entry that may have killed its drain; after three attempts it is set aside here with its bytes."""

    shard = models.PositiveSmallIntegerField()
    generation = models.CharField(max_length=64)
    entry_id = models.CharField(max_length=48)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    blob = models.BinaryField(null=True)
    set_aside_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shard", "generation", "entry_id"], name="suspect_entry_once"),
            models.CheckConstraint(
                name="suspect_set_aside_has_bytes",
                condition=models.Q(set_aside_at__isnull=True) | models.Q(blob__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shard} {self.entry_id} ×{self.attempts}"
