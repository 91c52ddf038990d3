"""Any of a kind, own periods of resources, and the facts that decisions were made on."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0001_initial"),
    ]

    operations = [
        migrations.AddField("booking", "may_rechoose", models.BooleanField(
            default=False, help_text="The range may give another resource of a kind, to make room.",
        )),
        migrations.AddField("resource", "qualifications", models.JSONField(
            default=list, help_text="What wants for any of its kind may ask for.",
        )),
        migrations.AddField("bookedresource", "want", models.JSONField(null=True)),
        migrations.AddField("bookedresource", "start", models.DateTimeField(null=True)),
        migrations.AddField("bookedresource", "end", models.DateTimeField(null=True)),
        # until now every resource was named by its code, for the slot
        migrations.RunSQL(
            """
            UPDATE bookings_bookedresource AS booked
            SET want = jsonb_build_object('code', resource.code), start = booking.start, "end" = booking."end"
            FROM bookings_booking AS booking, bookings_resource AS resource
            WHERE booking.id = booked.booking_id AND resource.id = booked.resource_id
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AlterField("bookedresource", "want", models.JSONField()),
        migrations.AlterField("bookedresource", "start", models.DateTimeField()),
        migrations.AlterField("bookedresource", "end", models.DateTimeField()),
        migrations.RemoveConstraint("bookedresource", "booked_resource_once"),
        migrations.AddConstraint("bookedresource", models.UniqueConstraint(
            fields=["booking", "place"], name="booked_resource_place_once",
        )),
        migrations.AddConstraint("bookedresource", models.CheckConstraint(
            condition=models.Q(start__lt=models.F("end")), name="booked_resource_ends_after",
        )),
        migrations.CreateModel(
            name="BookingDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("decided_at", models.DateTimeField()),
                ("action", models.CharField(
                    help_text="What was decided: request, move, confirm …", max_length=20,
                )),
                ("site_version", models.PositiveIntegerField()),
                ("rules_version", models.CharField(help_text="SHA-256 of the rules' sources.", max_length=64)),
                ("facts", models.JSONField(
                    help_text="The facts without the site and the resources' tables: those are the version's.",
                )),
                ("waived", models.JSONField(default=list)),
                ("booking", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="bookings.booking",
                )),
            ],
            options={"ordering": ["id"]},
        ),
    ]  # fmt: skip
