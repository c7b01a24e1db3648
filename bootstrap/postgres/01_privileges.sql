-- What each role may do: its one job and nothing else. On sink tables: 02_sink_table.sql.
do $$
begin
  execute format(
    'grant connect on database %I to connect_sink, unload, dbt_operational', current_database()
  );
end $$;

revoke all on schema public from public;
grant usage on schema public to connect_sink, unload, dbt_operational;

create schema if not exists operational authorization dbt_operational;
grant usage on schema operational to unload;
alter default privileges for role dbt_operational in schema operational
grant select on tables to unload;

-- The unload reports the age of a transaction that rows wait for; without this it cannot see it.
grant pg_read_all_stats to unload;

-- Everybody may make large objects, which fill the disk and which nobody here uses.
do $$
begin
  revoke execute on function lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea)
  from public;
exception when insufficient_privilege then
  null; -- A managed server's functions are its provider's.
end $$;
