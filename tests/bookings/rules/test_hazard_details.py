import pytest

from bookings.rules.hazard_details import nohd_m


@pytest.mark.parametrize(
    ("power_w", "mpe_w_m2", "aperture_m", "divergence_rad", "expected_m"),
    [
        # √(4·1/(π·25.4)) = 0.2238902; less 0.001 = 0.2228902; by 0.001
        (1.0, 25.4, 0.001, 0.001, 222.890),
        # √(4·0.005/(π·25.4)) = 0.0158318; less 0.001 = 0.0148318; by 0.0015
        (0.005, 25.4, 0.001, 0.0015, 9.888),
        # √(4·100/(π·50)) = 1.595769; less 0.02 = 1.575769; by 0.0005
        (100.0, 50.0, 0.02, 0.0005, 3151.538),
        # wider at its aperture than an eye is hurt by: hazardous nowhere
        (0.001, 25.4, 0.05, 0.001, 0.0),
    ],
)
def test_the_hazard_distance_is_what_one_reckons_by_hand(
    power_w: float, mpe_w_m2: float, aperture_m: float, divergence_rad: float, expected_m: float
) -> None:
    got_m = nohd_m(power_w=power_w, mpe_w_m2=mpe_w_m2, aperture_m=aperture_m, divergence_rad=divergence_rad)

    assert got_m == pytest.approx(expected_m, abs=0.002)
