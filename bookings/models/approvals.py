"""Who has to agree to a request, and who did."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from bookings.models.booking import Booking
from bookings.rules.approvals import StepState
from testcentre.accounts.models import User

_STATES = [state.value for state in StepState]
_UNDECIDED = [StepState.WAITING.value, StepState.DELEGATED.value]


class BookingApproval(models.Model):
    """One step of approval of a booking, as the site's policy said when it was asked for; a change makes new ones.

    `opened_at` and `due_at` are None until the steps of lower `order` are approved. `delegated_to_role` ("": none) or
    `delegated_to_user` may decide beside `roles`, and `deputy` once it is overdue.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="approvals")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    roles = ArrayField(models.CharField(max_length=20))
    order = models.PositiveSmallIntegerField()
    due_h = models.FloatField()
    deputy = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, choices=[(state, state) for state in _STATES], default=StepState.WAITING)
    opened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    overdue_told = models.BooleanField(default=False)
    delegated_to_role = models.CharField(max_length=20, blank=True)
    delegated_to_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True, help_text="Identity of the person or key.")
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_as = models.CharField(max_length=20, blank=True, help_text="The role.")
    reason = models.CharField(max_length=500, blank=True, help_text="What was said at the decision or delegation.")

    class Meta:
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [
            models.Index(fields=["due_at", "id"], name="approval_open", condition=models.Q(state__in=_UNDECIDED)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "number"], name="approval_number_once"),
            models.CheckConstraint(condition=models.Q(state__in=_STATES), name="approval_state_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=_UNDECIDED, decided_at=None)
                | (~models.Q(state__in=_UNDECIDED) & models.Q(decided_at__isnull=False, opened_at__isnull=False)),
                name="approval_decided_when",
            ),
            models.CheckConstraint(
                condition=models.Q(opened_at=None, due_at=None)
                | models.Q(opened_at__isnull=False, due_at__isnull=False),
                name="approval_open_is_due",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=StepState.DELEGATED.value)
                | ~models.Q(delegated_to_role="")
                | models.Q(delegated_to_user__isnull=False),
                name="approval_delegated_to_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.number} {self.name} {self.state}"
