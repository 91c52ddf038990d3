"""What people said of a booking's gates."""

from typing import ClassVar

from django.db import models

from bookings.models.booking import Booking
from bookings.rules.gates import GateState

_SET = [GateState.GO.value, GateState.NO_GO.value]


class BookingGate(models.Model):
    """One gate that somebody set; without a row it is open. The trail keeps what was said before."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="gates")
    name = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=[(state, state) for state in _SET])
    remark = models.CharField(max_length=500, blank=True)
    set_at = models.DateTimeField()
    set_by_name = models.CharField(max_length=200)
    set_as = models.CharField(max_length=20, help_text="The role.")

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "name"], name="gate_once"),
            models.CheckConstraint(condition=models.Q(state__in=_SET), name="gate_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.name} {self.state}"
