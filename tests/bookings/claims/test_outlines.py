import re

from hypothesis import given
from hypothesis import strategies as st
from shapely import union_all
from shapely.geometry import Polygon

from bookings.claims.lanes import LANES_PER_BLOCK, all_but_block, lane_of_block
from bookings.claims.outlines import Piece, hard_pieces, soft_pieces
from bookings.geometry import plane_at
from bookings.rules.facts import VolumeFacts
from tests.bookings.claims.squares import ARP, square

PLANE = plane_at(*ARP)


def outline_of(piece: Piece) -> Polygon:
    numbers = [float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", piece.area)]
    return Polygon(list(zip(numbers[::2], numbers[1::2], strict=True)))


def frame() -> list[VolumeFacts]:
    """Four bars around a hole of 200 m."""
    bars = [
        square(east_m=0, north_m=0, width_m=400, depth_m=100),
        square(east_m=0, north_m=300, width_m=400, depth_m=100),
        square(east_m=0, north_m=50, width_m=100, depth_m=300),
        square(east_m=300, north_m=50, width_m=100, depth_m=300),
    ]
    return [VolumeFacts(outline=bar, floor_ft_amsl=100, ceiling_ft_amsl=400) for bar in bars]


def test_a_union_with_a_hole_is_cut_into_pieces_without_one() -> None:
    pieces = [outline_of(piece) for piece in hard_pieces(frame(), plane=PLANE)]

    assert len(pieces) >= 2
    assert all(piece.is_valid and not piece.interiors for piece in pieces)
    whole = union_all([PLANE.outline_m(volume.outline) for volume in frame()])
    assert abs(sum(piece.area for piece in pieces) - whole.area) < 40  # 1 cm along all edges
    middle = PLANE.outline_m(square(east_m=150, north_m=150, width_m=100, depth_m=100))
    assert not any(piece.intersects(middle) for piece in pieces)


boxes = st.builds(
    lambda east, north, width, depth, floor, height: VolumeFacts(
        outline=square(east_m=east, north_m=north, width_m=width, depth_m=depth),
        floor_ft_amsl=floor,
        ceiling_ft_amsl=(floor or 0) + height,
    ),
    st.integers(0, 500),
    st.integers(0, 500),
    st.integers(20, 400),
    st.integers(20, 400),
    st.one_of(st.none(), st.integers(0, 900)),
    st.integers(1, 500),
)


@given(st.lists(boxes, min_size=1, max_size=6))
def test_hard_pieces_of_one_booking_never_overlap_and_cover_what_was_asked(volumes: list[VolumeFacts]) -> None:
    pieces = hard_pieces(volumes, plane=PLANE)
    shapes = [outline_of(piece) for piece in pieces]

    for i, (piece, shape) in enumerate(zip(pieces, shapes, strict=True)):
        for other, its_shape in zip(pieces[i + 1 :], shapes[i + 1 :], strict=True):
            if (piece.floor_ft, piece.ceiling_ft) == (other.floor_ft, other.ceiling_ft):
                assert not shape.intersects(its_shape)
            else:
                lower, upper = sorted((piece, other), key=lambda p: -1e9 if p.floor_ft is None else p.floor_ft)
                assert lower.ceiling_ft is not None
                assert upper.floor_ft is not None
                assert lower.ceiling_ft <= upper.floor_ft
    for volume in volumes:
        at_its_top = [
            shape
            for piece, shape in zip(pieces, shapes, strict=True)
            if piece.ceiling_ft is not None
            and piece.ceiling_ft >= volume.ceiling_ft_amsl
            and (piece.floor_ft is None or piece.floor_ft < volume.ceiling_ft_amsl)
        ]
        asked = PLANE.outline_m(volume.outline)
        assert union_all(at_its_top).buffer(0.03, join_style="mitre").covers(asked.buffer(-0.02, join_style="mitre"))


def test_a_soft_volume_is_one_piece_drawn_in_by_a_centimetre() -> None:
    volume = VolumeFacts(outline=square(east_m=0, north_m=0, width_m=100, depth_m=100), ceiling_ft_amsl=400)

    (piece,) = soft_pieces(volume, plane=PLANE)

    assert (piece.floor_ft, piece.ceiling_ft) == (None, 400)
    assert abs(PLANE.outline_m(volume.outline).area - outline_of(piece).area - 4) < 0.1


def test_a_block_has_its_lanes_and_all_others_are_the_rest() -> None:
    assert lane_of_block(2, 0) == f"{{[{2 * LANES_PER_BLOCK},{2 * LANES_PER_BLOCK + 1})}}"
    assert all_but_block(2) == f"{{(,{2 * LANES_PER_BLOCK}),[{3 * LANES_PER_BLOCK},)}}"
