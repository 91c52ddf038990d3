"""`org create`, `key create`, `user create`."""

import argparse
import getpass
import sys

from testcentre.commands.base import Commands, Sentence, django

KINDS = ("company", "range", "education", "defence")


def register(commands: Commands) -> None:
    """Add the commands."""
    org = commands.group("org", help_text="organisations")
    create = org.add("create", create_org, help_text="make an organisation, or find it there")
    create.add_argument("slug")
    create.add_argument("--name", required=True)
    create.add_argument("--kind", choices=KINDS, required=True)
    key = commands.group("key", help_text="API keys")
    create = key.add("create", create_key, help_text="make an API key and print it, this once")
    _membership(create)
    create.add_argument("--name", default="", help="what the key is for")
    user = commands.group("user", help_text="people")
    create = user.add(
        "create", create_user, help_text="make a person who may sign in; the password is asked for or read from stdin"
    )
    create.add_argument("email")
    _membership(create)
    create.add_argument("--name", default="", help="the person's name")


def _membership(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--org", metavar="SLUG", required=True)
    parser.add_argument("--role", required=True)


def create_org(arguments: argparse.Namespace) -> int:
    """Make an organisation; 0 when it is there already."""
    with django(arguments):
        from django.db import transaction  # noqa: PLC0415 — Django is set up only now

        from testcentre.accounts import actions  # noqa: PLC0415
        from testcentre.audit.trail import record  # noqa: PLC0415

        with transaction.atomic():
            organisation, is_new = actions.create_organisation(arguments.slug, name=arguments.name, kind=arguments.kind)
            if is_new:
                details = {"name": arguments.name, "kind": arguments.kind}
                record(
                    None,
                    "organisation.create",
                    subject=f"organisation:{organisation.id}",
                    reason="command line",
                    details=details,
                )
        print(f"{arguments.slug}: {'made' if is_new else 'there already'}")
    return 0


def create_key(arguments: argparse.Namespace) -> int:
    """Make a key and print it alone on a line."""
    with django(arguments):
        from django.db import transaction  # noqa: PLC0415

        from testcentre.accounts import actions  # noqa: PLC0415
        from testcentre.audit.trail import record  # noqa: PLC0415

        with transaction.atomic():
            key, raw = actions.create_key(arguments.org, role=arguments.role, name=arguments.name)
            details = {"organisation": arguments.org, "role": arguments.role, "name": arguments.name}
            record(None, "key.create", subject=f"key:{key.id}", reason="command line", details=details)
        print(raw)
    return 0


def create_user(arguments: argparse.Namespace) -> int:
    """Make a person with a role; one who is there already gets the role and keeps the password."""
    password = _password()
    with django(arguments):
        from django.db import transaction  # noqa: PLC0415

        from testcentre.accounts import actions  # noqa: PLC0415
        from testcentre.audit.trail import record  # noqa: PLC0415

        with transaction.atomic():
            user, is_new = actions.create_user(
                arguments.email, slug=arguments.org, role=arguments.role, password=password, name=arguments.name
            )
            verb = "user.create" if is_new else "user.set_role"
            details = {"organisation": arguments.org, "role": arguments.role}
            record(None, verb, subject=f"user:{user.id}", reason="command line", details=details)
        print(
            f"{user.email}: {'made' if is_new else 'there already, password kept'}; {arguments.role} in {arguments.org}"
        )
    return 0


def _password() -> str:
    """Ask twice at a terminal; else read one line, or two that must be equal.

    Raises:
        Sentence: none was given, or the two differ.
    """
    if sys.stdin.isatty():
        given = [getpass.getpass("Password: "), getpass.getpass("Again: ")]
    else:
        given = sys.stdin.read().splitlines()[:2]
    if not given or not given[0]:
        raise Sentence("No password was given: type it, or write it on a line to stdin.")
    if len(set(given)) != 1:
        raise Sentence("The two passwords differ: give the same one twice.")
    return given[0]
