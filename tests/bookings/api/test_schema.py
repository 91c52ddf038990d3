import json
from typing import Any

import pytest
from django.test import Client

from bookings.api.booking_form import BOOKING
from bookings.api.fields import Field
from bookings.api.fleet_shapes import AIRCRAFT, PILOT


@pytest.fixture
def schema() -> dict[str, Any]:
    answer = Client().get("/api/schema?format=json", headers={"Accept": "application/vnd.oai.openapi+json"})
    found: dict[str, Any] = json.loads(answer.content)
    return found


@pytest.mark.parametrize(("path", "fields"), [("aircraft", AIRCRAFT), ("pilots", PILOT), ("bookings", BOOKING)])
def test_the_schema_describes_the_body_that_is_read(
    schema: dict[str, Any], path: str, fields: dict[str, Field]
) -> None:
    body = schema["paths"][f"/api/v1/{path}"]["post"]["requestBody"]["content"]["application/json"]["schema"]

    assert set(body["properties"]) == set(fields)
    assert set(body["required"]) == {name for name, field in fields.items() if field.required}
