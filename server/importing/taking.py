"""A document that was read is taken in: its body cleaned, its pictures kept, and a draft made of it."""

from dataclasses import dataclass
from datetime import datetime

from channels.item import Kind, Openness, Org
from server.core.draft import Draft
from server.core.organs import find_joint_orgs
from server.importing.files import find_pictures
from server.importing.found import Document
from server.importing.html import Body, read_body
from server.store.blobs import Blobs
from server.store.media import MediaRow, Sight, put_media
from server.store.tx import Store, Tx

LONGEST_TITLE = 200
LONGEST_NUMBER = 60
LONGEST_ORGAN = 60


@dataclass(frozen=True, slots=True)
class Filing:
    """What no file says: where its item belongs and whether it is public."""

    org: Org
    column: str
    kind: Kind
    openness: Openness


async def keep_document(store: Store, blobs: Blobs, document: Document, *, by: str, at: datetime) -> Body:
    """Clean the body and keep the pictures that are left in it; refuses a body that no channel can carry."""
    body = await read_body(document.body)
    used = sorted(one.sha256 for one in body.pictures)  # who holds several does so in one order
    for sha256 in used:
        await blobs.put(document.pictures[sha256].body)
    if used:
        async with store.begin() as tx:
            for sha256 in used:
                file = document.pictures[sha256]
                row = MediaRow(sha256, file.mime, len(file.body), file.width, file.height)
                await put_media(tx, row, by=by, at=at)
    for sha256 in used:
        await blobs.put_back(sha256, document.pictures[sha256].body)
    return body


async def draft_of_document(tx: Tx, document: Document, body: Body, filing: Filing, *, by: str) -> Draft:
    """Give the draft of a document; what the file does not say is left for the editor."""
    number = document.document_number
    return Draft(
        kind=filing.kind,
        org=filing.org,
        title=document.title[:LONGEST_TITLE],
        summary="",
        body_html=body.html,
        column=filing.column,
        source=None,
        document_number=number if number and len(number) <= LONGEST_NUMBER else None,
        formed_on=document.formed_on,
        topic=None,
        genre=None,
        keywords=(),
        openness=filing.openness,
        validity="valid",
        overview="",
        pictures=await find_pictures(tx, body.pictures, Sight(by)),
        attachments=(),
        joint_orgs=await find_joint_orgs(tx, _joint_names(document, filing.org), filing.org),
    )


def _joint_names(document: Document, org: Org) -> tuple[str, ...]:
    """Give who signed beside the lead organ: the lead is this one, or else the first (GB/T 9704)."""
    signed = tuple(name for name in (document.issuer or "").split("、") if 0 < len(name) <= LONGEST_ORGAN)
    return signed if org.name in signed else signed[1:]
