from dataclasses import replace

from bookings.rules.facts import ResourceFacts, VolumeFacts, VolumeKind
from bookings.rules.hazards import shared_hazards
from tests.bookings.rules.cases import all_resources, resource, site, volume

BOX = ((6.88, 52.28), (6.89, 52.28), (6.89, 52.29), (6.88, 52.29), (6.88, 52.28))


def shared(*named: ResourceFacts, volumes: tuple[VolumeFacts, ...] = ()) -> list[str]:
    found = shared_hazards(site(), volumes=volumes, named=named, resources=all_resources())
    return [hazard.code for hazard in found]


def test_every_flight_shares_the_gnss_band() -> None:
    assert shared(volumes=(volume(),)) == ["GNSS-BAND"]


def test_who_names_the_band_does_not_share_it() -> None:
    assert shared(resource("GNSS-BAND")) == []


def test_who_uses_the_runway_shares_both_critical_areas() -> None:
    assert shared(resource("RWY-05-23")) == ["GNSS-BAND", "ILS-CRIT-23", "ILS-CRIT-05"]


def test_who_uses_the_southern_area_shares_laser_and_counter_drone() -> None:
    assert shared(resource("TEST-S")) == ["GNSS-BAND", "LASER-SECTOR", "CUAS-ZONE"]


def test_a_volume_above_a_hazard_does_not_share_it() -> None:
    outline = resource("CUAS-ZONE").outline
    assert outline is not None

    assert shared(volumes=(volume(outline=outline, floor_ft_amsl=1199, ceiling_ft_amsl=1300),)) == [
        "GNSS-BAND",
        "CUAS-ZONE",
    ]
    assert shared(volumes=(volume(outline=outline, floor_ft_amsl=1200, ceiling_ft_amsl=1300),)) == ["GNSS-BAND"]


def test_two_areas_of_the_site_have_no_ground_in_common() -> None:
    assert "TEST-N" not in shared(resource("TEST-N"))
    assert shared(resource("TEST-N")) == ["GNSS-BAND"]


def test_a_volume_below_a_hazard_or_beside_it_does_not_share_it() -> None:
    zone = replace(resource("CUAS-ZONE"), outline=BOX, floor_ft_amsl=500)
    beside = tuple((longitude + 0.01, latitude) for longitude, latitude in BOX)

    def shares(wanted: VolumeFacts) -> bool:
        return shared_hazards(site(), volumes=[wanted], named=[], resources=[zone]) == [zone]

    assert shares(volume(outline=BOX, ceiling_ft_amsl=501))
    assert not shares(volume(outline=BOX, ceiling_ft_amsl=500))
    assert not shares(volume(outline=beside, ceiling_ft_amsl=501))


def test_a_hazard_out_of_service_is_not_shared() -> None:
    band = replace(resource("GNSS-BAND"), active=False)

    assert shared_hazards(site(), volumes=[volume()], named=[], resources=[band]) == []


def test_a_ground_risk_buffer_is_nobodys_flight_and_shares_no_area() -> None:
    outline = resource("CUAS-ZONE").outline
    assert outline is not None
    buffer = volume(outline=outline, floor_ft_amsl=None, ceiling_ft_amsl=115, kind=VolumeKind.GROUND_RISK_BUFFER)

    assert shared(volumes=(volume(), buffer)) == ["GNSS-BAND"]
