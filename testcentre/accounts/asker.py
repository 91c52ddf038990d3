"""Who asks: the one shape in which an answered question of identity travels through the service."""

from dataclasses import dataclass
from uuid import UUID

from testcentre.accounts.roles import ROLE_PERMISSIONS, Permission, Role
from testcentre.foundation.errors import Forbidden, Refusal


@dataclass(frozen=True)
class Asker:
    """A person or an API key, in one organisation and one role."""

    organisation_id: UUID
    organisation_slug: str
    organisation_name: str
    role: Role
    is_range: bool
    label: str
    user_id: UUID | None = None
    key_id: UUID | None = None

    @property
    def is_authenticated(self) -> bool:
        """Return True: an asker is always somebody (Django REST Framework asks)."""
        return True

    @property
    def identity(self) -> str:
        """Return a stable name of this very person or key, unique in the service."""
        return f"user:{self.user_id}" if self.user_id else f"key:{self.key_id}"

    def may(self, permission: Permission) -> bool:
        """Say whether the role allows it; whose things it may touch is for the queries to say."""
        return permission in ROLE_PERMISSIONS[self.role]

    def require(self, permission: Permission) -> None:
        """Go on only with the permission.

        Raises:
            Forbidden: naming the roles that have it.
        """
        if not self.may(permission):
            able = sorted(role for role, granted in ROLE_PERMISSIONS.items() if permission in granted)
            raise Forbidden(
                Refusal(
                    "role_not_allowed",
                    f"The role {self.role} may not do this ({permission}).",
                    expected=able,
                    got=str(self.role),
                    remedy="Ask somebody with one of these roles.",
                )
            )
