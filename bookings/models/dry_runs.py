"""How often an organisation asked what would be: whoever asks often enough traces what others have."""

from typing import ClassVar

from django.db import models

from testcentre.accounts.models import Organisation


class DryRuns(models.Model):
    """The trials and searches of one organisation in one hour (UTC)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "hour"], name="dry_runs_of_an_hour")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.hour}: {self.count}"
