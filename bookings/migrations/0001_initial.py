"""All tables of bookings: the site, the fleet, bookings, and the ledger with its constraint from the first row on."""

import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import bookings.models.claim_key
import bookings.models.claims
import bookings.rules.states


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        # below 1000: the places that belong to no row (bookings/models/claim_key.py)
        migrations.RunSQL("CREATE SEQUENCE claim_key AS bigint START WITH 1000", "DROP SEQUENCE claim_key"),
        # block 0 is nobody's (bookings/claims/lanes.py)
        migrations.RunSQL("CREATE SEQUENCE booking_block AS bigint START WITH 1", "DROP SEQUENCE booking_block"),
        migrations.CreateModel(
            name="Resource",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("runway", "runway"),
                            ("test_area", "test_area"),
                            ("stand", "stand"),
                            ("hangar_bay", "hangar_bay"),
                            ("safety_officer", "safety_officer"),
                            ("ground_station", "ground_station"),
                            ("spectrum", "spectrum"),
                            ("gnss_band", "gnss_band"),
                            ("laser_range", "laser_range"),
                            ("counter_drone_zone", "counter_drone_zone"),
                            ("ils", "ils"),
                            ("ils_critical_area", "ils_critical_area"),
                        ],
                        max_length=40,
                    ),
                ),
                (
                    "claim_key",
                    bookings.models.claim_key.ClaimKeyField(
                        db_default=bookings.models.claim_key.NextClaimKey(), editable=False, unique=True
                    ),
                ),
                ("capacity", models.PositiveIntegerField()),
                ("exclusive", models.BooleanField(help_text="Naming it claims all lanes, whatever the capacity.")),
                (
                    "hazard",
                    models.CharField(choices=[("none", "none"), ("area", "area"), ("site", "site")], max_length=10),
                ),
                ("organisation_kinds", models.JSONField(default=list, help_text="Who may name it; empty: anyone.")),
                ("setup_s", models.PositiveIntegerField()),
                ("clearup_s", models.PositiveIntegerField()),
                ("geometry", models.JSONField(help_text="GeoJSON Polygon or Point, WGS-84.", null=True)),
                ("floor_ft_amsl", models.IntegerField(help_text="None: from the ground.", null=True)),
                ("ceiling_ft_amsl", models.IntegerField(help_text="None: no height of its own.", null=True)),
                ("hours", models.JSONField()),
                ("limits", models.JSONField()),
                ("notes", models.TextField(blank=True)),
                (
                    "position",
                    models.PositiveIntegerField(help_text="Its place in the site file; lists are in this order."),
                ),
                ("active", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["position", "code"],
            },
        ),
        migrations.CreateModel(
            name="Aircraft",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "claim_key",
                    bookings.models.claim_key.ClaimKeyField(
                        db_default=bookings.models.claim_key.NextClaimKey(), editable=False, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("multirotor", "multirotor"),
                            ("helicopter", "helicopter"),
                            ("fixed_wing", "fixed_wing"),
                            ("vtol", "vtol"),
                            ("ground", "ground"),
                            ("surface", "surface"),
                        ],
                        max_length=20,
                    ),
                ),
                ("registration", models.CharField(blank=True, max_length=20)),
                ("serial_number", models.CharField(max_length=20)),
                ("operator_number", models.CharField(blank=True, max_length=16)),
                ("mtom_kg", models.FloatField()),
                ("payload_kg", models.FloatField(null=True)),
                ("max_speed_m_s", models.FloatField()),
                ("characteristic_dimension_m", models.FloatField()),
                ("endurance_min", models.FloatField(null=True)),
                ("lost_link_procedure", models.CharField(blank=True, max_length=2000)),
                ("insurer", models.CharField(blank=True, max_length=120)),
                ("insurance_policy_number", models.CharField(blank=True, max_length=60)),
                ("insurance_cover_sdr", models.FloatField(null=True)),
                ("insurance_valid_until", models.DateField(null=True)),
                ("mavlink_system_id", models.PositiveSmallIntegerField()),
                ("signing_key_encrypted", models.TextField(null=True)),
                (
                    "allowed_sources",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=43), default=list, size=None
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("serial", models.PositiveIntegerField()),
                ("block", models.BigIntegerField(editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("held", "held"),
                            ("requested", "requested"),
                            ("confirmed", "confirmed"),
                            ("checked_in", "checked_in"),
                            ("active", "active"),
                            ("completed", "completed"),
                            ("refused", "refused"),
                            ("cancelled", "cancelled"),
                            ("expired", "expired"),
                            ("no_show", "no_show"),
                            ("displaced", "displaced"),
                        ],
                        max_length=12,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("purpose", models.CharField(max_length=500)),
                ("start", models.DateTimeField()),
                ("end", models.DateTimeField()),
                (
                    "classification",
                    models.CharField(
                        choices=[
                            ("ongerubriceerd", "ongerubriceerd"),
                            ("Dep.V.", "Dep.V."),
                            ("Stg. Confidentieel", "Stg. Confidentieel"),
                            ("Stg. Geheim", "Stg. Geheim"),
                            ("Stg. Zeer Geheim", "Stg. Zeer Geheim"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "waived",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list, size=None
                    ),
                ),
                ("waiver_reason", models.CharField(blank=True, max_length=500)),
                ("reason", models.CharField(blank=True, help_text="What was said at the last change.", max_length=500)),
                ("ended_at", models.DateTimeField(help_text="When it was completed or released.", null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BookedResource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField()),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="booked_resources",
                        to="bookings.booking",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bookings.resource"
                    ),
                ),
            ],
            options={
                "ordering": ["place"],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", django.contrib.postgres.fields.ranges.BigIntegerRangeField()),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("lanes", bookings.models.claims.LanesField()),
                ("altitude_ft", django.contrib.postgres.fields.ranges.IntegerRangeField()),
                ("area", bookings.models.claims.OutlineField()),
                ("active", models.BooleanField(default=True)),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="bookings.booking"
                    ),
                ),
            ],
            options={
                "db_table": "claim",
            },
        ),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("scope", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("request", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("body", models.JSONField()),
                ("etag", models.CharField(blank=True, max_length=40)),
                ("kept_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["kept_at"], name="kept_answer_by_age")],
            },
        ),
        migrations.CreateModel(
            name="Pilot",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "claim_key",
                    bookings.models.claim_key.ClaimKeyField(
                        db_default=bookings.models.claim_key.NextClaimKey(), editable=False, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("remote_pilot_id", models.CharField(blank=True, max_length=60)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Crew",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("flight_id", models.UUIDField(null=True, unique=True)),
                ("place", models.PositiveSmallIntegerField()),
                (
                    "aircraft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bookings.aircraft"
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="crew", to="bookings.booking"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bookings.pilot"
                    ),
                ),
            ],
            options={
                "ordering": ["place"],
            },
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("number", models.CharField(max_length=60)),
                ("valid_until", models.DateField()),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="certificates", to="bookings.pilot"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="booking",
            name="resources",
            field=models.ManyToManyField(related_name="+", through="bookings.BookedResource", to="bookings.resource"),
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("icao", models.CharField(max_length=4)),
                ("code", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=200)),
                ("version", models.PositiveIntegerField()),
                ("exercise", models.BooleanField()),
                ("arp_latitude_deg", models.FloatField()),
                ("arp_longitude_deg", models.FloatField()),
                ("timezone", models.CharField(max_length=64)),
                ("sha256", models.CharField(max_length=64)),
                ("facts_data", models.JSONField()),
                ("data", models.JSONField()),
                ("loaded_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="site_is_the_only_one")],
            },
        ),
        migrations.AddField(
            model_name="resource",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="resources", to="bookings.site"
            ),
        ),
        migrations.CreateModel(
            name="SiteVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField()),
                ("code", models.CharField(max_length=40)),
                ("sha256", models.CharField(max_length=64)),
                ("data", models.JSONField()),
                ("loaded_at", models.DateTimeField()),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="bookings.site"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Volume",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("flight_geography", "flight_geography"),
                            ("contingency", "contingency"),
                            ("ground_risk_buffer", "ground_risk_buffer"),
                        ],
                        max_length=20,
                    ),
                ),
                ("polygon", models.JSONField()),
                ("floor_ft_amsl", models.IntegerField(null=True)),
                ("ceiling_ft_amsl", models.IntegerField()),
                ("place", models.PositiveSmallIntegerField()),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="volumes", to="bookings.booking"
                    ),
                ),
            ],
            options={
                "ordering": ["place"],
            },
        ),
        migrations.AddConstraint(
            model_name="aircraft",
            constraint=models.UniqueConstraint(fields=("organisation", "id"), name="aircraft_of_organisation"),
        ),
        migrations.AddConstraint(
            model_name="aircraft",
            constraint=models.UniqueConstraint(
                fields=("organisation", "serial_number"), name="aircraft_serial_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="aircraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("mavlink_system_id__gte", 1), ("mavlink_system_id__lte", 255)),
                name="aircraft_system_id",
            ),
        ),
        migrations.AddConstraint(
            model_name="aircraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("insurance_cover_sdr", None), ("insurance_valid_until", None)),
                    models.Q(("insurance_cover_sdr__isnull", False), ("insurance_valid_until__isnull", False)),
                    _connector="OR",
                ),
                name="aircraft_insurance_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("active", True)),
                expressions=[("key", "&&"), ("period", "&&"), ("lanes", "&&"), ("altitude_ft", "&&"), ("area", "&&")],
                name="claim_no_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="pilot",
            constraint=models.UniqueConstraint(fields=("organisation", "id"), name="pilot_of_organisation"),
        ),
        migrations.AddConstraint(
            model_name="crew",
            constraint=models.UniqueConstraint(fields=("booking", "aircraft"), name="crew_aircraft_once"),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(fields=["organisation", "start", "id"], name="booking_by_organisation"),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(fields=["start", "id"], name="booking_by_start"),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(fields=["end"], name="booking_by_end"),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.UniqueConstraint(fields=("organisation", "id"), name="booking_of_organisation"),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.UniqueConstraint(fields=("organisation", "serial"), name="booking_serial_once"),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("start__lt", models.F("end"))), name="booking_ends_after_start"
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            bookings.rules.states.BookingState["DRAFT"],
                            bookings.rules.states.BookingState["HELD"],
                            bookings.rules.states.BookingState["REQUESTED"],
                            bookings.rules.states.BookingState["CONFIRMED"],
                            bookings.rules.states.BookingState["CHECKED_IN"],
                            bookings.rules.states.BookingState["ACTIVE"],
                            bookings.rules.states.BookingState["COMPLETED"],
                            bookings.rules.states.BookingState["REFUSED"],
                            bookings.rules.states.BookingState["CANCELLED"],
                            bookings.rules.states.BookingState["EXPIRED"],
                            bookings.rules.states.BookingState["NO_SHOW"],
                            bookings.rules.states.BookingState["DISPLACED"],
                        ],
                    )
                ),
                name="booking_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="bookedresource",
            constraint=models.UniqueConstraint(fields=("booking", "resource"), name="booked_resource_once"),
        ),
        migrations.AddConstraint(
            model_name="resource",
            constraint=models.UniqueConstraint(fields=("site", "code"), name="resource_code_once_per_site"),
        ),
        migrations.AddConstraint(
            model_name="resource",
            constraint=models.CheckConstraint(condition=models.Q(("capacity__gte", 1)), name="resource_has_capacity"),
        ),
        migrations.AddConstraint(
            model_name="siteversion",
            constraint=models.UniqueConstraint(fields=("site", "version"), name="site_version_once"),
        ),
        # a booking can't name another organisation's aircraft or pilot, whoever writes it
        *(
            migrations.RunSQL(
                f"ALTER TABLE bookings_crew ADD CONSTRAINT crew_{name}_of_organisation "
                f"FOREIGN KEY (organisation_id, {name}_id) REFERENCES bookings_{name} (organisation_id, id)",
                f"ALTER TABLE bookings_crew DROP CONSTRAINT crew_{name}_of_organisation",
            )
            for name in ("booking", "aircraft", "pilot")
        ),
    ]
