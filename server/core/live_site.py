"""The site as it stands: the settings beneath the columns that an office keeps in the database.

Every process holds a copy (`LiveSite`) and looks at its version now and then. What a stale copy wrote in
between is put right by the renewal, which begins only once every copy must be new (`renewal.py`).
"""

from dataclasses import replace

from channels.item import Column, Site
from server.store.column_reach import list_slugs
from server.store.site_columns import ColumnRow, list_columns, list_merged, read_version
from server.store.tx import Store, Tx


class LiveSite:
    """The site that a running process asks; `refresh` takes over what was changed meanwhile."""

    def __init__(self, site: Site) -> None:
        """Begin with the columns of the settings, which hold until somebody changes one."""
        self._settings, self.current, self.version = site, site, 0
        self.left_out: tuple[str, ...] = ()  # by the settings, though something was published there

    async def keep_left_out(self, store: Store) -> None:
        """Keep the columns that the settings name no more and in which something was published.

        Closed, out of the navigation and under their slug, for nobody has written their name down: what
        stands in them keeps its place, its list and its feeds until a person merges them or names them again.
        Once the columns are the database's, none can be left out.
        """
        async with store.read() as tx:
            if await read_version(tx):
                return
            listed = await list_slugs(tx)
        known = {column.slug for column in self._settings.columns}
        self.left_out = tuple(slug for slug in listed if slug not in known)
        kept = (Column(slug, slug, "", "", is_open=False, in_menu=False) for slug in self.left_out)
        self._settings = replace(self._settings, columns=(*self._settings.columns, *kept))
        self.current = self._settings

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
