"""The site as it stands: the settings beneath the columns that an office keeps in the database.

Every process holds a copy (`LiveSite`) and looks at its version now and then. What a stale copy wrote in
between is put right by the renewal, which begins only once every copy must be new (`renewal.py`).
"""

from dataclasses import replace

from channels.item import Column, Site
from server.store.site_columns import ColumnRow, list_columns, list_merged, read_version
from server.store.tx import Store, Tx


class LiveSite:
    """The site that a running process asks; `refresh` takes over what was changed meanwhile."""

    def __init__(self, site: Site) -> None:
        """Begin with the columns of the settings, which hold until somebody changes one."""
        self._settings, self.current, self.version = site, site, 0

    async def refresh(self, store: Store) -> bool:
        """Read the columns anew if there was a change; say whether there was."""
        async with store.read() as tx:
            version = await read_version(tx)
            if version == self.version:
                return False
            columns = await load_columns(tx)
        self.current = replace(self._settings, columns=columns) if columns else self._settings
        self.version = version
        return True


async def load_columns(tx: Tx) -> tuple[Column, ...]:
    """Give the columns as channels see them; none while they are those of the settings."""
    merged, rows = await list_merged(tx), await list_columns(tx)
    names = {row.slug: row.name for row in rows}
    return tuple(
        column_of_row(
            row, tuple((slug, names[slug]) for slug, into in sorted(merged.items()) if into == row.slug)
        )
        for row in rows
        if row.slug not in merged
    )


def column_of_row(row: ColumnRow, absorbed: tuple[tuple[str, str], ...] = ()) -> Column:
    """Give a column as channels see it."""
    address = "" if row.address == row.slug else row.address
    return Column(
        row.slug, row.name, row.type, row.description, address, row.is_open, row.in_menu, absorbed,
        row.parent or "",
    )  # fmt: skip
