import numpy as np

from telemetry.recordings.track_rows import pack, thin, unpack
from telemetry.sample import Sample


def test_states_come_back_in_the_order_of_their_times() -> None:
    late = pack([(2_000_000, Sample(latitude_deg=52.1, longitude_deg=6.9, battery_pct=80.0))])
    early = pack([(1_000_000, Sample(latitude_deg=52.0, longitude_deg=6.8))])

    rows = unpack([late, early])

    assert rows["time_us"].tolist() == [1_000_000, 2_000_000]
    assert rows["latitude_deg"].tolist() == [52.0, 52.1]
    assert np.isnan(rows["battery_pct"]).tolist() == [True, False]


def test_nothing_is_no_rows() -> None:
    assert len(unpack([])) == 0
    assert len(thin(unpack([]), every_s=1.0)) == 0


def test_thinning_keeps_the_first_of_each_interval() -> None:
    rows = unpack([pack([(n * 100_000, Sample()) for n in range(35)])])
    assert thin(rows, every_s=1.0)["time_us"].tolist() == [0, 1_000_000, 2_000_000, 3_000_000]
    assert len(thin(rows, every_s=0)) == 35
