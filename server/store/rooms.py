"""The tables that stand in files of their own, one a room; a file named here is part of the schema."""

from server.store import (
    audit_tables,
    clock_tables,
    correction_tables,
    factor_tables,
    hub_tables,
    import_tables,
    ledger_tables,
    permission_tables,
    practice_tables,
    push_tables,
    reader_tables,
    reading_tables,
    report_tables,
    review_tables,
    site_tables,
    upload_tables,
)

ROOMS = (
    audit_tables,
    clock_tables,
    correction_tables,
    factor_tables,
    hub_tables,
    import_tables,
    ledger_tables,
    permission_tables,
    practice_tables,
    push_tables,
    reader_tables,
    reading_tables,
    report_tables,
    review_tables,
    site_tables,
    upload_tables,
)
