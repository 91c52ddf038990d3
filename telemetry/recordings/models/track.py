"""The decoded track, made from the raw recording and able to be made again."""

from django.db import models

from telemetry.recordings.models.flight import Flight


class TrackSegment(models.Model):
    """A run of decoded states, at most 10 per second of a flight.

    `data` holds rows of `recordings.track_rows.ROW`, times in microseconds UTC; `decoder` names what decoded them.
    """

    flight = models.ForeignKey(Flight, on_delete=models.CASCADE, related_name="track")
    first_us = models.BigIntegerField()
    last_us = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    decoder = models.CharField(max_length=40)
    data = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["flight", "first_us"], name="track_by_time")]

    def __str__(self) -> str:
        return f"{self.flight_id} {self.first_us}…{self.last_us}"
