import datetime as dt

from bookings.notices.geozones import geozones
from bookings.notices.notam_draft import NoticeFacts
from bookings.rules.facts import VolumeFacts, VolumeKind
from tests.bookings.claims.squares import square
from tests.bookings.rules.cases import site

START = dt.datetime(2027, 3, 3, 10, tzinfo=dt.UTC)
RING = square(east_m=0, north_m=0, width_m=400, depth_m=400)
FACTS = NoticeFacts(
    periods=((START, START + dt.timedelta(hours=1)),),
    volumes=(
        VolumeFacts(outline=RING, floor_ft_amsl=300, ceiling_ft_amsl=800),
        VolumeFacts(outline=RING, ceiling_ft_amsl=115, kind=VolumeKind.GROUND_RISK_BUFFER),
    ),
    masses_kg=(100,),
)


def test_each_volume_is_a_zone_with_its_layer_and_its_time() -> None:
    zones = geozones(FACTS, icao="EHTW", site=site(), issued=START)

    first, second = zones["features"]
    assert first == {
        "type": "Feature",
        "id": "EHTW001",
        "properties": {
            "identifier": "EHTW001",
            "country": "NLD",
            "name": [{"text": "Flight geography", "lang": "en-GB"}],
            "type": "REQ_AUTHORIZATION",
            "variant": "COMMON",
            "reason": ["AIR_TRAFFIC"],
            "limitedApplicability": [
                {"startDateTime": "2027-03-03T10:00:00Z", "endDateTime": "2027-03-03T11:00:00Z"},
            ],
            "zoneAuthority": [
                {
                    "purpose": "AUTHORIZATION",
                    "intervalBefore": "PT24H",
                    "name": [{"text": "Twente drone test centre (EHTW)", "lang": "en-GB"}],
                }
            ],
        },
        "geometry": {
            "type": "Polygon",
            "layer": {
                "upper": 800,
                "upperReference": "AMSL",
                "lower": 300,
                "lowerReference": "AMSL",
                "uom": "ft",
            },
            "coordinates": [[list(corner) for corner in RING]],
        },
    }
    assert second["geometry"]["layer"]["lowerReference"] == "AGL"
    assert second["properties"]["name"][0]["text"] == "Ground risk buffer"


def test_the_collection_says_who_provides_it_and_how_long_it_holds() -> None:
    zones = geozones(FACTS, icao="EHTW", site=site("ehtw-exercise"), issued=START - dt.timedelta(days=1))

    assert zones["title"].startswith("EXERCISE ")
    assert zones["metadata"] == {
        "provider": [{"text": site("ehtw-exercise").name, "lang": "en-GB"}],
        "issued": "2027-03-02T10:00:00Z",
        "validFrom": "2027-03-03T10:00:00Z",
        "validTo": "2027-03-03T11:00:00Z",
    }
    assert all(len(zone["properties"]["identifier"]) <= 7 for zone in zones["features"])
