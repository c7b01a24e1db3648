-- A sink table accepts whatever the connector can convert: only the key is constrained, because a
-- row that Postgres refuses stops the connector's task. Rules about content belong to the marts.
create schema if not exists pipeline;

-- Marks the transaction that really changed a row. The unload asks for rows by that mark, so an
-- upsert of identical content must leave it alone: returning null skips the update.
create or replace function pipeline.stamp_change() returns trigger language plpgsql as $$
begin
  new.ingested_at := old.ingested_at;
  new.ingest_xid := old.ingest_xid;
  if new is not distinct from old then
    return null;
  end if;
  new.ingested_at := now();
  new.ingest_xid := pg_current_xact_id();
  return new;
end $$;

-- Creates a sink table, or adds the columns it lacks. The first column is the primary key.
create or replace function pipeline.sink_table(table_name text, variadic columns text [])
returns void language plpgsql as $$
declare
  column_definition text;
begin
  -- Room in each page lets updates stay in it, without touching the indexes.
  execute format(
    'create table if not exists public.%I (%s primary key) with (fillfactor = 90)',
    table_name, columns[1]
  );
  foreach column_definition in array columns[2:] || array[
    'ingested_at timestamptz not null default now()',
    'ingest_xid xid8 not null default pg_current_xact_id()'
  ] loop
    execute format('alter table public.%I add column if not exists %s', table_name, column_definition);
  end loop;
  execute format(
    'create index if not exists %I on public.%I (ingest_xid)', table_name || '_ingest_xid', table_name
  );
  -- The operational models ask for the last hour or day. Rows arrive in order of time, so that a few
  -- kB of BRIN are enough, and cost the sink next to nothing.
  execute format(
    'create index if not exists %I on public.%I using brin (ingested_at) with (autosummarize = on)',
    table_name || '_ingested_at', table_name
  );
  execute format(
    'create or replace trigger stamp_change before update on public.%I '
    'for each row execute function pipeline.stamp_change()', table_name
  );
  execute format('grant select, insert, update on public.%I to connect_sink', table_name);
  execute format('grant select on public.%I to unload, dbt_operational', table_name);
end $$;
