"""What the changes to fakesnow's SQL texts have in common; not a change itself."""

#: For a view: a data folder may have the old one.
ANEW = ("create view if not exists", "create or replace view")


def replaced(sql: str, *changes: tuple[str, str]) -> str:
    """The text with each old part replaced.

    Raises:
        RuntimeError: fakesnow has changed, and so must the change.
    """
    for old, new in changes:
        if old not in sql:
            raise RuntimeError(f"fakesnow has no {old!r} any more in {sql.strip()[:80]!r}...")
        sql = sql.replace(old, new)
    return sql
