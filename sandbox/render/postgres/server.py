"""From a database's row to a PostgreSQL server in a container, with its data in a volume.

The image is the official one or what stands in for it; both are spoken to as the official one
documents. The owner of the database is an ordinary user, as on the platform.
"""

import base64
import hashlib
import hmac
import secrets

from sandbox.machine.contract import (
    Container,
    ImageUnavailableError,
    Machine,
    MachineUnavailableError,
    RunRequest,
)
from sandbox.render.postgres.plans import POSTGRES_PLANS
from sandbox.render.postgres.records import PostgresRecord
from sandbox.render.services.disks import GB
from sandbox.render.services.private_network import private_network

PORT = 5432
_DATA = "/var/lib/postgresql/data"
_SCRIPTS = "/docker-entrypoint-initdb.d"  # run by the image when it makes a cluster
_SUPERUSER_PASSWORD = "/run/superuser-password"  # noqa: S105 - the file
_SCRAM_ITERATIONS = 4096  # PostgreSQL's own


def reference_of(version: str) -> str:
    """The official image of a version."""
    return f"postgres:{version}"


def image_of(version: str) -> str:
    """What the machine calls it once it was fetched."""
    return f"render/postgres:{version}"


def container_of(record: PostgresRecord) -> str:
    """The container's name: always the same, so that never two write one volume."""
    return f"render-{record.id}"


def volume_of(record: PostgresRecord) -> str:
    """The name of the volume with the data."""
    return f"render-{record.id}"


def start(machine: Machine, record: PostgresRecord) -> Container:
    """Starts the server; on an empty volume it first makes its cluster.

    Raises:
        MachineUnavailableError: the engine or the image is not to be had.
    """
    image = image_of(record.version)
    if not machine.has_image(image):
        try:
            machine.pull(reference_of(record.version), image)
        except ImageUnavailableError as error:
            raise MachineUnavailableError(str(error)) from None
    return machine.run(_request(record, image))


def _request(record: PostgresRecord, image: str) -> RunRequest:
    plan = POSTGRES_PLANS[record.plan]
    settings = {
        "max_connections": str(plan.max_connections),
        "shared_buffers": f"{plan.shared_buffers_mb}MB",
        # A container's /dev/shm holds 64 MB, too little for parallel queries.
        "dynamic_shared_memory_type": "mmap",
    }
    return RunRequest(
        name=container_of(record),
        image=image,
        port=PORT,
        env={"POSTGRES_PASSWORD_FILE": _SUPERUSER_PASSWORD},
        memory_bytes=plan.memory_bytes(),
        command=("postgres", *(f"--{key}={value}" for key, value in settings.items())),
        files={
            # Read when the cluster is made, and known to nobody.
            _SUPERUSER_PASSWORD: secrets.token_hex(32),
            f"{_SCRIPTS}/owner.sql": _make_owner(record),
        },
        volumes={volume_of(record): _DATA},
        volume_bytes={volume_of(record): record.disk_gb * GB},
        private_network=private_network(record.owner, record.region, record.id),
    )


def _make_owner(record: PostgresRecord) -> str:
    """The statements that make the user and the database; names are checked, and quoted."""
    user, database = record.database_user, record.database_name
    return (
        f"CREATE ROLE \"{user}\" LOGIN CREATEDB PASSWORD '{scram_verifier(record.password)}';\n"
        f'CREATE DATABASE "{database}" OWNER "{user}";\n'
    )


def scram_verifier(password: str, salt: bytes | None = None) -> str:
    """What PostgreSQL stores of a password (RFC 5803), so that the password stays here.

    A failing statement is quoted in the server's log; one with a verifier gives nothing away.
    """
    salt = salt or secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _SCRAM_ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    words = [base64.b64encode(each).decode() for each in (salt, stored, server)]
    return f"SCRAM-SHA-256${_SCRAM_ITERATIONS}:{words[0]}${words[1]}:{words[2]}"
