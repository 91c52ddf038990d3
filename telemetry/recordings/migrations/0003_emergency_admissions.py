import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_language"),
        ("recordings", "0002_admitted_sources"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmergencyAdmission",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("address", models.GenericIPAddressField(unpack_ipv4=True)),
                ("system_id", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=120)),
                ("reason", models.CharField(max_length=500)),
                ("admitted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("aircraft", models.CharField(blank=True, max_length=200)),
                ("papers_at", models.DateTimeField(null=True)),
                (
                    "flight",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="recordings.flight"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-admitted_at", "-id"], name="emergency_by_time"),
                    models.Index(
                        condition=models.Q(("papers_at", None)), fields=["-admitted_at"], name="emergency_open"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("aircraft", ""), ("organisation", None), ("papers_at", None)),
                            models.Q(
                                ("aircraft__gt", ""), ("organisation__isnull", False), ("papers_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="emergency_papers_name_somebody",
                    )
                ],
            },
        ),
    ]
