"""The columns that a form offers: those that take new items, and the one an item stands in already."""

from channels.item import Site


def columns_for(site: Site, slug: str) -> tuple[tuple[str, str], ...]:
    """Give slug and name of the open columns, and of the one that is chosen whatever became of it.

    The latter goes by the slug that the item was filed by: a form sent back as it was changes nothing.
    """
    chosen = site.column(slug)
    return tuple(
        (slug if one is chosen else one.slug, site.column_path(one) + ("" if one.is_open else "（已关闭）"))
        for one in site.columns
        if one.is_open or one is chosen
    )


def first_column(site: Site, asked: str = "") -> str:
    """Give the column that an empty form begins with: the open one that is asked for, or else the first."""
    slugs = [one.slug for one in site.columns if one.is_open]
    return asked if asked in slugs else next(iter(slugs), "")
