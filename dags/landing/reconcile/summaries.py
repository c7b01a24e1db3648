"""Facts -> summary: each group has what a recount of its facts gives."""

from __future__ import annotations

from snowflake.connector import SnowflakeConnection

from dags.landing import snowflake
from dags.landing.recounts import Recount

from . import warehouse
from .report import NAMED, Hop, changed_columns


def compare(target: SnowflakeConnection, recount: Recount, show_values: bool = False) -> Hop:
    """A summary's groups, and those of its facts.

    While there are facts that were written after the summary was built, groups that differ are
    under way: a fact that moved to another group leaves no trace in the one it came from.

    Args:
        show_values: whether a difference names the values, or only their columns.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable, or the block's SQL is wrong.
    """
    hop = Hop(recount.model.partition(".")[2], f"facts -> {recount.model}", "groups")
    if not warehouse.exists(target, recount.model):
        hop.notes.append(f"{recount.model} has not been built yet")
        return hop
    facts = f"{recount.facts} as facts"
    [(hop.checked,)] = snowflake.rows(
        target, f"select count(*) from (select 1 as one from {facts} group by {_list(recount.by)})"
    )
    differing = _differing(recount)
    [(count, newer)] = snowflake.rows(
        target,
        f"select (select count(*) from ({differing}) as d), (select count(*) from {facts}"
        f" where transformed_at > (select max({recount.built_from}) from {recount.model}))",
    )
    if newer:
        hop.waiting, hop.checked = int(count), int(hop.checked) - int(count)
        hop.notes.append(f"{int(newer):,} facts were written after {recount.model} was built")
        return hop
    found = snowflake.rows(target, f"{differing} order by example limit {NAMED}") if count else []
    names = list(recount.measures)
    examples = []
    for key, *values in found:
        pairs = zip(names, values[::2], values[1::2], strict=True)
        unlike = [(name, here, there) for name, here, there in pairs if here != there]
        examples.append(changed_columns(key, unlike, "a recount", recount.model, show_values))
    hop.differs(f"with other values in {recount.model} than a recount gives", int(count), examples)
    return hop


def _differing(recount: Recount) -> str:
    by, measures = recount.by, recount.measures
    own = ", ".join(f"{expression} as {name}" for name, expression in measures.items())
    key = " || ' / ' || ".join(f"coalesce(r.{c}::text, s.{c}::text)" for c in by)
    pairs = ", ".join(f"r.{name} as here_{name}, s.{name} as there_{name}" for name in measures)
    on = " and ".join(f"r.{column} = s.{column}" for column in by)
    unlike = " or ".join(f"r.{name} is distinct from s.{name}" for name in measures)
    return (
        f"select {key} as example, {pairs}"
        f" from (select {_list(by)}, {own} from {recount.facts} as facts group by {_list(by)}) as r"
        f" full outer join {recount.model} as s on {on} where {unlike}"
    )


def _list(columns: tuple[str, ...]) -> str:
    return ", ".join(columns)
