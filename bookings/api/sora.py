"""POST /api/v1/sora/volumes: the volumes that a flight needs, ready to be booked."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.api.fields import object_schema
from bookings.api.requests import body_of
from bookings.api.sora_form import SORA, SoraForm, read_sora
from bookings.models import current_site, site_plane
from bookings.rules.airspace import volumes_outside
from bookings.rules.facts import VolumeFacts
from bookings.sora.figures import formulae_of
from bookings.sora.ground_risk import intrinsic_ground_risk_class
from bookings.sora.volumes import SoraVolumes, volumes_of, width_m
from testcentre.accounts.rest import asker_of
from testcentre.accounts.roles import Permission


class SoraVolumesView(APIView):
    """Planning with SORA 2.5; nothing is stored."""

    @extend_schema(
        operation_id="sora_volumes",
        request={"application/json": object_schema(SORA)},
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request) -> Response:
        """Answer the three volumes as `POST bookings` takes them, the figures behind, and the ground risk class.

        `errors` are what the site's airspace would refuse of them, as `dry_run` says it; 400 faults of form.
        """
        asker = asker_of(request)
        asker.require(Permission.SEE_SITE)
        site = current_site()
        form = read_sora(asker, body_of(request), site=site)
        volumes = volumes_of(
            form.flight,
            flight_geography=form.outline,
            plane=site_plane(site),
            elevation_ft_amsl=site.facts.elevation_ft_amsl,
        )
        risk_class = _risk_class(form)
        return Response(
            {
                "volumes": [_shape(volume) for volume in volumes.all],
                "figures": {
                    name: {"value": round(getattr(volumes.figures, name), 3), "unit": "m", "formula": formula}
                    for name, formula in formulae_of(form.flight).items()
                },
                "intrinsic_ground_risk_class": risk_class,
                "errors": [refusal.as_dict() for refusal in volumes_outside(volumes.all, site=site.facts)],
                "notes": _notes(form, volumes, risk_class, width=width_m(form.outline, plane=site_plane(site))),
            }
        )


def _risk_class(form: SoraForm) -> int | None:
    if form.population_per_km2 is None and not form.controlled:
        return None
    return intrinsic_ground_risk_class(
        form.population_per_km2 or 0,
        controlled=form.controlled,
        dimension_m=form.flight.characteristic_dimension_m,
        speed_m_s=form.flight.max_speed_m_s,
    )


def _shape(volume: VolumeFacts) -> dict[str, object]:
    return {
        "polygon": {"type": "Polygon", "coordinates": [[list(corner) for corner in volume.outline]]},
        "floor_ft_amsl": volume.floor_ft_amsl,
        "ceiling_ft_amsl": volume.ceiling_ft_amsl,
        "kind": str(volume.kind),
    }


def _notes(form: SoraForm, volumes: SoraVolumes, risk_class: int | None, *, width: float) -> list[str]:
    least_m = 3 * form.flight.characteristic_dimension_m
    notes = [
        "SORA 2.5 Annex A; the ground is taken as flat at the site's elevation, and feet are rounded outwards.",
        f"The adjacent area reaches {volumes.figures.adjacent_m / 1000:g} km around the ground risk buffer.",
    ]
    if width < least_m:
        notes.append(f"The flight geography is {width:.1f} m wide: less than 3 x CD = {least_m:g} m.")
    if form.flight.height_m < least_m:
        notes.append(f"The flight geography is {form.flight.height_m:.1f} m high: less than 3 x CD = {least_m:g} m.")
    if form.is_ballistic_wing:
        notes.append("The ballistic buffer is meant for rotors: a wing may glide farther.")
    if risk_class is None and (form.controlled or form.population_per_km2 is not None):
        notes.append("Out of the scope of SORA: certified category.")
    elif risk_class is None:
        notes.append("Say population_per_km2, or controlled, to be told the intrinsic ground risk class.")
    return notes
