import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recordings", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AdmittedSource",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("address", models.GenericIPAddressField(unpack_ipv4=True)),
                ("system_id", models.PositiveSmallIntegerField()),
                ("reason", models.CharField(max_length=500)),
                ("admitted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "flight",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="admitted_sources",
                        to="recordings.flight",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-admitted_at", "-id"], name="admitted_source_by_time")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("flight", "address", "system_id"),
                        name="admitted_source_once",
                    )
                ],
            },
        ),
    ]
