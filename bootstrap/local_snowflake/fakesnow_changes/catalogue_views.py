"""What the changes to fakesnow's catalogue views have in common; not a change itself."""


def replaced(sql: str, *changes: tuple[str, str]) -> str:
    """The text of a view with each old part replaced, also where a data folder has the old view.

    Raises:
        RuntimeError: fakesnow has changed, and so must the change.
    """
    for old, new in (*changes, ("create view if not exists", "create or replace view")):
        if old not in sql and not old.startswith("create view"):
            raise RuntimeError(f"fakesnow's catalogue views have no {old!r} any more")
        sql = sql.replace(old, new)
    return sql
