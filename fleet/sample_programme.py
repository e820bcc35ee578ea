"""見本: a programme port that reaches no programme. Deterministic rules, every answer marked as a sample."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from sqlalchemy import Column, Engine, MetaData, String, Table, select

from contract.record import Body, Procedure
from fleet.programme_port import PortAnswer, ProgrammeDone, ProgrammeRefused
from fleet.store import insert_new

_metadata = MetaData()
#: Which マイキーID each person was given, and which person keys a renewed certificate continues.
_people = Table(
    "sample_people",
    _metadata,
    Column("person", String(64), primary_key=True),
    Column("mykey_id", String(8), nullable=False, unique=True),
)
_renewals = Table(
    "sample_renewals",
    _metadata,
    Column("person", String(64), primary_key=True),
    Column("continues", String(64), nullable=False),
)
#: Letters and digits without those that are taken for one another.
_SIGNS = "ACDEFGHJKLMNPQRTUVWXY34679"
_LENGTH = 8
_TRIES = 10
#: A catalogue row with this ending is refused, so that a refusal can be shown without any settings.
_REFUSED_ENDING = "-refuse"
_REFUSED_CODE = "sample-service-refuses"


class SampleProgramme:
    """`refuse` maps catalogue ids of services to the code they are refused with."""

    sample = True

    def __init__(self, engine: Engine, refuse: Mapping[str, str], *, withdraws: bool) -> None:
        self._engine = engine
        self._refuse = refuse
        self._withdraws = withdraws
        _metadata.create_all(engine)

    def same_person(self, person: str, certificate: bytes) -> str:  # noqa: ARG002  # a real port would look at it
        with self._engine.connect() as connection:
            found = connection.execute(
                select(_renewals.c.continues).where(_renewals.c.person == person)
            ).scalar_one_or_none()
        return person if found is None else str(found)

    def note_renewal(self, person: str, continues: str) -> None:
        """Tells the sample that `person` is the new certificate of the person known as `continues`."""
        with self._engine.begin() as connection:
            insert_new(connection, _renewals, [{"person": person, "continues": continues}])

    def hand_over(self, body: Body, person: str, certificate: bytes) -> PortAnswer:  # noqa: ARG002  # as above
        if body.procedure is Procedure.RESERVATION:
            return ProgrammeDone(self._mykey_id(person))
        if body.service is None:
            return ProgrammeRefused("sample-no-service")
        code = self._refuse.get(body.service.id)
        if code is None and body.service.id.endswith(_REFUSED_ENDING):
            code = _REFUSED_CODE
        return ProgrammeRefused(code) if code is not None else ProgrammeDone()

    def take_back(self, terminal: str, enrolment_id: str) -> bool:  # noqa: ARG002  # the sample keeps nothing of an application
        return self._withdraws

    def _mykey_id(self, person: str) -> str:
        """The person's ID, made at the first 予約 and the same ever after."""
        with self._engine.begin() as connection:
            for _ in range(_TRIES):
                candidate = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
                insert_new(connection, _people, [{"person": person, "mykey_id": candidate}])
                found = connection.execute(
                    select(_people.c.mykey_id).where(_people.c.person == person)
                ).scalar_one_or_none()
                if found is not None:
                    return str(found)
        raise RuntimeError("ten random マイキーID in a row were taken: the sample's signs are used up")
